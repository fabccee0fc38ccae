"""What the service stores: segments, and the customers, groups and items that are assigned to them."""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.group_membership import CUSTOMER
from ...store.collection import ChangeText, Row, Sections, TargetByField, Violation
from ...store.row_defaults import Draft, copy_field
from ...store.row_generation import RowGenerator
from ...store.row_schemas import CHOSEN_ID, CHOSEN_TEXTS, METADATA, MIXINS, TEXT, VALIDITY, closed_object, describe
from . import sample_rows
from .stored_rows import (
    ITEM_SECTIONS,
    CustomerAssignmentCollection,
    GroupAssignmentCollection,
    ItemAssignmentCollection,
    SegmentCollection,
)

ASSIGNMENT_TYPE = {"enum": ["MANUAL", "AUTOMATIC"]}
ITEM_TYPE = {"enum": list(ITEM_SECTIONS)}


def check_memberships(world: Sections) -> Iterator[Violation]:
    """Yield the assignments for a legal entity that the customer does not belong to.

    A missing customer is another mistake.
    """
    entities = {row["id"]: row.get("legalEntities", ()) for row in world.get("customers", ())}
    for index, row in enumerate(world.get("customerAssignments", ())):
        entity = row.get("legalEntityId")
        if entity is not None and entity not in entities.get(row["customerId"], (entity,)):
            place = f"/customerAssignments/{index}/legalEntityId"
            yield place, f"customer {row['customerId']!r} does not belong to {entity!r}"


def check_assigned_groups(world: Sections) -> Iterator[Violation]:
    """Yield the assignments of groups that are not for customers (D18)."""
    user_types = {row["id"]: row["userType"] for row in world.get("groups", ())}
    for index, row in enumerate(world.get("groupAssignments", ())):
        user_type = user_types.get(row["groupId"], CUSTOMER)
        if user_type != CUSTOMER:
            yield f"/groupAssignments/{index}/groupId", f"group {row['groupId']!r} is for the type {user_type}"


def _default_site_code(_: Row, draft: Draft) -> str:
    """Return the default site; if the world has no site, the name that one would have."""
    sites = [*(site for site in draft.rows("sites") if site.get("default")), *draft.rows("sites")]
    return sites[0]["code"] if sites else "main"


def _default_item_type(row: Row, draft: Draft) -> str:
    """Return PRODUCT, unless only a category has the id."""
    is_product = draft.find_row("products", row["itemId"])
    return "CATEGORY" if not is_product and draft.find_row("categories", row["itemId"]) else "PRODUCT"


def _tell_assignments(one: str, many: str) -> dict[str, ChangeText]:
    """Return how changes of assignments are told: of one that a field refers to, and of many."""
    return {
        "added": ChangeText(f"{one} was added to {{segmentId}}", f"{{count}} {many} were added to {{segmentId}}"),
        "removed": ChangeText(
            f"{one} was removed from {{segmentId}}", f"{{count}} {many} were removed from {{segmentId}}"
        ),
        "changed": ChangeText(
            f"the assignment of {one} to {{segmentId}} was changed",
            f"the assignments of {{count}} {many} to {{segmentId}} were changed",
        ),
    }


FOR_ENTITY = "{segmentId}[ for {legalEntityId}]"

SEGMENTS = SegmentCollection(
    name="segments",
    description="Segments. Customers see only the ACTIVE ones that they belong to.",
    defaults={"name": copy_field("id"), "status": "INACTIVE", "siteCode": _default_site_code, "metadata": {}},
    references={"siteCode": "sites"},
    generator=RowGenerator(make_row=sample_rows.generate_segment, default_count=10),
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Id of the segment.", examples=["regulars"]),
            "name": describe(CHOSEN_TEXTS, "Name by language, or a plain text; the id if left out."),
            "description": describe(CHOSEN_TEXTS, "Description by language, or a plain text."),
            "status": {
                "description": "Customers see ACTIVE segments only. INACTIVE if left out, as in the API.",
                "enum": ["ACTIVE", "INACTIVE"],
            },
            "siteCode": describe(TEXT, "Code of the segment's site; the default site if left out."),
            "validity": describe(VALIDITY, "Period of the segment; it counts with --active status-and-validity."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("id",),
    ),
)
CUSTOMER_ASSIGNMENTS = CustomerAssignmentCollection(
    name="customerAssignments",
    description="Customers of segments; with a legal entity, the customer is in the segment when acting for it.",
    defaults={"assignmentType": "MANUAL", "metadata": {}},
    key=("segmentId", "customerId", "legalEntityId"),
    references={"segmentId": "segments", "customerId": "customers", "legalEntityId": "legalEntities"},
    check=check_memberships,
    told_by="segmentId",
    change_texts={
        "added": ChangeText(f"{{customerId}} joined {FOR_ENTITY}", "{count} customers joined {segmentId}"),
        "removed": ChangeText(f"{{customerId}} left {FOR_ENTITY}", "{count} customers left {segmentId}"),
        "changed": ChangeText(
            f"the assignment of {{customerId}} to {FOR_ENTITY} was changed",
            "the assignments of {count} customers to {segmentId} were changed",
        ),
    },
    generator=RowGenerator(make_row=sample_rows.generate_customer_assignment, default_count=40),
    schema=closed_object(
        {
            "segmentId": describe(CHOSEN_ID, "Id of the segment."),
            "customerId": describe(CHOSEN_ID, "Id of the customer."),
            "legalEntityId": describe(CHOSEN_ID, "One of the customer's legal entities; without it, any of them."),
            "assignmentType": describe(ASSIGNMENT_TYPE, "Who assigned the customer; only worlds have AUTOMATIC ones."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("segmentId", "customerId"),
    ),
)
GROUP_ASSIGNMENTS = GroupAssignmentCollection(
    name="groupAssignments",
    description="IAM groups of segments; their customers belong to the segment too.",
    key=("segmentId", "groupId"),
    defaults={"metadata": {}},
    references={"segmentId": "segments", "groupId": "groups"},
    check=check_assigned_groups,
    told_by="segmentId",
    change_texts=_tell_assignments("{groupId}", "groups"),
    generator=RowGenerator(make_row=sample_rows.generate_group_assignment, default_count=3),
    schema=closed_object(
        {
            "segmentId": describe(CHOSEN_ID, "Id of the segment."),
            "groupId": describe(CHOSEN_ID, "Id of the group, which must be for customers."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("segmentId", "groupId"),
    ),
)
ITEM_ASSIGNMENTS = ItemAssignmentCollection(
    name="itemAssignments",
    description="Products and categories of segments.",
    defaults={"type": _default_item_type, "metadata": {}},
    key=("segmentId", "type", "itemId"),
    references={
        "segmentId": "segments",
        "itemId": TargetByField("type", ITEM_SECTIONS),
    },
    generator=RowGenerator(make_row=sample_rows.generate_item_assignment, default_count=120),
    told_by="segmentId",
    change_texts=_tell_assignments("{itemId}", "items"),
    schema=closed_object(
        {
            "segmentId": describe(CHOSEN_ID, "Id of the segment."),
            "type": describe(ITEM_TYPE, "What the item is; PRODUCT if left out, unless only a category has the id."),
            "itemId": describe(CHOSEN_ID, "Id of the product or category."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("segmentId", "itemId"),
    ),
)

COLLECTIONS = (SEGMENTS, CUSTOMER_ASSIGNMENTS, GROUP_ASSIGNMENTS, ITEM_ASSIGNMENTS)
