"""What recorded calls say about customers and their legal entities."""

from __future__ import annotations

from dataclasses import replace

from ...importing.profiles import CUSTOMER_PROFILE
from ...importing.row_imports import Imports, Merges, Removes, RowImport, Shows, Stores

NUMBER = "{customerNumber}"
WRITTEN_CUSTOMER = replace(
    CUSTOMER_PROFILE,
    fields={
        "id": (NUMBER, "<id", "id"),
        "email": "contactEmail",
        "contactEmail": (),
        "companyRegistrationId": "b2b.companyRegistrationId",
    },
)
CHANGED_CUSTOMER = replace(
    CUSTOMER_PROFILE,
    fields={"id": NUMBER, "contactEmail": "contactEmail", "companyRegistrationId": "b2b.companyRegistrationId"},
    ignored=("customerNumber", "metadata"),
)
CUSTOMER_ADDRESS = RowImport(
    collection="customers", fields={"id": NUMBER}, additions={"addresses": "."}, has_only_fields=True
)

IMPORTS: Imports = {
    "GET-customer-tenant-list-customers": [Shows(CUSTOMER_PROFILE)],
    "GET-caas-customer-list-customers": [Shows(CUSTOMER_PROFILE)],
    "POST-customer-tenant-search": [Shows(CUSTOMER_PROFILE)],
    "GET-customer-tenant-retrieve-customer": [Shows(CUSTOMER_PROFILE)],
    "POST-customer-tenant-create-customer": [Stores(WRITTEN_CUSTOMER)],
    "PUT-customer-tenant-update-customer": [Merges(CHANGED_CUSTOMER)],
    "PATCH-customer-tenant-update-customer": [Merges(CHANGED_CUSTOMER)],
    "DELETE-customer-tenant-remove-customer": [Removes("customers", {"id": NUMBER})],
    "GET-customer-tenant-list-customer-addresses": [Shows(CUSTOMER_ADDRESS)],
    "POST-customer-tenant-add-customer-address": [],
    "GET-customer-tenant-retrieve-customer-address-by-id": [],
    "PUT-customer-tenant-update-customer-address": [],
    "PATCH-customer-tenant-update-customer-address": [],
    "DELETE-customer-tenant-remove-customer-address": [],
    "POST-customer-tenant-add-address-tags": [],
    "DELETE-customer-tenant-remove-address-tags": [],
}
