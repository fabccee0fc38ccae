"""Users of groups: list them, put them in and take them out (O4, O6 to O9)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...access import Principal
from ...domain import colleagues, group_membership
from ...errors import Forbidden, NotFound
from ...practices import documents
from ...practices.rows import LazyRows, Row
from ...store.state import Document, State, derive_assignment_id
from ...store.tenant import Tenant
from .collections import GROUPS
from .groups import MANAGE_ASSIGNMENTS, constraint_error

READ_USERS = "iam.user_read"
EXCLUSIVE_CODES = frozenset({"ADMIN", "BUYER", "REQUESTER"})  # a customer has one of them in each legal entity (O7)


def list_users(state: State, principal: Principal, group_id: str) -> Sequence[Row]:
    """Return the users of a group that the caller may see, in the order of their ids (O8); NotFound for no group."""
    documents.find_document(state, GROUPS, group_id)
    users = group_membership.users_of_group(state, group_id).values()
    if READ_USERS not in principal.scopes:
        users = [user for user in users if colleagues.is_colleague(state, principal, user["userId"])]
    return LazyRows(list(users), _user_row)


def list_groups(state: State, user_id: str) -> list[Document]:
    """Return the groups of a user."""
    return group_membership.list_groups_of_user(state, user_id)


def find_group(state: State, user_id: str, group_id: str) -> Document:
    """Return a group of a user; NotFound if the user is not in it."""
    if user_id not in group_membership.users_of_group(state, group_id):
        raise NotFound(group_id)
    return documents.find_document(state, GROUPS, group_id)


def add_user(tenant: Tenant, principal: Principal, group_id: str, user: Row) -> str:
    """Put a user into a group and return the id of the assignment.

    Forbidden (O8), NotFound (O6), or BadRequest, also for a user who is in the group already (O4, O6, O7).
    """

    def rule(state: State) -> tuple[State, str]:
        _check_scope(state, principal, user["userId"])
        user_type = user.get("userType", group_membership.EMPLOYEE)
        added = _with_user(tenant, state, group_id, user["userId"], user_type, place="/")
        if added is None:
            raise constraint_error("/userId", "duplicate", "The user is in this group already.", "O6")
        return added, derive_assignment_id(group_id, user["userId"])

    return tenant.change(rule)


def upsert_user(tenant: Tenant, group_id: str, user_type: str, user_id: str) -> str | None:
    """Put a user into a group and return the id of the assignment, or None for a user who is in it already (O6)."""

    def rule(state: State) -> tuple[State, str | None]:
        added = _with_user(tenant, state, group_id, user_id, user_type)
        return (state, None) if added is None else (added, derive_assignment_id(group_id, user_id))

    return tenant.change(rule)


def remove_user(tenant: Tenant, principal: Principal, group_id: str, user_id: str) -> None:
    """Take a user out of a group (O9); Forbidden (O8)."""

    def rule(state: State) -> tuple[State, None]:
        _check_scope(state, principal, user_id)
        return group_membership.without_group_user(state, group_id, user_id), None

    tenant.change(rule)


def remove_users(tenant: Tenant, group_id: str) -> None:
    """Take all users out of a group (O9)."""
    tenant.change(lambda state: (group_membership.without_users_of_group(state, group_id), None))


def leave_groups(tenant: Tenant, user_id: str) -> None:
    """Take a user out of all groups (O9)."""
    tenant.change(lambda state: (group_membership.without_groups_of_user(state, user_id), None))


def _user_row(user: Document) -> dict[str, Any]:
    return {"id": derive_assignment_id(user["groupId"], user["userId"]), **user}


def _with_user(
    tenant: Tenant, state: State, group_id: str, user_id: str, user_type: str, *, place: str = ""
) -> State | None:
    """Return a state with a user in a group, or None if the user is in it already.

    place: what errors write before the name of a field: a slash for the body, nothing for the path.
    """
    group = documents.find_document(state, GROUPS, group_id, rule="O6")
    is_customer, is_strict = user_type == group_membership.CUSTOMER, tenant.switches.references == "strict"
    if is_customer and is_strict and user_id not in state.customers:
        raise NotFound(user_id, rule="O6")
    if user_type != group["userType"]:
        detail = f"The group is for users of the type {group['userType']}."
        raise constraint_error(f"{place}userType", "enum", detail, "O4")
    if user_id in group_membership.users_of_group(state, group_id):
        return None
    _check_other_groups(group, group_membership.list_groups_of_user(state, user_id), f"{place}userId")
    row = {"groupId": group_id, "userId": user_id, "userType": user_type}
    return group_membership.with_group_user(state, row)


def _check_other_groups(group: Document, other_groups: Sequence[Document], field: str) -> None:
    """Raise BadRequest if the groups that a user is in already do not allow another one (O7)."""
    entity_id, is_exclusive = group_membership.legal_entity_id_of(group), group.get("code") in EXCLUSIVE_CODES
    for other in other_groups:
        is_same_entity = entity_id is not None and entity_id == group_membership.legal_entity_id_of(other)
        if is_exclusive and is_same_entity and other.get("code") in EXCLUSIVE_CODES:
            detail = f"The user is in the group {other['code']} of this legal entity already."
            raise constraint_error(field, "predefined", detail, "O7")
        if group["userType"] == group_membership.EMPLOYEE and other.get("vendorId") != group.get("vendorId"):
            raise constraint_error(field, "vendor", "The user is in groups of another vendor.", "O7")


def _check_scope(state: State, principal: Principal, user_id: str) -> None:
    """Raise Forbidden unless the caller may assign all users, or this one is a colleague (O8)."""
    if MANAGE_ASSIGNMENTS not in principal.scopes and not colleagues.is_colleague(state, principal, user_id):
        hint = f"a user of another company needs the scope {MANAGE_ASSIGNMENTS}"
        raise Forbidden(hint=hint, scopes=(MANAGE_ASSIGNMENTS,), rule="O8")
