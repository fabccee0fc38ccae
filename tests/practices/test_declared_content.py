"""A collection stores what its schema allows: undeclared fields of closed objects are left out, at every level."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.practices.declared_content import keep_declared
from mockserver.store.row_schemas import METADATA, MIXINS, TEXT, closed_object

PART = closed_object({"id": TEXT})
SCHEMA = closed_object(
    {
        "id": TEXT,
        "part": PART,
        "parts": {"type": "array", "items": PART},
        "open": {"type": "object", "properties": {"part": PART}},
        "short": {"anyOf": [TEXT, PART]},
        "mixins": MIXINS,
        "metadata": METADATA,
    }
)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ({"id": "x", "more": 1}, {"id": "x"}),
        ({"part": {"id": "x", "more": 1}}, {"part": {"id": "x"}}),
        ({"parts": [{"more": 1}, {"id": "x"}]}, {"parts": [{}, {"id": "x"}]}),
        ({"open": {"more": {"id": 1}, "part": {"more": 1}}}, {"open": {"more": {"id": 1}, "part": {}}}),
        ({"short": {"id": "x", "more": 1}}, {"short": {"id": "x"}}),
        ({"short": "x"}, {"short": "x"}),
        ({"mixins": {"more": {"more": 1}}}, {"mixins": {"more": {"more": 1}}}),
        ({"metadata": {"version": 1, "more": 1}}, {"metadata": {"version": 1}}),
        ({"part": None, "parts": None}, {"part": None, "parts": None}),
    ],
)
def test_undeclared_fields_of_closed_objects_are_left_out(value: Any, kept: Any) -> None:
    assert keep_declared(SCHEMA, value) == kept
