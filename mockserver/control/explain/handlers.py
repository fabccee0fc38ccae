"""Explain why a request got its response, by the id from the header `X-Mock-Explain`."""

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
    """Explain the request with this id; UnknownName if it is unknown, or no longer in the journal."""
    entry = context.records.find_entry(call.path["id"])
    if entry is None:
        raise UnknownName("Unknown request, or no longer in the journal.")
    tokens = _public_tokens(context, entry.tenant)
    run = context.scenarios.find_run(entry.tenant)
    earlier_steps = run.list_earlier_steps(entry.id) if run else []
    return Reply(200, explanation.explain_entry(entry, context.operations.values(), tokens, earlier_steps))


def _public_tokens(context: ControlContext, tenant: str | None) -> PublicTokens:
    """Return the world's own tokens that are valid for this tenant now; issued tokens are private to their clients."""
    world_tokens = set(context.world.tokens.seed_tokens)
    now = context.world.clock_of(tenant).now()
    return [
        (token, principal)
        for token, principal in context.world.tokens.list_unrevoked(tenant)
        if token in world_tokens and (principal.expires_at is None or principal.expires_at > now)
    ]
