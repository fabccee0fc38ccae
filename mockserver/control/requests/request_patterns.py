"""WireMock's request patterns: which visits one matches, and how far it is from those that it does not."""

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
from ...records.exchange import Exchange

MAX_COMPARED_LENGTH = 200  # characters that are compared to tell how near two texts are

FieldValues = list[str]  # the values of a header or parameter; none if it is absent
ValuePredicate = Callable[[FieldValues, Deadline], bool]
ValueReader = Callable[[Exchange], FieldValues]


class PatternError(Exception):
    """A pattern that cannot be used, and why."""


@dataclass(frozen=True, slots=True)
class ValueMatcher:
    """What texts must be like.

    near: the text that they should be, to tell how far others are from it; None where only yes or no can be told.
    """

    accepts: ValuePredicate
    target: str | None = None

    def value_distance(self, values: FieldValues, deadline: Deadline) -> float:
        """Return 0 for a match, up to 1."""
        if self.accepts(values, deadline):
            return 0.0
        if self.target is None:
            return 1.0
        deadline.check_time_left()
        return min((_text_distance(self.target, each) for each in values), default=1.0)


@dataclass(frozen=True, slots=True)
class PatternPart:
    """One demand of a pattern, and where to look."""

    read_values: ValueReader
    matcher: ValueMatcher


@dataclass(frozen=True, slots=True)
class RequestPattern:
    """A compiled request pattern; one that demands nothing matches everything."""

    parts: tuple[PatternPart, ...]

    def matches_exchange(self, exchange: Exchange, deadline: Deadline) -> bool:
        """Whether a visit is as demanded; BadRequest if that takes too long."""
        return all(part.matcher.accepts(part.read_values(exchange), deadline) for part in self.parts)

    def exchange_distance(self, exchange: Exchange, deadline: Deadline) -> float:
        """Return how far a visit is from what is demanded: 0 to 1, the mean over all demands."""
        distances = (part.matcher.value_distance(part.read_values(exchange), deadline) for part in self.parts)
        return sum(distances) / max(1, len(self.parts))


def compile_request_pattern(pattern: Mapping[str, Any]) -> RequestPattern:
    """Compile a request pattern of the declared shape; PatternError says what cannot be used."""
    return RequestPattern(tuple(_compile_parts(pattern)))


def _compile_parts(pattern: Mapping[str, Any]) -> Iterator[PatternPart]:
    for name, value in pattern.items():
        if name in PLAIN_FIELDS:
            read, matcher = PLAIN_FIELDS[name]
            yield PatternPart(read, _compile_matcher({matcher: value}))
        elif name == "urlPathTemplate":
            yield PatternPart(_path_values, _compile_path_template(value))
        elif name == "method":
            if value.upper() != "ANY":
                yield PatternPart(
                    lambda exchange: [exchange.request.method], _compile_matcher({"equalTo": value.upper()})
                )
        elif name in KEYED_FIELDS:
            for key, matcher in value.items():
                yield PatternPart(partial(KEYED_FIELDS[name], key), _compile_matcher(matcher))
        elif name == "bodyPatterns":
            for matcher in value if isinstance(value, list) else [value]:
                yield PatternPart(_body_values, _compile_matcher(matcher))


def _url_values(exchange: Exchange) -> FieldValues:
    query = f"?{exchange.request.query}" if exchange.request.query else ""
    return [exchange.request.path + query]


def _path_values(exchange: Exchange) -> FieldValues:
    return [exchange.request.path]


def _body_values(exchange: Exchange) -> FieldValues:
    return [exchange.request.body.decode(errors="replace")] if exchange.request.body else []


def _header_values(name: str, exchange: Exchange) -> FieldValues:
    value = exchange.request.headers.get(name.lower())
    return [] if value is None else [value]


def _parameter_values(name: str, exchange: Exchange) -> FieldValues:
    pairs = parse_qsl(exchange.request.query, keep_blank_values=True, errors="replace")
    return [value for key, value in pairs if key == name]


def _cookie_values(name: str, exchange: Exchange) -> FieldValues:
    pairs = (part.partition("=") for part in exchange.request.headers.get("cookie", "").split(";"))
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def _optional_value(value: str | None) -> FieldValues:
    return [] if value is None else [value]


PLAIN_FIELDS: dict[str, tuple[ValueReader, str]] = {
    "url": (_url_values, "equalTo"),
    "urlPattern": (_url_values, "matches"),
    "urlPath": (_path_values, "equalTo"),
    "urlPathPattern": (_path_values, "matches"),
    "operationId": (lambda visit: _optional_value(visit.operation.id if visit.operation else None), "equalTo"),
    "test": (lambda visit: _optional_value(visit.test_name), "equalTo"),
}
KEYED_FIELDS: dict[str, Callable[[str, Exchange], FieldValues]] = {
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
        return ValueMatcher(lambda texts, _: text.lower() in map(str.lower, texts), text)
    return ValueMatcher(lambda texts, _: text in texts, text)


def _compile_contains(operand: Any, _: Mapping[str, Any]) -> ValueMatcher:
    text = _require_text(operand)
    return ValueMatcher(lambda texts, _: any(text in each for each in texts))


def _compile_does_not_contain(operand: Any, _: Mapping[str, Any]) -> ValueMatcher:
    text = _require_text(operand)
    return ValueMatcher(lambda texts, _: not any(text in each for each in texts))


def _compile_matches(operand: Any, _: Mapping[str, Any]) -> ValueMatcher:
    pattern = _compile_regex(operand)
    return ValueMatcher(lambda texts, deadline: any(deadline.fullmatch(pattern, each) for each in texts))


def _compile_does_not_match(operand: Any, _: Mapping[str, Any]) -> ValueMatcher:
    pattern = _compile_regex(operand)
    return ValueMatcher(lambda texts, deadline: not any(deadline.fullmatch(pattern, each) for each in texts))


def _compile_path_template(template: str) -> ValueMatcher:
    """Compile a path with `{names}`, each of which stands for one step."""
    steps = ("[^/]+" if step.startswith("{") else re.escape(step) for step in template.split("/"))
    pattern = re.compile("/".join(steps))
    return ValueMatcher(lambda texts, _: any(pattern.fullmatch(each) for each in texts), template)


def _compile_absent(operand: Any, _: Mapping[str, Any]) -> ValueMatcher:
    return ValueMatcher(lambda texts, _: bool(texts) is not bool(operand))


def _compile_equal_to_json(operand: Any, options: Mapping[str, Any]) -> ValueMatcher:
    try:
        value = strict_json.parse_json(operand.encode()) if isinstance(operand, str) else operand
    except BadRequest as error:
        raise PatternError(f"equalToJson must be JSON. {error.detail}") from None
    ignores_order, ignores_extra = bool(options.get("ignoreArrayOrder")), bool(options.get("ignoreExtraElements"))

    def is_equal_json(text: str, deadline: Deadline) -> bool:
        deadline.check_time_left()
        try:
            return JsonComparison(ignores_order, ignores_extra, deadline).is_equal(value, orjson.loads(text))
        except orjson.JSONDecodeError:
            return False

    return ValueMatcher(lambda texts, budget: any(is_equal_json(each, budget) for each in texts))


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
    """Return how unlike two different texts are, from 0 to 1."""
    likeness = SequenceMatcher(
        None, expected[:MAX_COMPARED_LENGTH], actual[:MAX_COMPARED_LENGTH], autojunk=False
    ).ratio()
    return max(0.01, 1.0 - likeness)


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
    """What does not matter, and how long it may take to find an array's elements in another order."""

    ignores_order: bool
    ignores_extra: bool
    deadline: Deadline

    def is_equal(self, expected: Any, actual: Any) -> bool:
        """Whether two values are equal; as deep as the wanted one, which may not nest deeper than a body."""
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
        return all(self._remove_match(each, remaining) for each in expected)

    def _remove_match(self, expected: Any, remaining: list[Any]) -> bool:
        """Take the first element that is like the wanted one out of those left."""
        self.deadline.check_time_left()
        position = next((at for at, each in enumerate(remaining) if self.is_equal(expected, each)), None)
        if position is not None:
            del remaining[position]
        return position is not None
