"""The state of one tenant as an immutable value: a change returns a new one that shares most of its data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain, groupby
from operator import attrgetter
from types import MappingProxyType
from typing import Any, NamedTuple, Self

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
    def from_document(cls, document: Document) -> Self:
        """Return the revision in the `metadata` of a document."""
        metadata = document["metadata"]
        return cls(metadata["version"], metadata["createdAt"], metadata["modifiedAt"])

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


NO_ASSIGNMENTS: Table[Any, Any] = Table()
Items = Table[ItemKey, ItemAssignment]
Members = Table[MemberKey, CustomerAssignment]

Documents = Table[str, Document]  # of one collection, by key
NO_DOCUMENTS: Documents = Table()
BY_SEGMENT = attrgetter("segment_id")


class State(NamedTuple):
    """The documents of one tenant, by collection and key, and the assignments of segments.

    documents: by the name of their collection, which a service declares (`store.collection`).
    items, members: the assignments of each segment, by segment and key.
    memberships: all assignments of each customer.
    group_users: the users of each IAM group, by group and user.
    user_groups: the ids of each user's IAM groups; kept in step by `domain.group_membership`.
    mixin_schemas: JSON Schemas as text, by URL (D12).
    """

    default_language: str = "en"
    languages: tuple[str, ...] = ("en",)
    documents: Mapping[str, Documents] = MappingProxyType({})
    segments: Table[str, Document] = Table()
    items: Table[str, Items] = Table()
    members: Table[str, Members] = Table()
    memberships: Table[str, tuple[CustomerAssignment, ...]] = Table()
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
        return self._with_documents(name, Table.from_pairs(documents.items()))

    def with_document(self, collection: str, key: str, document: Document) -> Self:
        """Return a state with this document, which may replace an older one."""
        return self._with_documents(collection, self.collection(collection).set(key, document))

    def without_document(self, collection: str, key: str) -> Self:
        """Return a state without this document, or this state itself if the document is missing."""
        documents = self.collection(collection)
        return self._with_documents(collection, documents.delete(key)) if key in documents else self

    def _with_documents(self, collection: str, documents: Documents) -> Self:
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
        remaining = {
            customer_id: tuple(other for other in self.memberships[customer_id] if other.segment_id != segment_id)
            for customer_id in {key[0] for key in self.members_of(segment_id)}
        }
        return self._replace(
            segments=self.segments.delete(segment_id),
            items=self.items.delete(segment_id),
            members=self.members.delete(segment_id),
            memberships=self.memberships.update(remaining),
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
        return self._replace(items=_by_segment(assignments))

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
        members = self.members.get(segment_id)
        return NO_ASSIGNMENTS if members is None else members

    def member(self, segment_id: str, key: MemberKey) -> CustomerAssignment | None:
        """Return the assignment of a customer to a segment, or None."""
        return self.members_of(segment_id).get(key)

    def with_customer_assignments(self, assignments: Iterable[CustomerAssignment]) -> Self:
        """Return a state with exactly these customer assignments."""
        memberships = defaultdict(list)
        for assignment in assignments:
            memberships[assignment.customer_id].append(assignment)
        by_customer = Table.from_pairs((customer_id, tuple(group)) for customer_id, group in memberships.items())
        return self._replace(members=_by_segment(chain.from_iterable(memberships.values())), memberships=by_customer)

    def with_member(self, assignment: CustomerAssignment) -> Self:
        """Return a state with this assignment, which may replace an older one."""
        segment_id, customer_id = assignment.segment_id, assignment.customer_id
        members = self.members_of(segment_id).set(assignment.key, assignment)
        memberships = (*self._other_memberships(segment_id, assignment.key), assignment)
        return self._replace(
            members=self.members.set(segment_id, members),
            memberships=self.memberships.set(customer_id, memberships),
        )

    def without_member(self, segment_id: str, key: MemberKey) -> Self:
        """Return a state without this assignment, or this state itself if the assignment is missing."""
        if self.member(segment_id, key) is None:
            return self
        remaining = self.members_of(segment_id).delete(key)
        return self._replace(
            members=self.members.set(segment_id, remaining) if remaining else self.members.delete(segment_id),
            memberships=self.memberships.set(key[0], self._other_memberships(segment_id, key)),
        )

    def _other_memberships(self, segment_id: str, key: MemberKey) -> tuple[CustomerAssignment, ...]:
        """Return the customer's assignments except this one."""
        assignments = self.memberships.get(key[0], ())
        return tuple(other for other in assignments if (other.segment_id, other.key) != (segment_id, key))


def _by_segment(assignments: Iterable[Any]) -> Table[str, Table[Any, Any]]:
    groups = groupby(sorted(assignments, key=BY_SEGMENT), key=BY_SEGMENT)
    return Table.from_pairs(
        (segment_id, Table.from_pairs((assignment.key, assignment) for assignment in group))
        for segment_id, group in groups
    )
