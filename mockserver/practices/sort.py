"""Sorting: `sort=field:ASC,other:DESC` (C3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeVar

from ..errors import PARAMETER_PROBLEM, BadRequest
from . import paths
from .memo import remembered

MOST_KEYS = 20
DESCENDING = {"": False, "ASC": False, "asc": False, "DESC": True, "desc": True}

Row = TypeVar("Row")
Rank = tuple[int, Any]  # of the type, and the value
ABSENT: Rank = (-1, None)
RANKS = {int: 0, float: 0, str: 1, bool: 2}  # of other types 3


@dataclass(frozen=True, slots=True)
class Key:
    """One field to sort by, as a dotted path."""

    path: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """The keys to sort by, the most important one first."""

    keys: tuple[Key, ...]


@remembered
def parse(text: str) -> Order:
    """Read a `sort` parameter; BadRequest for an empty field or a bad direction. Blank: as the rows come."""
    parts = text.split(",") if text.strip() else []
    if len(parts) > MOST_KEYS:
        raise _problem("limit", f"must have at most {MOST_KEYS} fields")
    return Order(tuple(map(_key, parts)))


def arranged(rows: Iterable[Row], order: Order, *, reader: paths.Reader = paths.reader) -> list[Row]:
    """Return the rows sorted; equal ones stay as they came, rows without the field go last in both directions.

    reader: for a path, how to read a row there; rows are documents unless it says otherwise.
    """
    arranged_rows = list(rows)
    for key in reversed(order.keys):  # sorting is stable, so the most important key has the last word
        arranged_rows = _arranged_by(key, arranged_rows, reader(key.path))
    return arranged_rows


def _arranged_by(key: Key, rows: list[Row], read: paths.Read) -> list[Row]:
    ranked = [(_rank(read(row)), row) for row in rows]
    present = [pair for pair in ranked if pair[0] is not ABSENT]
    present.sort(key=itemgetter(0), reverse=key.descending)
    return [row for _, row in present] + [row for rank, row in ranked if rank is ABSENT]


def _rank(values: list[Any]) -> Rank:
    """Rank the first value that is not null by its type, then by itself: types never meet in a comparison."""
    for value in values:
        if value is not None:
            rank = RANKS.get(type(value))
            return (3, 0) if rank is None else (rank, value)
    return ABSENT


def _key(text: str) -> Key:
    path, colon, direction = text.strip().partition(":")
    if not paths.is_readable(path.strip()):
        raise _problem("field", "has an empty field, or one that nests too deep")
    if direction not in DESCENDING or (colon and not direction):
        raise _problem("direction", "must have ASC or DESC as direction")
    return Key(path.strip(), DESCENDING[direction])


def _problem(kind: str, detail: str) -> BadRequest:
    return BadRequest(PARAMETER_PROBLEM, field="sort", kind=kind, detail=detail, rule="C3")
