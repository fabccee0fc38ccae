"""WireMock's request patterns: which journal entries one matches, and its distance from the others."""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

from ....practices.regexes import Deadline
from ....records.exchange import JournalEntry
from .matchers import compile_value_test, count_matchers, find_matcher_name
from .value_tests import PatternError, ValueTest

MAX_COMPARED_LENGTH = 200  # characters of two texts that are compared for their distance
MAX_MATCHERS = 100  # in one pattern, those in others included
DEFAULT_PORTS = {"http": 80, "https": 443}
MULTI_VALUE_MATCHERS = ("includes", "hasExactly")

FieldValues = list[str]  # the values of a header or parameter; none if it is absent
ValuePredicate = Callable[[FieldValues, Deadline], bool]
ValueReader = Callable[[JournalEntry], FieldValues]


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
        deadline.check_time_left()
        return all(part.matcher.accepts(part.read_values(entry), deadline) for part in self.parts)

    def entry_distance(self, entry: JournalEntry, deadline: Deadline) -> float:
        """Return the mean distance over all conditions, from 0 to 1; BadRequest if that takes too long."""
        distances = (part.matcher.value_distance(part.read_values(entry), deadline) for part in self.parts)
        return sum(distances) / max(1, len(self.parts))


def compile_request_pattern(pattern: Mapping[str, Any]) -> RequestPattern:
    """Compile a request pattern of the declared shape; PatternError if a matcher is unknown or invalid."""
    if count_matchers(pattern) > MAX_MATCHERS:
        raise PatternError(f"The pattern has more than {MAX_MATCHERS} matchers.")
    return RequestPattern(tuple(_compile_parts(pattern)))


def _compile_parts(pattern: Mapping[str, Any]) -> Iterator[PatternPart]:
    for name, value in pattern.items():
        if name in PLAIN_FIELDS:
            read_values, matcher_name = PLAIN_FIELDS[name]
            yield PatternPart(read_values, _compile_matcher({matcher_name: value}))
        elif name in MATCHED_FIELDS:
            yield PatternPart(MATCHED_FIELDS[name], _compile_matcher(value))
        elif name in KEYED_FIELDS:
            for key, matcher in value.items():
                yield PatternPart(partial(KEYED_FIELDS[name], key), _compile_matcher(matcher, is_multiple=True))
        elif name == "pathParameters":
            yield from _compile_path_parameters(value, pattern.get("urlPathTemplate"))
        elif name == "bodyPatterns":
            for matcher in value if isinstance(value, list) else [value]:
                yield PatternPart(_body_values, _compile_matcher(matcher))
        elif name in SPECIAL_FIELDS:
            read_values, compile_field = SPECIAL_FIELDS[name]
            yield PatternPart(read_values, compile_field(value))


def _compile_path_parameters(matchers: Mapping[str, Any], template: str | None) -> Iterator[PatternPart]:
    if template is None:
        raise PatternError("pathParameters need a urlPathTemplate.")
    parts = template.split("/")
    indexes = {part[1:-1]: index for index, part in enumerate(parts) if part.startswith("{")}
    for name, matcher in matchers.items():
        if name not in indexes:
            raise PatternError(f"urlPathTemplate has no {{{name[:100]}}}, which pathParameters names.")
        yield PatternPart(partial(_segment_values, indexes[name]), _compile_matcher(matcher))


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
    return _pair_values(name, entry.request.query)


def _form_values(name: str, entry: JournalEntry) -> FieldValues:
    media_type = entry.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_form = media_type == "application/x-www-form-urlencoded"
    return _pair_values(name, entry.request.body.decode(errors="replace")) if is_form else []


def _pair_values(name: str, encoded: str) -> FieldValues:
    pairs = parse_qsl(encoded, keep_blank_values=True, errors="replace")
    return [value for key, value in pairs if key == name]


def _cookie_values(name: str, entry: JournalEntry) -> FieldValues:
    pairs = (part.partition("=") for part in entry.request.headers.get("cookie", "").split(";"))
    return [value.strip() for key, _, value in pairs if key.strip() == name]


def _credential_values(entry: JournalEntry) -> FieldValues:
    """Return user and password of Basic authentication, joined by a colon."""
    scheme, _, encoded = entry.request.headers.get("authorization", "").partition(" ")
    try:
        return [b64decode(encoded.strip(), validate=True).decode(errors="replace")] if scheme.lower() == "basic" else []
    except Base64Error:
        return []


def _host_values(entry: JournalEntry) -> FieldValues:
    return [_split_host(entry)[0]]


def _port_values(entry: JournalEntry) -> FieldValues:
    port = _split_host(entry)[1] or str(DEFAULT_PORTS[entry.request.client_scheme])
    return [port]


def _split_host(entry: JournalEntry) -> tuple[str, str]:
    """Return host and port of the Host header."""
    match = HOST_HEADER.fullmatch(entry.request.headers.get("host", ""))
    return (match[1], match[2] or "") if match else ("", "")


def _segment_values(index: int, entry: JournalEntry) -> FieldValues:
    """Return a part of the path, decoded."""
    segments = entry.request.path.split("/")
    return [unquote(segments[index])] if index < len(segments) else []


def _optional_value(value: str | None) -> FieldValues:
    return [] if value is None else [value]


HOST_HEADER = re.compile(r"(\[[^\]]*\]|[^:]*)(?::([0-9]*))?")
PLAIN_FIELDS: dict[str, tuple[ValueReader, str]] = {
    "url": (_url_values, "equalTo"),
    "urlPattern": (_url_values, "matches"),
    "urlPath": (_path_values, "equalTo"),
    "urlPathPattern": (_path_values, "matches"),
    "scheme": (lambda entry: [entry.request.client_scheme], "equalTo"),
    "operationId": (lambda entry: _optional_value(entry.operation.id if entry.operation else None), "equalTo"),
    "test": (lambda entry: _optional_value(entry.test_name), "equalTo"),
}
MATCHED_FIELDS: dict[str, ValueReader] = {
    "clientIp": lambda entry: _optional_value(entry.request.client or None),
    "host": _host_values,
}
KEYED_FIELDS: dict[str, Callable[[str, JournalEntry], FieldValues]] = {
    "headers": _header_values,
    "queryParameters": _parameter_values,
    "formParameters": _form_values,
    "cookies": _cookie_values,
}


def _compile_matcher(matcher: Any, *, is_multiple: bool = False) -> ValueMatcher:
    """Compile one matcher, such as `{"equalTo": "x"}`; one that negates accepts if any of several values passes."""
    if is_multiple and isinstance(matcher, dict) and any(name in matcher for name in MULTI_VALUE_MATCHERS):
        return _compile_multi_value(matcher)
    test = compile_value_test(matcher)
    target = matcher["equalTo"] if find_matcher_name(matcher) == "equalTo" else None

    def accepts(values: FieldValues, deadline: Deadline) -> bool:
        return any(test(value, deadline) for value in values) if values else test(None, deadline)

    return ValueMatcher(accepts, target)


def _compile_multi_value(matcher: Mapping[str, Any]) -> ValueMatcher:
    """Compile `includes` or `hasExactly`: for each matcher, one of the values; and no other values."""
    (name, *others) = matcher
    if others or not isinstance(matcher[name], list):
        raise PatternError(f"{' or '.join(MULTI_VALUE_MATCHERS)} has an array of matchers, and nothing else.")
    tests = [compile_value_test(part) for part in matcher[name]]
    is_exact = name == "hasExactly"

    def accepts(values: FieldValues, deadline: Deadline) -> bool:
        if not values or (is_exact and len(values) != len(tests)):
            return False
        return all(_passes_any(test, values, deadline) for test in tests)

    return ValueMatcher(accepts)


def _passes_any(test: ValueTest, values: FieldValues, deadline: Deadline) -> bool:
    return any(test(value, deadline) for value in values)


def _compile_credentials(credentials: Mapping[str, str]) -> ValueMatcher:
    expected = f"{credentials['username']}:{credentials['password']}"
    return ValueMatcher(lambda values, _: values == [expected])


def _compile_path_template(template: str) -> ValueMatcher:
    """Compile a path template; each `{name}` matches one path segment."""
    segments = ("[^/]+" if part.startswith("{") else re.escape(part) for part in template.split("/"))
    pattern = re.compile("/".join(segments))
    return ValueMatcher(lambda values, _: any(pattern.fullmatch(value) for value in values), template)


def list_accepted_methods(method: str) -> tuple[str, ...]:
    """Return the methods that the `method` of a pattern accepts; none if it accepts all."""
    name = method.upper()
    return {"ANY": (), "GET_OR_HEAD": ("GET", "HEAD")}.get(name, (name,))


def _compile_method(method: str) -> ValueMatcher:
    accepted = list_accepted_methods(method)
    return ValueMatcher(lambda values, _: not accepted or not set(accepted).isdisjoint(values), method.upper())


def _compile_port(port: int) -> ValueMatcher:
    return ValueMatcher(lambda values, _: str(port) in values)


SPECIAL_FIELDS: dict[str, tuple[ValueReader, Callable[[Any], ValueMatcher]]] = {
    "urlPathTemplate": (_path_values, _compile_path_template),
    "method": (lambda entry: [entry.request.method], _compile_method),
    "port": (_port_values, _compile_port),
    "basicAuthCredentials": (_credential_values, _compile_credentials),
}


def _text_distance(expected: str, actual: str) -> float:
    """Return the distance of two different texts, above 0 and up to 1."""
    compared = expected[:MAX_COMPARED_LENGTH], actual[:MAX_COMPARED_LENGTH]
    return max(0.01, 1.0 - SequenceMatcher(None, *compared, autojunk=False).ratio())
