"""The targets of the fuzzer. Each takes any bytes of a client, and fails if a property does not hold."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any, TypeVar

import orjson
import yaml

from mockserver.contract import strict_json
from mockserver.errors import BadRequest
from mockserver.practices import fields, jsonpatch, languages, nesting, sort
from mockserver.practices.query import query
from mockserver.web.request_parser import ParsedRequest, RequestParser
from tests.support.entrances import Entrances
from tests.support.paths import TABLES

Result = TypeVar("Result")
Target = Callable[[bytes], None]

MAX_REGEX_SECONDS = 0.02  # for all regexes of one query; the fuzzer limits the time of a run
TABLE: dict[str, Any] = {
    name: yaml.safe_load((TABLES / f"{name}.yaml").read_text(encoding="utf-8"))
    for name in ("q", "fields", "sort", "languages")
}
ALWAYS = tuple(TABLE["fields"]["always"])
TEXTS = {"de": "Säge", "de-CH": "Sagi", "en": "Saw", "pt_BR": "Serra", "zh-Hant-TW": "鋸"}
SEGMENT: dict[str, Any] = {
    "name": {"en": "A"},
    "mixins": {"a": [1, {"b~/": None}], "": "x"},
    "metadata": {"version": 1},
}
SIGNS = {"+": "add", "=": "replace", "-": "remove"}


def result_or_none(act: Callable[[], Result]) -> Result | None:
    """Return the result, None for a bad request; any other exception fails the run."""
    try:
        return act()
    except BadRequest:
        return None


def check_simple_query(content: bytes) -> None:
    """A query selects rows in their order, and the same rows if its text is repeated."""
    _check_selection(_decode(content), compound=False)


def check_compound_query(content: bytes) -> None:
    """The same with groups. A query without groups means the same where groups are allowed."""
    text = _decode(content)
    selected = _check_selection(text, compound=True)
    plain = _select(text, compound=False)
    assert plain is None or selected is None or plain == selected


def check_projection(content: bytes) -> None:
    """Any `fields` is valid. The projection is a part of the document, and projecting it again does not change it."""
    document, parsed = TABLE["fields"]["document"], fields.parse_fields(_decode(content))
    projected = fields.project(document, parsed, ALWAYS)
    assert [name for name in document if name in projected] == list(projected)
    assert fields.project(projected, parsed, ALWAYS) == projected
    if parsed is not None and parsed.paths:
        assert fields.parse_fields(",".join(parsed.paths)) == parsed


def check_sort(content: bytes) -> None:
    """A sort order survives writing and parsing. Sorting keeps all rows, and sorting again changes nothing."""
    parsed = result_or_none(lambda: sort.parse_sort(_decode(content)))
    if parsed is not None:
        text = ",".join(f"{key.path}:{'DESC' if key.is_descending else 'ASC'}" for key in parsed.keys)
        assert sort.parse_sort(text) == parsed
        rows = TABLE["sort"]["documents"]
        ordered = sort.sort_rows(rows, parsed)
        assert Counter(row["id"] for row in ordered) == Counter(row["id"] for row in rows)
        assert sort.sort_rows(ordered, parsed) == ordered


def check_accept_language(content: bytes) -> None:
    """Languages survive writing and parsing. A localized map is cut to one of its own entries."""
    preferences = result_or_none(lambda: languages.parse_accept_language(content.decode("latin-1")))
    if preferences is not None:
        ranges = [*preferences.preferred, *(f"{name};q=0" for name in preferences.excluded)] or ["*;q=0"]
        assert languages.parse_accept_language(", ".join(ranges)) == preferences
        localized = languages.localize_map(TEXTS, preferences, "en")
        assert len(localized) == 1
        assert localized.items() <= TEXTS.items()


def check_strict_json(content: bytes) -> None:
    """Python parses every accepted text to the same value, and the value can be written."""
    try:
        value = strict_json.parse_json(content)
    except BadRequest:
        assert _is_refusal_allowed(content)
        return
    assert repr(json.loads(content.decode(), parse_constant=_refuse_constant)) == repr(value)
    assert strict_json.parse_json(orjson.dumps(value)) == value


def check_patch(content: bytes) -> None:
    """A patch does not change the old segment, and the new one can be written and parsed."""
    operations = [_parse_operation(line) for line in _decode(content).split("\n")]
    before, original = deepcopy(SEGMENT), deepcopy(operations)
    new = result_or_none(lambda: jsonpatch.apply_patch(SEGMENT, operations))
    assert (before, original) == (SEGMENT, operations)
    assert new is None or strict_json.parse_json(orjson.dumps(new)) == new


def check_request_parser(content: bytes) -> None:
    """Any stream is parsed without an exception. If it is ASCII, its pieces give the same requests as the whole.

    The first byte sets the length of the pieces.
    """
    size, stream = content[:1], content[1:]
    whole, pieces = RequestParser(), RequestParser()
    step = 1 + (size[0] if size else 0) % 40
    at_once = whole.feed(stream)
    one_by_one = [parsed for at in range(0, len(stream), step) for parsed in pieces.feed(stream[at : at + step])]
    for parsed in at_once[:-1]:
        assert parsed.keeps_open
        assert not parsed.refusal
    if stream.isascii():
        assert list(map(_comparable, one_by_one)) == list(map(_comparable, at_once))
        assert whole.phase is pieces.phase


def check_entrances(content: bytes) -> None:
    """The requests of a stream get the same responses from our own server and over WSGI."""
    build_entrances().compare(content)


@cache
def build_entrances() -> Entrances:
    return Entrances()


TARGETS: dict[str, Target] = {
    "q": check_simple_query,
    "compound": check_compound_query,
    "fields": check_projection,
    "sort": check_sort,
    "languages": check_accept_language,
    "strict_json": check_strict_json,
    "jsonpatch": check_patch,
    "requests": check_request_parser,
    "entrances": check_entrances,
}


def _comparable(parsed: ParsedRequest) -> tuple[Any, ...]:
    """Return what the application receives of a request, or the status of a refusal."""
    return (parsed.refusal[0],) if parsed.refusal else (parsed.request, parsed.version, parsed.keeps_open)


def _decode(content: bytes) -> str:
    """Decode the valid UTF-8; the server refuses other bytes."""
    return content.decode(errors="ignore")


def _select(text: str, *, compound: bool) -> list[Any] | None:
    return result_or_none(
        lambda: query.select_rows(
            query.parse_query(text, allow_compound=compound), TABLE["q"]["documents"], MAX_REGEX_SECONDS
        )
    )


def _check_selection(text: str, *, compound: bool) -> list[Any] | None:
    selected = _select(text, compound=compound)
    if selected is not None:
        remaining = iter(TABLE["q"]["documents"])
        assert all(any(row is other for other in remaining) for row in selected)
        repeated = _select(f"{text} {text}", compound=compound)
        assert repeated is None or repeated == selected
    return selected


def _parse_operation(line: str) -> dict[str, Any]:
    """Parse `+/path value`, `=/path value` or `-/path`. Unlike JSON, most mutations stay operations."""
    path, space, value = line[1:].partition(" ")
    operation: dict[str, Any] = {"op": SIGNS.get(line[:1], "add"), "path": path}
    try:
        return operation | ({"value": strict_json.parse_json(value.encode())} if space else {})
    except BadRequest:
        return operation | {"value": value}


def _is_refusal_allowed(content: bytes) -> bool:
    """Return whether Python refuses the JSON too, or F3 or F3b do."""
    try:
        value = json.loads(content.decode(), parse_constant=_refuse_constant, object_pairs_hook=_unique_names)
        return nesting.is_nested_deeper(value) or strict_json.parse_json(orjson.dumps(value)) != value
    except (ValueError, RecursionError, TypeError, BadRequest):
        return True


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("a repeated name")
    return value


def _refuse_constant(constant: str) -> None:
    raise ValueError(constant)
