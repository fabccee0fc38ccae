"""Sorting: `sort=field:ASC,other:DESC` (C3)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeVar

from ..errors import PARAMETER_PROBLEM, BadRequest
from . import paths

MOST_KEYS = 20
DESCENDING = {"": False, "ASC": False, "asc": False, "DESC": True, "desc": True}

Row = TypeVar("Row", bound=Mapping[str, Any])
Rank = tuple[int, Any]  # of the type, and the value
ABSENT: Rank = (-1, None)


@dataclass(frozen=True, slots=True)
class Key:
    """One field to sort by, as a dotted path."""

    path: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """The keys to sort by, the most important one first."""

    keys: tuple[Key, ...]


def parse(text: str) -> Order:
    """Read a `sort` parameter; BadRequest for an empty field or a bad direction. Blank: as the rows come."""
    parts = text.split(",") if text.strip() else []
    if len(parts) > MOST_KEYS:
        raise _problem("limit", f"must have at most {MOST_KEYS} fields")
    return Order(tuple(map(_key, parts)))


def arranged(rows: Iterable[Row], order: Order) -> list[Row]:
    """Return the rows sorted; equal ones stay as they came, rows without the field go last in both directions."""
    arranged_rows = list(rows)
    for key in reversed(order.keys):  # sorting is stable, so the most important key has the last word
        arranged_rows = _arranged_by(key, arranged_rows)
    return arranged_rows


def _arranged_by(key: Key, rows: list[Row]) -> list[Row]:
    read = paths.reader(key.path)
    ranked = [(_rank(read(row)), row) for row in rows]
    present = [pair for pair in ranked if pair[0] != ABSENT]
    present.sort(key=itemgetter(0), reverse=key.descending)
    return [row for _, row in present] + [row for rank, row in ranked if rank == ABSENT]


def _rank(values: list[Any]) -> Rank:
    """Rank the first value that is not null by its type, then by itself: types never meet in a comparison."""
    value = next((each for each in values if each is not None), None)
    if value is None:
        return ABSENT
    if isinstance(value, bool):
        return (2, value)
    if isinstance(value, (int, float)):
        return (0, value)
    return (1, value) if isinstance(value, str) else (3, 0)


def _key(text: str) -> Key:
    path, colon, direction = text.strip().partition(":")
    if not paths.is_readable(path.strip()):
        raise _problem("field", "has an empty field, or one that nests too deep")
    if direction not in DESCENDING or (colon and not direction):
        raise _problem("direction", "must have ASC or DESC as direction")
    return Key(path.strip(), DESCENDING[direction])


def _problem(kind: str, detail: str) -> BadRequest:
    return BadRequest(PARAMETER_PROBLEM, field="sort", kind=kind, detail=detail, rule="C3")
