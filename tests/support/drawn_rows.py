"""Rows that hypothesis draws: columns of one type or of several, with gaps."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

DAY, MOMENT = "2024-05-14", "2024-05-14T12:00:00Z"
NAMES = st.sampled_from(["a", "b", "a.b"])
TEXTS = st.sampled_from(["", "x", "y", "1", "true", "ß", "日本", DAY, MOMENT])
NUMBERS = st.sampled_from([0, 1, 2, 1.0, 1.5, 10**30])
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner | TEXTS, max_size=2),
    max_leaves=6,
)
# Columns with cells of one type, and those with any.
PARTS = st.lists(st.fixed_dictionaries({"b": TEXTS}), min_size=2, max_size=3)
COLUMNS = st.one_of(*(st.lists(cells, max_size=6) for cells in (TEXTS, NUMBERS, st.booleans(), PARTS, VALUES)))
ROWS = st.tuples(COLUMNS, st.dictionaries(st.integers(0, 5), VALUES, max_size=1), st.booleans()).map(
    lambda drawn: make_rows(*drawn)
)
PATHS = st.sampled_from(["a", "a.b", "a.a", "b"])


def make_rows(cells: list[Any], odd_cells: dict[int, Any], lacks_first: bool) -> list[dict[str, Any]]:
    """Return a row for each cell, numbered; a few cells are odd, and the first row may have none."""
    rows = [{"a": odd_cells.get(at, cell), "at": at} for at, cell in enumerate(cells)]
    return [{"at": row["at"]} if lacks_first and row["at"] == 0 else row for row in rows]
