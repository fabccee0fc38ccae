"""The state of one tenant as an immutable value: a change returns a new one that shares most of its data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from .assignment_tables import NO_ASSIGNMENTS, AssignmentTables, group_by_segment
from .table import Table

Document = Mapping[str, Any]  # JSON; never changed once it is in a state
ItemKey = tuple[str, str]  # type (PRODUCT or CATEGORY), item id
MemberKey = tuple[str, str]  # customer id, legal entity id or "" for none (D15)


def derive_assignment_id(first: str, second: str) -> str:
    """Return an id for the assignment of one resource to another: 24 hex digits, the same in every run."""
    return blake2b(f"{first}\n{second}".encode(), digest_size=12).hexdigest()


@dataclass(slots=True)
class Revision:
    """The metadata that the service maintains: a version from 1, and two timestamps (D1).

    Nothing changes a revision or an assignment once it is made, since many states share it. They are not declared
    frozen, because making a frozen one takes five times as long; a test checks that no code sets their fields.
    """

    version: int
    created_at: str
    modified_at: str

    @classmethod
    def from_document(cls, document: Document) -> Revision:
        """Return the revision in the `metadata` of a document; documents of a world may have none."""
        if (metadata := document.get("metadata")) is None:
            return IMPORTED_REVISION
        return cls(metadata["version"], metadata["createdAt"], metadata["modifiedAt"])

    def make_next(self, now: str) -> Revision:
        """Return the revision after a write at this time (D2)."""
        return Revision(self.version + 1, self.created_at, now)

    def to_metadata(self, mixin_urls: Mapping[str, Any] | None) -> dict[str, Any]:
        """Return the `metadata` of a reply."""
        metadata: dict[str, Any] = {
            "createdAt": self.created_at,
            "modifiedAt": self.modified_at,
            "version": self.version,
        }
        return metadata if mixin_urls is None else metadata | {"mixins": mixin_urls}


IMPORTED_TIME = "2024-01-01T08:00:00.000Z"
IMPORTED_REVISION = Revision(1, IMPORTED_TIME, IMPORTED_TIME)  # of documents whose world gives no metadata


@dataclass(slots=True, eq=False)  # compared by identity, because the row cache uses it as a key
class ItemAssignment:
    """A product or category that is assigned to a segment; never changed once it is made, like a revision."""

    segment_id: str
    type: str
    item_id: str
    revision: Revision
    mixins: Mapping[str, Any] | None = None
    mixin_urls: Mapping[str, Any] | None = None

    @property
    def key(self) -> ItemKey:
        """The key of the assignment within its segment."""
        return self.type, self.item_id


@dataclass(slots=True, eq=False)
class CustomerAssignment:
    """A customer who is assigned to a segment, for one legal entity or without one; never changed once it is made."""

    segment_id: str
    customer_id: str
    legal_entity_id: str | None
    assignment_type: str
    revision: Revision
    mixins: Mapping[str, Any] | None = None
    mixin_urls: Mapping[str, Any] | None = None

    @property
    def key(self) -> MemberKey:
        """The key of the assignment within its segment (D15)."""
        return self.customer_id, self.legal_entity_id or ""

    @property
    def assignee_id(self) -> str:
        """The id of the customer."""
        return self.customer_id


@dataclass(slots=True, eq=False)
class GroupAssignment:
    """An IAM group that is assigned to a segment, with all its customers; never changed once it is made."""

    segment_id: str
    group_id: str
    revision: Revision
    mixins: Mapping[str, Any] | None = None
    mixin_urls: Mapping[str, Any] | None = None

    @property
    def key(self) -> str:
        """The key of the assignment within its segment."""
        return self.group_id

    @property
    def assignee_id(self) -> str:
        """The id of the group."""
        return self.group_id


Items = Table[ItemKey, ItemAssignment]
Members = Table[MemberKey, CustomerAssignment]
SegmentGroups = Table[str, GroupAssignment]

Documents = Table[str, Document]  # of one collection, by key
NO_DOCUMENTS: Documents = Table()


class State(NamedTuple):
    """The documents of one tenant, by collection and key, and the assignments of segments.

    documents: by the name of their collection, which a service declares (`store.collection`).
    items: the items of each segment, by segment and key.
    members, segment_groups: the customers and IAM groups of segments.
    group_users: the users of each IAM group, by group and user.
    user_groups: the ids of each user's IAM groups; kept in step by `domain.group_membership`.
    mixin_schemas: JSON Schemas as text, by URL (D12).
    """

    default_language: str = "en"
    languages: tuple[str, ...] = ("en",)
    documents: Mapping[str, Documents] = MappingProxyType({})
    segments: Table[str, Document] = Table()
    items: Table[str, Items] = Table()
    members: AssignmentTables[MemberKey, CustomerAssignment] = AssignmentTables()
    segment_groups: AssignmentTables[str, GroupAssignment] = AssignmentTables()
    group_users: Table[str, Documents] = Table()
    user_groups: Table[str, tuple[str, ...]] = Table()
    mixin_schemas: Mapping[str, str] = MappingProxyType({})

    def collection(self, name: str) -> Documents:
        """Return the documents of a collection by key; empty if nothing was ever stored in it."""
        return self.documents.get(name, NO_DOCUMENTS)

    def has_document(self, collection: str, key: str) -> bool:
        """Whether a collection has a document with this key; works for segments too."""
        return key in (self.segments if collection == "segments" else self.collection(collection))

    def with_collection(self, name: str, documents: Mapping[str, Document]) -> Self:
        """Return a state in which these documents replace those of a collection."""
        return self.with_table(name, Table.from_pairs(documents.items()))

    def with_document(self, collection: str, key: str, document: Document) -> Self:
        """Return a state with this document, which may replace an older one."""
        state = self.with_table(collection, self.collection(collection).set(key, document))
        return state._without_unassignable_group(key) if collection == "groups" else state

    def without_document(self, collection: str, key: str) -> Self:
        """Return a state without this document, or this state itself if the document is missing."""
        documents = self.collection(collection)
        if key not in documents:
            return self
        state = self.with_table(collection, documents.delete(key))
        return state._without_unassignable_group(key) if collection == "groups" else state

    def _without_unassignable_group(self, id_: str) -> Self:
        """Return a state without the assignments of an IAM group that is missing, or not for customers (D19)."""
        group = self.collection("groups").get(id_)
        if group is not None and group["userType"] == "CUSTOMER":
            return self
        return self._replace(segment_groups=self.segment_groups.without_assignee(id_))

    def with_table(self, collection: str, documents: Documents) -> Self:
        """Return a state in which this table replaces that of a collection."""
        return self._replace(documents={**self.documents, collection: documents})

    @property
    def sites(self) -> Documents:
        """All sites by their codes."""
        return self.documents.get("sites", NO_DOCUMENTS)

    @property
    def legal_entities(self) -> Documents:
        """All legal entities by their ids."""
        return self.documents.get("legalEntities", NO_DOCUMENTS)

    @property
    def customers(self) -> Documents:
        """All customers by their numbers."""
        return self.documents.get("customers", NO_DOCUMENTS)

    @property
    def categories(self) -> Documents:
        """All categories by their ids."""
        return self.documents.get("categories", NO_DOCUMENTS)

    @property
    def products(self) -> Documents:
        """All products by their ids."""
        return self.documents.get("products", NO_DOCUMENTS)

    def catalogue(self, item_type: str) -> Documents:
        """Return all products or all categories by id."""
        return self.products if item_type == "PRODUCT" else self.categories

    def with_segments(self, segments: Iterable[Document]) -> Self:
        """Return a state with exactly these segments; assignments stay."""
        return self._replace(segments=Table.from_pairs((segment["id"], segment) for segment in segments))

    def with_segment(self, segment: Document) -> Self:
        """Return a state with this segment, which may replace an older one."""
        return self._replace(segments=self.segments.set(segment["id"], segment))

    def without_segment(self, segment_id: str) -> Self:
        """Return a state without this segment and its assignments, or this state itself if the segment is missing."""
        if segment_id not in self.segments:
            return self
        return self._replace(
            segments=self.segments.delete(segment_id),
            items=self.items.delete(segment_id),
            members=self.members.without_segment(segment_id),
            segment_groups=self.segment_groups.without_segment(segment_id),
        )

    def items_of(self, segment_id: str) -> Items:
        """Return the items of one segment, in the order of type and id; empty if there is no such segment."""
        items = self.items.get(segment_id)
        return NO_ASSIGNMENTS if items is None else items

    def item(self, segment_id: str, key: ItemKey) -> ItemAssignment | None:
        """Return the assignment of an item to a segment, or None."""
        return self.items_of(segment_id).get(key)

    def with_item_assignments(self, assignments: Iterable[ItemAssignment]) -> Self:
        """Return a state with exactly these item assignments."""
        return self._replace(items=group_by_segment(assignments))

    def with_items(self, segment_id: str, items: Items) -> Self:
        """Return a state in which a segment has these items; this state itself if they are its items or empty."""
        if items is self.items.get(segment_id) or not items:
            return self
        return self._replace(items=self.items.set(segment_id, items))

    def with_item(self, assignment: ItemAssignment) -> Self:
        """Return a state with this assignment, which may replace an older one."""
        segment_id = assignment.segment_id
        return self.with_items(segment_id, self.items_of(segment_id).set(assignment.key, assignment))

    def without_item(self, segment_id: str, key: ItemKey) -> Self:
        """Return a state without this assignment, or this state itself if the assignment is missing."""
        if self.item(segment_id, key) is None:
            return self
        remaining = self.items_of(segment_id).delete(key)
        items = self.items.set(segment_id, remaining) if remaining else self.items.delete(segment_id)
        return self._replace(items=items)

    def members_of(self, segment_id: str) -> Members:
        """Return the customers of one segment, in the order of their ids; empty if there is no such segment."""
        return self.members.of_segment(segment_id)

    def member(self, segment_id: str, key: MemberKey) -> CustomerAssignment | None:
        """Return the assignment of a customer to a segment, or None."""
        return self.members.get(segment_id, key)

    def with_customer_assignments(self, assignments: Iterable[CustomerAssignment]) -> Self:
        """Return a state with exactly these customer assignments."""
        return self._replace(members=AssignmentTables.from_assignments(assignments))

    def with_member(self, assignment: CustomerAssignment) -> Self:
        """Return a state with this assignment, which may replace an older one."""
        return self._replace(members=self.members.with_assignment(assignment))

    def without_member(self, segment_id: str, key: MemberKey) -> Self:
        """Return a state without this assignment, or this state itself if the assignment is missing."""
        members = self.members.without_assignment(segment_id, key)
        return self if members is self.members else self._replace(members=members)

    def with_group_assignments(self, assignments: Iterable[GroupAssignment]) -> Self:
        """Return a state with exactly these group assignments."""
        return self._replace(segment_groups=AssignmentTables.from_assignments(assignments))

    def with_segment_group(self, assignment: GroupAssignment) -> Self:
        """Return a state with this assignment, which may replace an older one."""
        return self._replace(segment_groups=self.segment_groups.with_assignment(assignment))

    def without_segment_group(self, segment_id: str, group_id: str) -> Self:
        """Return a state without this assignment, or this state itself if the assignment is missing."""
        groups = self.segment_groups.without_assignment(segment_id, group_id)
        return self if groups is self.segment_groups else self._replace(segment_groups=groups)
