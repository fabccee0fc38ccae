"""Customers and legal entities as several services show them."""

from __future__ import annotations

from .row_imports import RowImport

LEGAL_ENTITY = RowImport(collection="legalEntities", ignored=("metadata", "contactAssignmentId"))
CUSTOMER_PROFILE = RowImport(
    collection="customers",
    fields={
        "id": ("id", "customerNumber"),
        "email": ("email", "contactEmail"),
        "contactEmail": (),
        "companyRegistrationId": "b2b.companyRegistrationId",
        "legalEntities": "b2b.legalEntities.id",
    },
    parts={"b2b.legalEntities": LEGAL_ENTITY},
    ignored=(
        *("customerNumber", "contactEmail", "businessModel", "active", "onHold", "accounts", "defaultAddress"),
        *("metadata", "metadataCreatedAt", "metadataModifiedAt"),
    ),
)
