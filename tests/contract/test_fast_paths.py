"""Shortcuts for the usual request: each gives what the long way gives."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mockserver.app import build
from mockserver.contract import bodies, strict_json
from mockserver.contract.bodies import BodyPlan
from mockserver.contract.body_fields import FieldTree, scan_fields
from mockserver.contract.parameters import ParameterSet
from mockserver.contract.routing import RouteNode, Router
from mockserver.errors import INVALID_PARAMETERS, BadRequest, MethodNotAllowed, NoEndpoint
from mockserver.messages import Response
from mockserver.practices.paging import MAX_PAGING_NUMBER, parse_page
from mockserver.settings import Settings
from mockserver.store.clock import format_timestamp
from mockserver.web.response_writer import format_http_date

OPERATIONS = build(Settings()).api_operations
ROUTER = Router(OPERATIONS)
ROUTE_ROOT = RouteNode()
for _operation in OPERATIONS:
    ROUTE_ROOT.insert_template(_operation.path.split("/")).operations[_operation.method] = _operation
PARAMETER_SETS = [set_ for operation in OPERATIONS for set_ in operation.parameters.values() if set_.parameters]
TENANT_TEMPLATES = sorted({operation.path for operation in OPERATIONS if "{tenant}" in operation.path})
TREES = [operation.body_plan.field_tree for operation in OPERATIONS if operation.body_plan]
NAMES = sorted({pointer.rpartition("/")[2] for tree in TREES for pointer, _ in tree.walk_declared()} | {"undeclared"})
SCALARS = st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["", "PRODUCT", "ACTIVE", "x"])
BODIES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=15,
)
BULK_PLANS = [operation.body_plan for operation in OPERATIONS if operation.body_plan and operation.is_bulk]

# JSON as text, with spaces, escapes and numbers that parsing changes.
SPACES = st.sampled_from(["", "", "", " ", "\n\t"])
ESCAPED_TEXTS = [
    r'"\null"',
    r'"\u006eull"',
    r'":"',
    r'"\u003a"',
    r'"\u003A"',
    r'"\u0022:"',
    r'"\":"',
    r'"\\u003a"',
    '"null"',
    '"é"',
]
NUMBERS = [
    "1",
    "-0",
    "1.50",
    "1e999",
    "-1E400",
    "1" + "0" * 400,
    *map(str, (2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1)),
]
JSON_SCALARS = st.sampled_from(
    [*ESCAPED_TEXTS, *NUMBERS, "null", "true", r'"\ud83d\ude00"', r'"\ud800"', "01", '"x" "y"']
)
LEVELS = st.sampled_from([1, 60, 99, 100, 101, 154, 155, 254, 255])
JSON_NAMES = st.sampled_from(['"a"', '"b"', r'"\u0061"', '"a:"', r'"a\u003a"', '"null"', '""'])


def join_json(opening: str, closing: str, parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    joined = st.lists(parts, max_size=4).map(",".join)
    return st.tuples(SPACES, joined, SPACES).map(lambda texts: f"{opening}{''.join(texts)}{closing}")


def extend_json(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    members = st.tuples(JSON_NAMES, SPACES, st.just(":"), SPACES, inner, SPACES).map("".join)
    nested = st.builds(nest_json, LEVELS, st.sampled_from("[{"), inner)
    return join_json("[", "]", inner) | join_json("{", "}", members) | nested


def nest_json(levels: int, opening: str, text: str) -> str:
    return {"[": "[", "{": '{"a":'}[opening] * levels + text + {"[": "]", "{": "}"}[opening] * levels


JSON_TEXTS = st.recursive(JSON_SCALARS, extend_json, max_leaves=12)
STEPS = st.lists(st.text("ab%/"), max_size=4).map("/".join)


def read_each_parameter(parameters: ParameterSet, raw_values: dict[str, str]) -> dict[str, Any]:
    values = {}
    for parameter in parameters:
        text = raw_values.get(parameter.lookup_name)
        if text == "" and parameter.location == "query":
            text = None
        if text is not None:
            values[parameter.name] = parameter.parse_value(text)
        elif parameter.required:
            raise BadRequest(INVALID_PARAMETERS, field=parameter.name, error_type="required", detail="is missing")
    return values


def value_or_error(read: Any, *arguments: Any) -> Any:
    try:
        return read(*arguments)
    except BadRequest as error:
        return error.body()


@given(data=st.data())
def test_parameters_have_the_values_that_reading_each_of_them_gives(data: st.DataObject) -> None:
    parameters = data.draw(st.sampled_from(PARAMETER_SETS))
    names = st.sampled_from([*(parameter.lookup_name for parameter in parameters), "undeclared"])
    raw_values = data.draw(st.dictionaries(names, st.sampled_from(["", "true", "1", "acme", "x y"]), max_size=3))
    assert value_or_error(parameters.read_values, raw_values) == value_or_error(
        read_each_parameter, parameters, raw_values
    )


def find_fields(tree: FieldTree, value: Any, pointer: str = "") -> Iterator[tuple[str, FieldTree | None]]:
    """Yield the fields of each value alone, some more than once; nothing below an undeclared field."""
    if tree.items is not None and isinstance(value, list):
        for element in value:
            yield from find_fields(tree.items, element, f"{pointer}/*")
    if isinstance(value, dict) and not tree.is_open:
        for name, child in value.items():
            declaration = tree.properties.get(name)
            yield f"{pointer}/{name}", declaration
            if declaration is not None:
                yield from find_fields(declaration, child, f"{pointer}/{name}")


@given(tree=st.sampled_from(TREES), body=BODIES | st.lists(BODIES, max_size=3))
def test_a_scan_finds_the_fields_that_each_value_has(tree: FieldTree, body: Any) -> None:
    expected = dict(find_fields(tree, body))
    scan = scan_fields(tree, body, len(expected) + 1)
    occurrences = [*scan.declared, *scan.undeclared]
    assert scan.is_complete
    assert {occurrence.pointer: occurrence.declaration for occurrence in occurrences} == expected
    assert len(occurrences) == len(expected)
    assert scan.has_enum == any(declaration.enum_values for declaration in expected.values() if declaration)


@pytest.mark.parametrize("tree", TREES)
def test_a_scan_has_an_enum_if_a_declared_field_has(tree: FieldTree) -> None:
    for name, declaration in tree.properties.items():
        assert scan_fields(tree, {name: "x", "undeclared": 1}, 5).has_enum == bool(declaration.enum_values)


@given(data=st.data())
def test_the_tenant_of_a_path_is_the_one_that_routing_finds(data: st.DataObject) -> None:
    operation = data.draw(st.sampled_from([operation for operation in OPERATIONS if "{tenant}" in operation.path]))
    steps = [
        data.draw(st.text("ab%2F{}.-", min_size=1)) if part.startswith("{") else part
        for part in operation.path.split("/")
    ]
    path = "/".join(steps)
    routed, path_ids = ROUTER.route(operation.method, path)
    assert ROUTER.extract_tenant(path) == path_ids.get("tenant", ""), routed.id


@given(prefix=st.sampled_from([*TENANT_TEMPLATES, "/nowhere/{tenant}", "{tenant}"]), rest=STEPS)
def test_a_tenant_is_the_step_after_a_known_beginning(prefix: str, rest: str) -> None:
    beginning = prefix.partition("{tenant}")[0]
    known = {template.partition("{tenant}")[0] for template in TENANT_TEMPLATES}
    path = beginning + rest
    matching = max((text for text in known if path.startswith(text)), key=len, default=None)
    expected = "" if matching is None else path.removeprefix(matching).partition("/")[0]
    assert ROUTER.extract_tenant(path) == expected


@given(st.none() | st.text(";/= aJ") | st.sampled_from(["application/json", "Application/JSON ; charset=utf-8"]))
def test_a_media_type_is_what_precedes_the_semicolon(header: str | None) -> None:
    expected = (header or "").partition(";")[0].strip().lower()
    assert bodies.parse_media_type(header) == (expected or "application/json")


@given(data=st.data())
def test_static_words_first_lead_where_the_complete_search_leads(data: st.DataObject) -> None:
    """Mix the words of all templates, so that static words lead to dead ends, and to nodes without the method."""
    words = st.sampled_from(sorted({part for operation in OPERATIONS for part in operation.path.split("/")}))
    template = data.draw(st.sampled_from(OPERATIONS)).path.split("/")
    parts = [data.draw(words | st.just("x")) if part.startswith("{") else part for part in template]
    method = data.draw(st.sampled_from(["GET", "PUT", "POST", "PATCH", "DELETE"]))
    nodes = [node for node in ROUTE_ROOT.match_path(parts) if node.operations]
    if not nodes and not parts[-1]:  # F2a
        nodes = [node for node in ROUTE_ROOT.match_path(parts[:-1]) if node.operations]
    found = [node.operations[method] for node in nodes if method in node.operations]
    try:
        routed, _ = ROUTER.route(method, "/".join(parts))
    except (MethodNotAllowed, NoEndpoint):
        assert not found
    else:
        assert routed is found[0]


@given(
    status=st.sampled_from([200, 201, 204, 304, 400]),
    content=st.binary(max_size=3),
    headers=st.dictionaries(st.sampled_from(["Content-Length", "Content-Type", "X-Count"]), st.text("1a", min_size=1)),
)
def test_the_lines_of_a_head_have_the_fields_of_the_response(
    status: int, content: bytes, headers: dict[str, str]
) -> None:
    response = Response(status, content, headers)
    assert response.field_lines() == "".join(f"{name}: {text}\r\n" for name, text in response.fields())


@given(st.datetimes(datetime(1970, 1, 1), datetime(9000, 1, 1), timezones=st.timezones()))
@example(datetime(900, 1, 1, tzinfo=UTC))  # when a token may have expired
def test_a_timestamp_is_the_time_in_utc_with_milliseconds(time: datetime) -> None:
    expected = time.astimezone(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
    assert format_timestamp(time) == format_timestamp(time.astimezone(UTC)) == expected


@given(st.integers(0, 4_000_000_000))
def test_a_date_is_what_the_standard_library_writes(seconds: int) -> None:
    assert format_http_date(seconds) == formatdate(seconds, usegmt=True)


@given(st.integers(-5, 2 * MAX_PAGING_NUMBER).map(str) | st.text("019-a٣ ", max_size=12))
def test_a_page_number_is_an_integer_within_its_limits(text: str) -> None:
    is_integer = re.fullmatch(r"-?[0-9]+", text)
    expected = int(text) if is_integer and 1 <= int(text) <= MAX_PAGING_NUMBER else None
    try:
        assert parse_page(None, text).number == expected
    except BadRequest:
        assert expected is None


@given(text=JSON_TEXTS, is_long=st.booleans())
@example(text=r'{"a":1,"a":2,"b":"\u003a"}', is_long=False)
@example(text=r'[{"a":1,"a":2},"\u003A"]', is_long=False)
@example(text=r'[1e999,"\null"]', is_long=False)
@example(text=nest_json(101, "{", "1"), is_long=True)
@example(text=nest_json(101, "[", ""), is_long=False)
@example(text=nest_json(101, "{", "{}"), is_long=False)
def test_f3_json_is_read_as_if_each_value_were_checked(text: str, is_long: bool) -> None:
    content = (" " * strict_json.UNCOUNTED_BYTES * is_long + text).encode()
    read = value_or_error(lambda: repr(strict_json.parse_json(content)))
    assert read == value_or_error(lambda: repr(strict_json.parse_with_checks(content)))


@pytest.mark.parametrize(
    "text", ['{"a" : [1, null, 1.5, "\u00e9"]}', nest_json(100, "[", ""), nest_json(100, "[", "1," * 9000 + "1")]
)
def test_f3_usual_json_needs_no_checks(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(strict_json, "parse_with_checks", None)
    assert strict_json.parse_json(text.encode()) == json.loads(text)


def bulk_elements(plan: BodyPlan) -> st.SearchStrategy[Any]:
    """Elements of the example, with some fields replaced, and others that are hardly ever valid."""
    elements = st.sampled_from(plan.example)
    changes = st.dictionaries(st.sampled_from(NAMES), BODIES, max_size=2)
    changed = st.tuples(elements, changes).map(
        lambda pair: {**pair[0], **pair[1]} if isinstance(pair[0], dict) else [*pair]
    )
    return elements | changed | BODIES


@given(data=st.data())
def test_e1_a_bulk_has_the_errors_that_its_elements_have(data: st.DataObject) -> None:
    plan = data.draw(st.sampled_from(BULK_PLANS))
    elements = data.draw(st.lists(bulk_elements(plan), max_size=5))
    assert plan.element_validator
    errors = enumerate(map(plan.element_validator.first_error, elements))
    parsed = plan.parse_body(json.dumps(elements).encode(), "application/json")
    assert parsed.value == elements
    assert {position: error.body() for position, error in parsed.element_errors.items()} == {
        position: error.body() for position, error in errors if error
    }


def test_e1_the_elements_of_examples_are_valid() -> None:
    assert len(BULK_PLANS) > 5
    for plan in BULK_PLANS:
        assert plan.parse_body(json.dumps(plan.example).encode(), None).element_errors == {}
