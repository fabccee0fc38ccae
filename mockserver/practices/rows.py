"""Rows of a list as sequences that make a row only when it is read, so that a list costs what its page costs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from ..store.table import Table
from .columns import ColumnReaderFactory

Row = Mapping[str, Any]
SourceT = TypeVar("SourceT")


@dataclass(slots=True)
class LazyRows(Sequence[Row], Generic[SourceT]):
    """A row for each source, in order."""

    sources: Sequence[SourceT]
    make: Callable[[SourceT], Row]

    def __len__(self) -> int:
        return len(self.sources)

    def __iter__(self) -> Iterator[Row]:
        return map(self.make, self.sources)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, int):
            return self.make(self.sources[index])
        return [self.make(source) for source in self.sources[index]]


@dataclass(slots=True)
class StoredRows(LazyRows[SourceT]):
    """Rows of immutable sources: `q` and sort read the sources, and encoded rows can be cached (`caches.row_cache`).

    column_for: for a path, returns a function that reads from sources what their rows would have there.
    depends_on: other immutable inputs of `make`.
    variant: distinguishes functions `make`. Equal source, inputs and variant give the same row.
    """

    column_for: ColumnReaderFactory
    depends_on: tuple[object, ...]
    variant: Hashable

    def list_sources(self) -> list[SourceT]:
        """Return all sources, in order."""
        return self.sources.list_values() if isinstance(self.sources, ConcatenatedTables) else list(self.sources)

    def with_sources(self, sources: Sequence[SourceT]) -> StoredRows[SourceT]:
        """Return the rows of these sources instead."""
        return StoredRows(sources, self.make, self.column_for, self.depends_on, self.variant)


@dataclass(slots=True)
class StoredRow(Generic[SourceT]):
    """One row of an immutable source: it can be cached like the rows of a list, and is made only if it is not."""

    source: SourceT
    make: Callable[[SourceT], Row]
    depends_on: tuple[object, ...]
    variant: Hashable


@dataclass(slots=True)
class ConcatenatedTables(Sequence[Any]):
    """The values of several tables as sources of rows; a slice skips what comes before it."""

    tables: Sequence[Table[Any, Any]]

    def __len__(self) -> int:
        return sum(map(len, self.tables))

    def __iter__(self) -> Iterator[Any]:
        return iter(self.list_values())

    def list_values(self) -> list[Any]:
        """Return all values; `list` would ask each table for its length first."""
        values: list[Any] = []
        for table in self.tables:
            values += table.values()
        return values

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, int):
            index = range(len(self))[index]
            return self[index : index + 1][0]
        is_from_end = (index.start or 0) < 0 or (index.stop or 0) < 0
        start, stop, _ = index.indices(len(self) if is_from_end else sys.maxsize)  # pages need no length
        values: list[Any] = []
        for table in self.tables:
            if stop <= 0:
                break
            size = len(table)
            if start < size:
                values += table.slice(start, stop)
            start, stop = start - size, stop - size
        return values
