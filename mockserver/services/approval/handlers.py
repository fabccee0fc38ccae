"""Handlers of the Approval Service."""

from __future__ import annotations

from ...messages import Call, Handler, Listing, Reply
from ...practices.rows import LazyRows
from . import approval_changes, permissions
from .approval_rows import (
    ApprovalCaller,
    find_approval,
    identify_approval_caller,
    list_approvals,
    show_approval,
)


def get_approvals(call: Call) -> Listing:
    """List the approvals that the caller requested or gives."""
    tenant, state = call.tenant, call.tenant.state
    return Listing(LazyRows(list_approvals(state, _caller(call)), lambda row: show_approval(tenant, state, row)))


def get_approval(call: Call) -> Reply:
    """Return one approval."""
    state = call.tenant.state
    return Reply(200, show_approval(call.tenant, state, find_approval(state, _caller(call), call.path["approvalId"])))


def post_approval(call: Call) -> Reply:
    """Request an approval."""
    return Reply(201, {"id": approval_changes.create_approval(call.tenant, _caller(call), call.body)})


def patch_approval(call: Call) -> Reply:
    """Give or decline an approval, or change what it is for."""
    assert call.validate_patched is not None  # the spec marks the operation with x-patches
    approval_id, validate = call.path["approvalId"], call.validate_patched
    approval_changes.apply_approval_patch(call.tenant, _caller(call), approval_id, call.body, validate)
    return Reply(204)


def delete_approval(call: Call) -> Reply:
    """Close an approval."""
    approval_changes.close_approval(call.tenant, _caller(call), call.path["approvalId"])
    return Reply(204)


def post_permission_check(call: Call) -> Reply:
    """Return whether a cart or a quote may be ordered."""
    return Reply(200, permissions.check_permission(call.tenant, call.tenant.state, _caller(call), call.body))


def post_approver_search(call: Call) -> Reply:
    """Return who can approve a cart or a quote."""
    return Reply(200, permissions.search_approvers(call.tenant, call.tenant.state, _caller(call), call.body))


def _caller(call: Call) -> ApprovalCaller:
    return identify_approval_caller(call.principal)


HANDLERS: dict[str, Handler] = {
    "POST-approval-create-approval": post_approval,
    "GET-approval-list-approvals": get_approvals,
    "GET-approval-retrieve-approval": get_approval,
    "PATCH-approval-update-approval": patch_approval,
    "DELETE-approval-remove-approval": delete_approval,
    "POST-approval-check-approval": post_permission_check,
    "POST-approval-search-users": post_approver_search,
}
