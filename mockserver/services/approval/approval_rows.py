"""Which approvals a customer sees, and how they look (J2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ...access import Principal
from ...domain.approvals import APPROVALS, APPROVED, QUOTE, status_at
from ...errors import Forbidden
from ...practices import documents
from ...store.state import Document, State
from ...store.tenant import Tenant
from .approval_errors import ApprovalNotFound
from .approved_resources import find_target, show_resource

SHOWN_AS_STORED = ("comment", "approverComment", "expiryDate", "details", "createdResource")


class ApprovalCaller(NamedTuple):
    """The customer who calls, and the legal entity of the token, if it has one."""

    customer_id: str
    legal_entity_id: str | None


def identify_approval_caller(principal: Principal) -> ApprovalCaller:
    """Return who calls; Forbidden for anybody but a customer (J2)."""
    if principal.customer_id is None:
        raise Forbidden(hint="approvals are for customers", rule="J2")
    return ApprovalCaller(principal.customer_id, principal.legal_entity_id)


def takes_part(approval: Document, caller: ApprovalCaller) -> bool:
    """Whether a caller requested an approval or gives it, in the company of the token (J2)."""
    if caller.legal_entity_id not in (None, approval.get("legalEntityId")):
        return False
    return caller.customer_id in (approval["requestorId"], approval["approverId"])


def list_approvals(state: State, caller: ApprovalCaller) -> list[Document]:
    """Return the approvals that a caller sees, in the order of their ids (J2)."""
    return documents.list_visible_documents(state, APPROVALS, lambda row: takes_part(row, caller))


def find_approval(state: State, caller: ApprovalCaller, approval_id: str) -> Document:
    """Return an approval; ApprovalNotFound for a missing one, or one of others (J2)."""
    row = documents.find_visible_document(state, APPROVALS, approval_id, lambda row: takes_part(row, caller))
    if row is None:
        raise ApprovalNotFound(approval_id)
    return row


def show_approval(tenant: Tenant, state: State, row: Document) -> dict[str, Any]:
    """Return an approval as clients see it, with the names of now (J2)."""
    status = status_at(row, tenant.clock.now())
    shown = {
        "id": row["id"],
        "status": status,
        "resourceType": row["resourceType"],
        "resource": read_resource(tenant, state, row),
        "action": row["action"],
        "requestor": show_user(state, row["requestorId"]),
        "approver": show_user(state, row["approverId"]),
        **{name: row[name] for name in SHOWN_AS_STORED if name in row},
        "metadata": documents.revision_of(row).to_metadata(None),
    }
    if "legalEntityId" in row:
        shown["legalEntity"] = {"id": row["legalEntityId"]}
    if row["resourceType"] == QUOTE and status == APPROVED and "createdResource" not in row:
        order_id = (find_target(state, QUOTE, row["resourceId"]) or {}).get("orderId")
        shown |= {"createdResource": {"id": order_id}} if order_id else {}
    return shown


def show_user(state: State, customer_id: str) -> dict[str, str]:
    """Return a customer as approvals name one."""
    customer: Mapping[str, Any] = state.customers.get(customer_id, {})
    return {"userId": customer_id, **{name: customer.get(name, "") for name in ("firstName", "lastName")}}


def read_resource(tenant: Tenant, state: State, row: Document) -> dict[str, Any]:
    """Return what was approved as it was at the time of the request; as it is now for an approval of a world."""
    if "resource" in row:
        return dict(row["resource"])
    found = find_target(state, row["resourceType"], row["resourceId"])
    return (
        {"id": row["resourceId"]} if found is None else show_resource(tenant, state, row["resourceType"], found).shown
    )
