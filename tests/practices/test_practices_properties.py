"""Properties of the standard practices that hold for any input of a client."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mockserver.errors import BadRequest
from mockserver.practices import caching, fields, languages, paging, regexes, sort
from mockserver.practices.caching import cache_parsed
from mockserver.practices.query.query import MAX_QUICK_TEXT_LENGTH, RegexClause, parse_query, select_rows
from mockserver.practices.regexes import RegexBudget, RegexTimeout
from mockserver.practices.rows import LazyRows

practices = settings(max_examples=min(80, settings().max_examples))

NAMES = st.sampled_from(["a", "b", "c", "a.b", "en", ""])
TEXTS = st.one_of(st.text(max_size=8), st.sampled_from(["1", "true", "a b", "2024-05-14", "2024-05-14T12:00:00.000Z"]))
NUMBERS = st.one_of(st.integers(), st.floats(allow_nan=False), st.just(10**4000))
SCALARS = st.one_of(st.none(), st.booleans(), NUMBERS, TEXTS)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=8
)
DOCUMENTS = st.dictionaries(NAMES, VALUES, max_size=4)
ROWS = st.lists(DOCUMENTS, max_size=8)
PATHS = st.lists(st.sampled_from(["a", "b", "c", "en"]), min_size=1, max_size=3).map(".".join)
MAPS = st.dictionaries(
    st.sampled_from(["de", "de-AT", "de_CH", "en", "en-GB", "fr", "zh-Hant-TW"]), st.text(max_size=3)
)
PIECES = [
    "<=",
    " AND ",
    "in(",
    "null",
    "true",
    "1e400",
    "9" * 5000,
    "a:~",
    "a:(",
    "a:>",
    "{9}",
    "(?R)",
    "a.b:1",
    'c:"x"',
    " OR ",
    "compoundLogicalQuery:((",
    "))",
]
SNIPPETS = st.sampled_from([*PIECES, *'ab:()~><,[.*+?|\\" \0ß', "2024-05-14", "9" * 5000])
HEADERS = st.one_of(
    st.text(max_size=12),
    st.lists(st.sampled_from(["de", "en-GB", "*", "fr;q=0", "de-AT;q=0.5", "*;q=0.1", "xx", "en;q=0"])).map(", ".join),
)


def result_or_none(act: Callable[[], Any]) -> Any:
    """Return the result, None for a bad request; any other exception fails the test."""
    try:
        return act()
    except BadRequest:
        return None


def quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@practices
@given(st.one_of(st.text(), st.lists(SNIPPETS, max_size=12).map("".join)), ROWS, st.booleans())
def test_q_raises_nothing_but_bad_requests(text: str, rows: list[Any], compound: bool) -> None:
    before = deepcopy(rows)
    selected = result_or_none(lambda: select_rows(parse_query(text, allow_compound=compound), rows))
    assert selected is None or all(row in rows for row in selected)
    assert rows == before


@practices
@given(SNIPPETS, st.lists(st.sampled_from(list("ab()[]{}|*+?\\^$.<>=!&-~:P#9,ielx")), max_size=30).map("".join), TEXTS)
def test_no_regex_raises_anything_but_bad_requests(start: str, pattern: str, text: str) -> None:
    result_or_none(lambda: select_rows(parse_query(f"a:~{pattern}{start}"), [{"a": text}], seconds=0.02))


@practices
@given(st.text())
def test_a_query_for_any_quoted_text_finds_it(text: str) -> None:
    rows: list[dict[str, Any]] = [{"a": {"b": text}}, {"a": {"b": text + "x"}}, {"a": {"b": 1}}, {}]
    assert select_rows(parse_query(f"a.b:{quote(text)}"), rows) == rows[:1]
    assert select_rows(parse_query(f"a.b:(zz,{quote(text)}) a.b:exists"), rows) == rows[:1]


LEAVES = st.sampled_from(
    ["a:1", "a.b:exists", 'b:"a b"', 'c:"a) OR (b"', "b:(1,true)", "c:~(a|b)", "a:>0", "b:missing", "en:null", "c:x(1)"]
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.tuples(st.sampled_from(["AND", "OR"]), st.lists(inner, min_size=1, max_size=3)),
    max_leaves=8,
)
Tree = str | tuple[str, list[Any]]


def write_tree(tree: Tree) -> str:
    """Write a tree with a pair of parentheses for each node."""
    if isinstance(tree, str):
        return f"({tree})"
    joint, parts = tree
    return f"({f' {joint} '.join(map(write_tree, parts))})"


def matches_naively(tree: Tree, row: Any) -> bool:
    if isinstance(tree, str):
        return bool(select_rows(parse_query(tree), [row]))
    joint, parts = tree
    return (all if joint == "AND" else any)(matches_naively(part, row) for part in parts)


@practices
@given(TREES, LEAVES, ROWS)
def test_a_compound_matches_as_its_parts(tree: Tree, clause: str, rows: list[Any]) -> None:
    query = parse_query(f"{clause} compoundLogicalQuery:({write_tree(tree)})", allow_compound=True)
    assert select_rows(query, rows) == [
        row for row in rows if matches_naively(clause, row) and matches_naively(tree, row)
    ]


@practices
@given(st.lists(st.lists(LEAVES, min_size=1, max_size=3), min_size=1, max_size=3), ROWS)
def test_and_binds_tighter_than_or(choices: list[list[str]], rows: list[Any]) -> None:
    text = " OR ".join(" AND ".join(choice) for choice in choices)
    selected = select_rows(parse_query(f"compoundLogicalQuery:({text})", allow_compound=True), rows)
    assert selected == [row for row in rows if matches_naively(("OR", [("AND", choice) for choice in choices]), row)]


def test_regexes_in_groups_share_the_time() -> None:
    query = parse_query("compoundLogicalQuery:((a:~(a|b)*c) OR (b:~x))", allow_compound=True)
    with pytest.raises(BadRequest, match="too expensive"):
        select_rows(query, [{"a": "ab" * 50, "b": "x"}], seconds=0)


@practices
@given(PATHS, NUMBERS, NUMBERS, ROWS)
def test_a_range_equals_its_two_comparisons(path: str, low: float, high: float, rows: list[Any]) -> None:
    bounds = [str(bound) if abs(bound) < 10**300 else "1e400" for bound in (low, high)]
    ranged = parse_query(f"{path}:(>={bounds[0]} AND <{bounds[1]})")
    both = parse_query(f"{path}:>={bounds[0]} {path}:<{bounds[1]}")
    assert select_rows(ranged, rows) == select_rows(both, rows)


@practices
@given(PATHS, ROWS)
def test_every_row_exists_or_is_missing(path: str, rows: list[Any]) -> None:
    exist = select_rows(parse_query(f"{path}:exists"), rows)
    missing = select_rows(parse_query(f"{path}:missing"), rows)
    assert len(exist) + len(missing) == len(rows)
    null = select_rows(parse_query(f"{path}:null"), rows)
    assert all(row in null for row in missing)


@pytest.mark.parametrize(
    ("pattern", "length"),
    [("(a+)+$", 5000), ("^(a|aa)+$", 150), ("(a|a)*$", 5000), ("(?R)", 5000), ("(.*)(.*)(.*)(.*)(.*)(.*)[xy]$", 5000)],
)
def test_an_evil_regex_is_a_bad_request(pattern: str, length: int) -> None:
    query = parse_query(f"a:~{pattern}")
    with pytest.raises(BadRequest, match="too expensive"):
        select_rows(query, [{"a": "a" * length + "!"}], seconds=0.05)


def test_all_regexes_of_a_query_share_the_time() -> None:
    query = parse_query("a:~(a|b)*c b:~x")
    with pytest.raises(BadRequest, match="too expensive"):
        select_rows(query, [{"a": "ab" * 50, "b": "x"}] * 2, seconds=0)


def test_a_regex_gets_the_time_that_earlier_ones_left(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(range(8))
    monkeypatch.setattr(regexes, "monotonic", lambda: next(times))
    budget, timeouts = RegexBudget(2.5), []

    def find(text: str, timeout: float) -> None:
        timeouts.append(timeout)

    for _ in range(3):
        assert not budget.has_match(find, "text")
    with pytest.raises(RegexTimeout):
        budget.has_match(find, "text")
    assert timeouts == [2.5, 1.5, 0.5]


def test_searches_in_many_texts_use_the_time_too(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter(range(4))
    monkeypatch.setattr(regexes, "monotonic", lambda: next(times))
    budget = RegexBudget(1.5)
    for _ in range(2):
        assert budget.find_matches("text".find, ["t", "x"]) == [0, 2]
    with pytest.raises(RegexTimeout):
        budget.find_matches("text".find, ["t"])


@pytest.mark.parametrize("error", [MemoryError, RuntimeError])
def test_searches_in_many_texts_that_fail_are_too_expensive(error: type[Exception]) -> None:
    def fail(text: str) -> None:
        raise error(text)

    with pytest.raises(RegexTimeout):
        RegexBudget(1).find_matches(fail, ["t"])


@pytest.mark.parametrize(
    ("is_simple", "length", "has_timeout"),
    [(True, MAX_QUICK_TEXT_LENGTH, False), (True, MAX_QUICK_TEXT_LENGTH + 1, True), (False, 1, True)],
)
def test_only_a_search_that_can_take_long_has_a_timeout(is_simple: bool, length: int, has_timeout: bool) -> None:
    timeouts = []

    def find(text: str, timeout: float | None) -> str:
        timeouts.append(timeout)
        return text

    clause = RegexClause("a", find, is_simple, is_linear=False)
    assert list(clause.test_column(RegexBudget(2.5), ["x" * length, 1])) == [True, False]
    assert timeouts == [2.5 if has_timeout else None]


@pytest.mark.parametrize(
    ("pattern", "is_simple", "is_linear"),
    [
        ("x", True, True),
        ("(?i)x", True, False),
        ("x+", True, False),
        ("x*y?", True, False),
        ("x*y?z+", False, False),
        ("x(?i)", False, False),
        ("(x|y)", False, False),
        ("(xy)+", False, False),
        ("x{2}", False, False),
    ],
)
def test_a_regex_is_quick_if_it_repeats_little(pattern: str, is_simple: bool, is_linear: bool) -> None:
    (clause,) = parse_query(f"a:~{pattern}").regex_clauses
    assert (clause.is_simple, clause.is_linear) == (is_simple, is_linear)


HUGE = {
    "parentheses": "a:" + "(" * 9000,
    "groups": "a:~" + "(" * 900 + ")" * 900,
    "path": "a" + ".a" * 4000 + ":1",
    "clauses": "a:b " * 101,
    "regexes": "a:~b " * 11,
    "regex": "a:~" + "x" * 1001,
    "backslashes": 'a:"' + "\\" * 8999,
    "quotes": "a:(" + '"' * 9001,
    "classes": "a:~(" + "[" * 9000,
    "number": "a:>" + "9" * 5000 + "x",
    "nested groups": "compoundLogicalQuery:" + "(" * 21 + "a:b" + ")" * 21,
    "many groups": "compoundLogicalQuery:((a:b)" + " OR (a:b)" * 100 + ")",
    "regexes in groups": "compoundLogicalQuery:((a:~b)" + " OR (a:~b)" * 10 + ")",
    "clauses in compounds": "compoundLogicalQuery:((a:b) OR (c:d)) " * 51,
    "opening parentheses": "compoundLogicalQuery:" + "(" * 9000,
}


@pytest.mark.parametrize("text", HUGE.values(), ids=HUGE.keys())
def test_a_huge_query_is_a_bad_request(text: str) -> None:
    with pytest.raises(BadRequest):
        parse_query(text, allow_compound=True)


@pytest.mark.parametrize(
    "text",
    ["a:~b " * 10, "a:b " * 100, "a:~" + "x" * 1000, "a:~(?:b{1}){10000}", "a." * 49 + "a:1", "a:~" + "(b{9}){9}"],
)
def test_a_query_of_any_allowed_size_is_parsed(text: str) -> None:
    assert select_rows(parse_query(text), [{}]) == []


def test_a_large_query_is_executed() -> None:
    groups = "(" * 20 + "a:1" + ")" * 20
    text = f"compoundLogicalQuery:{groups} compoundLogicalQuery:((a:1)" + " OR (b:1)" * 98 + ")"
    assert select_rows(parse_query(text, allow_compound=True), [{"a": 1}, {"b": 1}]) == [{"a": 1}]


@practices
@given(ROWS, st.lists(st.tuples(PATHS, st.sampled_from(["", ":ASC", ":DESC"])), min_size=1, max_size=3))
def test_sort_is_a_stable_permutation(rows: list[Any], keys: list[tuple[str, str]]) -> None:
    numbered = [{**row, "at": index} for index, row in enumerate(rows)]
    order = sort.parse_sort(",".join(path + direction for path, direction in keys))
    ordered_rows = sort.sort_rows(numbered, order)
    assert sorted(row["at"] for row in ordered_rows) == list(range(len(rows)))
    assert sort.sort_rows(ordered_rows, order) == ordered_rows


@practices
@given(ROWS, PATHS, st.sampled_from(["ASC", "DESC"]))
def test_rows_without_the_field_come_last_in_their_order(rows: list[Any], path: str, direction: str) -> None:
    numbered = [{**row, "at": index} for index, row in enumerate(rows)]
    without = select_rows(parse_query(f"{path}:null"), numbered)
    ordered_rows = sort.sort_rows(numbered, sort.parse_sort(f"{path}:{direction}"))
    assert ordered_rows[len(ordered_rows) - len(without) :] == without


@practices
@given(st.text())
def test_any_sort_is_applied_or_refused(text: str) -> None:
    result_or_none(lambda: sort.sort_rows([{"a": 1}, {}], sort.parse_sort(text)))


def is_part(part: Any, whole: Any) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and is_part(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return all(any(is_part(element, other) for other in whole) for element in part)
    return bool(part == whole)


@practices
@given(DOCUMENTS, st.one_of(st.text(), st.lists(PATHS).map(",".join)), st.lists(PATHS, max_size=2).map(tuple))
def test_a_projection_is_a_part_of_the_document_and_idempotent(
    document: Any, text: str, always: tuple[str, ...]
) -> None:
    before, projection = deepcopy(document), fields.parse_fields(text)
    projected = fields.project(document, projection, always)
    assert is_part(projected, document)
    assert fields.project(projected, projection, always) == projected
    assert document == before


@practices
@given(MAPS, HEADERS, st.sampled_from(["en", "de", "it"]))
def test_localizing_selects_one_language_and_is_idempotent(value: dict[str, str], header: str, default: str) -> None:
    preferences = result_or_none(lambda: languages.parse_accept_language(header))
    if preferences is not None:
        localized = languages.localize_map(value, preferences, default)
        assert len(localized) == min(1, len(value))
        assert localized.items() <= value.items()
        assert languages.localize_map(localized, preferences, default) == localized


@practices
@given(DOCUMENTS, st.lists(PATHS, max_size=3))
def test_any_document_can_be_localized_and_stays_unchanged(document: Any, localized_paths: list[str]) -> None:
    before = deepcopy(document)
    preferences = languages.LanguagePreferences(("de",))
    once = languages.localize_document(document, localized_paths, preferences, "en", recursive_field="c")
    assert languages.localize_document(once, localized_paths, preferences, "en", recursive_field="c") == once
    assert document == before


@practices
@given(st.lists(st.integers(), max_size=40), st.integers(1, 15))
def test_pages_partition_the_rows(rows: list[int], size: int) -> None:
    pages = [paging.parse_page(str(size), str(number)).slice_rows(rows) for number in range(1, len(rows) // size + 3)]
    assert [row for page in pages for row in page] == rows
    assert pages[-1] == []


def test_short_texts_are_parsed_once_and_invalid_ones_each_time() -> None:
    parsed_texts: list[str] = []

    @cache_parsed
    def read(text: str) -> str:
        parsed_texts.append(text)
        if text == "bad":
            raise BadRequest
        return text.upper()

    long = "a" * (caching.MAX_CACHED_TEXT_LENGTH + 1)
    for text in ("a", "a", long, long):
        assert read(text) == text.upper()
    for _ in range(2):
        with pytest.raises(BadRequest):
            read("bad")
    assert parsed_texts == ["a", long, long, "bad", "bad"]


def test_only_the_last_texts_are_cached(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(caching, "MAX_CACHED_TEXTS", 2)
    parsed_texts: list[str] = []
    read = cache_parsed(parsed_texts.append)
    for text in ("a", "b", "c", "c", "a"):
        read(text)
    assert parsed_texts == ["a", "b", "c", "a"]


@practices
@given(st.integers(0, 40), st.integers(1, 15), st.integers(1, 5))
def test_only_the_rows_of_the_page_are_built(count: int, size: int, number: int) -> None:
    built_sources: list[int] = []

    def build_row(source: int) -> dict[str, int]:
        built_sources.append(source)
        return {"n": source}

    rows, page = LazyRows(range(count), build_row), paging.parse_page(str(size), str(number))
    assert page.slice_rows(rows) == [{"n": source} for source in built_sources]
    assert built_sources == list(page.slice_rows(range(count)))
    assert (len(rows), list(rows)) == (count, [rows[index] for index in range(count)])


@practices
@given(st.one_of(st.none(), st.text(), st.just("9" * 5000)), st.one_of(st.none(), st.text(), st.integers().map(str)))
def test_any_page_is_parsed_or_refused(size: str | None, number: str | None) -> None:
    page = result_or_none(lambda: paging.parse_page(size, number, None))
    assert page is None or 0 <= page.start < page.stop
