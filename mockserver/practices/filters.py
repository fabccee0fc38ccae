"""Filters: query parameters that keep the rows with a value in a field (C18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from orjson import dumps

from . import columns
from .columns import RowT


@dataclass(frozen=True, slots=True)
class Filter:
    """A dotted path and the value that a row must have there: itself, in an array, or in a localized map.

    is_part: whether a text that has the value in it is enough, in upper or lower case (C18a).
    """

    path: str
    value: Any
    is_part: bool = False

    def matches_cell(self, cell: Any) -> bool:
        """Whether a row with this cell has the value."""
        values = columns.cell_values(cell)
        candidates = (candidate for value in values for candidate in _iter_candidates(value))
        if self.is_part:
            return any(map(self._is_part_of, candidates))
        return any(self.value == candidate for candidate in candidates)

    def _is_part_of(self, candidate: Any) -> bool:
        """Whether a text has the value in it; anything else must be the value, as JSON writes it."""
        if isinstance(candidate, str):
            return str(self.value).casefold() in candidate.casefold()
        return bool(dumps(candidate).decode() == self.value)


def filter_rows(
    rows: Sequence[RowT],
    filters: Sequence[Filter],
    *,
    column_for: columns.ColumnReaderFactory = columns.column_reader,
) -> Sequence[RowT]:
    """Return the rows that pass all filters, in order."""
    for condition in filters:
        rows = columns.select_by_column(rows, column_for(condition.path), partial(map, condition.matches_cell))
    return rows


def _iter_candidates(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple, Mapping)):
        yield from value.values() if isinstance(value, Mapping) else value
    else:
        yield value
