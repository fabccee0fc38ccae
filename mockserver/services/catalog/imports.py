"""What recorded calls say about catalogs."""

from __future__ import annotations

from dataclasses import replace

from ...importing.row_imports import Imports, Merges, PublicFields, Removes, RowImport, Shows, Stores

CATALOG = RowImport(collection="catalogs", fields={"id": ("id", "<id")}, ignored=("status", "metadata"))
NAMED_CATALOG = replace(CATALOG, fields={"id": "{catalogId}"})

PUBLIC_FIELDS: PublicFields = {"catalogs": ("id", "name", "description")}

IMPORTS: Imports = {
    "GET-catalog-list-catalogs": [Shows(CATALOG)],
    "GET-catalog-list-catalogs-for-category": [Shows(CATALOG)],
    "POST-catalog-create-catalog": [Stores(CATALOG)],
    "GET-catalog-retrieve-catalog": [Shows(CATALOG)],
    "PUT-catalog-update-catalog": [Stores(NAMED_CATALOG)],
    "PATCH-catalog-update-catalog-properties": [Merges(NAMED_CATALOG)],
    "DELETE-catalog-remove-catalog": [Removes("catalogs", {"id": "{catalogId}"})],
}
