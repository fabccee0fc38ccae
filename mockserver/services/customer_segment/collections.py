"""What the service stores: segments, and the customers, groups and items that are assigned to them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from ...domain.group_membership import CUSTOMER
from ...store.collection import ChangeText, Collection, DividedCollection, Row, Sections, TargetByField, Violation
from ...store.row_defaults import Draft, copy_field
from ...store.row_generation import RowGenerator
from ...store.row_schemas import CHOSEN_ID, CHOSEN_TEXTS, METADATA, MIXINS, TEXT, VALIDITY, closed_object, describe
from ...store.state import (
    CustomerAssignment,
    GroupAssignment,
    ItemAssignment,
    Items,
    Members,
    Revision,
    SegmentGroups,
    State,
)
from ...store.table import Table
from . import sample_rows

ASSIGNMENT_TYPE = {"enum": ["MANUAL", "AUTOMATIC"]}
ITEM_TYPE = {"enum": ["PRODUCT", "CATEGORY"]}


class SegmentCollection(Collection):
    """Segments, stored in a table."""

    def table(self, state: State) -> Table[str, Row]:
        """Return the segments by id."""
        return state.segments

    def put_row(self, state: State, row: Row) -> State:
        """Return a state with this segment."""
        return state.with_segment(row)

    def drop_row(self, state: State, row: Row) -> State:
        """Return a state without this segment; its assignments stay."""
        return state._replace(segments=state.segments.delete(row["id"]))

    def load(self, state: State, rows: Iterable[Row]) -> State:
        """Return a state with exactly these segments."""
        return state.with_segments(rows)


class CustomerAssignmentCollection(DividedCollection):
    """Customers of segments, stored in a table for each segment, and by customer."""

    def tables_by_first(self, state: State) -> Table[str, Members]:
        """Return the assignments by segment."""
        return state.members.by_segment

    def row_of(self, stored: CustomerAssignment) -> Row:
        """Return the row of an assignment."""
        row: dict[str, Any] = {"segmentId": stored.segment_id, "customerId": stored.customer_id}
        if stored.legal_entity_id is not None:
            row["legalEntityId"] = stored.legal_entity_id
        return row | {"assignmentType": stored.assignment_type} | _revision_fields(stored)

    def put_row(self, state: State, row: Row) -> State:
        """Return a state with this assignment."""
        return state.with_member(_customer_assignment(row, {}))

    def drop_row(self, state: State, row: Row) -> State:
        """Return a state without this assignment."""
        return state.without_member(row["segmentId"], (row["customerId"], row.get("legalEntityId", "")))

    def load(self, state: State, rows: Iterable[Row]) -> State:
        """Return a state with exactly these assignments."""
        texts: dict[str, str] = {}
        return state.with_customer_assignments([_customer_assignment(row, texts) for row in rows])


class GroupAssignmentCollection(DividedCollection):
    """IAM groups of segments, stored in a table for each segment, and by group."""

    def tables_by_first(self, state: State) -> Table[str, SegmentGroups]:
        """Return the assignments by segment."""
        return state.segment_groups.by_segment

    def row_of(self, stored: GroupAssignment) -> Row:
        """Return the row of an assignment."""
        return {"segmentId": stored.segment_id, "groupId": stored.group_id} | _revision_fields(stored)

    def put_row(self, state: State, row: Row) -> State:
        """Return a state with this assignment."""
        return state.with_segment_group(_group_assignment(row))

    def drop_row(self, state: State, row: Row) -> State:
        """Return a state without this assignment."""
        return state.without_segment_group(row["segmentId"], row["groupId"])

    def load(self, state: State, rows: Iterable[Row]) -> State:
        """Return a state with exactly these assignments."""
        return state.with_group_assignments(map(_group_assignment, rows))


class ItemAssignmentCollection(DividedCollection):
    """Products and categories of segments, stored in a table for each segment."""

    def tables_by_first(self, state: State) -> Table[str, Items]:
        """Return the assignments by segment."""
        return state.items

    def row_of(self, stored: ItemAssignment) -> Row:
        """Return the row of an assignment."""
        row = {"segmentId": stored.segment_id, "type": stored.type, "itemId": stored.item_id}
        return row | _revision_fields(stored)

    def put_row(self, state: State, row: Row) -> State:
        """Return a state with this assignment."""
        return state.with_item(_item_assignment(row, {}))

    def drop_row(self, state: State, row: Row) -> State:
        """Return a state without this assignment."""
        return state.without_item(row["segmentId"], (row["type"], row["itemId"]))

    def load(self, state: State, rows: Iterable[Row]) -> State:
        """Return a state with exactly these assignments."""
        texts: dict[str, str] = {}
        return state.with_item_assignments([_item_assignment(row, texts) for row in rows])


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


def _customer_assignment(row: Row, texts: dict[str, str]) -> CustomerAssignment:
    """Return an assignment; those of one segment share its id, of which `texts` has the first copy."""
    segment_id, customer_id = texts.setdefault(row["segmentId"], row["segmentId"]), row["customerId"]
    customer = customer_id, row.get("legalEntityId"), row["assignmentType"]
    return CustomerAssignment(segment_id, *customer, *_revision_and_mixins(row))


def _group_assignment(row: Row) -> GroupAssignment:
    return GroupAssignment(row["segmentId"], row["groupId"], *_revision_and_mixins(row))


def _item_assignment(row: Row, texts: dict[str, str]) -> ItemAssignment:
    """Return an assignment; likewise, and those of one type share its name."""
    segment_id, item_type = (texts.setdefault(row[name], row[name]) for name in ("segmentId", "type"))
    return ItemAssignment(segment_id, item_type, row["itemId"], *_revision_and_mixins(row))


def _revision_and_mixins(row: Row) -> tuple[Revision, Any, Any]:
    return Revision.from_document(row), row.get("mixins"), row["metadata"].get("mixins")


def _revision_fields(assignment: ItemAssignment | CustomerAssignment | GroupAssignment) -> dict[str, Any]:
    mixins = {} if assignment.mixins is None else {"mixins": assignment.mixins}
    return {"metadata": assignment.revision.to_metadata(assignment.mixin_urls)} | mixins


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
        "itemId": TargetByField("type", {"PRODUCT": "products", "CATEGORY": "categories"}),
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
