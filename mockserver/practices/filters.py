"""Filters: query parameters that keep the rows with a value in a field (C18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from . import columns
from .columns import RowT


@dataclass(frozen=True, slots=True)
class Filter:
    """A dotted path and the value that a row must have there: itself, in an array, or in a localized map."""

    path: str
    value: Any

    def matches_cell(self, cell: Any) -> bool:
        """Whether a row with this cell has the value."""
        values = columns.cell_values(cell)
        return any(self.value == candidate for value in values for candidate in _iter_candidates(value))


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
