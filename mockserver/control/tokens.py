"""Tokens: mint, list and revoke them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from ..access import Principal
from ..messages import Call, Handler, Reply
from ..store.clock import format_timestamp
from ..worlds import building
from .context import ControlContext, UnknownName, json_object, tenant_name

MINTED_TOKEN_DIGITS = 32


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "listTokens": partial(list_tokens, context),
        "mintToken": partial(mint_token, context),
        "revokeToken": partial(revoke_token, context),
    }


def list_tokens(context: ControlContext, call: Call) -> Reply:
    """List the tokens of the world and those issued since, including expired ones but not revoked ones."""
    tokens = context.world.tokens.list_unrevoked(tenant_name(call))
    return Reply(200, {"tokens": [_token_json(token, principal) for token, principal in tokens]})


def mint_token(context: ControlContext, call: Call) -> Reply:
    """Issue a token with the given scopes; customer, legal entity and lifetime are optional."""
    json_body = json_object(call)
    token = json_body.get("token") or context.world.ids.next_hex(MINTED_TOKEN_DIGITS)
    clock = context.world.clock_of(json_body.get("tenant"))
    if "lifetimeSeconds" in json_body:
        expires_at = clock.now() + timedelta(seconds=json_body["lifetimeSeconds"])
        json_body = json_body | {"expiresAt": format_timestamp(expires_at)}
    principal = building.build_principal(json_body, json_body.get("name", "minted"), json_body["scopes"])
    context.world.tokens.issue(token, principal)
    return Reply(201, _token_json(token, principal))


def revoke_token(context: ControlContext, call: Call) -> Reply:
    """Revoke a token: in one tenant, until its next reset, or everywhere."""
    if not context.world.tokens.revoke(call.path["token"], tenant_name(call)):
        raise UnknownName("Unknown token, or already revoked.")
    return Reply(204)


def _token_json(token: str, principal: Principal) -> dict[str, Any]:
    facts = {
        "token": token,
        "name": principal.name,
        "scopes": sorted(principal.scopes),
        "tenant": principal.tenant,
        "customerId": principal.customer_id,
        "legalEntityId": principal.legal_entity_id,
        "expiresAt": principal.expires_at and format_timestamp(principal.expires_at),
    }
    return {name: value for name, value in facts.items() if value is not None}
