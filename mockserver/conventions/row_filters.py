"""Filters of lists: query parameters with the name of a field keep the rows that have their value there (G8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..contract.operations import Operation
from ..messages import Call
from ..practices import columns
from ..store.collection import Row

# Parameters that mean something else everywhere.
PRACTICES = frozenset({"q", "sort", "fields", "expand", "pageNumber", "pageSize", "page", "size", "totalCount"})


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Keeps the rows with a value at a dotted path. in_path: whether the value is in the path, not in the query."""

    path: str
    in_path: bool = False

    def matches_row(self, row: Row, text: str) -> bool:
        """Whether a row has the value: itself, in an array, or in a text by language."""
        read_cell = columns.cell_reader(self.path)
        return any(_matches_value(value, text) for value in columns.cell_values(read_cell(row)))


def choose_filters(
    operation: Operation, fields: Mapping[str, Any], hinted: Mapping[str, str], ids: Mapping[str, str]
) -> dict[str, RowFilter]:
    """Return the filters of a list by parameter: those that are named like a field, and those of the overlay.

    fields: the declared fields of a row. ids: the path parameters that are parts of the key.
    """
    query = [parameter.name for parameter in operation.parameters["query"]]
    filters = {name: RowFilter(name) for name in query if name in fields and name not in PRACTICES}
    filters |= {name: RowFilter(path) for name, path in hinted.items() if name in query}
    in_path = [parameter.name for parameter in operation.parameters["path"]]
    others = {name: hinted.get(name, name) for name in in_path if name not in ids and name != "tenant"}
    return filters | {name: RowFilter(path, in_path=True) for name, path in others.items()}


def keep_matching(rows: Sequence[Row], filters: Mapping[str, RowFilter], call: Call) -> Sequence[Row]:
    """Return the rows that pass all filters whose parameter was sent, in order."""
    for name, row_filter in filters.items():
        value = (call.path if row_filter.in_path else call.query).get(name)
        if value is not None:
            texts = value if isinstance(value, list) else [str(value)]
            rows = [row for row in rows if any(row_filter.matches_row(row, text) for text in texts)]
    return rows


def _matches_value(value: Any, text: str) -> bool:
    if isinstance(value, Mapping):
        return any(_matches_value(part, text) for part in value.values() if not isinstance(part, Mapping | list))
    if isinstance(value, list | tuple):
        return any(_matches_value(part, text) for part in value)
    if isinstance(value, bool):
        return str(value).lower() == text.lower()
    if isinstance(value, int | float):
        return text in (str(value), str(float(value)))
    return bool(value == text)
