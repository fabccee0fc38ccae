"""WireMock's matchers, as tables: what they accept, what is refused and how, and that no pattern takes long."""

from __future__ import annotations

import re
from base64 import b64encode
from functools import cache
from typing import Any

import orjson
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from mockserver.control.requests.patterns.json_path_parser import JsonPathError, parse_json_path
from mockserver.control.requests.patterns.request_patterns import compile_request_pattern
from mockserver.control.requests.patterns.value_tests import PatternError
from mockserver.errors import BadRequest
from mockserver.messages import Request
from mockserver.practices import regexes
from mockserver.practices.regexes import Deadline
from mockserver.records.exchange import JournalEntry
from tests.support.paths import TABLES

PATHS = yaml.safe_load((TABLES / "json_paths.yaml").read_text())
DOCUMENT = orjson.dumps(PATHS["document"])


def entry_of(body: bytes = b"", path: str = "/a/b%20c", query: str = "", **headers: str) -> JournalEntry:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return JournalEntry(1, Request("PUT", path, query, named, body, client="10.0.0.7"), 0.0)


def matches(pattern: dict[str, Any], entry: JournalEntry) -> bool:
    return compile_request_pattern(pattern).matches_entry(entry, Deadline())


@pytest.mark.parametrize(("path", "leads_somewhere"), PATHS["simple"], ids=str)
def test_paths(path: str, leads_somewhere: bool) -> None:
    assert matches({"bodyPatterns": [{"matchesJsonPath": path}]}, entry_of(DOCUMENT)) is leads_somewhere


@pytest.mark.parametrize(("path", "matcher", "accepts"), [*PATHS["with_matcher"], *PATHS["ours"]], ids=str)
def test_paths_with_a_matcher(path: str, matcher: dict[str, Any], accepts: bool) -> None:
    pattern = {"bodyPatterns": [{"matchesJsonPath": {"expression": path, **matcher}}]}
    assert matches(pattern, entry_of(DOCUMENT)) is accepts


@pytest.mark.parametrize("body", [b"", b"<a/>", b"{", b"\xff"], ids=["empty", "xml", "half", "binary"])
def test_a_path_leads_nowhere_in_what_is_no_json(body: bytes) -> None:
    for path in ("$", "$..*", {"expression": "$.a", "absent": True}):
        assert not matches({"bodyPatterns": [{"matchesJsonPath": path}]}, entry_of(body))


INVALID_PATHS = [
    "$.",
    "$..",
    "$x",
    "$. a",
    "$.a[",
    "$.a[]",
    "$.a['b]",
    "$.a['b',]",
    "$.a[1,]",
    "$.a[1:2:3:4]",
    "$.a[::0]",
    "$.a[1234567890]",
    "$.a[?]",
    "$.a[?()]",
    "$.a[?(@.b ==)]",
    "$.a[?(@.b == x)]",
    "$.a[?(@.b == 01)]",
    "$.a[?(@.b ~ 1)]",
    "$.a[?(@.b == 1]",
    "$.a[?(1)]",
    "$.a[?(@.b =~ 'x')]",
    "$.a[?(@.b =~ /(/)]",
    "$.a[?(@.b =~ /a/x)]",
    "$.a.nothing()",
    "$.a.length().b",
    "$.a.min(1)",
    "$.a b",
    "$.a'",
    "x" * 1001,
    "$.a[?(" + "(" * 30 + "@.b" + ")" * 30 + ")]",
    "$.a[?(@.b in " + "[" * 30 + "]" * 30 + ")]",
]


@pytest.mark.parametrize("path", INVALID_PATHS)
def test_a_path_that_cannot_be_read_says_what_is_expected(path: str) -> None:
    with pytest.raises(JsonPathError, match=r"expected|at most|nest|regex|flags"):
        parse_json_path(path)


@given(st.text(alphabet="$@.[]()?*:,'\"\\/=!<>&|~ ab01-in", max_size=40))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    try:
        path = parse_json_path(f"${text}")
    except JsonPathError:
        return
    path.read_value(PATHS["document"], Deadline())


DEEP = b'{"a":' * 500 + b"1" + b"}" * 500
WIDE = orjson.dumps({"a": [{"a": [{"a": [*range(30)]}] * 30}] * 30})


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("$" + "..*" * 8, WIDE),
        ("$" + "..a" * 200, DEEP),
        ("$" + "[*]" * 100 + "..*" * 3, WIDE),
        ("$" + "..[?(@..a..a..a)]" * 3, WIDE),
        ("$..*[?(@ =~ /(a+)+b/)]", orjson.dumps({"x": ["a" * 5000]})),
    ],
    ids=["descents", "deep", "wildcards", "filters", "regex"],
)
def test_no_path_takes_long(path: str, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regexes, "MAX_SEARCH_SECONDS", 0.05)
    pattern = compile_request_pattern({"bodyPatterns": [{"matchesJsonPath": path}]})
    try:
        pattern.matches_entry(entry_of(body), Deadline())
    except BadRequest as error:
        assert error.error_type == "expensive"  # noqa: PT017 - some are quick enough


# Values of several; as in WireMock, a matcher accepts if it accepts any of them.
VALUES = [
    ({"equalTo": "2"}, "?a=1&a=2", True),
    ({"not": {"equalTo": "2"}}, "?a=1&a=2", True),
    ({"not": {"equalTo": "2"}}, "?a=2", False),
    ({"not": {"equalTo": "2"}}, "", True),
    ({"doesNotContain": "1"}, "?a=1&a=2", True),
    ({"doesNotMatch": "1"}, "?a=1", False),
    ({"doesNotMatch": "1"}, "", True),
    ({"anything": "anything"}, "", True),
    ({"and": [{"contains": "o"}, {"contains": "n"}]}, "?a=one", True),
    ({"and": [{"contains": "o"}, {"contains": "x"}]}, "?a=one", False),
    ({"or": [{"contains": "x"}, {"contains": "n"}]}, "?a=one", True),
    ({"or": [{"absent": True}, {"contains": "n"}]}, "", True),
    ({"or": [{"equalTo": "1"}, {"equalTo": "2"}]}, "?a=3", False),
    ({"not": {"or": [{"equalTo": "1"}, {"and": [{"contains": "2"}, {"matches": "..."}]}]}}, "?a=222", False),
    ({"absent": "(absent)"}, "", True),
    ({"includes": [{"equalTo": "1"}]}, "?a=1&a=2", True),
    ({"includes": [{"equalTo": "3"}]}, "?a=1&a=2", False),
    ({"includes": []}, "", False),
    ({"hasExactly": [{"equalTo": "1"}]}, "?a=1&a=2", False),
    ({"hasExactly": [{"equalTo": "2"}, {"equalTo": "1"}]}, "?a=1&a=2", True),
    ({"before": "2026-11-27T00:00:00Z"}, "?a=2026-11-26T10:00:00Z", True),
    ({"after": "2026-11-27T00:00:00Z"}, "?a=2026-11-26T10:00:00Z", False),
    ({"before": "2026-11-27"}, "?a=2026-11-26", True),
    ({"equalToDateTime": "2026-11-26T11:00:00+01:00"}, "?a=2026-11-26T10:00:00Z", True),
    ({"equalToDateTime": "2026-11-26T10:00:00Z"}, "?a=Thu,%2026%20Nov%202026%2010:00:00%20GMT", True),
    ({"equalToDateTime": "2026-11-26T10:00:00Z"}, "?a=2026-11-26T10:00:00", True),
    ({"before": "2026-11-27T00:00:00Z"}, "?a=soon", False),
    ({"before": "2026-11-27T00:00:00Z"}, "", False),
    ({"matches": "(?i)ONE"}, "?a=one", True),
]


@pytest.mark.parametrize(("matcher", "query", "accepts"), VALUES, ids=str)
def test_matchers_of_values(matcher: dict[str, Any], query: str, accepts: bool) -> None:
    assert matches({"queryParameters": {"a": matcher}}, entry_of(query=query.removeprefix("?"))) is accepts


BODIES = [
    ({"equalToJson": {"n": 1.0}}, {"n": 1}, True),
    ({"equalToJson": {"n": 1}}, {"n": True}, False),
    ({"equalToJson": {"n": "${json-unit.any-number}"}}, {"n": 1.5}, True),
    ({"equalToJson": {"n": "${json-unit.any-number}"}}, {"n": True}, False),
    ({"equalToJson": {"n": "${json-unit.any-boolean}"}}, {"n": True}, True),
    ({"equalToJson": {"n": "${json-unit.any-string}"}}, {"n": "x"}, True),
    ({"equalToJson": {"n": "${json-unit.any-string}"}}, {"n": 1}, False),
    ({"equalToJson": {"n": "${json-unit.ignore}"}}, {"n": [1]}, True),
    ({"equalToJson": {"n": "${json-unit.ignore}"}}, {}, False),
    ({"equalToJson": {"n": "${json-unit.regex}[a-c]+"}}, {"n": "abc"}, True),
    ({"equalToJson": {"n": ["${json-unit.regex}[a-c]+"]}}, {"n": ["abd"]}, False),
    ({"matchesJsonSchema": {"type": "object", "required": ["n"]}}, {"n": 1}, True),
    ({"matchesJsonSchema": '{"required": ["n"]}', "schemaVersion": "V7"}, {"m": 1}, False),
    ({"matchesJsonSchema": {"properties": {"n": {"exclusiveMinimum": True, "minimum": 1}}}, "schemaVersion": "V4"},
     {"n": 1}, False),
    ({"equalToJson": [{"equalTo": 1}] * 200}, [{"equalTo": 1}] * 200, True),
    ({"not": {"matchesJsonPath": "$.q"}}, {"n": 1}, True),
    ({"and": [{"matchesJsonPath": "$.n"}, {"contains": "n"}]}, {"n": 1}, True),
]  # fmt: skip


@pytest.mark.parametrize(("matcher", "body", "accepts"), BODIES, ids=str)
def test_matchers_of_json(matcher: dict[str, Any], body: Any, accepts: bool) -> None:
    assert matches({"bodyPatterns": [matcher]}, entry_of(orjson.dumps(body))) is accepts


FORM = {"content_type": "application/x-www-form-urlencoded; charset=utf-8"}
BASIC = {"authorization": "Basic " + b64encode(b"user:p:w").decode()}
FIELDS = [
    ({"clientIp": {"equalTo": "10.0.0.7"}}, {}, True),
    ({"clientIp": {"matches": "127.*"}}, {}, False),
    ({"scheme": "http"}, {}, True),
    ({"scheme": "https"}, {"x_forwarded_proto": "https"}, True),
    ({"host": {"equalTo": "shop"}}, {"host": "shop:8080"}, True),
    ({"host": {"equalTo": "[::1]"}}, {"host": "[::1]:8080"}, True),
    ({"port": 8080}, {"host": "shop:8080"}, True),
    ({"port": 80}, {"host": "shop"}, True),
    ({"port": 8080}, {"host": "shop"}, False),
    ({"basicAuthCredentials": {"username": "user", "password": "p:w"}}, BASIC, True),
    ({"basicAuthCredentials": {"username": "user", "password": "x"}}, BASIC, False),
    ({"basicAuthCredentials": {"username": "user", "password": "x"}}, {"authorization": "Basic ?"}, False),
    ({"basicAuthCredentials": {"username": "user", "password": "x"}}, {}, False),
    ({"urlPathTemplate": "/a/{id}", "pathParameters": {"id": {"equalTo": "b c"}}}, {}, True),
    ({"urlPathTemplate": "/a/{id}", "pathParameters": {"id": {"equalTo": "b"}}}, {}, False),
    ({"urlPathTemplate": "/{x}", "pathParameters": {"x": {"anything": "anything"}}}, {}, False),
    ({"formParameters": {"f": {"equalTo": "1"}}}, FORM, True),
    ({"formParameters": {"f": {"equalTo": "1"}}}, {}, False),
    ({"formParameters": {"f": {"absent": True}}}, {}, True),
]


@pytest.mark.parametrize(("pattern", "headers", "accepts"), FIELDS, ids=str)
def test_fields_of_a_request(pattern: dict[str, Any], headers: dict[str, str], accepts: bool) -> None:
    assert matches(pattern, entry_of(b"f=1&g=2", **headers)) is accepts


@cache
def nested(depth: int) -> dict[str, Any]:
    return {"not": nested(depth - 1)} if depth else {"equalTo": "x"}


INVALID_MATCHERS = [
    ({}, "A matcher is one of equalTo, contains, "),
    ([], "A matcher is one of"),
    ("x", "A matcher is one of"),
    ({"equalToXml": "<a/>"}, "equalToXml is not supported: the simulated API speaks JSON. A matcher is one of"),
    ({"binaryEqualTo": "AA=="}, "binaryEqualTo is not supported"),
    ({"includes": [{"equalTo": "x"}]}, "includes is not supported: it is for headers"),
    ({"contains": "x", "caseInsensitive": True}, "contains has no option 'caseInsensitive'; it has: none."),
    ({"equalToJson": {}, "near": 1}, "it has: ignoreArrayOrder, ignoreExtraElements."),
    ({"before": "now +3 days"}, "`now` is not supported"),
    ({"before": "soon"}, "must be a date and time"),
    ({"before": 5}, "must be a text"),
    ({"before": "2026-11-26", "actualFormat": "unix"}, "before has no option 'actualFormat'"),
    ({"and": []}, "at least 2 matchers"),
    ({"and": [{"equalTo": "x"}]}, "at least 2 matchers"),
    ({"or": {"equalTo": "x"}}, "at least 2 matchers"),
    ({"or": [{"equalTo": "x"}, 5]}, "A matcher is one of"),
    ({"not": "x"}, "A matcher is one of"),
    (nested(30), "nest deeper than 20 levels"),
    ({"matchesJsonPath": 5}, "must be a text"),
    ({"matchesJsonPath": {"equalTo": "x"}}, "must be a text"),
    ({"matchesJsonPath": {"expression": "$.a"}}, "A matcher is one of"),
    ({"matchesJsonPath": {"expression": "$.a", "equalTo": 1}}, "must be a text"),
    ({"matchesJsonPath": "$.a["}, "The JSONPath cannot be used: at position 5, expected an index"),
    ({"matchesJsonSchema": "{"}, "must be JSON"),
    ({"matchesJsonSchema": 5}, "must be a JSON Schema"),
    ({"matchesJsonSchema": {"type": "nonsense"}}, "The JSON Schema cannot be used"),
    ({"matchesJsonSchema": {"$ref": "http://example.com/s"}}, "The JSON Schema cannot be used"),
    ({"matchesJsonSchema": {}, "schemaVersion": "V5"}, "must be one of V4, V6, V7, V201909, V202012"),
    ({"matchesJsonSchema": {}, "schemaVersion": ["V7"]}, "must be one of V4"),
    ({"equalToJson": "${json-unit.regex}("}, "must be JSON"),
    ({"equalToJson": ["${json-unit.regex}("]}, "The regex cannot be used"),
]


@pytest.mark.parametrize(("matcher", "message"), INVALID_MATCHERS, ids=str)
def test_an_invalid_matcher_says_what_would_be_right(matcher: Any, message: str) -> None:
    with pytest.raises(PatternError, match=re.escape(message)):
        compile_request_pattern({"bodyPatterns": [matcher]})


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ({"pathParameters": {"id": {"equalTo": "x"}}}, "pathParameters need a urlPathTemplate."),
        ({"urlPathTemplate": "/{a}", "pathParameters": {"b": {"equalTo": "x"}}}, "urlPathTemplate has no {b}"),
        ({"headers": {"a": {"includes": {"equalTo": "x"}}}}, "has an array of matchers"),
        ({"headers": {"a": {"includes": [], "hasExactly": []}}}, "and nothing else"),
        ({"headers": {"a": {"includes": [{"equalTo": "x"}] * 101}}}, "more than 100 matchers"),
        ({"bodyPatterns": [{"contains": "x"}] * 101}, "more than 100 matchers"),
        ({"bodyPatterns": [{"or": [{"or": [{"contains": "x"}] * 10}] * 10}]}, "more than 100 matchers"),
        ({"headers": {str(number): {"contains": "x"} for number in range(101)}}, "more than 100 matchers"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_an_invalid_pattern_says_what_would_be_right(pattern: dict[str, Any], message: str) -> None:
    with pytest.raises(PatternError, match=re.escape(message)):
        compile_request_pattern(pattern)
