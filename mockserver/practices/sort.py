"""Sorting: `sort=field:ASC,other:DESC` (C3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeVar

from ..errors import INVALID_PARAMETERS, BadRequest
from . import paths
from .caching import cache_parsed

MAX_SORT_KEYS = 20
IS_DESCENDING = {"": False, "ASC": False, "asc": False, "DESC": True, "desc": True}

RowT = TypeVar("RowT")
SortRank = tuple[int, Any]  # of the type, and the value
ABSENT_RANK: SortRank = (-1, None)
TYPE_RANKS = {int: 0, float: 0, str: 1, bool: 2}  # of other types 3


@dataclass(frozen=True, slots=True)
class SortKey:
    """One field to sort by, as a dotted path."""

    path: str
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class SortOrder:
    """The keys to sort by, the most important one first."""

    keys: tuple[SortKey, ...]


@cache_parsed
def parse_sort(text: str) -> SortOrder:
    """Read a `sort` parameter; BadRequest for an empty field or a bad direction. Blank: as the rows come."""
    parts = text.split(",") if text.strip() else []
    if len(parts) > MAX_SORT_KEYS:
        raise _sort_error("limit", f"must have at most {MAX_SORT_KEYS} fields")
    return SortOrder(tuple(map(_parse_key, parts)))


def sort_rows(
    rows: Iterable[RowT], order: SortOrder, *, reader_for: paths.PathReaderFactory = paths.path_reader
) -> list[RowT]:
    """Return the rows sorted; equal ones stay as they came, rows without the field go last in both directions.

    reader: for a path, how to read a row there; rows are documents unless it says otherwise.
    """
    sorted_rows = list(rows)
    for key in reversed(order.keys):  # sorting is stable, so the most important key has the last word
        sorted_rows = _sort_by_key(key, sorted_rows, reader_for(key.path))
    return sorted_rows


def _sort_by_key(key: SortKey, rows: list[RowT], read_values: paths.PathReader) -> list[RowT]:
    ranked = [(_rank_values(read_values(row)), row) for row in rows]
    present = [pair for pair in ranked if pair[0] is not ABSENT_RANK]
    present.sort(key=itemgetter(0), reverse=key.is_descending)
    return [row for _, row in present] + [row for rank, row in ranked if rank is ABSENT_RANK]


def _rank_values(values: list[Any]) -> SortRank:
    """Rank the first value that is not null by its type, then by itself: types never meet in a comparison."""
    for value in values:
        if value is not None:
            rank = TYPE_RANKS.get(type(value))
            return (3, 0) if rank is None else (rank, value)
    return ABSENT_RANK


def _parse_key(text: str) -> SortKey:
    path, colon, direction = text.strip().partition(":")
    if not paths.is_valid_path(path.strip()):
        raise _sort_error("field", "has an empty field, or one that nests too deep")
    if direction not in IS_DESCENDING or (colon and not direction):
        raise _sort_error("direction", "must have ASC or DESC as direction")
    return SortKey(path.strip(), IS_DESCENDING[direction])


def _sort_error(kind: str, detail: str) -> BadRequest:
    return BadRequest(INVALID_PARAMETERS, field="sort", error_type=kind, detail=detail, rule="C3")
