"""Handlers of the Returns Service."""

from __future__ import annotations

from ...messages import Call, Handler, Listing, Reply
from ...practices.rows import LazyRows
from . import return_changes
from .returns_of_callers import READ_ALL, ReturnCaller, find_return, identify_caller, list_returns, show_return


def get_returns(call: Call) -> Listing:
    """List the returns that the caller may see."""
    caller, state = _reader(call), call.tenant.state
    return Listing(LazyRows(list_returns(state, caller), lambda row: show_return(state, row, caller)))


def get_return(call: Call) -> Reply:
    """Return one return."""
    caller, state = _reader(call), call.tenant.state
    return Reply(200, show_return(state, find_return(state, caller, call.path["returnId"]), caller))


def post_return(call: Call) -> Reply:
    """Create a return."""
    return Reply(201, {"id": return_changes.create_return(call.tenant, _writer(call), call.body)})


def put_return(call: Call) -> Reply:
    """Replace what the caller can change of a return."""
    return_changes.replace_return(call.tenant, _writer(call), call.path["returnId"], call.body)
    return Reply(204)


def patch_return(call: Call) -> Reply:
    """Apply a JSON Patch to a return."""
    assert call.validate_patched is not None  # the spec marks the operation with x-patches
    return_id, operations = call.path["returnId"], call.body
    return_changes.apply_return_patch(call.tenant, _writer(call), return_id, operations, call.validate_patched)
    return Reply(204)


def delete_return(call: Call) -> Reply:
    """Delete a return, or close that of a customer."""
    return_changes.remove_return(call.tenant, _writer(call), call.path["returnId"])
    return Reply(204)


def _reader(call: Call) -> ReturnCaller:
    return identify_caller(call.tenant, call.principal, None, READ_ALL)


def _writer(call: Call) -> ReturnCaller:
    saas_token = call.header.get("saas-token")
    return identify_caller(call.tenant, call.principal, saas_token, return_changes.MANAGE_ALL)


HANDLERS: dict[str, Handler] = {
    "POST-returns-create-return": post_return,
    "GET-returns-list-returns": get_returns,
    "GET-returns-retrieve-return": get_return,
    "PUT-returns-update-return": put_return,
    "PATCH-returns-update-return": patch_return,
    "DELETE-returns-remove-return": delete_return,
}
