"""What is left of rows that refer to a deleted one: the smallest part that they can be without goes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from mockserver.store.collection import Collection, OnDelete
from mockserver.store.row_removal import RowRemover, delete_referring, delete_without, drop_empty
from mockserver.store.row_schemas import ID, closed_object, unique_list
from mockserver.store.state import State

LEAVES = Collection(name="leaves", schema=closed_object({"id": ID}, ("id",)))
PART = closed_object({"leaf": ID, "note": ID}, ("leaf",))
BRANCH_SCHEMA = closed_object(
    {
        "id": ID,
        "parentId": ID,
        "needed": ID,
        "usual": ID,
        "free": ID,
        "list": unique_list(ID),
        "part": PART,
        "open": closed_object({"leaf": ID, "leaves": unique_list(ID)}),
        "parts": {"type": "array", "items": PART},
    },
    ("id", "needed"),
)
PATHS = ("needed", "usual", "free", "list", "part.leaf", "open.leaf", "open.leaves", "parts.leaf")
ROW = {"id": "row", "needed": "other", "usual": "other"}


def remove_leaf(row: dict[str, Any], on_delete: Mapping[str, OnDelete], parent: str | None = None) -> list[Any]:
    """Return the branches that are left of one, after the leaf `old` was removed."""
    branches = Collection(
        name="branches",
        schema=BRANCH_SCHEMA,
        defaults={"usual": "other"},
        references=dict.fromkeys(PATHS, "leaves"),
        on_delete=on_delete,
        parent=parent,
    )
    state = LEAVES.load(State(), [{"id": "old"}, {"id": "other"}])
    state = branches.load(state, [row, {**ROW, "id": "below", "parentId": row["id"]}, {**ROW, "id": "zero"}])
    after = RowRemover([LEAVES, branches]).remove(state, "leaves", ["old", "missing"])
    assert list(after.collection("leaves")) == ["other"]
    *rest, zero = after.collection("branches").values()
    assert zero == {**ROW, "id": "zero"}
    return [other for other in rest if parent or other["id"] != "below"]


@pytest.mark.parametrize(
    ("fields", "left"),
    [
        ({"free": "old"}, {}),
        ({"free": "other"}, {"free": "other"}),
        ({"free": None}, {"free": None}),
        ({"list": ["old", "other"]}, {"list": ["other"]}),
        ({"list": ["old"]}, {"list": []}),
        ({"part": {"leaf": "old", "note": "x"}}, {}),
        ({"open": {"leaf": "old", "leaves": ["other"]}}, {"open": {"leaves": ["other"]}}),
        ({"open": {"leaves": ["old", "other"]}}, {"open": {"leaves": ["other"]}}),
        ({"parts": [{"leaf": "old"}, {"leaf": "other"}]}, {"parts": [{"leaf": "other"}]}),
        ({"parts": [{"leaf": "old"}], "free": "old", "list": ["old"]}, {"parts": [], "list": []}),
        ({"needed": "old"}, None),
        ({"usual": "old"}, None),
        ({"needed": "old", "list": ["old"]}, None),
    ],
)
def test_a_row_loses_the_smallest_part_that_it_can_be_without(fields: Any, left: Any) -> None:
    assert remove_leaf({**ROW, **fields}, {}) == ([] if left is None else [{**ROW, **left}])


@pytest.mark.parametrize(
    ("on_delete", "fields", "left"),
    [
        ({"free": delete_referring}, {"free": "old"}, None),
        ({"free": delete_referring}, {"free": "other"}, {"free": "other"}),
        ({"list": drop_empty("list")}, {"list": ["old"]}, {}),
        ({"list": drop_empty("list")}, {"list": ["old", "other"]}, {"list": ["other"]}),
        ({"open.leaves": delete_without("open.leaves")}, {"open": {"leaves": ["old"]}}, None),
        (
            {"open.leaves": delete_without("open.leaves")},
            {"open": {"leaves": ["old", "other"]}},
            {"open": {"leaves": ["other"]}},
        ),
    ],
)
def test_a_declaration_says_what_else_goes(on_delete: dict[str, OnDelete], fields: Any, left: Any) -> None:
    assert remove_leaf({**ROW, **fields}, on_delete) == ([] if left is None else [{**ROW, **left}])


@pytest.mark.parametrize(("on_delete", "left"), [({}, [{**ROW, "id": "below"}]), ({"parentId": delete_referring}, [])])
def test_rows_below_a_row_that_goes_become_roots_or_go_too(on_delete: Any, left: list[Any]) -> None:
    assert remove_leaf({**ROW, "needed": "old"}, on_delete, "parentId") == left


def test_a_state_without_anything_to_remove_stays_the_same() -> None:
    state = LEAVES.load(State(), [{"id": "old"}])
    assert RowRemover([LEAVES]).remove(state, "leaves", ["missing"]) is state
