"""What spans the sections of a world and a schema cannot say: ids that exist, and exist once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

World = Mapping[str, Any]
Mistake = tuple[str, str]  # place as a JSON pointer, reason
Key = Callable[[Mapping[str, Any]], Any]
DEEPEST = 100  # levels of categories, or of legal entities

KEYS: dict[str, Key] = {
    "sites": lambda row: row["code"],
    "legalEntities": lambda row: row["id"],
    "customers": lambda row: row["id"],
    "categories": lambda row: row["id"],
    "products": lambda row: row["id"],
    "segments": lambda row: row["id"],
    "customerAssignments": lambda row: (row["segmentId"], row["customerId"], row.get("legalEntityId")),
    "itemAssignments": lambda row: (row["segmentId"], row["type"], row["itemId"]),
    "mixinSchemas": lambda row: row["url"],
    "clients": lambda row: row["id"],
    "tokens": lambda row: row["token"],
}
REFERENCES = {
    "legalEntities": {"parentId": "legalEntities"},
    "categories": {"parentId": "categories"},
    "segments": {"siteCode": "sites"},
    "customerAssignments": {"segmentId": "segments", "customerId": "customers", "legalEntityId": "legalEntities"},
    "itemAssignments": {"segmentId": "segments"},
}
LISTS = {"products": {"categories": "categories"}, "customers": {"legalEntities": "legalEntities"}}
CATALOGUES = {"PRODUCT": "products", "CATEGORY": "categories"}


def mistakes(world: World) -> Iterator[Mistake]:
    """Yield what is wrong with a world that its schema allows."""
    known = {section: {key(row) for row in world.get(section, ())} for section, key in KEYS.items()}
    yield from twice(world)
    yield from _languages(world)
    yield from _missing(world, known)
    yield from _items(world, known)
    yield from _members(world)
    yield from _forests(world)


def impossible(world: World) -> Iterator[Mistake]:
    """Yield what is wrong even where references may lead nowhere."""
    yield from twice(world)
    yield from _forests(world)


def twice(world: World) -> Iterator[Mistake]:
    """Yield what has the key of another one."""
    for section, key in KEYS.items():
        seen = set()
        for at, row in enumerate(world.get(section, ())):
            if key(row) in seen:
                yield f"/{section}/{at}", f"{key(row)!r} comes twice"
            seen.add(key(row))


def _languages(world: World) -> Iterator[Mistake]:
    languages = world.get("languages")
    if languages and languages["default"] not in languages["supported"]:
        yield "/languages/default", f"{languages['default']!r} is not among the supported languages"


def _missing(world: World, known: Mapping[str, set[Any]]) -> Iterator[Mistake]:
    for section, names in REFERENCES.items():
        for at, row in enumerate(world.get(section, ())):
            for name, target in names.items():
                if name in row and row[name] not in known[target]:
                    yield f"/{section}/{at}/{name}", f"{row[name]!r} is not among the {target}"
    for section, names in LISTS.items():
        for at, row in enumerate(world.get(section, ())):
            for name, target in names.items():
                for id_ in set(row.get(name, ())) - known[target]:
                    yield f"/{section}/{at}/{name}", f"{id_!r} is not among the {target}"


def _items(world: World, known: Mapping[str, set[Any]]) -> Iterator[Mistake]:
    for at, row in enumerate(world.get("itemAssignments", ())):
        if row["itemId"] not in known[CATALOGUES[row["type"]]]:
            yield f"/itemAssignments/{at}/itemId", f"{row['itemId']!r} is not among the {CATALOGUES[row['type']]}"


def _members(world: World) -> Iterator[Mistake]:
    belongs = {row["id"]: row.get("legalEntities", ()) for row in world.get("customers", ())}
    for at, row in enumerate(world.get("customerAssignments", ())):
        entity = row.get("legalEntityId")
        if entity is not None and entity not in belongs[row["customerId"]]:
            yield (
                f"/customerAssignments/{at}/legalEntityId",
                f"customer {row['customerId']!r} does not belong to {entity!r}",
            )


def _forests(world: World) -> Iterator[Mistake]:
    for section in ("categories", "legalEntities"):
        yield from _forest(world, section)


def _forest(world: World, section: str) -> Iterator[Mistake]:
    """Yield the first circle, or the first row that is too deep: trees are made and written by recursion."""
    parents = {row["id"]: row.get("parentId") for row in world.get(section, ())}
    levels: dict[str | None, int] = {None: 0}
    for at, start in enumerate(parents):
        way: list[str] = []
        id_: str | None = start
        while id_ not in levels and len(way) <= DEEPEST:
            if id_ in way:
                yield f"/{section}/{at}/parentId", f"{start!r} is its own ancestor, or below a cycle"
                return
            way.append(str(id_))
            id_ = parents.get(id_)
        top = levels.get(id_, 0)
        if top + len(way) > DEEPEST:
            yield f"/{section}/{at}/parentId", f"{start!r} is on a level below the {DEEPEST}th"
            return
        levels.update((each, top + steps) for steps, each in enumerate(reversed(way), 1))
