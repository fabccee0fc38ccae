"""Tokens: mint any, list them, revoke one."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from ..access import Principal
from ..clock import timestamp
from ..messages import Call, Handler, Reply
from ..worlds import building
from .plane import NotThere, Plane, body, named

DIGITS = 32


def handlers(plane: Plane) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "listTokens": partial(listed, plane),
        "mintToken": partial(mint, plane),
        "revokeToken": partial(revoke, plane),
    }


def listed(plane: Plane, call: Call) -> Reply:
    """List the tokens that work, the world's own and those issued since; expired ones too."""
    return Reply(200, {"tokens": [_told(*pair) for pair in plane.world.tokens.all(named(call))]})


def mint(plane: Plane, call: Call) -> Reply:
    """Make a token with any scopes, for a customer and legal entity if asked, that lives as long as asked."""
    asked = body(call)
    token = asked.get("token") or plane.world.ids.hex(DIGITS)
    clock = plane.world.tenant(asked["tenant"]).clock if "tenant" in asked else plane.world.clock
    if "lifetimeSeconds" in asked:
        asked = asked | {"expiresAt": timestamp(clock.now() + timedelta(seconds=asked["lifetimeSeconds"]))}
    principal = building.build_principal(asked, asked.get("name", "minted"), asked["scopes"])
    plane.world.tokens.issue(token, principal)
    return Reply(201, _told(token, principal))


def revoke(plane: Plane, call: Call) -> Reply:
    """Make a token bad: in one tenant, until its next reset, or everywhere."""
    if not plane.world.tokens.revoke(call.path["token"], named(call)):
        raise NotThere("Unknown token, or already revoked.")
    return Reply(204)


def _told(token: str, principal: Principal) -> dict[str, Any]:
    facts = {
        "token": token,
        "name": principal.name,
        "scopes": sorted(principal.scopes),
        "tenant": principal.tenant,
        "customerId": principal.customer_id,
        "legalEntityId": principal.legal_entity_id,
        "expiresAt": principal.expires_at and timestamp(principal.expires_at),
    }
    return {name: value for name, value in facts.items() if value is not None}
