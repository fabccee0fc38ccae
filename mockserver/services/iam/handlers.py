"""Handlers of the IAM Service."""

from __future__ import annotations

from ...domain.group_membership import USER_TYPES
from ...errors import INVALID_PARAMETERS, BadRequest
from ...messages import Call, Handler, Listing, Reply
from ...practices import documents
from ...practices.document_handlers import list_documents, present_stored, read_document
from ...practices.rows import LazyRows
from ...store.state import Document
from . import group_users, groups
from .access_handlers import ACCESS_HANDLERS
from .collections import GROUPS
from .days import read_start_of_day


def select_groups(call: Call) -> list[Document]:
    """Return the groups that the caller may see, and that two parameters of the list ask for (O1, O2)."""
    selected = groups.visible_groups(call.tenant.state, call.principal)
    if "userType" in call.query:
        user_type = _read_user_type(call.query["userType"])
        selected = [group for group in selected if group["userType"] == user_type]
    if "metadataModifiedAt" in call.query:
        start = read_start_of_day(call.query["metadataModifiedAt"])
        selected = [group for group in selected if documents.revision_of(group).modified_at > start]
    return selected


def post_group(call: Call) -> Reply:
    """Create a group."""
    return Reply(201, {"id": groups.create_group(call.tenant, call.body)})


def put_group(call: Call) -> Reply:
    """Create or replace a group."""
    group_id = call.path["groupId"]
    return Reply(201, {"id": group_id}) if groups.upsert_group(call.tenant, group_id, call.body) else Reply(204)


def delete_group(call: Call) -> Reply:
    """Delete a group."""
    force = call.query.get("forceDelete", False)
    groups.remove_group(call.tenant, call.principal, call.path["groupId"], force=force)
    return Reply(204)


def get_group_users(call: Call) -> Listing:
    """List the users of a group."""
    return Listing(group_users.list_users(call.tenant.state, call.principal, call.path["groupId"]))


def post_group_user(call: Call) -> Reply:
    """Put a user into a group."""
    return Reply(201, {"id": group_users.add_user(call.tenant, call.principal, call.path["groupId"], call.body)})


def put_group_user(call: Call) -> Reply:
    """Put a user into a group, unless the user is in it already."""
    path = call.path
    id_ = group_users.upsert_user(call.tenant, path["groupId"], path["userType"], path["userId"])
    return Reply(204) if id_ is None else Reply(201, {"id": id_})


def delete_group_user(call: Call) -> Reply:
    """Take a user out of a group."""
    group_users.remove_user(call.tenant, call.principal, call.path["groupId"], call.path["userId"])
    return Reply(204)


def delete_group_users(call: Call) -> Reply:
    """Take all users out of a group."""
    group_users.remove_users(call.tenant, call.path["groupId"])
    return Reply(204)


def get_user_groups(call: Call) -> Listing:
    """List the groups of a user."""
    state = call.tenant.state
    return Listing(LazyRows(group_users.list_groups(state, call.path["userId"]), present_stored(state)))


def get_user_group(call: Call) -> Reply:
    """Return one group of a user."""
    state = call.tenant.state
    return Reply(200, present_stored(state)(group_users.find_group(state, call.path["userId"], call.path["groupId"])))


def delete_user_groups(call: Call) -> Reply:
    """Take a user out of all groups."""
    group_users.leave_groups(call.tenant, call.path["userId"])
    return Reply(204)


def _read_user_type(text: str) -> str:
    if text.upper() not in USER_TYPES:
        detail = f"must be {' or '.join(USER_TYPES)}"
        raise BadRequest(INVALID_PARAMETERS, field="userType", error_type="enum", detail=detail, rule="O2")
    return text.upper()


HANDLERS: dict[str, Handler] = {
    "GET-iam-list-tenant-user-groups": list_documents(GROUPS, select=select_groups),
    "POST-iam-create-user-group": post_group,
    "GET-iam-retrieve-users-group": read_document(GROUPS, "groupId"),
    "PUT-iam-update-user-group": put_group,
    "DELETE-iam-remove-user-group": delete_group,
    "GET-iam-list-group-users": get_group_users,
    "POST-iam-add-user-to-group": post_group_user,
    "DELETE-iam-remove-all-users": delete_group_users,
    "PUT-iam-update-user-to-group": put_group_user,
    "DELETE-iam-remove-user-from-group": delete_group_user,
    "GET-iam-retrieve-user-groups": get_user_groups,
    "DELETE-iam-remove-user-from-all-groups": delete_user_groups,
    "GET-iam-retrieve-user-group": get_user_group,
    **ACCESS_HANDLERS,
}
