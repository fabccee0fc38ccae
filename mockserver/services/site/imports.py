"""What recorded calls say about sites."""

from __future__ import annotations

from ...importing.row_imports import Imports, Merges, PublicFields, Removes, RowImport, Shows, Stores

SITE = RowImport(collection="sites", fields={"code": ("code", "{siteCode}")}, ignored=("metadata",))

PUBLIC_FIELDS: PublicFields = {"sites": ("code", "name", "homeBase")}

IMPORTS: Imports = {
    "GET-site-settings-list-site-configurations": [Shows(SITE)],
    "GET-site-settings-retrieve-site-config": [Shows(SITE)],
    "GET-site-settings-list-site-codes": [],
    "POST-site-settings-create-site": [Stores(SITE)],
    "PUT-site-settings-update-site-config": [Stores(SITE)],
    "PATCH-site-settings-update-site": [Merges(SITE)],
    "DELETE-site-settings-remove-site": [Removes("sites", {"code": "{siteCode}"})],
    "GET-site-settings-list-site-mixins": [],
    "POST-site-settings-create-site-mixin": [],
    "GET-site-settings-retrieve-site-mixin": [],
    "PUT-site-settings-update-site-mixin": [],
    "PATCH-site-settings-update-site-mixin": [],
    "DELETE-site-settings-remove-site-mixin": [],
}
