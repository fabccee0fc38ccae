"""Approvals that customers request, give, decline and withdraw (J4, J6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...domain.approvals import (
    APPROVALS,
    APPROVED,
    CART,
    CLOSED,
    DECLINED,
    EXPIRED,
    PENDING,
    QUOTE,
    STATUSES,
    list_approvals_of,
    status_at,
)
from ...domain.carts import close_cart
from ...domain.expiry_days import expiry_after, find_expiry_days
from ...errors import BadRequest, Forbidden
from ...messages import Validate
from ...practices import documents, jsonpatch
from ...store.state import Document, State
from ...store.tenant import Tenant
from .approval_errors import (
    FINISHED,
    GIVEN_ALREADY,
    INCORRECT_OPERATION,
    INVALID,
    NOT_AN_APPROVER,
    NOT_MATCHING,
    UNKNOWN_STATUS,
    UNREACHABLE_STATUS,
    UNSUPPORTED_OPERATION,
    ApprovalExists,
    ApprovalRefused,
    ResourceNotFound,
)
from .approval_rows import ApprovalCaller, find_approval, read_resource
from .collections import APPROVAL_ROWS, EXPIRY_PROPERTY, approves_quotes
from .permissions import check_orderable, find_purchase

Body = Mapping[str, Any]
TEXTS = ("comment", "approverComment")
OPERATIONS = ("add", "remove", "replace")
PATHS = ("/status", "/comment", "/approverComment", "/details", "/resource/deliveryWindow")
PATHS_OF_CARTS = ("/details", "/resource/deliveryWindow")
NOT_DELETABLE = "Deleting this approval is not allowed since it doesn't match all preconditions."


def create_approval(tenant: Tenant, caller: ApprovalCaller, body: Body) -> str:
    """Request an approval and return its id (J4).

    ApprovalRefused, ResourceNotFound or CompanyNotFound; ApprovalExists for a second one.
    """

    def rule(state: State) -> tuple[State, str]:
        known = state.collection(APPROVALS)
        approval_id = body.get("id") or tenant.ids.next_document_id(known)
        if approval_id in known:
            raise ApprovalExists
        _check_details(state, body)
        purchase = find_purchase(tenant, state, caller, body)
        _require_first(tenant, state, body)
        check_orderable(body["resourceType"], purchase.row, tenant.clock.now())
        if not purchase.needs_approval(state):
            raise ApprovalRefused(GIVEN_ALREADY, "J4", detail="This customer may order without an approval.")
        approver_id = body["approver"].get("userId", "")
        if approver_id not in purchase.list_approvers(state):
            raise ApprovalRefused(NOT_AN_APPROVER, "J5", field="/approver/userId")
        draft = {
            "status": PENDING,
            **{name: body[name] for name in ("resourceType", "resourceId", "action", "comment") if name in body},
            "requestorId": caller.customer_id,
            "approverId": approver_id,
            "legalEntityId": purchase.company["id"],
            "expiryDate": expiry_after(tenant.clock.now(), find_expiry_days(state, EXPIRY_PROPERTY)),
            **({"details": body["details"]} if body["resourceType"] == CART else {}),
            "resource": purchase.resource.shown,
        }
        if body["resourceType"] == CART:
            state = close_cart(tenant, state, purchase.row)
        return documents.store_document(tenant, state, APPROVAL_ROWS, approval_id, draft), approval_id

    return tenant.change(rule)


def apply_approval_patch(
    tenant: Tenant, caller: ApprovalCaller, approval_id: str, operations: Sequence[Body], validate_patched: Validate
) -> None:
    """Apply operations to a PENDING approval, all of them or none (J6).

    ApprovalNotFound, ApprovalRefused, or Forbidden for a requestor who does what the approver does.
    """

    def rule(state: State) -> tuple[State, None]:
        old = find_approval(state, caller, approval_id)
        _require_pending(tenant, old)
        start = {name: old[name] for name in ("status", *TEXTS, "details") if name in old}
        resource = read_resource(tenant, state, old)
        start["resource"] = {name: resource[name] for name in ("deliveryWindow",) if name in resource}
        new = _apply(start, [_read_operation(each, old) for each in operations])
        _check_status(old, new, caller)
        if new.get("approverComment") != old.get("approverComment"):
            _require_approver(old, caller, "approverComment")
        error = validate_patched(new)
        if error is not None:
            raise error
        if ("details" in old) > ("details" in new):
            raise ApprovalRefused(INCORRECT_OPERATION, "J6", field="/details", detail="A cart needs details.")
        kept = {name: value for name, value in old.items() if name not in (*start, *TEXTS, "metadata")}
        resource.pop("deliveryWindow", None)
        draft = {**kept, **new, "resource": resource | new["resource"]}
        return documents.store_document(tenant, state, APPROVAL_ROWS, approval_id, draft), None

    tenant.change(rule)


def close_approval(tenant: Tenant, caller: ApprovalCaller, approval_id: str) -> None:
    """Close a PENDING approval instead of deleting it (J6); ApprovalNotFound, ApprovalRefused."""

    def rule(state: State) -> tuple[State, None]:
        old = find_approval(state, caller, approval_id)
        if status_at(old, tenant.clock.now()) != PENDING:
            raise ApprovalRefused(INVALID, "J6", message=NOT_DELETABLE)
        closed = {**documents.merge_document(old, {}), "status": CLOSED}
        return documents.store_document(tenant, state, APPROVAL_ROWS, approval_id, closed), None

    tenant.change(rule)


def _check_details(state: State, body: Body) -> None:
    """Raise ApprovalRefused for a cart without details, and a quote with them or without the setting (J4)."""
    is_cart = body["resourceType"] == CART
    if is_cart != ("details" in body):
        detail = "details: cannot be null" if is_cart else "details: a quote has its own"
        raise ApprovalRefused(INVALID, "J4", detail=detail)
    if not is_cart and not approves_quotes(state):
        raise ApprovalRefused(NOT_MATCHING, "J4", detail="The tenant has not switched approvals of quotes on.")


def _require_first(tenant: Tenant, state: State, body: Body) -> None:
    """Raise the error that fits if the cart or the quote has an approval; a quote can get another after a refusal."""
    for earlier in list_approvals_of(state, body["resourceType"], body["resourceId"]):
        status = status_at(earlier, tenant.clock.now())
        if status == PENDING:
            raise ApprovalExists
        if status == APPROVED:
            raise ApprovalRefused(GIVEN_ALREADY, "J4")
        if body["resourceType"] == CART:
            raise ResourceNotFound(body["resourceId"])


def _require_pending(tenant: Tenant, old: Document) -> None:
    status = status_at(old, tenant.clock.now())
    if status == APPROVED:
        raise ApprovalRefused(GIVEN_ALREADY, "J6", message="Approval has been already permitted")
    if status != PENDING:
        raise ApprovalRefused(FINISHED, "J6", detail=f"The approval is {status}.")


def _read_operation(operation: Body, old: Document) -> dict[str, Any]:
    """Return an operation in lower case; ApprovalRefused for one that is not supported, or another path."""
    op, path = operation["op"].lower(), operation["path"]
    if op not in OPERATIONS:
        raise ApprovalRefused(UNSUPPORTED_OPERATION, "J6", detail=f"The operations are {', '.join(OPERATIONS)}.")
    base = next((each for each in PATHS if path == each or path.startswith(f"{each}/")), None)
    if base is None or (path != base and base not in PATHS_OF_CARTS):
        raise ApprovalRefused(INCORRECT_OPERATION, "J6", detail=f"The paths are {', '.join(PATHS)}.")
    if old["resourceType"] == QUOTE and base in PATHS_OF_CARTS:
        raise ApprovalRefused(INCORRECT_OPERATION, "J6", detail="The approval of a quote has neither of both.")
    return {**operation, "op": op}


def _apply(start: Body, operations: Sequence[Body]) -> dict[str, Any]:
    try:
        return jsonpatch.apply_patch(start, operations)
    except BadRequest as error:
        raise ApprovalRefused(INCORRECT_OPERATION, error.rule, detail=error.detail) from None


def _check_status(old: Document, new: Body, caller: ApprovalCaller) -> None:
    """Raise ApprovalRefused for a status that is unknown or cannot follow, Forbidden if the approver sets it (J6)."""
    status = new.get("status")
    if status not in STATUSES:
        raise ApprovalRefused(
            UNKNOWN_STATUS, "J6", field="/status", detail=f"A status is one of {', '.join(STATUSES)}."
        )
    if status == EXPIRED:
        raise ApprovalRefused(UNREACHABLE_STATUS, "J6", field="/status")
    if status in (APPROVED, DECLINED):
        _require_approver(old, caller, "status")


def _require_approver(old: Document, caller: ApprovalCaller, field: str) -> None:
    if caller.customer_id != old["approverId"]:
        raise Forbidden(hint=f"only the approver can change {field} like this", rule="J6")
