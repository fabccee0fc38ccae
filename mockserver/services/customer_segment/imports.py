"""What recorded calls say about segments, and about the customers, groups and items that are assigned to them."""

from __future__ import annotations

from dataclasses import replace

from ...importing.row_imports import CALLER, Imports, Patches, PublicFields, Removes, RowImport, Shows, Stores

SEGMENT_OF = {"segmentId": ("segmentId", "{segmentId}")}
CUSTOMER_KEY = {"segmentId": "{segmentId}", "customerId": "{customerId}", "legalEntityId": "{legalEntityId}"}
GROUP_KEY = {"segmentId": "{segmentId}", "groupId": "{groupId}"}
ITEM_KEY = {"segmentId": "{segmentId}", "type": "{type}", "itemId": "{itemId}"}

SEGMENT = RowImport(collection="segments", fields={"id": ("{segmentId}", "id", "<id")})
STORED_SEGMENT = replace(SEGMENT, fields={**SEGMENT.fields, "status": ("status", "=INACTIVE")})
# A customer's own segments are those that the customer is assigned to, or is in through a group.
OWN_SEGMENT = replace(
    SEGMENT,
    fields={},
    parts={
        ".": RowImport(
            collection="customerAssignments",
            fields={"segmentId": "id", "customerId": CALLER, "legalEntityId": "?legalEntityId"},
            has_only_fields=True,
            is_implied=True,
        )
    },
)
LISTED_SEGMENT = replace(
    OWN_SEGMENT,
    parts={
        ".": RowImport(
            collection="customerAssignments",
            fields={"segmentId": "id", "customerId": "?customerId", "legalEntityId": "?legalEntityId"},
            has_only_fields=True,
            is_implied=True,
        )
    },
)
CUSTOMER_ASSIGNMENT = RowImport(
    collection="customerAssignments",
    fields={"segmentId": "{segmentId}", "customerId": "customer.id", "legalEntityId": "legalEntity.id"},
    parts={
        "customer": RowImport(collection="customers", additions={"legalEntities": "^legalEntity.id"}),
        "legalEntity": RowImport(collection="legalEntities"),
    },
)
GROUP_ASSIGNMENT = RowImport(
    collection="groupAssignments",
    fields={**SEGMENT_OF, "groupId": "group.id"},
    parts={"group": RowImport(collection="groups", fields={"userType": "=CUSTOMER"})},
)
ITEM_ASSIGNMENT = RowImport(
    collection="itemAssignments",
    fields={**SEGMENT_OF, "itemId": "item.id", "type": ("type", "{type}")},
    parts={
        "item": (
            RowImport(collection="products", condition=("^type", "PRODUCT")),
            RowImport(collection="categories", condition=("^type", "CATEGORY")),
        )
    },
)
ASSIGNED_CATEGORY = RowImport(
    collection="categories",
    fields={"parentId": ("parentId", "^id")},
    children="subcategories",
    ignored=("isSegmentAssigned",),
)


def _stored_customer(*, is_bulk: bool) -> RowImport:
    """Return how the assignment of a customer is stored, who then belongs to its legal entity."""
    entity = "legalEntityId" if is_bulk else "{legalEntityId}"
    customer = "customerId" if is_bulk else "{customerId}"
    return RowImport(
        collection="customerAssignments",
        fields={
            "segmentId": "{segmentId}",
            "customerId": customer,
            "legalEntityId": entity,
            "assignmentType": "=MANUAL",
        },
        parts={
            ".": RowImport(
                collection="customers",
                fields={"id": customer},
                additions={"legalEntities": entity},
                has_only_fields=True,
            )
        },
    )


CUSTOMER = Stores(_stored_customer(is_bulk=False))
REMOVED_CUSTOMER = Removes("customerAssignments", CUSTOMER_KEY)

PUBLIC_FIELDS: PublicFields = {"segments": ("name",)}

IMPORTS: Imports = {
    "GET-customer-segment-retrieve-segments": [Shows(LISTED_SEGMENT)],
    "POST-customer-segment-search-segments": [Shows(replace(SEGMENT, fields={}))],
    "GET-customer-segment-retrieve-own-segments": [Shows(OWN_SEGMENT)],
    "GET-customer-segment-retrieve-segment": [Shows(SEGMENT)],
    "POST-customer-segment-create-segment": [Stores(STORED_SEGMENT)],
    "PUT-customer-segment-update-segment": [Stores(STORED_SEGMENT)],
    "PATCH-customer-segment-update-segment": [Patches("segments", {"id": "{segmentId}"})],
    "DELETE-customer-segment-remove-segment": [Removes("segments", {"id": "{segmentId}"})],
    "POST-customer-segment-create-segments-bulk": [Stores(STORED_SEGMENT)],
    "PUT-customer-segment-update-segments-bulk": [Stores(STORED_SEGMENT)],
    "DELETE-customer-segment-remove-segments-bulk": [Removes("segments", {"id": "."})],
    "POST-customer-segment-check-match": [],
    "GET-customer-segment-retrieve-customers": [Shows(CUSTOMER_ASSIGNMENT)],
    "POST-customer-segment-search-customers": [Shows(CUSTOMER_ASSIGNMENT)],
    "GET-customer-segment-retrieve-customer-by-customerId": [Shows(CUSTOMER_ASSIGNMENT)],
    "PUT-customer-segment-update-customer-by-customerId": [CUSTOMER],
    "DELETE-customer-segment-remove-customer-by-customerId": [REMOVED_CUSTOMER],
    "GET-customer-segment-retrieve-customer": [Shows(CUSTOMER_ASSIGNMENT)],
    "PUT-customer-segment-update-customer": [CUSTOMER],
    "DELETE-customer-segment-remove-customer": [REMOVED_CUSTOMER],
    "PUT-customer-segment-update-customers-bulk": [Stores(_stored_customer(is_bulk=True))],
    "DELETE-customer-segment-remove-customers-bulk": [
        Removes(
            "customerAssignments",
            {"segmentId": "{segmentId}", "customerId": "customerId", "legalEntityId": "legalEntityId"},
        )
    ],
    "GET-customer-segment-retrieve-groups": [Shows(GROUP_ASSIGNMENT)],
    "POST-customer-segment-search-groups": [Shows(GROUP_ASSIGNMENT)],
    "GET-customer-segment-retrieve-group": [Shows(GROUP_ASSIGNMENT)],
    "PUT-customer-segment-update-group": [Stores(RowImport(collection="groupAssignments", fields=GROUP_KEY))],
    "DELETE-customer-segment-remove-group": [Removes("groupAssignments", GROUP_KEY)],
    "GET-customer-segment-retrieve-category-trees": [Shows(ASSIGNED_CATEGORY)],
    "GET-customer-segment-retrieve-segments-items": [Shows(ITEM_ASSIGNMENT)],
    "GET-customer-segment-retrieve-segment-items": [Shows(ITEM_ASSIGNMENT)],
    "POST-customer-segment-search-items": [Shows(ITEM_ASSIGNMENT)],
    "GET-customer-segment-retrieve-item": [Shows(ITEM_ASSIGNMENT)],
    "PUT-customer-segment-update-item": [Stores(RowImport(collection="itemAssignments", fields=ITEM_KEY))],
    "DELETE-customer-segment-remove-item": [Removes("itemAssignments", ITEM_KEY)],
    "PUT-customer-segment-update-items-bulk": [
        Stores(RowImport(collection="itemAssignments", fields={**ITEM_KEY, "itemId": "id"}))
    ],
    "DELETE-customer-segment-remove-items-bulk": [Removes("itemAssignments", {**ITEM_KEY, "itemId": "."})],
}
