"""WireMock's request patterns: which journal entries one matches, and its distance from the others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

import orjson

from ...contract import strict_json
from ...errors import BadRequest
from ...practices import regexes
from ...practices.regexes import Deadline, RegexError
from ...records.exchange import JournalEntry

MAX_COMPARED_LENGTH = 200  # characters of two texts that are compared for their distance

FieldValues = list[str]  # the values of a header or parameter; none if it is absent
ValuePredicate = Callable[[FieldValues, Deadline], bool]
ValueReader = Callable[[JournalEntry], FieldValues]


class PatternError(Exception):
    """An invalid pattern; the message says why."""


@dataclass(frozen=True, slots=True)
class ValueMatcher:
    """Accepts or rejects the values of a field.

    target: the text from which distances are measured; None if the matcher only accepts or rejects.
    """

    accepts: ValuePredicate
    target: str | None = None

    def value_distance(self, values: FieldValues, deadline: Deadline) -> float:
        """Return the distance of the nearest value, from 0 (accepted) to 1."""
        if self.accepts(values, deadline):
            return 0.0
        if self.target is None:
            return 1.0
        deadline.check_time_left()
        return min((_text_distance(self.target, value) for value in values), default=1.0)


@dataclass(frozen=True, slots=True)
class PatternPart:
    """One condition of a pattern: a matcher, and how to read the values that it applies to."""

    read_values: ValueReader
    matcher: ValueMatcher


@dataclass(frozen=True, slots=True)
class RequestPattern:
    """A compiled request pattern; one without conditions matches everything."""

    parts: tuple[PatternPart, ...]

    def matches_entry(self, entry: JournalEntry, deadline: Deadline) -> bool:
        """Whether an entry meets all conditions; BadRequest if that takes too long to decide."""
        return all(part.matcher.accepts(part.read_values(entry), deadline) for part in self.parts)

    def entry_distance(self, entry: JournalEntry, deadline: Deadline) -> float:
        """Return the mean distance over all conditions, from 0 to 1; BadRequest if that takes too long."""
        distances = (part.matcher.value_distance(part.read_values(entry), deadline) for part in self.parts)
        return sum(distances) / max(1, len(self.parts))


def compile_request_pattern(pattern: Mapping[str, Any]) -> RequestPattern:
    """Compile a request pattern of the declared shape; PatternError if a matcher is unknown or invalid."""
    return RequestPattern(tuple(_compile_parts(pattern)))


def _compile_parts(pattern: Mapping[str, Any]) -> Iterator[PatternPart]:
    for name, value in pattern.items():
        if name in PLAIN_FIELDS:
            read_values, matcher_name = PLAIN_FIELDS[name]
            yield PatternPart(read_values, _compile_matcher({matcher_name: value}))
        elif name == "urlPathTemplate":
            yield PatternPart(_path_values, _compile_path_template(value))
        elif name == "method":
            if value.upper() != "ANY":
                yield PatternPart(lambda entry: [entry.request.method], _compile_matcher({"equalTo": value.upper()}))
        elif name in KEYED_FIELDS:
            for key, matcher in value.items():
                yield PatternPart(partial(KEYED_FIELDS[name], key), _compile_matcher(matcher))
        elif name == "bodyPatterns":
            for matcher in value if isinstance(value, list) else [value]:
                yield PatternPart(_body_values, _compile_matcher(matcher))


def _url_values(entry: JournalEntry) -> FieldValues:
    query = f"?{entry.request.query}" if entry.request.query else ""
    return [entry.request.path + query]


def _path_values(entry: JournalEntry) -> FieldValues:
    return [entry.request.path]


def _body_values(entry: JournalEntry) -> FieldValues:
    return [entry.request.body.decode(errors="replace")] if entry.request.body else []


def _header_values(name: str, entry: JournalEntry) -> FieldValues:
    return _optional_value(entry.request.headers.get(name.lower()))


def _parameter_values(name: str, entry: JournalEntry) -> FieldValues:
    pairs = parse_qsl(entry.request.query, keep_blank_values=True, errors="replace")
    return [value for key, value in pairs if key == name]


def _cookie_values(name: str, entry: JournalEntry) -> FieldValues:
    pairs = (part.partition("=") for part in entry.request.headers.get("cookie", "").split(";"))
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def _optional_value(value: str | None) -> FieldValues:
    return [] if value is None else [value]


PLAIN_FIELDS: dict[str, tuple[ValueReader, str]] = {
    "url": (_url_values, "equalTo"),
    "urlPattern": (_url_values, "matches"),
    "urlPath": (_path_values, "equalTo"),
    "urlPathPattern": (_path_values, "matches"),
    "operationId": (lambda entry: _optional_value(entry.operation.id if entry.operation else None), "equalTo"),
    "test": (lambda entry: _optional_value(entry.test_name), "equalTo"),
}
KEYED_FIELDS: dict[str, Callable[[str, JournalEntry], FieldValues]] = {
    "headers": _header_values,
    "queryParameters": _parameter_values,
    "cookies": _cookie_values,
}
MATCHER_OPTIONS = {"caseInsensitive", "ignoreArrayOrder", "ignoreExtraElements"}


def _compile_matcher(matcher: Mapping[str, Any]) -> ValueMatcher:
    """Compile one matcher, such as `{"equalTo": "x"}`."""
    names = [name for name in matcher if name not in MATCHER_OPTIONS]
    if len(names) != 1 or names[0] not in MATCHER_COMPILERS:
        raise PatternError(f"A matcher is one of {', '.join(MATCHER_COMPILERS)}.")
    return MATCHER_COMPILERS[names[0]](matcher[names[0]], matcher)


def _compile_equal_to(operand: Any, options: Mapping[str, Any]) -> ValueMatcher:
    text = _require_text(operand)
    if options.get("caseInsensitive"):
        return ValueMatcher(lambda values, _: text.lower() in map(str.lower, values), text)
    return ValueMatcher(lambda values, _: text in values, text)


def _compile_contains(operand: Any, _: Mapping[str, Any]) -> ValueMatcher:
    text = _require_text(operand)
    return ValueMatcher(lambda values, _: any(text in value for value in values))


def _compile_does_not_contain(operand: Any, _: Mapping[str, Any]) -> ValueMatcher:
    text = _require_text(operand)
    return ValueMatcher(lambda values, _: not any(text in value for value in values))


def _compile_matches(operand: Any, _: Mapping[str, Any]) -> ValueMatcher:
    pattern = _compile_regex(operand)
    return ValueMatcher(lambda values, deadline: any(deadline.fullmatch(pattern, value) for value in values))


def _compile_does_not_match(operand: Any, _: Mapping[str, Any]) -> ValueMatcher:
    pattern = _compile_regex(operand)
    return ValueMatcher(lambda values, deadline: not any(deadline.fullmatch(pattern, value) for value in values))


def _compile_path_template(template: str) -> ValueMatcher:
    """Compile a path template; each `{name}` matches one path segment."""
    segments = ("[^/]+" if part.startswith("{") else re.escape(part) for part in template.split("/"))
    pattern = re.compile("/".join(segments))
    return ValueMatcher(lambda values, _: any(pattern.fullmatch(value) for value in values), template)


def _compile_absent(operand: Any, _: Mapping[str, Any]) -> ValueMatcher:
    return ValueMatcher(lambda values, _: bool(values) is not bool(operand))


def _compile_equal_to_json(operand: Any, options: Mapping[str, Any]) -> ValueMatcher:
    try:
        expected = strict_json.parse_json(operand.encode()) if isinstance(operand, str) else operand
    except BadRequest as error:
        raise PatternError(f"equalToJson must be JSON. {error.detail}") from None
    ignores_order, ignores_extra = bool(options.get("ignoreArrayOrder")), bool(options.get("ignoreExtraElements"))

    def is_equal_json(text: str, deadline: Deadline) -> bool:
        deadline.check_time_left()
        try:
            return JsonComparison(ignores_order, ignores_extra, deadline).is_equal(expected, orjson.loads(text))
        except orjson.JSONDecodeError:
            return False

    return ValueMatcher(lambda values, deadline: any(is_equal_json(value, deadline) for value in values))


MATCHER_COMPILERS: dict[str, Callable[[Any, Mapping[str, Any]], ValueMatcher]] = {
    "equalTo": _compile_equal_to,
    "contains": _compile_contains,
    "doesNotContain": _compile_does_not_contain,
    "matches": _compile_matches,
    "doesNotMatch": _compile_does_not_match,
    "absent": _compile_absent,
    "equalToJson": _compile_equal_to_json,
}


def _text_distance(expected: str, actual: str) -> float:
    """Return the distance of two different texts, above 0 and up to 1."""
    compared = expected[:MAX_COMPARED_LENGTH], actual[:MAX_COMPARED_LENGTH]
    return max(0.01, 1.0 - SequenceMatcher(None, *compared, autojunk=False).ratio())


def _require_text(operand: Any) -> str:
    if not isinstance(operand, str):
        raise PatternError("The operand of this matcher must be a text.")
    return operand


def _compile_regex(operand: Any) -> Any:
    try:
        return regexes.compile_regex(_require_text(operand))
    except RegexError as error:
        raise PatternError(f"The regex cannot be used: {str(error)[:200]}.") from None


@dataclass(frozen=True, slots=True)
class JsonComparison:
    """Compares JSON values, optionally without regard to the order of arrays or to additional members."""

    ignores_order: bool
    ignores_extra: bool
    deadline: Deadline

    def is_equal(self, expected: Any, actual: Any) -> bool:
        """Whether two values are equal; recursion is as deep as the expected one, which is limited like a body."""
        if isinstance(expected, dict) and isinstance(actual, dict):
            names_fit = expected.keys() <= actual.keys() if self.ignores_extra else expected.keys() == actual.keys()
            return names_fit and all(self.is_equal(expected[name], actual[name]) for name in expected)
        if isinstance(expected, list) and isinstance(actual, list):
            return self._is_equal_array(expected, actual)
        return type(expected) is type(actual) and bool(expected == actual)

    def _is_equal_array(self, expected: list[Any], actual: list[Any]) -> bool:
        if len(actual) < len(expected) or (len(actual) > len(expected) and not self.ignores_extra):
            return False
        if not self.ignores_order:
            return all(self.is_equal(*pair) for pair in zip(expected, actual, strict=False))
        remaining = list(actual)
        return all(self._remove_match(element, remaining) for element in expected)

    def _remove_match(self, expected: Any, remaining: list[Any]) -> bool:
        """Remove the first element that equals the expected one; return whether there was one."""
        self.deadline.check_time_left()
        position = next((index for index, actual in enumerate(remaining) if self.is_equal(expected, actual)), None)
        if position is not None:
            del remaining[position]
        return position is not None
