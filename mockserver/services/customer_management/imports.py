"""What recorded calls say about legal entities and the customers who are their contacts."""

from __future__ import annotations

from ...importing.profiles import LEGAL_ENTITY
from ...importing.row_imports import Imports, RowImport, Shows

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

IMPORTS: Imports = {
    "GET-customer-mgmt-list-legal-entities": [Shows(LEGAL_ENTITY)],
    "POST-customer-mgmt-search-legal-entities": [Shows(LEGAL_ENTITY)],
    "GET-customer-mgmt-retrieve-legal-entity": [Shows(LEGAL_ENTITY)],
    "GET-customer-mgmt-list-contact-assignments": [Shows(CONTACT)],
    "GET-customer-mgmt-retrieve-contact-assignment": [Shows(CONTACT)],
}
