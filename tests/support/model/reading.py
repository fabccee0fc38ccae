"""The reading half of the reference model: the data of a tenant, and who sees which part of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from .answers import BAD_PARAMETERS, FORBIDDEN, ExpectedResponse, ListView, Refused, Row, not_found, require, run_rule

CustomerKey = tuple[str, str | None]  # customer id, and legal entity id or None (D15)

SCOPES = {
    "admin-token": {"manage", "read"},
    "manage-token": {"manage"},
    "read-token": {"read"},
    "customer-token": {"own"},
    "customer2-token": {"own"},
}
CUSTOMERS = {"customer-token": "98029737", "customer2-token": "18249883"}


class ReadModel:
    """One tenant, read-only. `world`: the sections of its world file; `now`: returns the current time."""

    def __init__(self, world: dict[str, Any], now: Callable[[], datetime]) -> None:
        self.now = now
        self.world = world
        self.catalogue = {
            (kind, row["id"]): row
            for kind, section in (("PRODUCT", "products"), ("CATEGORY", "categories"))
            for row in world[section]
        }
        self.customers = {row["id"]: row for row in world["customers"]}
        self.legal_entities = {row["id"]: row for row in world["legalEntities"]}
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
        self.groups: dict[str, Row] = {row["id"]: row for row in self.world["groups"]}
        self.group_users: set[tuple[str, str]] = {(row["groupId"], row["userId"]) for row in self.world["groupUsers"]}
        self.segment_groups: dict[tuple[str, str], Row] = {
            (row["segmentId"], row["groupId"]): {"metadata": row["metadata"]} for row in self.world["groupAssignments"]
        }

    def list_segments(self, caller: str, customer: str | None, entity: str | None, view: ListView) -> ExpectedResponse:
        def rule() -> ExpectedResponse:
            _require_scope(caller, "read", "own")
            visible = self._visible_segments(caller, entity)
            if customer is not None:
                _require_scope(caller, "read")
                visible = sorted(self._joined_segments(customer, entity) & self.segments.keys())
            return view.apply([self.segments[id_] for id_ in visible])

        return run_rule(rule)

    def list_own_segments(self, caller: str, view: ListView) -> ExpectedResponse:
        def rule() -> ExpectedResponse:
            _require_scope(caller, "own")
            return view.apply([self.segments[id_] for id_ in self._visible_segments(caller, None)])

        return run_rule(rule)

    def read_segment(self, caller: str, id_: str, entity: str | None) -> ExpectedResponse:
        def rule() -> ExpectedResponse:
            _require_scope(caller, "read", "own")
            if id_ not in self._visible_segments(caller, entity):
                raise not_found(id_)
            return ExpectedResponse(200, self.segments[id_])

        return run_rule(rule)

    def list_items(
        self, caller: str, view: ListView, *, entity: str | None, site: str | None, only_active: bool
    ) -> ExpectedResponse:
        def rule() -> ExpectedResponse:
            _require_scope(caller, "read", "own")
            visible = [
                id_
                for id_ in self._visible_segments(caller, entity)
                if site in (None, self.segments[id_]["siteCode"]) and (not only_active or self._is_active(id_))
            ]
            return view.apply([row for id_ in visible for row in self._item_rows(id_)])

        return run_rule(rule)

    def list_segment_items(self, caller: str, segment: str, view: ListView, entity: str | None) -> ExpectedResponse:
        def rule() -> ExpectedResponse:
            _require_scope(caller, "read", "own")
            return view.apply(self._item_rows(segment) if segment in self._visible_segments(caller, entity) else [])

        return run_rule(rule)

    def read_item(self, caller: str, segment: str, kind: str, item: str, entity: str | None) -> ExpectedResponse:
        def rule() -> ExpectedResponse:
            _require_scope(caller, "read", "own")
            require(kind in ("PRODUCT", "CATEGORY"), BAD_PARAMETERS)
            if (segment, kind, item) not in self.items or segment not in self._visible_segments(caller, entity):
                raise not_found(item)
            return ExpectedResponse(200, self._item_row((segment, kind, item)))

        return run_rule(rule)

    def list_customers(self, caller: str, segment: str, view: ListView) -> ExpectedResponse:
        def rule() -> ExpectedResponse:
            _require_scope(caller, "read", "own")
            if segment not in self._visible_segments(caller, None):
                return view.apply([])
            keys = [key for key in self.members if key[0] == segment and key[1] == CUSTOMERS.get(caller, key[1])]
            return view.apply([self._member_row(key) for key in sorted(keys, key=lambda key: (key[1], key[2] or ""))])

        return run_rule(rule)

    def search_customers(self, caller: str, segment: str, view: ListView) -> ExpectedResponse:
        def rule() -> ExpectedResponse:
            _require_scope(caller, "read")
            return self.list_customers(caller, segment, view)

        return run_rule(rule)

    def read_customer(self, caller: str, segment: str, who: CustomerKey) -> ExpectedResponse:
        def rule() -> ExpectedResponse:
            _require_scope(caller, "read")
            if (segment, *who) not in self.members:
                raise not_found(who[0])
            return ExpectedResponse(200, self._member_row((segment, *who)))

        return run_rule(rule)

    def list_groups(self, caller: str, segment: str, view: ListView) -> ExpectedResponse:
        def rule() -> ExpectedResponse:
            _require_scope(caller, "read")
            keys = sorted(key for key in self.segment_groups if key[0] == segment)
            return view.apply([self._group_row(key) for key in keys])

        return run_rule(rule)

    def read_group(self, caller: str, segment: str, group: str) -> ExpectedResponse:
        def rule() -> ExpectedResponse:
            _require_scope(caller, "read")
            if (segment, group) not in self.segment_groups:
                raise not_found(group)
            return ExpectedResponse(200, self._group_row((segment, group)))

        return run_rule(rule)

    def list_trees(self, caller: str, entity: str | None, site: str | None) -> ExpectedResponse:
        def rule() -> ExpectedResponse:
            _require_scope(caller, "own")
            visible = [
                id_ for id_ in self._visible_segments(caller, entity) if site in (None, self.segments[id_]["siteCode"])
            ]
            assigned = {item for segment, kind, item in self.items if kind == "CATEGORY" and segment in visible}
            return ExpectedResponse(200, self._build_trees(assigned, None))

        return run_rule(rule)

    def match_products(self, products: list[str], segments: list[str], site: str) -> ExpectedResponse:
        """Return the products that are in one of the segments (C17)."""
        active_segments = [id_ for id_ in segments if self._is_active(id_) and self.segments[id_]["siteCode"] == site]
        matches = []
        for product in products:
            entry = self.catalogue.get(("PRODUCT", product), {"categories": []})
            above = {("CATEGORY", id_) for category in entry["categories"] for id_ in self._with_ancestors(category)}
            assignable = {("PRODUCT", product), *above}
            if {"id": product} not in matches and any(
                (id_, *item) in self.items for id_ in active_segments for item in assignable
            ):
                matches.append({"id": product})
        return ExpectedResponse(200, matches)

    # The rules.

    def _is_active(self, segment: str) -> bool:
        return segment in self.segments and self.segments[segment]["status"] == "ACTIVE"

    def _own_assignments(self, customer: str, entity: str | None) -> list[tuple[str, str, str | None]]:
        """Return the keys of a customer's assignments, limited to the legal entity (A12)."""
        acting = self._acting_entity(customer, entity)
        return [key for key in self.members if key[1] == customer and (acting is None or key[2] in (None, acting))]

    def _acting_entity(self, customer: str, entity: str | None) -> str | None:
        belongs = self.customers[customer]["legalEntities"] if customer in self.customers else []
        return entity if len(belongs) > 1 and entity in belongs else None

    def _joined_segments(self, customer: str, entity: str | None) -> set[str]:
        """Return the ids of the segments that a customer belongs to, directly or by a group (A8b)."""
        entities = {None, self._acting_entity(customer, entity)}
        by_group = {
            segment
            for segment, group in self.segment_groups
            if (group, customer) in self.group_users
            and self.groups[group].get("b2b", {}).get("legalEntityId") in entities
        }
        return by_group | {segment for segment, _, _ in self._own_assignments(customer, entity)}

    def _visible_segments(self, caller: str, entity: str | None) -> list[str]:
        """Return the ids of the segments that a caller sees (A7, A8)."""
        if "read" in SCOPES[caller]:
            return sorted(self.segments)
        return sorted(filter(self._is_active, self._joined_segments(CUSTOMERS[caller], entity)))

    def _item_rows(self, segment: str) -> list[Row]:
        return [self._item_row(key) for key in sorted(key for key in self.items if key[0] == segment)]

    def _item_row(self, key: tuple[str, str, str]) -> Row:
        entry = self.catalogue[key[1:]]
        item = {name: entry[name] for name in ("id", "code", "name")}
        return {"segmentId": key[0], "type": key[1], "item": item, **self.items[key]}

    def _member_row(self, key: tuple[str, str, str | None]) -> Row:
        person = self.customers[key[1]]
        row = {"customer": {name: person[name] for name in ("id", "firstName", "lastName", "email")}}
        if key[2] is not None:
            row["legalEntity"] = {name: self.legal_entities[key[2]][name] for name in ("id", "name")}
        return row | self.members[key]

    def _group_row(self, key: tuple[str, str]) -> Row:
        group = {name: self.groups[key[1]][name] for name in ("id", "name")}
        return {"segmentId": key[0], "group": group, **self.segment_groups[key]}

    def _build_trees(self, assigned: set[str], parent: str | None) -> list[Row]:
        """Return the nodes below a parent that are assigned, or have an assigned descendant (C15)."""
        nodes = []
        for category in sorted(self.world["categories"], key=lambda node: (node["position"], node["id"])):
            if category.get("parentId") == parent:
                node = category | {"isSegmentAssigned": category["id"] in assigned}
                below = self._build_trees(assigned, category["id"])
                if below:
                    node["subcategories"] = below
                if below or category["id"] in assigned:
                    nodes.append(node)
        return nodes

    def _with_ancestors(self, category: str) -> Iterable[str]:
        ancestor: str | None = category
        while ancestor is not None:
            yield ancestor
            ancestor = self.catalogue["CATEGORY", ancestor].get("parentId")


def _require_scope(caller: str, *any_of: str) -> None:
    """Refuse a caller without any of these scopes (A4 to A8)."""
    if SCOPES[caller].isdisjoint(any_of):
        raise Refused(403, FORBIDDEN)
