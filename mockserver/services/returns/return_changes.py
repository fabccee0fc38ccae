"""Returns that customers and employees create, change and delete (R1 to R5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...domain.expiry_days import expiry_after, find_expiry_days
from ...domain.orders import ORDERS
from ...errors import BadRequest, Forbidden
from ...messages import Validate
from ...practices import documents, jsonpatch
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import CLOSED, EXPIRY_PROPERTY, PENDING, RETURN_ROWS, RETURNS
from .return_prices import find_entry
from .returns_of_callers import ReturnCaller, find_return, is_visible_return

Body = Mapping[str, Any]
MANAGE_ALL = "returns.returns_manage"
CUSTOMER_FIELDS = ("orders", "reason", "mixins", "metadata")
EMPLOYEE_FIELDS = ("approvalStatus", "received", "requestor", "submitter", "approver", "expiryDate")
NOT_DELETABLE = "Deleting this return is not allowed since it doesn't match all preconditions."


def create_return(tenant: Tenant, caller: ReturnCaller, body: Body) -> str:
    """Create a return and return its id (R1 to R3).

    BadRequest for items that cannot come back, or if an employee does not say for whom; Forbidden without a customer.
    """

    def rule(state: State) -> tuple[State, str]:
        return_id = tenant.ids.next_document_id(state.collection(RETURNS))
        draft: dict[str, Any] = {
            "approvalStatus": PENDING,
            "received": False,
            "expiryDate": expiry_after(tenant.clock.now(), find_expiry_days(state, EXPIRY_PROPERTY)),
            **_name_people(state, caller, body),
            **{name: body[name] for name in CUSTOMER_FIELDS if name in body},
        }
        check_return(state, draft)
        return documents.store_document(tenant, state, RETURN_ROWS, return_id, draft), return_id

    return tenant.change(rule)


def replace_return(tenant: Tenant, caller: ReturnCaller, return_id: str, body: Body) -> None:
    """Replace what the caller can change of a return (R3, R5); ReturnNotFound, BadRequest or StaleVersion.

    An employee keeps what the body leaves out of the fields of employees. A customer can close the return.
    """

    def rule(state: State) -> tuple[State, None]:
        old = find_return(state, caller, return_id)
        _require_pending(old, caller)
        kept = {name: old[name] for name in EMPLOYEE_FIELDS if name in old}
        written = EMPLOYEE_FIELDS if caller.is_employee else ()
        new = {**kept, **{name: body[name] for name in (*CUSTOMER_FIELDS, *written) if name in body}}
        if not caller.is_employee and body.get("approvalStatus") == CLOSED:
            new["approvalStatus"] = CLOSED
        check_return(state, new)
        return documents.store_document(tenant, state, RETURN_ROWS, return_id, new), None

    tenant.change(rule)


def apply_return_patch(
    tenant: Tenant, caller: ReturnCaller, return_id: str, operations: Sequence[Body], validate_patched: Validate
) -> None:
    """Apply a JSON Patch to a return, all of it or nothing (R3, R5).

    ReturnNotFound, StaleVersion, BadRequest, or Forbidden for a customer who changes a field of employees.
    """

    def rule(state: State) -> tuple[State, None]:
        old = find_return(state, caller, return_id)
        _require_pending(old, caller)
        start = documents.merge_document(old, {})
        new = jsonpatch.apply_patch(start, operations)
        error = validate_patched(new)
        if error is not None:
            raise error
        if new.get("id") != return_id:
            raise BadRequest(field="/id", error_type="readOnly", detail="This cannot be changed.", rule="D11")
        if not caller.is_employee:
            _require_own_fields(start, new)
        fields = (*CUSTOMER_FIELDS, *EMPLOYEE_FIELDS)
        new = {name: value for name, value in new.items() if name in fields}
        check_return(state, new)
        return documents.store_document(tenant, state, RETURN_ROWS, return_id, new), None

    tenant.change(rule)


def remove_return(tenant: Tenant, caller: ReturnCaller, return_id: str) -> None:
    """Delete a return, or close that of a customer, which must be PENDING (R4); a missing one is deleted already (D9).

    BadRequest for a customer's return with another status.
    """
    if caller.is_employee:
        documents.remove_document(tenant, RETURN_ROWS, return_id)
        return

    def rule(state: State) -> tuple[State, None]:
        old = state.collection(RETURNS).get(return_id)
        if old is None or not is_visible_return(old, caller):
            if tenant.switches.delete_missing == "404":
                find_return(state, caller, return_id)
            return state, None
        if old["approvalStatus"] != PENDING:
            raise BadRequest(NOT_DELETABLE, rule="R4")
        closed = {**documents.merge_document(old, {}), "approvalStatus": CLOSED}
        return documents.store_document(tenant, state, RETURN_ROWS, return_id, closed), None

    tenant.change(rule)


def check_return(state: State, draft: Body) -> None:
    """Raise BadRequest unless all that a return names exists, and the items can come back (R1, R3)."""
    reason = draft["reason"]
    if not reason.get("code") and not reason.get("details"):
        raise BadRequest(field="/reason", error_type="required", detail="A reason has code or details.", rule="R1")
    requestor = draft["requestor"]
    customer_id = requestor.get("customerId")
    if customer_id is not None and customer_id not in state.customers:
        _refuse("/requestor/customerId", "No customer has this id.", "R2")
    approver = draft.get("approver", {})
    if approver.get("type") == "GROUP":
        group = state.collection("groups").get(approver.get("id", ""))
        if group is None or group.get("userType") != "EMPLOYEE":
            _refuse("/approver/id", "No group of employees has this id.", "R3")
    _check_orders(state, draft["orders"], requestor)


def _check_orders(state: State, orders: Sequence[Body], requestor: Body) -> None:
    currencies = set()
    for index, returned in enumerate(orders):
        order = state.collection(ORDERS).get(returned["id"])
        if order is None or not _is_order_of(order, requestor):
            _refuse(f"/orders/{index}/id", "The customer has no order with this id.", "R1")
        else:
            currencies.add(order.get("currency"))
            _check_items(order, returned["items"], f"/orders/{index}/items")
    if len(currencies) > 1:
        _refuse("/orders", "All orders of a return have the same currency.", "R1")


def _check_items(order: Document, items: Sequence[Body], place: str) -> None:
    returned: dict[str, int] = {}
    for index, item in enumerate(items):
        entry = find_entry(order, item["id"])
        if entry is None:
            _refuse(f"{place}/{index}/id", "The order has no entry with this id.", "R1")
            continue
        returned[item["id"]] = returned.get(item["id"], 0) + item["quantity"]
        if returned[item["id"]] > entry.get("amount", 1):
            _refuse(f"{place}/{index}/quantity", f"Only {entry.get('amount', 1)} were ordered.", "R1")


def _is_order_of(order: Document, requestor: Body) -> bool:
    customer = order["customer"]
    if "customerId" in requestor:
        return bool(customer.get("id") == requestor["customerId"])
    return "id" not in customer and customer.get("email") == requestor.get("email")


def _name_people(state: State, caller: ReturnCaller, body: Body) -> dict[str, Any]:
    """Return who requests and submits a new return, and what else only employees set (R2, R3)."""
    if not caller.is_employee or ("requestor" not in body and caller.customer_id is not None):
        return _name_customer(state, caller)
    missing = next((name for name in ("requestor", "submitter") if name not in body), None)
    if missing is not None:
        detail = "An employee names the requestor and the submitter, or sends the saas-token of the customer."
        raise BadRequest(field=f"/{missing}", error_type="required", detail=detail, rule="R2")
    requestor = body["requestor"]
    if "customerId" not in requestor and not (requestor.get("anonymous") and "email" in requestor):
        detail = "A requestor has a customerId, or email and anonymous: true."
        raise BadRequest(field="/requestor", error_type="required", detail=detail, rule="R2")
    people = ("requestor", "submitter", "approver", "expiryDate")
    named = {name: body[name] for name in people if name in body}
    return {**named, "submitter": {"userType": "USER", **body["submitter"]}}


def _name_customer(state: State, caller: ReturnCaller) -> dict[str, Any]:
    if caller.customer_id is None:
        raise Forbidden(hint="send the token of a customer, or the saas-token of one", rule="R2")
    customer = state.customers.get(caller.customer_id, {})
    names = {name: customer.get(name, "") for name in ("firstName", "lastName", "email")}
    return {"requestor": {"customerId": caller.customer_id}, "submitter": {"userType": "CUSTOMER", **names}}


def _require_pending(old: Document, caller: ReturnCaller) -> None:
    """Raise BadRequest for a customer who changes a return that is not PENDING any more (R3)."""
    if not caller.is_employee and old["approvalStatus"] != PENDING:
        detail = f"A customer can change a return only while it is PENDING; it is {old['approvalStatus']}."
        raise BadRequest(field="/approvalStatus", error_type="status", detail=detail, rule="R3")


def _require_own_fields(old: Body, new: Body) -> None:
    """Raise Forbidden if a patch of a customer changes a field of employees, except for closing the return (R3)."""
    changed = [name for name in EMPLOYEE_FIELDS if old.get(name) != new.get(name)]
    if changed and (changed != ["approvalStatus"] or new["approvalStatus"] != CLOSED):
        hint = f"a customer can set approvalStatus to CLOSED; {changed[0]} needs the scope {MANAGE_ALL}"
        raise Forbidden(hint=hint, scopes=(MANAGE_ALL,), rule="R3")


def _refuse(field: str, detail: str, rule: str) -> None:
    raise BadRequest(field=field, error_type="reference", detail=detail, rule=rule)
