"""The reference model's half that reads: what a tenant holds, and who sees which part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from .answers import BAD_PARAMETERS, FORBIDDEN, Answer, Look, Refused, Row, absent, answered, require

Who = tuple[str, str | None]  # customer, and the legal entity if there is one (D15)

SCOPES = {
    "admin-token": {"manage", "read"},
    "manage-token": {"manage"},
    "read-token": {"read"},
    "customer-token": {"own"},
    "customer2-token": {"own"},
}
CUSTOMERS = {"customer-token": "98029737", "customer2-token": "18249883"}


class Reading:
    """One tenant. `world`: the sections of its world file; `now`: where time comes from."""

    def __init__(self, world: dict[str, Any], now: Callable[[], datetime]) -> None:
        self.now = now
        self.world = world
        self.catalogue = {
            (kind, row["id"]): row
            for kind, section in (("PRODUCT", "products"), ("CATEGORY", "categories"))
            for row in world[section]
        }
        self.people = {row["id"]: row for row in world["customers"]}
        self.companies = {row["id"]: row for row in world["legalEntities"]}
        self.sites = {row["code"] for row in world["sites"]}
        self.reset()

    def reset(self) -> None:
        self.segments: dict[str, Row] = {row["id"]: row for row in self.world["segments"]}
        self.items: dict[tuple[str, str, str], Row] = {
            (row["segmentId"], row["type"], row["itemId"]): {"metadata": row["metadata"]}
            for row in self.world["itemAssignments"]
        }
        self.members: dict[tuple[str, str, str | None], Row] = {
            (row["segmentId"], row["customerId"], row.get("legalEntityId")): {
                "assignmentType": row["assignmentType"],
                "metadata": row["metadata"],
            }
            for row in self.world["customerAssignments"]
        }

    def list_segments(self, caller: str, customer: str | None, entity: str | None, look: Look) -> Answer:
        def rule() -> Answer:
            _admit(caller, "read", "own")
            seen = self._visible(caller, entity)
            if customer is not None:
                _admit(caller, "read")
                seen = sorted({segment for segment, _, _ in self._own(customer, entity)} & self.segments.keys())
            return look.shown([self.segments[id_] for id_ in seen])

        return answered(rule)

    def segment(self, caller: str, id_: str, entity: str | None) -> Answer:
        def rule() -> Answer:
            _admit(caller, "read", "own")
            if id_ not in self._visible(caller, entity):
                raise absent(id_)
            return Answer(200, self.segments[id_])

        return answered(rule)

    def list_items(self, caller: str, look: Look, *, entity: str | None, site: str | None, only_active: bool) -> Answer:
        def rule() -> Answer:
            _admit(caller, "read", "own")
            seen = [
                id_
                for id_ in self._visible(caller, entity)
                if site in (None, self.segments[id_]["siteCode"]) and (not only_active or self._is_active(id_))
            ]
            return look.shown([row for id_ in seen for row in self._items_of(id_)])

        return answered(rule)

    def list_segment_items(self, caller: str, segment: str, look: Look, entity: str | None) -> Answer:
        def rule() -> Answer:
            _admit(caller, "read", "own")
            return look.shown(self._items_of(segment) if segment in self._visible(caller, entity) else [])

        return answered(rule)

    def item(self, caller: str, segment: str, kind: str, item: str, entity: str | None) -> Answer:
        def rule() -> Answer:
            _admit(caller, "read", "own")
            require(kind in ("PRODUCT", "CATEGORY"), BAD_PARAMETERS)
            if (segment, kind, item) not in self.items or segment not in self._visible(caller, entity):
                raise absent(item)
            return Answer(200, self._item_row((segment, kind, item)))

        return answered(rule)

    def list_customers(self, caller: str, segment: str, look: Look) -> Answer:
        def rule() -> Answer:
            _admit(caller, "read", "own")
            if segment not in self._visible(caller, None):
                return look.shown([])
            keys = [key for key in self.members if key[0] == segment and key[1] == CUSTOMERS.get(caller, key[1])]
            return look.shown([self._member_row(key) for key in sorted(keys, key=lambda key: (key[1], key[2] or ""))])

        return answered(rule)

    def search_customers(self, caller: str, segment: str, look: Look) -> Answer:
        def rule() -> Answer:
            _admit(caller, "read")
            return self.list_customers(caller, segment, look)

        return answered(rule)

    def customer(self, caller: str, segment: str, who: Who) -> Answer:
        def rule() -> Answer:
            _admit(caller, "read")
            if (segment, *who) not in self.members:
                raise absent(who[0])
            return Answer(200, self._member_row((segment, *who)))

        return answered(rule)

    def trees(self, caller: str, entity: str | None, site: str | None) -> Answer:
        def rule() -> Answer:
            _admit(caller, "own")
            seen = [id_ for id_ in self._visible(caller, entity) if site in (None, self.segments[id_]["siteCode"])]
            assigned = {item for segment, kind, item in self.items if kind == "CATEGORY" and segment in seen}
            return Answer(200, self._forest(assigned, None))

        return answered(rule)

    def match(self, products: list[str], segments: list[str], site: str) -> Answer:
        """C17."""
        counting = [id_ for id_ in segments if self._is_active(id_) and self.segments[id_]["siteCode"] == site]
        found = []
        for product in products:
            entry = self.catalogue.get(("PRODUCT", product), {"categories": []})
            above = {("CATEGORY", id_) for named in entry["categories"] for id_ in self._way_up(named)}
            ways = {("PRODUCT", product), *above}
            if {"id": product} not in found and any((id_, *way) in self.items for id_ in counting for way in ways):
                found.append({"id": product})
        return Answer(200, found)

    # The rules behind.

    def _is_active(self, segment: str) -> bool:
        return segment in self.segments and self.segments[segment]["status"] == "ACTIVE"

    def _own(self, customer: str, entity: str | None) -> list[tuple[str, str, str | None]]:
        """A12."""
        belongs = self.people[customer]["legalEntities"] if customer in self.people else []
        acting = entity if len(belongs) > 1 and entity in belongs else None
        return [key for key in self.members if key[1] == customer and (acting is None or key[2] in (None, acting))]

    def _visible(self, caller: str, entity: str | None) -> list[str]:
        """A7, A8."""
        if "read" in SCOPES[caller]:
            return sorted(self.segments)
        own = {segment for segment, _, _ in self._own(CUSTOMERS[caller], entity)}
        return sorted(filter(self._is_active, own))

    def _items_of(self, segment: str) -> list[Row]:
        return [self._item_row(key) for key in sorted(key for key in self.items if key[0] == segment)]

    def _item_row(self, key: tuple[str, str, str]) -> Row:
        entry = self.catalogue[key[1:]]
        item = {name: entry[name] for name in ("id", "code", "name")}
        return {"segmentId": key[0], "type": key[1], "item": item, **self.items[key]}

    def _member_row(self, key: tuple[str, str, str | None]) -> Row:
        person = self.people[key[1]]
        row = {"customer": {name: person[name] for name in ("id", "firstName", "lastName", "email")}}
        if key[2] is not None:
            row["legalEntity"] = {name: self.companies[key[2]][name] for name in ("id", "name")}
        return row | self.members[key]

    def _forest(self, assigned: set[str], parent: str | None) -> list[Row]:
        """C15: the nodes below a parent that are assigned, or lead to one that is."""
        nodes = []
        for category in sorted(self.world["categories"], key=lambda each: (each["position"], each["id"])):
            if category.get("parentId") == parent:
                node = category | {"isSegmentAssigned": category["id"] in assigned}
                below = self._forest(assigned, category["id"])
                if below:
                    node["subcategories"] = below
                if below or category["id"] in assigned:
                    nodes.append(node)
        return nodes

    def _way_up(self, category: str) -> Iterable[str]:
        at: str | None = category
        while at is not None:
            yield at
            at = self.catalogue["CATEGORY", at].get("parentId")


def _admit(caller: str, *any_of: str) -> None:
    """A4 to A8."""
    if SCOPES[caller].isdisjoint(any_of):
        raise Refused(403, FORBIDDEN)
