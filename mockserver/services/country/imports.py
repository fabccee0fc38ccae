"""What recorded calls say about countries and regions."""

from __future__ import annotations

from ...importing.row_imports import Imports, Merges, PublicFields, RowImport, Shows

COUNTRY = RowImport(collection="countries", ignored=("metadata",))
REGION = RowImport(collection="regions", ignored=("metadata",))
CHANGED_COUNTRY = RowImport(
    collection="countries", fields={"code": "{countryCode}", "active": "active"}, has_only_fields=True
)

PUBLIC_FIELDS: PublicFields = {"countries": ("code", "name", "regions"), "regions": ("code", "name")}

IMPORTS: Imports = {
    "GET-country-list-all-countries": [Shows(COUNTRY)],
    "GET-country-retrieve-country": [Shows(COUNTRY)],
    "PATCH-country-update-country": [Merges(CHANGED_COUNTRY)],
    "GET-country-list-all-regions": [Shows(REGION)],
    "GET-country-retrieve-region": [Shows(REGION)],
}
