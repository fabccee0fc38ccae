"""What recorded calls say about legal entities and the customers who are their contacts."""

from __future__ import annotations

from dataclasses import replace

from ...importing.profiles import LEGAL_ENTITY
from ...importing.row_imports import Imports, Removes, RowImport, Shows, Stores

CONTACT = RowImport(
    collection="customers",
    fields={
        "id": "customer.id",
        "firstName": "customer.name",
        "lastName": "customer.surname",
        "email": "customer.email",
    },
    additions={"legalEntities": "legalEntity.id"},
    parts={"legalEntity": LEGAL_ENTITY},
    has_only_fields=True,
)
STORED_ENTITY = replace(LEGAL_ENTITY, fields={"id": ("id", "{legalEntityId}", "<id")})
LOCATION = RowImport(collection="locations", fields={"id": ("id", "{locationId}", "<id")}, ignored=("metadata",))

IMPORTS: Imports = {
    "GET-customer-mgmt-list-legal-entities": [Shows(LEGAL_ENTITY)],
    "POST-customer-mgmt-search-legal-entities": [Shows(LEGAL_ENTITY)],
    "GET-customer-mgmt-retrieve-legal-entity": [Shows(LEGAL_ENTITY)],
    "GET-customer-mgmt-list-contact-assignments": [Shows(CONTACT)],
    "GET-customer-mgmt-retrieve-contact-assignment": [Shows(CONTACT)],
    "POST-customer-mgmt-create-legal-entity": [Stores(STORED_ENTITY)],
    "PUT-customer-mgmt-update-legal-entity": [Stores(STORED_ENTITY)],
    "DELETE-customer-mgmt-remove-legal-entity": [Removes("legalEntities", {"id": "{legalEntityId}"})],
    "GET-customer-mgmt-retrieve-legal-entity-parent-hierarchy": [Shows(LEGAL_ENTITY)],
    "POST-customer-mgmt-create-contact-assignment": [],
    "PUT-customer-mgmt-update-contact-assignment": [],
    "DELETE-customer-mgmt-remove-contact-assignment": [],
    "GET-customer-mgmt-list-all-locations": [Shows(LOCATION)],
    "POST-customer-mgmt-create-location": [Stores(LOCATION)],
    "GET-customer-mgmt-retrieve-location": [Shows(LOCATION)],
    "PUT-customer-mgmt-update-location": [Stores(LOCATION)],
    "DELETE-customer-mgmt-remove-location": [Removes("locations", {"id": "{locationId}"})],
}
