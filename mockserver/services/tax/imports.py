"""What recorded calls say about tax classes."""

from __future__ import annotations

from ...importing.row_imports import Imports, PublicFields, Removes, RowImport, Shows, Stores

TAX = RowImport(
    collection="taxes",
    fields={"locationCode": ("locationCode", "location.countryCode")},
    ignored=("metadata",),
)

PUBLIC_FIELDS: PublicFields = {"taxes": ("locationCode", "location", "taxClasses")}

IMPORTS: Imports = {
    "GET-tax-list-configurations": [Shows(TAX)],
    "POST-tax-create-configuration": [Stores(TAX)],
    "PUT-tax-update-configuration-by-location": [Stores(TAX)],
    "DELETE-tax-remove-configuration-by-location": [Removes("taxes", {"locationCode": "{locationCode}"})],
    "GET-tax-retrieve-configuration-by-location": [Shows(TAX)],
    "PUT-tax-calculate-commands": [],
}
