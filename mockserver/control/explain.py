"""Explain: why a call was refused, asked by the id in the header `X-Mock-Explain`."""

from __future__ import annotations

from functools import partial

from ..messages import Call, Handler, Reply
from ..records import explain
from ..records.nearest import Tokens
from .plane import NotThere, Plane


def handlers(plane: Plane) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"explain": partial(explained, plane)}


def explained(plane: Plane, call: Call) -> Reply:
    """Explain the visit with this id; NotThere if it is unknown, or no longer in the journal."""
    visit = plane.records.visit(call.path["id"])
    if visit is None:
        raise NotThere("Unknown request, or no longer in the journal.")
    return Reply(200, explain.explained(visit, plane.operations.values(), _shown(plane, visit.tenant)))


def _shown(plane: Plane, tenant: str | None) -> Tokens:
    """Return the world's own tokens that work in this tenant now; those that were issued are nobody else's affair."""
    own = set(plane.world.tokens.names)
    clock = plane.world.tenant(tenant).clock if tenant else plane.world.clock
    now = clock.now()
    return [
        (token, each)
        for token, each in plane.world.tokens.all(tenant)
        if token in own and (each.expires_at is None or each.expires_at > now)
    ]
