"""Explain: why a call was refused, asked by the id in the header `X-Mock-Explain`."""

from __future__ import annotations

from functools import partial

from ...messages import Call, Handler, Reply
from ..context import ControlContext, UnknownName
from . import explanation
from .suggestions import PublicTokens


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {"explain": partial(explain_request, context)}


def explain_request(context: ControlContext, call: Call) -> Reply:
    """Explain the visit with this id; NotThere if it is unknown, or no longer in the journal."""
    exchange = context.records.find_exchange(call.path["id"])
    if exchange is None:
        raise UnknownName("Unknown request, or no longer in the journal.")
    return Reply(
        200,
        explanation.explain_exchange(exchange, context.operations.values(), _public_tokens(context, exchange.tenant)),
    )


def _public_tokens(context: ControlContext, tenant: str | None) -> PublicTokens:
    """Return the world's own tokens that work in this tenant now; those that were issued are nobody else's affair."""
    world_tokens = set(context.world.tokens.seed_tokens)
    clock = context.world.tenant(tenant).clock if tenant else context.world.clock
    now = clock.now()
    return [
        (token, each)
        for token, each in context.world.tokens.list_unrevoked(tenant)
        if token in world_tokens and (each.expires_at is None or each.expires_at > now)
    ]
