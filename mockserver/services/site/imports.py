"""What recorded calls say about sites."""

from __future__ import annotations

from ...importing.row_imports import Imports, PublicFields, RowImport, Shows

SITE = RowImport(collection="sites", ignored=("taxDeterminationBasedOn", "metadata"))

PUBLIC_FIELDS: PublicFields = {"sites": ("code", "name", "homeBase")}

IMPORTS: Imports = {
    "GET-site-settings-list-site-configurations": [Shows(SITE)],
    "GET-site-settings-retrieve-site-config": [Shows(SITE)],
}
