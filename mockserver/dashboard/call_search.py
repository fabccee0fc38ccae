"""The language of the search box for calls: words with a field such as `status:4xx`, and free text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any

from ..control.requests import wiremock
from ..records.exchange import JournalEntry

CallTest = Callable[[JournalEntry], bool]

WORD = re.compile(r'(?P<minus>-?)(?:(?P<field>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>[^\s"]+))(?=\s|$)')
STATUS = re.compile(r"[1-5](?:xx|\d\d)", re.ASCII)  # matches the whole value
DURATION = re.compile(r"(\d{1,6})(ms|s)?", re.ASCII)  # matches the whole value
TEXT_FIELDS: Mapping[str, Callable[[JournalEntry], str | None]] = {
    "op": lambda entry: entry.operation.id if entry.operation else None,
    "method": lambda entry: entry.request.method,
    "path": wiremock.redacted_url,
    "tenant": lambda entry: entry.tenant,
    "test": lambda entry: entry.test_name,
    "service": lambda entry: entry.service,
    "fault": lambda entry: entry.fault,
}
KINDS: Mapping[str, CallTest] = {
    "failed": lambda entry: entry.status >= 400,
    "unanswered": lambda entry: entry.is_unmatched,
    "finding": lambda entry: bool(entry.findings),
    "fault": lambda entry: entry.fault is not None,
    "change": lambda entry: entry.versions is not None and entry.versions[0] != entry.versions[1],
}
LABELS = [read for name, read in TEXT_FIELDS.items() if name not in {"method", "path"}]
FIELDS = (*TEXT_FIELDS, "persona", "world", "status", "is", "slower")


MAX_SEARCHED_BYTES = 4_000_000  # of bodies, which takes about 5 ms


class BodyBudget:
    """How many bytes of bodies a search may still read; `is_spent` if it has left some out."""

    def __init__(self, byte_count: int = MAX_SEARCHED_BYTES) -> None:
        self._left, self.is_spent = byte_count, False

    def allows(self, byte_count: int) -> bool:
        """Whether so many bytes may be read; if so, they are taken off."""
        if byte_count > self._left:
            self.is_spent = True
            return False
        self._left -= byte_count
        return True


def _name_persona(entry: JournalEntry) -> str:
    return entry.principal.name if entry.principal else ""


@dataclass(frozen=True, slots=True)
class SearchScope:
    """Where a search looks: the name of its world, how its callers are called, and how much of bodies it may read."""

    world: str = ""
    describe_caller: Callable[[JournalEntry], str] = _name_persona
    budget: BodyBudget = field(default_factory=BodyBudget)


class SearchMistake(Exception):
    """A search that cannot be understood; the message says what would be right."""


def parse_call_search(text: str, scope: SearchScope | None = None) -> CallTest:
    """Return a test that is true for the calls of a scope that match every word of a search; SearchMistake.

    Free text is tried last, so that other words spare the budget for bodies.
    """
    tests: list[CallTest] = []
    text_tests: list[CallTest] = []
    scope = scope or SearchScope()
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        word = WORD.match(text, position)
        if word is None:
            raise SearchMistake(f"{text[position:][:40]} has a quotation mark without its partner.")
        test = _test_of(word, scope)
        (tests if word["field"] else text_tests).append(_negate(test) if word["minus"] else test)
        position = word.end()
    all_tests = [*tests, *text_tests]
    return all_tests[0] if len(all_tests) == 1 else lambda entry: all(test(entry) for test in all_tests)


def _test_of(word: re.Match[str], scope: SearchScope) -> CallTest:
    value = word["quoted"] if word["quoted"] is not None else word["plain"]
    name = (word["field"] or "").lower()
    if not name:
        if value.endswith(":") and value[:-1].lower() in FIELDS:
            raise SearchMistake(f"{value} has no value; write it without a space: {value}VALUE.")
        return _find_text(value, scope)
    readers = {**TEXT_FIELDS, "world": lambda _: scope.world, "persona": scope.describe_caller}
    if name in readers:
        return _compare_text(readers[name], value)
    match name:
        case "status":
            return _compare_status(value)
        case "is":
            if value not in KINDS:
                raise SearchMistake(f"is:{value} does not exist; there are {_join(f'is:{kind}' for kind in KINDS)}.")
            return KINDS[value]
        case "slower":
            return _compare_duration(value)
    raise SearchMistake(_describe_unknown_field(word["field"], name))


def _describe_unknown_field(written: str, name: str) -> str:
    near = get_close_matches(name, FIELDS, n=1)
    hint = f"did you mean {near[0]}:?" if near else f"there are {_join(f'{field}:' for field in FIELDS)}."
    return f'{written}: is not a field; {hint} Put text with a colon into quotation marks: "{written}:".'


def _compare_text(read: Callable[[JournalEntry], str | None], value: str) -> CallTest:
    """Return a test for a field that contains a text, in upper or lower case; `*` stands for any characters.

    A call without the field never matches: `fault:*` finds the calls that a fault hit.
    """
    lowered = value.lower()
    if "*" not in lowered and read is wiremock.redacted_url:
        return lambda entry: _has_in_url(entry, lowered)
    if "*" not in lowered:
        return lambda entry: lowered in (read(entry) or "").lower()
    pattern = f"*{lowered}*".replace("[", "[[]") if lowered.strip("*") else "?*"
    return lambda entry: fnmatchcase((read(entry) or "").lower(), pattern)


def _compare_status(value: str) -> CallTest:
    lowered = value.lower()
    if not STATUS.fullmatch(lowered):
        raise SearchMistake(f"status:{value} is not a status; write status:404, or status:4xx for all from 400 to 499.")
    if lowered.endswith("xx"):
        return lambda entry: entry.status // 100 == int(lowered[0])
    return lambda entry: entry.status == int(lowered)


def _compare_duration(value: str) -> CallTest:
    match = DURATION.fullmatch(value.lower())
    if match is None:
        raise SearchMistake(f"slower:{value} is not a duration; write slower:50ms or slower:2s.")
    microseconds = int(match[1]) * (1_000_000 if match[2] == "s" else 1000)
    return lambda entry: entry.microseconds > microseconds


def _find_text(value: str, scope: SearchScope) -> CallTest:
    """Return a test for calls that contain a text, in what the list shows or in a body without its secrets.

    Taking out secrets takes much longer than to search, and adds no text: so it is done for what has the text at all.
    """
    lowered = value.lower()
    encoded = lowered.encode() if lowered.isascii() else None
    has_label = _find_label(lowered, scope)

    def has_body(body: bytes, redact: Callable[[JournalEntry], str], entry: JournalEntry) -> bool:
        present = encoded in body.lower() if encoded is not None else lowered in body.decode(errors="replace").lower()
        return present and lowered in redact(entry).lower()

    def contains(entry: JournalEntry) -> bool:
        request = entry.request
        if has_label(entry) or _has_in_url(entry, lowered, f"{request.method} "):
            return True
        sent, received = request.body, entry.response.content if entry.response else b""
        return scope.budget.allows(len(sent) + len(received)) and (
            has_body(sent, wiremock.redacted_request_text, entry)
            or has_body(received, wiremock.redacted_response_text, entry)
        )

    return contains


def _find_label(lowered: str, scope: SearchScope) -> CallTest:
    """Return a test for calls with a text in a field other than method and path, or in the caller's name.

    Many calls have the same labels: the test looks at these once.
    """
    known: dict[tuple[Any, ...], bool] = {}

    def has_label(entry: JournalEntry) -> bool:
        test_header = entry.request.headers.get("x-mock-test")
        key = entry.tenant, entry.service, entry.fault, id(entry.operation), id(entry.principal), test_header
        found = known.get(key)
        if found is None:
            labels = [scope.describe_caller(entry), *(read(entry) or "" for read in LABELS)]
            found = known[key] = any(lowered in label.lower() for label in labels)
        return found

    return has_label


def _has_in_url(entry: JournalEntry, lowered: str, start: str = "") -> bool:
    """Whether path and query, after a start, contain a text. Taking out secrets takes longer than all of the rest."""
    path, query = f"{start}{entry.request.path}".lower(), entry.request.query
    return lowered in path or (
        lowered in f"{path}?{query}".lower() and lowered in f"{start}{wiremock.redacted_url(entry)}".lower()
    )


def _negate(test: CallTest) -> CallTest:
    return lambda entry: not test(entry)


def _join(words: Iterable[str]) -> str:
    return ", ".join(words)
