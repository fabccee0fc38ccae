"""Cached sources: sorted first and filtered by cached columns, lists are what they are without a cache."""

from __future__ import annotations

from typing import Any
from weakref import ref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.practices import columns, sort
from mockserver.practices.query.query import parse_query, select_rows
from mockserver.practices.rows import ConcatenatedTables, StoredRows
from mockserver.practices.source_cache import MAX_CACHED_SOURCES, SourceCache
from mockserver.store.table import Table
from tests.support.client import Client
from tests.support.drawn_rows import PATHS, ROWS
from tests.support.samples import GOLDEN, HAMMER

QUERIES = [parse_query(f"{path}:{value}") for path in ("a", "a.b") for value in ("exists", "x", ">=1", "~x", "null")]


def stored_rows(tables: list[Table[Any, Any]], depends_on: tuple[object, ...] = (), variant: str = "") -> Any:
    """Return stored rows whose sources are the rows themselves."""
    return StoredRows(ConcatenatedTables(tables), lambda row: row, columns.column_reader, depends_on, variant)


def table_of(rows: list[Any]) -> Table[int, Any]:
    return Table.from_pairs(enumerate(rows))


def count_reads() -> tuple[list[str], columns.ColumnReaderFactory]:
    """Return a list, and a factory of readers that adds each path to it."""
    reads: list[str] = []

    def column_for(path: str) -> columns.ColumnReader:
        reads.append(path)
        return columns.column_reader(path)

    return reads, column_for


@given(ROWS, ROWS, PATHS, PATHS, st.booleans())
def test_sorting_before_filtering_gives_the_same_rows(
    first: list[Any], second: list[Any], path: str, other_path: str, descending: bool
) -> None:
    cache, rows = SourceCache(), stored_rows([table_of(first), table_of(second)])
    orders = [f"{path}:{'DESC' if descending else 'ASC'},{other_path}", f"{other_path},{path}:DESC"]
    for order in map(sort.parse_sort, orders * 2):
        for query in QUERIES:
            found = cache.find_sources(rows)
            assert found is not None
            ordered = found.sort(order, rows.column_for)
            selected = select_rows(query, ordered.sources, column_for=ordered.cached_columns(rows.column_for))
            expected = sort.sort_rows(select_rows(query, first + second), order)
            assert list(map(id, selected)) == list(map(id, expected))


def test_sources_are_read_and_sorted_once_for_their_tables_and_variant() -> None:
    reads, column_for = count_reads()
    cache, table, catalogue = SourceCache(), table_of([{"a": "y"}, {"a": "x"}]), table_of([])
    by_a = sort.parse_sort("a")
    for depends_on, variant, expected in (
        ((), "", ["a", "a"]),
        ((), "", ["a", "a"]),
        ((catalogue,), "", ["a"] * 4),
        ((catalogue,), "de", ["a"] * 6),
    ):
        found = cache.find_sources(stored_rows([table], depends_on, variant))
        assert found is not None
        ordered = found.sort(by_a, column_for)
        assert select_rows(parse_query("a:x"), ordered.sources, column_for=ordered.cached_columns(column_for)) == [
            {"a": "x"}
        ]
        assert reads == expected


def test_columns_of_the_longest_cached_list_are_read_once() -> None:
    reads, column_for = count_reads()
    cache, rows = SourceCache(), [{"a": "x"}] * MAX_CACHED_SOURCES
    table = table_of(rows)
    for _ in range(2):
        found = cache.find_sources(stored_rows([table]))
        assert found is not None
        assert select_rows(parse_query("a:x"), found.sources, column_for=found.cached_columns(column_for)) == rows
    assert reads == ["a"]


def test_cached_sources_are_freed_with_their_tables() -> None:
    class Source:
        pass

    cache, source = SourceCache(), Source()
    table, other = Table.from_pairs([(1, source)]), Table.from_pairs([(2, 2)])
    cache.find_sources(stored_rows([other, table]))
    gone = ref(source)
    del source, table
    assert gone() is None


def test_long_lists_and_lists_without_tables_are_not_cached() -> None:
    cache, rows = SourceCache(), [{"a": at} for at in range(MAX_CACHED_SOURCES + 1)]
    halves = [table_of(rows[:500]), table_of(rows[500:])]
    assert cache.find_sources(stored_rows(halves)) is None
    assert cache.find_sources(stored_rows([halves[0], table_of(rows[501:])])) is not None
    assert cache.find_sources(StoredRows(rows, dict, columns.column_reader, (), "")) is None


def test_many_columns_and_orders_stay_within_the_limit() -> None:
    cache, rows = SourceCache(), stored_rows([table_of([{"a": at} for at in range(100)])])
    cache.max_size = 1000  # cells
    kept_counts = []
    for at in range(50):
        found = cache.find_sources(rows)
        assert found is not None
        ordered = found.sort(sort.parse_sort(f"b{at}"), rows.column_for)
        assert len(ordered.sources) == 100
        kept_counts.append(len(found.orders))
    assert max(kept_counts) <= 5


@pytest.mark.parametrize("query", ["sort=item.code", "q=item.code:exists&sort=item.name.en", "q=type:PRODUCT"])
def test_lists_with_a_cached_order_show_later_writes(client: Client, query: str) -> None:
    def list_ids() -> list[str]:
        rows = client.get(f"/{GOLDEN}/items?{query}&fields=item.id").get_json()
        return [row["item"]["id"] for row in rows]

    before = list_ids()
    assert list_ids() == before
    assert HAMMER in before
    assert client.delete(f"/{GOLDEN}/items/PRODUCT/{HAMMER}").status_code == 204
    assert list_ids() == [id_ for id_ in before if id_ != HAMMER]
    assert client.put(f"/{GOLDEN}/items/PRODUCT/{HAMMER}").status_code == 201
    assert list_ids() == before
