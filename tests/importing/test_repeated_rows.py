"""Rows that calls show again are not merged again, which changes nothing of the result."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.importing.recorded_rows import RecordedRows
from mockserver.importing.row_imports import Change
from tests.support.samples import WORLDS

TIME = "2026-11-26T10:00:00.000Z"
CHANGES = [
    Change("show", "products", {"id": "1", "code": "a", "name": "Hammer"}, "en"),
    Change("show", "products", {"id": "1", "code": "a", "name": "Hammer"}, "de"),
    Change("show", "products", {"id": "1", "name": {"en": "Saw", "fr": "Scie"}}),
    Change("show", "products", {"id": "1", "mixins": {"a": {"b": 1, "c": 2}}}),
    Change("show", "products", {"id": "1", "mixins": {"a": {"c": 2, "b": 1}}}),
    Change("show", "products", {"id": "1", "mixins": {"a": {"b": True, "c": 2}}}),
    Change("store", "products", {"id": "1", "code": "stored"}),
    Change("patch", "products", {"id": "1"}, patch={"code": "patched"}),
    Change("remove", "products", {"id": "1"}),
    Change("imply", "products", {"id": "1", "code": "implied"}),
    Change("show", "sites", {"code": "main", "languages": ["en"]}),
    Change("add", "sites", {"code": "main", "languages": ["de"]}),
    Change("show", "products", {"id": "2", "code": "b"}, unknown_fields=("odd",)),
]


def record(changes: Sequence[Change], *, forgets: bool) -> str:
    """Return all that these changes leave, in order; it may forget what it was shown after each of them."""
    recorded = RecordedRows(WORLDS.service_collections)
    for change in changes:
        recorded.apply(change, "", TIME)
        if forgets:
            recorded.shown.clear()
    return repr((recorded.rows, recorded.implied, recorded.unknown_fields, recorded.unusable, recorded.schema_urls))


@given(st.lists(st.sampled_from(CHANGES), max_size=12))
def test_remembering_what_was_shown_changes_nothing(changes: list[Change]) -> None:
    assert record(changes, forgets=False) == record(changes, forgets=True)


@pytest.mark.parametrize("between", CHANGES)
@pytest.mark.parametrize("shown", [change for change in CHANGES if change.action == "show"])
def test_a_row_that_changed_meanwhile_is_shown_again(shown: Change, between: Change) -> None:
    changes = [shown, between, shown]
    assert record(changes, forgets=False) == record(changes, forgets=True)
