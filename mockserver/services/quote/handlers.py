"""Handlers of the Quote Service."""

from __future__ import annotations

from ...messages import Call, Handler, Listing, Reply
from ...practices.document_handlers import (
    create_document,
    delete_document,
    list_documents,
    read_document,
    replace_document,
)
from ...practices.rows import LazyRows
from . import quote_changes, quote_creation
from .collections import REASON_ROWS
from .quote_rows import (
    MANAGE_QUOTES,
    READ_QUOTES,
    find_quote,
    identify_quote_caller,
    list_quotes,
    show_quote,
)


def get_quotes(call: Call) -> Listing:
    """List the quotes that the caller may see."""
    state, now = call.tenant.state, call.tenant.clock.now()
    quotes = list_quotes(state, identify_quote_caller(call.principal, READ_QUOTES))
    return Listing(LazyRows(quotes, lambda quote: show_quote(state, quote, now)))


def get_quote(call: Call) -> Reply:
    """Return one quote."""
    state, caller = call.tenant.state, identify_quote_caller(call.principal, READ_QUOTES)
    return Reply(200, show_quote(state, find_quote(state, caller, call.path["quoteId"]), call.tenant.clock.now()))


def post_new_quote(call: Call) -> Reply:
    """Create a quote."""
    caller = identify_quote_caller(call.principal, MANAGE_QUOTES)
    return Reply(201, {"id": quote_creation.create_quote(call.tenant, call.principal, caller, call.body)})


def patch_quote(call: Call) -> Reply:
    """Change parts of a quote."""
    assert call.validate_patched is not None  # the spec marks the operation with x-patches
    caller, quote_id = identify_quote_caller(call.principal, MANAGE_QUOTES), call.path["quoteId"]
    validate = call.validate_patched
    quote_changes.change_quote(call.tenant, call.principal, caller, quote_id, call.body, validate_patched=validate)
    return Reply(204)


def delete_quote(call: Call) -> Reply:
    """Delete a quote."""
    quote_changes.remove_quote(call.tenant, call.path["quoteId"])
    return Reply(204)


def get_quote_history(call: Call) -> Listing:
    """List what was changed of a quote."""
    return Listing(quote_changes.list_history(call.tenant.state, call.path["quoteId"]))


HANDLERS: dict[str, Handler] = {
    "GET-quote-list-quotes": get_quotes,
    "POST-quote-create-quote": post_new_quote,
    "GET-quote-retrieve-quote": get_quote,
    "PATCH-quote-update-quote": patch_quote,
    "DELETE-quote-remove-quote": delete_quote,
    "GET-quote-retrieve-quote-history": get_quote_history,
    "POST-quote-create-quote-reason": create_document(REASON_ROWS),
    "GET-quote-list-reasons": list_documents(REASON_ROWS),
    "GET-quote-retrieve-reason": read_document(REASON_ROWS, "quoteReasonId"),
    "PUT-quote-update-reason": replace_document(REASON_ROWS, "quoteReasonId", creates=False),
    "DELETE-quote-remove-reason": delete_document(REASON_ROWS, "quoteReasonId"),
}
