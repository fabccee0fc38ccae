"""Who may order a cart or a quote alone, and who can approve it for others (J3, J5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ...domain.approvals import APPROVED, CART, QUOTE, list_approvals_of, status_at
from ...domain.carts import OPEN
from ...domain.customer_profile import find_contact
from ...domain.purchase_roles import ADMIN, BUYER, exceeds_limit, find_company, find_purchase_roles, needs_approval
from ...domain.quote_validity import OPEN as OPEN_QUOTE
from ...domain.quote_validity import current_status
from ...store.state import Document, State
from ...store.tenant import Tenant
from .approval_errors import (
    INVALID,
    NOT_PERMITTED,
    WITHOUT_COMPANY,
    ApprovalRefused,
    CompanyNotFound,
    ResourceNotFound,
)
from .approval_rows import ApprovalCaller, show_user, takes_part
from .approved_resources import ApprovedResource, find_target, show_resource
from .collections import approves_quotes

Body = Mapping[str, Any]


class Purchase(NamedTuple):
    """What a customer wants to order for a company: the cart or the quote, and how approvals show it."""

    customer_id: str
    company: Document
    row: Document
    resource: ApprovedResource

    def needs_approval(self, state: State) -> bool:
        """Whether the customer may not order it alone (J3)."""
        resource = self.resource
        return needs_approval(state, self.customer_id, self.company, resource.total, resource.currency)

    def list_approvers(self, state: State) -> list[str]:
        """Return the ids of the colleagues who can approve it, in order (J5).

        They are the approval group of the company; without members, its admins, and its buyers up to the limit.
        """
        resource, entity_id = self.resource, self.company["id"]
        colleagues = [
            customer["id"] for customer in state.customers.values() if entity_id in customer.get("legalEntities", ())
        ]
        contact_ids = {member["id"] for member in self.company.get("approvalGroup", ())}
        approvers = [id_ for id_ in colleagues if find_contact(state, entity_id, id_)["id"] in contact_ids]
        if not approvers:
            is_above = exceeds_limit(self.company, resource.total, resource.currency)
            roles = {ADMIN} if is_above else {ADMIN, BUYER}
            approvers = [id_ for id_ in colleagues if roles & find_purchase_roles(state, id_, entity_id)]
        return sorted(id_ for id_ in approvers if id_ != self.customer_id)


def check_permission(tenant: Tenant, state: State, caller: ApprovalCaller, body: Body) -> dict[str, Any]:
    """Return whether a cart or a quote may be ordered, and the approval of it; ApprovalRefused without a company (J3).

    The latest approval decides. Without one, it depends on the caller, whose it must be.
    """
    company = find_company(state, caller.customer_id, caller.legal_entity_id)
    if company is None:
        raise ApprovalRefused(WITHOUT_COMPANY, "J3")
    resource_type, resource_id, action = body["resourceType"], body["resourceId"], {"action": body["action"]}
    for approval in list_approvals_of(state, resource_type, resource_id):
        if takes_part(approval, caller):
            status = status_at(approval, tenant.clock.now())
            return {**action, "status": status, "permitted": status == APPROVED, "approvalId": approval["id"]}
        return {**action, "permitted": False}
    row = find_target(state, resource_type, resource_id)
    if row is None or row.get("customerId") != caller.customer_id:
        return {**action, "permitted": False}
    if resource_type == QUOTE and not approves_quotes(state):
        return {**action, "permitted": True}
    purchase = _build_purchase(tenant, state, caller, resource_type, row)
    return {**action, "permitted": not purchase.needs_approval(state)}


def find_purchase(tenant: Tenant, state: State, caller: ApprovalCaller, body: Body) -> Purchase:
    """Return what a customer wants to order (J4).

    ApprovalRefused for somebody else's, ResourceNotFound, or CompanyNotFound.
    """
    company = find_company(state, caller.customer_id, caller.legal_entity_id)
    if company is None:
        raise ApprovalRefused(WITHOUT_COMPANY, "J4")
    if caller.legal_entity_id not in (None, company["id"]):
        raise CompanyNotFound(str(caller.legal_entity_id))
    resource_type, resource_id = body["resourceType"], body["resourceId"]
    row = find_target(state, resource_type, resource_id)
    if row is None:
        raise ResourceNotFound(resource_id)
    if row.get("customerId") != caller.customer_id:
        raise ApprovalRefused(NOT_PERMITTED, "J4", field="/resourceId")
    return _build_purchase(tenant, state, caller, resource_type, row)


def search_approvers(tenant: Tenant, state: State, caller: ApprovalCaller, body: Body) -> list[dict[str, str]]:
    """Return the colleagues who can approve a cart or a quote (J5); the errors are those of `find_purchase`."""
    purchase = find_purchase(tenant, state, caller, body)
    return [show_user(state, id_) for id_ in purchase.list_approvers(state)]


def _build_purchase(
    tenant: Tenant, state: State, caller: ApprovalCaller, resource_type: str, row: Document
) -> Purchase:
    company = find_company(state, caller.customer_id, caller.legal_entity_id, row.get("legalEntityId"))
    assert company is not None  # the caller has one, as was checked
    return Purchase(caller.customer_id, company, row, show_resource(tenant, state, resource_type, row))


def check_orderable(resource_type: str, row: Document, now: datetime) -> None:
    """Raise ApprovalRefused for a cart that is closed or empty, and for a quote that is not OPEN."""
    detail = ""
    if resource_type == CART:
        if row["status"] != OPEN:
            detail = "The cart is CLOSED."
        elif not row["items"]:
            detail = "The cart is empty."
    elif current_status(row, now) != OPEN_QUOTE:
        detail = "The quote is not OPEN."
    if detail:
        raise ApprovalRefused(INVALID, "J4", field="/resourceId", detail=detail)
