"""What recorded calls say about groups and the users in them."""

from __future__ import annotations

from dataclasses import replace

from ...importing.row_imports import Imports, PublicFields, Removes, RowImport, Shows, Stores

GROUP = RowImport(collection="groups", fields={"id": ("{groupId}", "id", "<id")}, ignored=("metadata",))
STORED_GROUP = replace(GROUP, fields={**GROUP.fields, "userType": ("userType", "=EMPLOYEE")}, kept=("vendorId", "code"))
GROUP_USER = RowImport(
    collection="groupUsers",
    fields={"groupId": ("groupId", "{groupId}"), "userId": ("userId", "{userId}")},
    ignored=("id",),
)
STORED_USER = RowImport(
    collection="groupUsers",
    fields={
        "groupId": "{groupId}",
        "userId": ("{userId}", "userId"),
        "userType": ("{userType}", "userType", "=EMPLOYEE"),
    },
)
# The group of a user also says that the user is in it, as one of the type that the group is for.
GROUP_OF_USER = replace(
    GROUP,
    fields={},
    parts={
        ".": RowImport(
            collection="groupUsers",
            fields={"groupId": "id", "userId": "{userId}", "userType": "userType"},
            has_only_fields=True,
        )
    },
)

CONTROL = RowImport(
    collection="accessControls",
    fields={"id": ("id", "{accessControlId}")},
    ignored=("metadata", "role", "roleId", "resource", "resourceId"),
)
SCOPE = RowImport(collection="customScopes", fields={"id": "{scopeId}"}, ignored=("metadata",))

PUBLIC_FIELDS: PublicFields = {"groups": ("name", "code"), "accessControls": ("name",)}

IMPORTS: Imports = {
    "GET-iam-list-tenant-user-groups": [Shows(replace(GROUP, fields={}))],
    "POST-iam-create-user-group": [Stores(STORED_GROUP)],
    "GET-iam-retrieve-users-group": [Shows(GROUP)],
    "PUT-iam-update-user-group": [Stores(STORED_GROUP)],
    "DELETE-iam-remove-user-group": [Removes("groups", {"id": "{groupId}"})],
    "GET-iam-list-group-users": [Shows(GROUP_USER)],
    "POST-iam-add-user-to-group": [Stores(STORED_USER)],
    "DELETE-iam-remove-all-users": [Removes("groupUsers", {"groupId": "{groupId}"})],
    "PUT-iam-update-user-to-group": [Stores(STORED_USER)],
    "DELETE-iam-remove-user-from-group": [Removes("groupUsers", {"groupId": "{groupId}", "userId": "{userId}"})],
    "GET-iam-retrieve-user-groups": [Shows(GROUP_OF_USER)],
    "DELETE-iam-remove-user-from-all-groups": [Removes("groupUsers", {"userId": "{userId}"})],
    "GET-iam-retrieve-user-group": [Shows(GROUP_OF_USER)],
    "GET-iam-retrieve-own-user-scopes": [],
    "GET-iam-list-tenant-scopes": [],
    "GET-iam-retrieve-scope": [],
    "PUT-iam-upsert-custom-scope": [Stores(SCOPE)],
    "DELETE-iam-delete-custom-scope": [Removes("customScopes", {"id": "{scopeId}"})],
    "GET-iam-list-tenant-access-controls": [Shows(CONTROL)],
    "GET-iam-retrieve-access-control": [Shows(CONTROL)],
    "PUT-iam-upsert-access-control": [Stores(CONTROL)],
    "DELETE-iam-delete-access-control": [Removes("accessControls", {"id": "{accessControlId}"})],
    "GET-iam-list-access-control-templates": [],
    "GET-iam-list-group-access-controls": [Shows(CONTROL)],
    "GET-iam-list-user-access-controls": [Shows(CONTROL)],
    "GET-iam-retrieve-user-access-controls": [Shows(CONTROL)],
    "GET-iam-retrieve-user-scopes": [],
}
