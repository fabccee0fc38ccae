"""Groups: which of them a caller sees, and how they are created, replaced and deleted (O1 to O5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...access import Principal
from ...domain import group_membership
from ...errors import BadRequest, Conflict, Forbidden, Remedy
from ...practices import documents, writes
from ...store.state import Document, State
from ...store.tenant import Tenant
from .access_collections import CONTROLS
from .collections import GROUPS

GroupBody = Mapping[str, Any]

READ_GROUPS = "iam.group_read"
MANAGE_ASSIGNMENTS = "iam.assignment_manage"
CONSTRAINT_VIOLATION = "Constraint validation failed"
CONTENT_FIELDS = ("name", "description", "b2b", "accessControls", "templates", "restrictions", "mixins", "metadata")
FIXED_FIELDS = ("vendorId", "code")  # that a replacement keeps
FORCE = Remedy("With forceDelete=true, its users are taken out of it first.", query={"forceDelete": "true"})


def visible_groups(state: State, principal: Principal) -> list[Document]:
    """Return the groups that the caller may see: all, or those of customers (O1)."""
    groups = state.collection(GROUPS.name).values()
    if READ_GROUPS in principal.scopes:
        return list(groups)
    return [group for group in groups if group["userType"] == group_membership.CUSTOMER]


def create_group(tenant: Tenant, body: GroupBody) -> str:
    """Create a group and return its id; BadRequest (D7, D12, O4) or Conflict (D4)."""

    def rule(state: State) -> tuple[State, str]:
        groups = state.collection(GROUPS.name)
        id_ = body.get("id") or tenant.ids.next_document_id(groups)
        if id_ in groups:
            raise Conflict(remedy=writes.GENERATED_ID)
        group = _group_content(body)
        if "vendorId" in body:
            _check_vendor(group, "/vendorId")
            group["vendorId"] = body["vendorId"]
        _check_controls(state, group)
        return documents.store_document(tenant, state, GROUPS, id_, group), id_

    return tenant.change(rule)


def upsert_group(tenant: Tenant, group_id: str, body: GroupBody) -> bool:
    """Create or replace a group; True if it is new (D2). BadRequest (D7, D12, O4) or StaleVersion (D3)."""

    def rule(state: State) -> tuple[State, bool]:
        old, group = state.collection(GROUPS.name).get(group_id), _group_content(body)
        if old is not None:
            group |= {name: old[name] for name in FIXED_FIELDS if name in old}
            if group["userType"] != old["userType"]:
                _check_type_change(state, old, group)
        _check_controls(state, group)
        return documents.store_document(tenant, state, GROUPS, group_id, group), old is None

    return tenant.change(rule)


def remove_group(tenant: Tenant, principal: Principal, group_id: str, *, force: bool) -> None:
    """Delete a group and take its users out of it; BadRequest or Forbidden for a group with users (O5)."""

    def rule(state: State) -> tuple[State, None]:
        if group_membership.users_of_group(state, group_id):
            if not force:
                detail = "The group has users; forceDelete=true takes them out of it."
                raise constraint_error("groupId", "users", detail, "O5", FORCE)
            if MANAGE_ASSIGNMENTS not in principal.scopes:
                hint = f"a group with users needs the scope {MANAGE_ASSIGNMENTS}"
                raise Forbidden(hint=hint, scopes=(MANAGE_ASSIGNMENTS,), rule="O5")
        return documents.drop_documents(tenant, state, GROUPS.name, group_id), None

    tenant.change(rule)


def constraint_error(field: str, error_type: str, detail: str, rule: str, remedy: Remedy | None = None) -> BadRequest:
    """Return the error for a request that breaks a rule about groups."""
    return BadRequest(CONSTRAINT_VIOLATION, field=field, error_type=error_type, detail=detail, rule=rule, remedy=remedy)


def _group_content(body: GroupBody) -> dict[str, Any]:
    """Return what is stored of a body: the declared fields that are not null, and the type (O3)."""
    content = {name: body[name] for name in CONTENT_FIELDS if body.get(name) is not None}
    return content | {"userType": body.get("userType") or group_membership.EMPLOYEE}


def _check_vendor(group: GroupBody, field: str) -> None:
    """Raise BadRequest if a group with a vendor is not for employees (O4)."""
    if group["userType"] != group_membership.EMPLOYEE:
        raise constraint_error(field, "vendor", "Only groups of the type EMPLOYEE have a vendor.", "O4")


def _check_controls(state: State, group: GroupBody) -> None:
    """Raise BadRequest for an access control that is restricted to groups of another type (O14)."""
    controls = state.collection(CONTROLS)
    for id_ in group.get("accessControls", ()):
        restriction = controls.get(id_, {}).get("restrictedTo", group["userType"])
        if restriction != group["userType"]:
            detail = f"The access control {id_} is restricted to groups of the type {restriction}."
            raise constraint_error("/accessControls", "enum", detail, "O14")


def _check_type_change(state: State, old: Document, group: GroupBody) -> None:
    """Raise BadRequest if users of the old type are in the group, or its vendor forbids the change (O4)."""
    if "vendorId" in group:
        _check_vendor(group, "/userType")
    if group_membership.users_of_group(state, old["id"]):
        detail = f"The group has users of the type {old['userType']}; take them out of it first."
        raise constraint_error("/userType", "users", detail, "O4")
