"""Columns: what many rows have at one path. Filters, `q` and sort work on whole columns, mostly in C.

A column has a cell for each row: the value at the path, `MISSING`, or `SeveralValues` if the path leads through arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import compress
from typing import Any, TypeVar

from . import paths

RowT = TypeVar("RowT")  # for what works on rows and on their sources alike

BATCH_SIZE = 1000  # rows that are tested at once, so that a test of many lazy rows does not keep all of them

CellReader = Callable[[Any], Any]  # returns the cell of one row
ColumnReader = Callable[[Sequence[Any]], list[Any]]  # returns the cells of these rows, in order
ColumnReaderFactory = Callable[[str], ColumnReader]  # returns the reader for a path
ColumnTest = Callable[[list[Any]], Iterable[object]]  # returns for each cell whether its row matches

MISSING: Any = object()  # the cell of a row that has no value at the path


@dataclass(slots=True)
class SeveralValues:
    """The cell of a row that has several values at the path; it has no hash, like arrays and maps."""

    values: Sequence[Any]


def column_reader(path: str) -> ColumnReader:
    """Return a function that reads the column of documents at a path."""
    if "." not in path:
        return partial(_read_field, path)
    return read_by_cell(cell_reader(path))


def _read_field(name: str, documents: Sequence[Mapping[str, Any]]) -> list[Any]:
    try:
        return [document[name] for document in documents]
    except KeyError:
        return [document.get(name, MISSING) for document in documents]


def read_by_cell(read_cell: CellReader) -> ColumnReader:
    """Return a function that reads a column cell by cell, for what cannot be read faster."""
    return lambda rows: [read_cell(row) for row in rows]


def cell_reader(path: str) -> CellReader:
    """Return a function that reads the cell of a document at a path."""
    steps = path.split(".")

    def read_cell(document: Mapping[str, Any]) -> Any:
        value: Any = document
        for step in steps:
            if type(value) is not dict or step not in value:  # the fast path for plain dicts
                return _join_values(list(paths.iter_values(document, path)))
            value = value[step]
        return value

    return read_cell


def cell_values(cell: Any) -> Sequence[Any]:
    """Return all values that a row has at the path of its cell."""
    if type(cell) is SeveralValues:
        return cell.values
    return () if cell is MISSING else (cell,)


def select_by_column(rows: Sequence[RowT], read_column: ColumnReader, test_column: ColumnTest) -> list[RowT]:
    """Return the rows whose cells pass a test, in order."""
    if len(rows) <= BATCH_SIZE:
        return list(compress(rows, test_column(read_column(rows))))
    selected: list[RowT] = []
    for start in range(0, len(rows), BATCH_SIZE):
        batch = rows[start : start + BATCH_SIZE]
        selected += compress(batch, test_column(read_column(batch)))
    return selected


def _join_values(values: list[Any]) -> Any:
    """Return the cell of a row that has these values at the path."""
    if not values:
        return MISSING
    return values[0] if len(values) == 1 else SeveralValues(values)
