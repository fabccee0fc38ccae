"""What recorded calls say about tax classes."""

from __future__ import annotations

from ...importing.row_imports import Imports, PublicFields, RowImport, Shows

TAX = RowImport(
    collection="taxes",
    fields={"locationCode": ("locationCode", "location.countryCode")},
    ignored=("metadata",),
)

PUBLIC_FIELDS: PublicFields = {"taxes": ("locationCode", "location", "taxClasses")}

IMPORTS: Imports = {
    "GET-tax-list-configurations": [Shows(TAX)],
    "GET-tax-retrieve-configuration-by-location": [Shows(TAX)],
}
