"""The standard practices as tables of cases; each case names its rule."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
import yaml

from mockserver.errors import INVALID_PARAMETERS, BadRequest, InvalidToken, NotFound
from mockserver.practices import error_shapes, fields, filters, languages, paging, sort
from mockserver.practices.query import query
from tests.support.paths import TABLES

Case = dict[str, Any]


@cache
def table(name: str) -> Any:
    return yaml.safe_load((TABLES / f"{name}.yaml").read_text(encoding="utf-8"))


def cases(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in table(name)["cases"]])


def ids(rows: list[Case]) -> list[str]:
    return [row["id"] for row in rows]


@cases("q")
def test_q(case: Case) -> None:
    where = {"allow_compound": True} if "compound" in case else {}
    if "error" in case:
        with pytest.raises(BadRequest) as raised:
            query.parse_query(case["q"], **where)
        (detail,) = (text for start, text in table("q")["refusals"].items() if case["error"].startswith(start))
        assert (raised.value.message, raised.value.field) == (case["error"], "q")
        assert (raised.value.error_type, raised.value.detail) == (detail["kind"], case.get("says", detail["says"]))
        assert raised.value.rule == detail.get("rule", "C6")
    else:
        assert ids(query.select_rows(query.parse_query(case["q"], **where), table("q")["documents"])) == case["ids"]


LONG = "a" * 200
STEPS = "a.b." * 25 + "c"


@pytest.mark.parametrize(
    ("text", "message", "kind", "detail"),
    [
        ("a:1 " * 101, "Too many clauses", "limit", "at most 100 clauses and 10 regexes"),
        ("a:~1 " * 11, "Too many clauses", "limit", "at most 100 clauses and 10 regexes"),
        (f"{STEPS}:1", f"Key '{STEPS}' nests too deep", "key", "at most 50 steps"),
        (
            f"compoundLogicalQuery:{'(' * 21}a:1{')' * 21}",
            "Key 'compoundLogicalQuery' nests too deep",
            "limit",
            "at most 20 nested groups",
        ),
        (LONG, f"No value for key {LONG}", "value", "a clause is key:value"),
        (f"{LONG}a", f"No value for key {LONG[1:]}…", "value", "a clause is key:value"),
    ],
)
def test_c6_messages_about_limits_have_at_most_200_characters(text: str, message: str, kind: str, detail: str) -> None:
    with pytest.raises(BadRequest) as raised:
        query.parse_query(text, allow_compound=True)
    assert (raised.value.message, raised.value.error_type, raised.value.detail) == (message, kind, detail)


@cases("sort")
def test_sort(case: Case) -> None:
    if "error" in case:
        with pytest.raises(BadRequest) as raised:
            sort.parse_sort(case["sort"])
        assert (raised.value.message, raised.value.field) == (INVALID_PARAMETERS, "sort")
        assert raised.value.error_type == case["error"]
    else:
        assert ids(sort.sort_rows(table("sort")["documents"], sort.parse_sort(case["sort"]))) == case["ids"]


@cases("fields")
def test_fields(case: Case) -> None:
    document, always = table("fields")["document"], tuple(table("fields")["always"])
    projected = fields.project(document, fields.parse_fields(case["fields"]), always)
    expected = document if case["expected"] == "all" else case["expected"]
    assert projected == expected
    assert list(projected) == [name for name in document if name in expected]


@cases("languages")
def test_languages(case: Case) -> None:
    if case["expected"] == "error":
        with pytest.raises(BadRequest) as raised:
            languages.parse_accept_language(case["header"])
        assert raised.value.message == "Language header validation failed"
        assert raised.value.field == "Accept-Language"
        return
    preferences = languages.parse_accept_language(case["header"])
    assert (preferences is None) == (case["expected"] == "all")
    if preferences is not None:
        localized = languages.localize_map({name: f"text in {name}" for name in case["available"]}, preferences, "en")
        assert localized == ({case["expected"]: f"text in {case['expected']}"} if case["expected"] else {})


@cases("paging")
def test_paging(case: Case) -> None:
    if "error" in case:
        with pytest.raises(BadRequest) as raised:
            paging.parse_page(case["size"], case["number"], case.get("maximum"))
        assert raised.value.message == INVALID_PARAMETERS
        assert [raised.value.field, raised.value.error_type] == case["error"]
    else:
        page = paging.parse_page(case["size"], case["number"], case.get("maximum"))
        assert [page.start, page.stop] == case["rows"]


def test_localizing_cuts_trees_and_arrays() -> None:
    both = {"en": "Saw", "de": "Säge"}
    leaf = {"name": both, "other": both}
    tree = {"name": both, "item": [{"name": both}, 7], "plain": "x", "subcategories": [leaf, {"subcategories": [leaf]}]}
    preferences = languages.parse_accept_language("de")
    assert preferences is not None
    cut = languages.localize_document(
        tree, ("name", "item.name", "plain"), preferences, "en", recursive_field="subcategories"
    )
    german = {"de": "Säge"}
    cut_leaf = {"name": german, "other": both}
    below = [cut_leaf, {"subcategories": [cut_leaf]}]
    assert cut == {"name": german, "item": [{"name": german}, 7], "plain": "x", "subcategories": below}
    assert leaf == {"name": both, "other": both}


def test_c8a_texts_of_one_language_are_plain() -> None:
    document = {"id": "a", "localizedName": {"de": "Säge"}, "name": "Saw", "description": {"de": "Sägt."}, "slug": {}}
    texts_of = {"name": "localizedName", "description": "description", "slug": "slug", "title": "title"}
    assert languages.fill_plain_texts(document, texts_of) == {
        "id": "a",
        "localizedName": {"de": "Säge"},
        "name": "Säge",
        "description": "Sägt.",
        "slug": {},
    }


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ([], ["a", "b", "c"]),
        ([("id", "b")], ["b"]),
        ([("name", "Saw")], ["a"]),
        ([("name", "Säge")], ["a", "b"]),
        ([("info.country", "DE")], ["a", "c"]),
        ([("tags", "x")], ["b", "c"]),
        ([("tags", "x"), ("info.country", "DE")], ["c"]),
        ([("primary", True)], ["c"]),
        ([("nothing", "x")], []),
    ],
)
def test_c18_filters(conditions: list[tuple[str, Any]], expected: list[str]) -> None:
    rows: list[Case] = [
        {"id": "a", "name": {"en": "Saw", "de": "Säge"}, "info": {"country": "DE"}, "primary": False},
        {"id": "b", "name": {"de": "Säge"}, "tags": ["x", "y"]},
        {"id": "c", "info": {"country": "DE"}, "tags": ["x"], "primary": True},
    ]
    selected = filters.filter_rows(rows, [filters.Filter(path, value) for path, value in conditions])
    assert [row["id"] for row in selected] == expected


def test_j1_errors_have_a_list_of_sentences() -> None:
    wrong = BadRequest(field="pageSize", error_type="minimum", detail="must be at least 1")
    assert error_shapes.write_coded_error(wrong) == {
        "code": 400,
        "status": "Bad Request",
        "message": wrong.message,
        "details": ["pageSize must be at least 1"],
    }
    assert error_shapes.write_coded_error(NotFound("x")) == {
        "code": 404,
        "status": "Not Found",
        "message": "The resource with id x has not been found.",
        "details": [],
        "resourceId": "x",
    }
    assert "fault" in error_shapes.write_coded_error(InvalidToken())
