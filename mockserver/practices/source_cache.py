"""Lists of sources as the cache keeps them: with the columns that were read, and in the orders that were requested."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from ..caches.derived_cache import DerivedCache
from .columns import ColumnReaderFactory
from .rows import ConcatenatedTables, StoredRows
from .sort import SortOrder, sort_rows

MAX_CACHED_SOURCES = 1000  # of one list; more are sorted and read for each request
MAX_CACHED_CELLS = 1_000_000  # of all lists, columns and orders together; 8 MB of references


@dataclass(slots=True, eq=False)
class OrderedSources:
    """The sources of a list in one order, with the columns that were read from them.

    make_room: counts the cells that are added.
    """

    sources: list[Any]
    make_room: Callable[[int], None]
    columns: dict[str, list[Any]] = field(default_factory=dict)
    orders: dict[SortOrder, OrderedSources] = field(default_factory=dict)

    def sort(self, order: SortOrder, column_for: ColumnReaderFactory) -> OrderedSources:
        """Return the same sources in another order (C3)."""
        ordered = self.orders.get(order)
        if ordered is None:
            self.make_room(len(self.sources))
            sources = sort_rows(self.sources, order, column_for=self.cached_columns(column_for))
            ordered = self.orders[order] = OrderedSources(sources, self.make_room)
        return ordered

    def cached_columns(self, column_for: ColumnReaderFactory) -> ColumnReaderFactory:
        """Return a factory of readers that read a column of all sources only once."""
        return lambda path: partial(self._read_column, path, column_for)

    def _read_column(self, path: str, column_for: ColumnReaderFactory, sources: Sequence[Any]) -> list[Any]:
        if sources is not self.sources:  # those that another condition selected
            return column_for(path)(sources)
        column = self.columns.get(path)
        if column is None:
            self.make_room(len(sources))
            column = self.columns[path] = column_for(path)(sources)
        return column


class SourceCache(DerivedCache[OrderedSources]):
    """The sources of lists, by the tables that they come from and what their rows depend on.

    What it returns is never stale: a write replaces a table, and the entries of the old one are dropped.
    """

    def __init__(self) -> None:
        super().__init__(MAX_CACHED_CELLS)

    def find_sources(self, rows: StoredRows[Any]) -> OrderedSources | None:
        """Return the sources of these rows in their own order; None if they are too many, or not from tables."""
        tables = rows.sources
        if not isinstance(tables, ConcatenatedTables):
            return None
        depends_on = (*tables.tables, *rows.depends_on)
        ordered = self.find_entry(depends_on, rows.variant)
        if ordered is None and len(tables) <= MAX_CACHED_SOURCES:
            sources = tables.list_values()
            ordered = self.add_entry(depends_on, rows.variant, OrderedSources(sources, self.make_room), len(sources))
        return ordered
