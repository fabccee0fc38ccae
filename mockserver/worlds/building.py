"""From a checked world file to the state that every tenant starts from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

from immutables import Map

from ..access import Client, Principal
from ..clock import moment
from ..state import CustomerAssignment, Document, ItemAssignment, Revision, State
from ..table import Table
from ..world import Seed
from .reading import read_world

Rows = Iterable[Mapping[str, Any]]


def seed(name_or_path: str, folder: Path) -> Seed:
    """Read a world by its name in this folder, or by its path; WorldError if it cannot be used."""
    return sown(Path(name_or_path).stem, read_world(name_or_path, folder))


def sown(name: str, world: Mapping[str, Any]) -> Seed:
    """Return the seed that a checked world gives."""
    clients = {each["id"]: Client(each["id"], each["secret"], tuple(each["scopes"])) for each in world["clients"]}
    tokens = {each["token"]: principal(each, each["token"]) for each in world["tokens"]}
    return Seed(name, state(world), clients, tokens)


def state(world: Mapping[str, Any]) -> State:
    """Build a state from the sections of a world."""
    customers = [_customer_assignment(row) for row in world.get("customerAssignments", ())]
    items = [_item_assignment(row) for row in world.get("itemAssignments", ())]
    return State(
        default_language=world.get("languages", {}).get("default", "en"),
        languages=tuple(world.get("languages", {}).get("supported", ("en",))),
        sites=_by(world.get("sites", ()), "code"),
        legal_entities=_by(world.get("legalEntities", ())),
        customers=_by(world.get("customers", ())),
        categories=_by(world.get("categories", ())),
        products=_by(world.get("products", ())),
        segments=Table.of((row["id"], row) for row in world.get("segments", ())),
        items=_by_segment(items),
        members=_by_segment(customers),
        memberships=_by_customer(customers),
        mixin_schemas=Map(world.get("mixinSchemas", {})),
    )


def _by(rows: Rows, name: str = "id") -> Map[str, Document]:
    return Map({row[name]: row for row in rows})


def _by_segment(assignments: list[Any]) -> Table[str, Table[Any, Any]]:
    ordered = sorted(assignments, key=lambda each: each.segment_id)
    groups = groupby(ordered, key=lambda each: each.segment_id)
    return Table.of((segment_id, Table.of((each.key, each) for each in group)) for segment_id, group in groups)


def _by_customer(assignments: list[CustomerAssignment]) -> Map[str, tuple[CustomerAssignment, ...]]:
    found = defaultdict(list)
    for each in assignments:
        found[each.customer_id].append(each)
    return Map({customer_id: tuple(each) for customer_id, each in found.items()})


def _item_assignment(row: Mapping[str, Any]) -> ItemAssignment:
    return ItemAssignment(row["segmentId"], row["type"], row["itemId"], *_kept(row))


def _customer_assignment(row: Mapping[str, Any]) -> CustomerAssignment:
    who = row["segmentId"], row["customerId"], row.get("legalEntityId"), row["assignmentType"]
    return CustomerAssignment(*who, *_kept(row))


def _kept(row: Mapping[str, Any]) -> tuple[Revision, Any, Any]:
    return Revision.of(row), row.get("mixins"), row["metadata"].get("mixins")


def principal(token: Mapping[str, Any], name: str) -> Principal:
    """Return who holds a token, as a world or the control plane describes it."""
    expires = token.get("expiresAt")
    return Principal(
        frozenset(token["scopes"]),
        token.get("tenant"),
        token.get("customerId"),
        token.get("legalEntityId"),
        expires and moment(expires),
        name,
    )
