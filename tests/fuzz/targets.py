"""Fuzz targets. Each takes any bytes that a client may send, and fails if a property does not hold for them."""

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

MAX_SECONDS = 0.02  # for all regexes of one query: the time of a run is bounded by the fuzzer
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
    """Return the result, or None for a bad request. Any other exception fails the run."""
    try:
        return act()
    except BadRequest:
        return None


def check_query(content: bytes) -> None:
    """A query selects rows in their order, and selects the same ones if it is repeated."""
    _check_selection(_decode(content), compound=False)


def check_compound_query(content: bytes) -> None:
    """The same with groups. A query without groups means the same whether groups are allowed or not."""
    text = _decode(content)
    compound = _check_selection(text, compound=True)
    plain = _select_rows(text, compound=False)
    assert plain is None or compound is None or plain == compound


def check_fields(content: bytes) -> None:
    """No value of `fields` is an error. A projection is a part of the document and is idempotent."""
    document, parsed = TABLE["fields"]["document"], fields.parse_fields(_decode(content))
    projected = fields.project(document, parsed, ALWAYS)
    assert [name for name in document if name in projected] == list(projected)
    assert fields.project(projected, parsed, ALWAYS) == projected
    if parsed is not None and parsed.paths:
        assert fields.parse_fields(",".join(parsed.paths)) == parsed


def check_sort(content: bytes) -> None:
    """A parsed order can be written and parsed again. Sorting keeps all rows and is idempotent."""
    parsed = result_or_none(lambda: sort.parse_sort(_decode(content)))
    if parsed is not None:
        written = ",".join(f"{key.path}:{'DESC' if key.is_descending else 'ASC'}" for key in parsed.keys)
        assert sort.parse_sort(written) == parsed
        rows = TABLE["sort"]["documents"]
        arranged = sort.sort_rows(rows, parsed)
        assert Counter(row["id"] for row in arranged) == Counter(row["id"] for row in rows)
        assert sort.sort_rows(arranged, parsed) == arranged


def check_languages(content: bytes) -> None:
    """Parsed languages can be written and parsed again. A localized map is cut to one of its languages."""
    preferences = result_or_none(lambda: languages.parse_accept_language(content.decode("latin-1")))
    if preferences is not None:
        ranges = [*preferences.preferred, *(f"{name};q=0" for name in preferences.excluded)] or ["*;q=0"]
        assert languages.parse_accept_language(", ".join(ranges)) == preferences
        localized = languages.localize_map(TEXTS, preferences, "en")
        assert len(localized) == 1
        assert localized.items() <= TEXTS.items()


def check_strict_json(content: bytes) -> None:
    """Python's parser returns the same value for whatever is accepted here, and the value can be written."""
    try:
        value = strict_json.parse_json(content)
    except BadRequest:
        assert _may_be_refused(content)
        return
    assert repr(json.loads(content.decode(), parse_constant=_refuse)) == repr(value)
    assert strict_json.parse_json(orjson.dumps(value)) == value


def check_jsonpatch(content: bytes) -> None:
    """A patch does not change the old segment, and the new one can be written and parsed."""
    operations = [_parse_operation(line) for line in _decode(content).split("\n")]
    before, sent = deepcopy(SEGMENT), deepcopy(operations)
    new = result_or_none(lambda: jsonpatch.apply_patch(SEGMENT, operations))
    assert (before, sent) == (SEGMENT, operations)
    assert new is None or strict_json.parse_json(orjson.dumps(new)) == new


def check_request_parser(content: bytes) -> None:
    """A stream of requests is parsed without an error, and independently of how it is cut, unless it is not ASCII.

    The first byte decides the length of the pieces.
    """
    size, stream = content[:1], content[1:]
    whole_parser, pieces = RequestParser(), RequestParser()
    step = 1 + (size[0] if size else 0) % 40
    at_once = whole_parser.feed(stream)
    one_by_one = [
        parsed for start in range(0, len(stream), step) for parsed in pieces.feed(stream[start : start + step])
    ]
    for parsed in at_once[:-1]:
        assert parsed.keeps_open
        assert not parsed.refusal
    if stream.isascii():
        assert list(map(_parsed_or_status, one_by_one)) == list(map(_parsed_or_status, at_once))
        assert whole_parser.phase is pieces.phase


def check_entrances(content: bytes) -> None:
    """The requests of a stream get the same responses from our own server and over WSGI."""
    shared_entrances().compare(content)


@cache
def shared_entrances() -> Entrances:
    return Entrances()


TARGETS: dict[str, Target] = {
    "q": check_query,
    "compound": check_compound_query,
    "fields": check_fields,
    "sort": check_sort,
    "languages": check_languages,
    "strict_json": check_strict_json,
    "jsonpatch": check_jsonpatch,
    "requests": check_request_parser,
    "entrances": check_entrances,
}


def _parsed_or_status(parsed: ParsedRequest) -> tuple[Any, ...]:
    """Return the parsed request, or the status of its refusal."""
    return (parsed.refusal[0],) if parsed.refusal else parsed


def _decode(content: bytes) -> str:
    """Decode as UTF-8; the server refuses any other bytes before they reach a parser."""
    return content.decode(errors="ignore")


def _select_rows(text: str, *, compound: bool) -> list[Any] | None:
    return result_or_none(
        lambda: query.select_rows(
            query.parse_query(text, allow_compound=compound), TABLE["q"]["documents"], MAX_SECONDS
        )
    )


def _check_selection(text: str, *, compound: bool) -> list[Any] | None:
    selected = _select_rows(text, compound=compound)
    if selected is not None:
        rest = iter(TABLE["q"]["documents"])
        assert all(any(row is candidate for candidate in rest) for row in selected)
        repeated = _select_rows(f"{text} {text}", compound=compound)
        assert repeated is None or repeated == selected
    return selected


def _parse_operation(line: str) -> dict[str, Any]:
    """Parse `+/path value`, `=/path value` or `-/path`. Unlike JSON, most changes of such a line are operations too."""
    path, space, written = line[1:].partition(" ")
    operation: dict[str, Any] = {"op": SIGNS.get(line[:1], "add"), "path": path}
    try:
        return operation | ({"value": strict_json.parse_json(written.encode())} if space else {})
    except BadRequest:
        return operation | {"value": written}


def _may_be_refused(content: bytes) -> bool:
    """Return whether Python refuses the JSON too, or F3 and F3b do."""
    try:
        value = json.loads(content.decode(), parse_constant=_refuse, object_pairs_hook=_unique_object)
        return nesting.is_nested_deeper(value) or strict_json.parse_json(orjson.dumps(value)) != value
    except (ValueError, RecursionError, TypeError, BadRequest):
        return True


def _unique_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) < len(pairs):
        raise ValueError("duplicate name")
    return unique


def _refuse(constant: str) -> None:
    raise ValueError(constant)
