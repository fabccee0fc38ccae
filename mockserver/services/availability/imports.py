"""What recorded calls say about the availability of products."""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.stock import AVAILABILITIES, availability_id
from ...importing.recorded_call import RecordedCall
from ...importing.row_imports import CallImport, Change, Imports, PublicFields, Removes, RowImport, Shows, Stores, Tells

SHOWN = Shows(RowImport(collection=AVAILABILITIES, ignored=("metadata", "bundleAvailabilities")))
KEY = {"productId": "{productId}", "site": "{site}"}
STORED = Stores(RowImport(collection=AVAILABILITIES, fields=KEY, ignored=("metadata",)))
ELEMENTS = Stores(RowImport(collection=AVAILABILITIES, ignored=("metadata",)))
REMOVED_ELEMENTS = Removes(AVAILABILITIES, {"productId": "productId", "site": "site"})


def _identify(rows: CallImport) -> list[CallImport]:
    """Return an import of the same rows, each with the id that follows from its product and site (V1)."""

    def read(call: RecordedCall) -> Iterator[Change]:
        for change in rows.read(call):
            product_id, site = change.values.get("productId"), change.values.get("site")
            if isinstance(product_id, str) and isinstance(site, str):
                yield change._replace(values={**change.values, "id": availability_id(product_id, site)})

    return [Tells(read)]


PUBLIC_FIELDS: PublicFields = {AVAILABILITIES: ("site", "stockLevel")}

IMPORTS: Imports = {
    "GET-availability-list-availabilities": _identify(SHOWN),
    "GET-availability-retrieve-availability-site": _identify(SHOWN),
    "POST-availability-search-products-site": _identify(SHOWN),
    "GET-availability-retrieve-product": _identify(SHOWN),
    "POST-availability-add-product": _identify(STORED),
    "PUT-availability-update-product": _identify(STORED),
    "DELETE-availability-remove-product": _identify(Removes(AVAILABILITIES, KEY)),
    "POST-availability-tenant-availability-bulk": _identify(ELEMENTS),
    "PUT-availability-tenant-availability-bulk": _identify(ELEMENTS),
    "DELETE-availability-tenant-availability-bulk": _identify(REMOVED_ELEMENTS),
}
