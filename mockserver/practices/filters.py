"""Filters: query parameters that name a field and the value that it must have (C18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from . import paths

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Filter:
    """A dotted path, and the value that a row must have there: itself, in an array, or in one of the languages."""

    path: str
    value: Any


def kept(rows: Sequence[Row], filters: Sequence[Filter], *, reader: paths.Reader = paths.reader) -> Sequence[Row]:
    """Return the rows that pass all filters, in order; `reader` tells how to read a row at a path."""
    for each in filters:
        read, wanted = reader(each.path), each.value
        rows = [row for row in rows if any(wanted == leaf for value in read(row) for leaf in _leaves(value))]
    return rows


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple, Mapping)):
        yield from value.values() if isinstance(value, Mapping) else value
    else:
        yield value
