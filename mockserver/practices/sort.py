"""Sorting: `sort=field:ASC,other:DESC` (C3)."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import compress
from operator import not_
from typing import Any

from ..errors import INVALID_PARAMETERS, BadRequest
from . import columns, paths
from .caching import cache_parsed
from .columns import RowT, SeveralValues

MAX_SORT_KEYS = 20
IS_DESCENDING = {"": False, "ASC": False, "asc": False, "DESC": True, "desc": True}

SortRank = tuple[int, Any]  # rank of the type, and the value
ABSENT_RANK: SortRank = (-1, None)
TYPE_RANKS = {int: 0, float: 0, str: 1, bool: 2}
OTHER_RANK: SortRank = (3, 0)


@dataclass(frozen=True, slots=True)
class SortKey:
    """One field to sort by, as a dotted path."""

    path: str
    is_descending: bool = False


@dataclass(frozen=True, slots=True)
class SortOrder:
    """The keys to sort by, the most important first."""

    keys: tuple[SortKey, ...]


@cache_parsed
def parse_sort(text: str) -> SortOrder:
    """Parse a `sort` parameter; BadRequest for an empty field or a bad direction. A blank text keeps the order."""
    parts = text.split(",") if text.strip() else []
    if len(parts) > MAX_SORT_KEYS:
        raise _sort_error("limit", f"must have at most {MAX_SORT_KEYS} fields")
    return SortOrder(tuple(map(_parse_key, parts)))


def sort_rows(
    rows: Iterable[RowT], order: SortOrder, *, column_for: columns.ColumnReaderFactory = columns.column_reader
) -> list[RowT]:
    """Return the rows sorted; equal rows keep their order, and rows without the field come last in both directions."""
    sorted_rows = rows if isinstance(rows, list) else list(rows)
    for key in reversed(order.keys):  # sorting is stable, so the most important key comes last
        sorted_rows = _sort_by_column(sorted_rows, column_for(key.path)(sorted_rows), key.is_descending)
    return sorted_rows


def _sort_by_column(rows: list[RowT], column: list[Any], is_descending: bool) -> list[RowT]:
    """Return the rows sorted by their cells; all in C if these are of one type."""
    if column and type(column[0]) is str:
        with suppress(TypeError):  # a text cannot be compared with a cell that is not a text
            return _sort_by_ranks(rows, column, is_descending)
    types = set(map(type, column))
    if len(types) == 1 and SeveralValues not in types:  # cells of one type without an order keep theirs
        return _sort_by_ranks(rows, column, is_descending) if types.pop() in TYPE_RANKS else rows
    ranks = list(map(_rank_cell, column))
    present = [rank is not ABSENT_RANK for rank in ranks]
    sorted_rows = _sort_by_ranks(list(compress(rows, present)), compress(ranks, present), is_descending)
    return sorted_rows + list(compress(rows, map(not_, present)))


def _sort_by_ranks(rows: list[RowT], ranks: Iterable[Any], is_descending: bool) -> list[RowT]:
    """Return the rows sorted by ranks, one for each row; `sorted` calls `next(ranks, row)` for each row in turn."""
    return sorted(rows, key=partial(next, iter(ranks)), reverse=is_descending)


def _rank_cell(cell: Any) -> SortRank:
    """Rank the first value that is not null: by type, then by value, so that types are never compared."""
    for value in columns.cell_values(cell):
        if value is not None:
            rank = TYPE_RANKS.get(type(value))
            return OTHER_RANK if rank is None else (rank, value)
    return ABSENT_RANK


def _parse_key(text: str) -> SortKey:
    path, colon, direction = text.strip().partition(":")
    if not paths.is_valid_path(path.strip()):
        raise _sort_error("field", "has an empty field, or one that nests too deep")
    if direction not in IS_DESCENDING or (colon and not direction):
        raise _sort_error("direction", "must have ASC or DESC as direction")
    return SortKey(path.strip(), IS_DESCENDING[direction])


def _sort_error(error_type: str, detail: str) -> BadRequest:
    return BadRequest(INVALID_PARAMETERS, field="sort", error_type=error_type, detail=detail, rule="C3")
