"""What holds for any bytes that a client sends: each target takes some, and fails if it does not hold."""

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
    """Return the result, None for a bad request; any other exception fails the run."""
    try:
        return act()
    except BadRequest:
        return None


def check_query(content: bytes) -> None:
    """A query selects rows in their order, and the same ones if it is said twice."""
    _check_selection(_decode(content), compound=False)


def check_compound_query(content: bytes) -> None:
    """The same with groups; what is a query without them means the same where they are allowed."""
    text = _decode(content)
    kept = _check_selection(text, compound=True)
    plain = _select_rows(text, compound=False)
    assert plain is None or kept is None or plain == kept


def check_fields(content: bytes) -> None:
    """Nothing in `fields` is an error; what is kept is a part of the document, and stays as it is if cut again."""
    document, parsed = TABLE["fields"]["document"], fields.parse_fields(_decode(content))
    kept = fields.project(document, parsed, ALWAYS)
    assert [name for name in document if name in kept] == list(kept)
    assert fields.project(kept, parsed, ALWAYS) == kept
    if parsed is not None and parsed.paths:
        assert fields.parse_fields(",".join(parsed.paths)) == parsed


def check_sort(content: bytes) -> None:
    """An order is the same when it is written anew; sorting leaves all rows, and is done after once."""
    parsed = result_or_none(lambda: sort.parse_sort(_decode(content)))
    if parsed is not None:
        written = ",".join(f"{key.path}:{'DESC' if key.is_descending else 'ASC'}" for key in parsed.keys)
        assert sort.parse_sort(written) == parsed
        rows = TABLE["sort"]["documents"]
        arranged = sort.sort_rows(rows, parsed)
        assert Counter(row["id"] for row in arranged) == Counter(row["id"] for row in rows)
        assert sort.sort_rows(arranged, parsed) == arranged


def check_languages(content: bytes) -> None:
    """Languages are the same when the header is written anew; a localized map is cut to one of its own."""
    wanted = result_or_none(lambda: languages.parse_accept_language(content.decode("latin-1")))
    if wanted is not None:
        ranges = [*wanted.preferred, *(f"{name};q=0" for name in wanted.excluded)] or ["*;q=0"]
        assert languages.parse_accept_language(", ".join(ranges)) == wanted
        left = languages.localize_map(TEXTS, wanted, "en")
        assert len(left) == 1
        assert left.items() <= TEXTS.items()


def check_strict_json(content: bytes) -> None:
    """Python reads all that is read here, as the same value, which can be written."""
    try:
        value = strict_json.parse_json(content)
    except BadRequest:
        assert _may_be_refused(content)
        return
    assert repr(json.loads(content.decode(), parse_constant=_refuse)) == repr(value)
    assert strict_json.parse_json(orjson.dumps(value)) == value


def check_jsonpatch(content: bytes) -> None:
    """A patch leaves the old segment as it was, and a new one that can be written and read."""
    operations = [_parse_operation(line) for line in _decode(content).split("\n")]
    before, sent = deepcopy(SEGMENT), deepcopy(operations)
    new = result_or_none(lambda: jsonpatch.apply_patch(SEGMENT, operations))
    assert (before, sent) == (SEGMENT, operations)
    assert new is None or strict_json.parse_json(orjson.dumps(new)) == new


def check_request_parser(content: bytes) -> None:
    """What comes over a connection is read without an error, and alike however it is cut, unless its URL is no ASCII.

    The first byte says into how long pieces it is cut.
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
        assert list(map(_parsed_or_status, one_by_one)) == list(map(_parsed_or_status, at_once))
        assert whole.phase is pieces.phase


def check_entrances(content: bytes) -> None:
    """The requests of a stream get the same responses over our own server's road and over WSGI."""
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
    """Return what the application gets of a request, or the status of a refusal."""
    return (parsed.refusal[0],) if parsed.refusal else parsed


def _decode(content: bytes) -> str:
    """Decode as the server does, which refuses what is no UTF-8."""
    return content.decode(errors="ignore")


def _select_rows(text: str, *, compound: bool) -> list[Any] | None:
    return result_or_none(
        lambda: query.select_rows(
            query.parse_query(text, allow_compound=compound), TABLE["q"]["documents"], MAX_SECONDS
        )
    )


def _check_selection(text: str, *, compound: bool) -> list[Any] | None:
    kept = _select_rows(text, compound=compound)
    if kept is not None:
        rest = iter(TABLE["q"]["documents"])
        assert all(any(row is each for each in rest) for row in kept)
        twice = _select_rows(f"{text} {text}", compound=compound)
        assert twice is None or twice == kept
    return kept


def _parse_operation(line: str) -> dict[str, Any]:
    """Read `+/path value`, `=/path value` or `-/path`: most changes of it are operations too, unlike those of JSON."""
    path, space, written = line[1:].partition(" ")
    operation: dict[str, Any] = {"op": SIGNS.get(line[:1], "add"), "path": path}
    try:
        return operation | ({"value": strict_json.parse_json(written.encode())} if space else {})
    except BadRequest:
        return operation | {"value": written}


def _may_be_refused(content: bytes) -> bool:
    """Whether JSON is none for Python either, or has what F3 and F3b refuse."""
    try:
        value = json.loads(content.decode(), parse_constant=_refuse, object_pairs_hook=_unique_object)
        return nesting.is_nested_deeper(value) or strict_json.parse_json(orjson.dumps(value)) != value
    except (ValueError, RecursionError, TypeError, BadRequest):
        return True


def _unique_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name comes twice")
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)
