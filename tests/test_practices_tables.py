"""The standard practices, as tables of cases that each name the rule they come from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from mockserver.errors import PARAMETER_PROBLEM, BadRequest
from mockserver.practices import fields, languages, paging, q, sort

TABLES = Path(__file__).parent / "tables"
Case = dict[str, Any]


def table(name: str) -> Any:
    return yaml.safe_load((TABLES / f"{name}.yaml").read_text(encoding="utf-8"))


def cases(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(each, id=each["name"]) for each in table(name)["cases"]])


def ids(rows: list[Case]) -> list[str]:
    return [row["id"] for row in rows]


@cases("q")
def test_q(case: Case) -> None:
    if "error" in case:
        with pytest.raises(BadRequest) as raised:
            q.parse(case["q"])
        assert (raised.value.message, raised.value.field) == (case["error"], "q")
        assert raised.value.kind
        assert raised.value.detail
    else:
        assert ids(q.select(q.parse(case["q"]), table("q")["documents"])) == case["ids"]


@cases("sort")
def test_sort(case: Case) -> None:
    if "error" in case:
        with pytest.raises(BadRequest) as raised:
            sort.parse(case["sort"])
        assert (raised.value.message, raised.value.field) == (PARAMETER_PROBLEM, "sort")
        assert raised.value.kind == case["error"]
    else:
        assert ids(sort.arranged(table("sort")["documents"], sort.parse(case["sort"]))) == case["ids"]


@cases("fields")
def test_fields(case: Case) -> None:
    document, always = table("fields")["document"], tuple(table("fields")["always"])
    projected = fields.project(document, fields.parse(case["fields"]), always)
    expected = document if case["expected"] == "all" else case["expected"]
    assert projected == expected
    assert list(projected) == [name for name in document if name in expected]


@cases("languages")
def test_languages(case: Case) -> None:
    if case["expected"] == "error":
        with pytest.raises(BadRequest) as raised:
            languages.preferences(case["header"])
        assert raised.value.message == "Accept-Language validation failed."
        assert raised.value.field == "Accept-Language"
        return
    wanted = languages.preferences(case["header"])
    assert (wanted is None) == (case["expected"] == "all")
    if wanted is not None:
        left = languages.localize({name: f"text in {name}" for name in case["available"]}, wanted, "en")
        assert left == ({case["expected"]: f"text in {case['expected']}"} if case["expected"] else {})


@cases("paging")
def test_paging(case: Case) -> None:
    if "error" in case:
        with pytest.raises(BadRequest) as raised:
            paging.page(case["size"], case["number"], case.get("maximum"))
        assert raised.value.message == PARAMETER_PROBLEM
        assert [raised.value.field, raised.value.kind] == case["error"]
    else:
        page = paging.page(case["size"], case["number"], case.get("maximum"))
        assert [page.start, page.stop] == case["rows"]


def test_localized_cuts_trees_and_arrays() -> None:
    both = {"en": "Saw", "de": "Säge"}
    leaf = {"name": both, "other": both}
    tree = {"name": both, "item": [{"name": both}, 7], "plain": "x", "subcategories": [leaf, {"subcategories": [leaf]}]}
    wanted = languages.preferences("de")
    assert wanted is not None
    cut = languages.localized(tree, ("name", "item.name", "plain"), wanted, "en", recursive_under="subcategories")
    german = {"de": "Säge"}
    cut_leaf = {"name": german, "other": both}
    below = [cut_leaf, {"subcategories": [cut_leaf]}]
    assert cut == {"name": german, "item": [{"name": german}, 7], "plain": "x", "subcategories": below}
    assert leaf == {"name": both, "other": both}
