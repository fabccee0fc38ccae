"""What recorded calls say about brands."""

from __future__ import annotations

from dataclasses import replace

from ...importing.row_imports import Imports, Merges, PublicFields, Removes, RowImport, Shows, Stores

BRAND = RowImport(collection="brands", fields={"id": ("id", "<id")}, ignored=("metadata",))
NAMED_BRAND = replace(BRAND, fields={"id": "{brandId}"})

PUBLIC_FIELDS: PublicFields = {"brands": ("id", "name", "localizedName", "description", "localizedDescription")}

IMPORTS: Imports = {
    "GET-brand-list-brands": [Shows(BRAND)],
    "POST-brand-create-brand": [Stores(BRAND)],
    "GET-brand-retrieve-brand": [Shows(BRAND)],
    "PUT-brand-update-brand": [Stores(NAMED_BRAND)],
    "PATCH-brand-update-brand": [Merges(NAMED_BRAND)],
    "DELETE-brand-remove-brand": [Removes("brands", {"id": "{brandId}"})],
}
