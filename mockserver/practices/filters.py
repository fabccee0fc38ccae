"""Filters: query parameters that keep the rows with a value in a field (C18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import paths
from .rows import RowT


@dataclass(frozen=True, slots=True)
class Filter:
    """A dotted path and the value that a row must have there: itself, in an array, or in a localized map."""

    path: str
    value: Any


def filter_rows(
    rows: Sequence[RowT], filters: Sequence[Filter], *, reader_for: paths.PathReaderFactory = paths.path_reader
) -> Sequence[RowT]:
    """Return the rows that pass all filters, in order."""
    for condition in filters:
        read_values, expected = reader_for(condition.path), condition.value
        rows = [
            row
            for row in rows
            if any(expected == candidate for value in read_values(row) for candidate in _iter_candidates(value))
        ]
    return rows


def _iter_candidates(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple, Mapping)):
        yield from value.values() if isinstance(value, Mapping) else value
    else:
        yield value
