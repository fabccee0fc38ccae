"""Explain why a request got its response, by the id from the header `X-Mock-Explain`."""

from __future__ import annotations

from functools import partial

from ...messages import Call, Handler, Reply
from ...records.exchange import JournalEntry
from ...store.token_store import CUSTOMER_TOKEN_PREFIX
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
    tokens = _public_tokens(context, entry)
    run = context.scenarios.find_run(entry.tenant)
    earlier_steps = run.list_earlier_steps(entry.id) if run else []
    return Reply(200, explanation.explain_entry(entry, context.operations.values(), tokens, earlier_steps))


def _public_tokens(context: ControlContext, entry: JournalEntry) -> PublicTokens:
    """Return the tokens that may be shown and are valid for the tenant now, that of the calling customer first.

    Issued tokens are private to their clients.
    """
    tenant, customer_id = entry.tenant, entry.principal.customer_id if entry.principal else None
    own_token = f"{CUSTOMER_TOKEN_PREFIX}{customer_id}"
    own_holder = context.world.tokens.find_holder(f"Bearer {own_token}", tenant) if customer_id else None
    offered = context.world.tokens.list_offered(tenant)
    now = context.world.clock_of(tenant).now()
    return [
        (token, principal)
        for token, principal in ([(own_token, own_holder)] if own_holder else []) + offered
        if principal.expires_at is None or principal.expires_at > now
    ]
