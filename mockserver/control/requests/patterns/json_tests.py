"""WireMock's matchers of JSON: `equalToJson`, `matchesJsonPath` and `matchesJsonSchema`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from ....contract import strict_json
from ....errors import BadRequest
from ....practices import mixins
from ....practices.mixins import MixinSchemaError
from ....practices.regexes import Deadline
from .value_tests import (
    MISSING,
    Compiler,
    InnerCompiler,
    Options,
    PatternError,
    ValueTest,
    compile_pattern_regex,
    require_text,
)

EXPRESSION = "expression"
DRAFTS = {
    "V4": "http://json-schema.org/draft-04/schema#",
    "V6": "http://json-schema.org/draft-06/schema#",
    "V7": "http://json-schema.org/draft-07/schema#",
    "V201909": "https://json-schema.org/draft/2019-09/schema",
    "V202012": "https://json-schema.org/draft/2020-12/schema",
}
PLACEHOLDER_TYPES: dict[str, type | tuple[type, ...]] = {
    "${json-unit.any-string}": str,
    "${json-unit.any-number}": (int, float),
    "${json-unit.any-boolean}": bool,
}
IGNORE_PLACEHOLDER = "${json-unit.ignore}"
REGEX_PLACEHOLDER = "${json-unit.regex}"


def _parse_document(text: str | None) -> Any:
    """Return the JSON of a value; MISSING if it is absent or no JSON."""
    try:
        return MISSING if text is None else orjson.loads(text)
    except orjson.JSONDecodeError:
        return MISSING


def _parse_operand(name: str, operand: Any) -> Any:
    """Return JSON that is given as such, or as a text."""
    try:
        return strict_json.parse_json(operand.encode()) if isinstance(operand, str) else operand
    except BadRequest as error:
        raise PatternError(f"{name} must be JSON. {error.detail}") from None


def _compile_equal_to_json(operand: Any, options: Options, _: InnerCompiler) -> ValueTest:
    expected = _parse_operand("equalToJson", operand)
    ignores_order, ignores_extra = bool(options.get("ignoreArrayOrder")), bool(options.get("ignoreExtraElements"))
    patterns = dict(_compile_placeholders(expected))

    def is_equal_json(text: str | None, deadline: Deadline) -> bool:
        deadline.check_time_left()
        actual = _parse_document(text)
        return actual is not MISSING and JsonComparison(ignores_order, ignores_extra, patterns, deadline).is_equal(
            expected, actual
        )

    return is_equal_json


def _compile_placeholders(expected: Any) -> list[tuple[str, Any]]:
    """Return the regexes in JSON by their placeholder."""
    if isinstance(expected, str) and expected.startswith(REGEX_PLACEHOLDER):
        return [(expected, compile_pattern_regex(expected.removeprefix(REGEX_PLACEHOLDER)))]
    children = expected.values() if isinstance(expected, dict) else expected if isinstance(expected, list) else ()
    return [pair for child in children for pair in _compile_placeholders(child)]


@dataclass(frozen=True, slots=True)
class JsonComparison:
    """Compares JSON values, optionally without regard to the order of arrays or to additional members.

    patterns: the compiled regexes of the placeholders.
    """

    ignores_order: bool
    ignores_extra: bool
    patterns: dict[str, Any]
    deadline: Deadline

    def is_equal(self, expected: Any, actual: Any) -> bool:
        """Whether two values are equal; recursion is as deep as the expected one, which is limited like a body."""
        if isinstance(expected, dict) and isinstance(actual, dict):
            names_fit = expected.keys() <= actual.keys() if self.ignores_extra else expected.keys() == actual.keys()
            return names_fit and all(self.is_equal(expected[name], actual[name]) for name in expected)
        if isinstance(expected, list) and isinstance(actual, list):
            return self._is_equal_array(expected, actual)
        if isinstance(expected, str) and expected.startswith("${json-unit."):
            return self._fits_placeholder(expected, actual)
        if isinstance(expected, bool) or isinstance(actual, bool):
            return expected is actual
        return bool(expected == actual)

    def _fits_placeholder(self, placeholder: str, actual: Any) -> bool:
        if placeholder in PLACEHOLDER_TYPES:
            is_bool = isinstance(actual, bool)
            return isinstance(actual, PLACEHOLDER_TYPES[placeholder]) and is_bool is placeholder.endswith("boolean}")
        if placeholder in self.patterns:
            return isinstance(actual, str) and self.deadline.fullmatch(self.patterns[placeholder], actual)
        return placeholder in (IGNORE_PLACEHOLDER, actual)

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


def _compile_matches_json_path(operand: Any, _: Options, compile_inner: InnerCompiler) -> ValueTest:
    """Compile a path that must lead to something, or one of whose values must pass another matcher.

    If the path leads nowhere, only `absent` passes, as in WireMock.
    """
    from .json_path_parser import JsonPathError, parse_json_path  # noqa: PLC0415 - few patterns need it

    expression, matcher = _split_path_operand(operand)
    try:
        path = parse_json_path(expression)
    except JsonPathError as error:
        raise PatternError(f"The JSONPath cannot be used: {error}.") from None
    if matcher is None:
        return lambda text, deadline: _leads_somewhere(path.read_value(_parse_document(text), deadline))
    test, is_whole, takes_absent = compile_inner(matcher), "equalToJson" in matcher, "absent" in matcher

    def test_values(text: str | None, deadline: Deadline) -> bool:
        document = _parse_document(text)
        if document is MISSING:
            return False
        values = _value_texts(path.read_value(document, deadline), is_whole=is_whole)
        return any(test(value, deadline) for value in values) if values else takes_absent and test(None, deadline)

    return test_values


def _split_path_operand(operand: Any) -> tuple[str, dict[str, Any] | None]:
    """Return the expression, and the matcher for its values if there is one."""
    if not isinstance(operand, dict):
        return require_text(operand), None
    return require_text(operand.get(EXPRESSION)), {name: operand[name] for name in operand if name != EXPRESSION}


def _leads_somewhere(value: Any) -> bool:
    """Whether a path found a value: null, an empty array and an empty object do not count, as in WireMock."""
    return value is not MISSING and value is not None and (bool(value) or not isinstance(value, dict | list))


def _value_texts(value: Any, *, is_whole: bool) -> list[str]:
    """Return what a path found as texts: the elements of an array one by one, unless the matcher takes JSON."""
    if value is MISSING or value is None:
        return []
    values = value if isinstance(value, list) and not is_whole else [value]
    return [
        element if isinstance(element, str) and not is_whole else orjson.dumps(element).decode() for element in values
    ]


def _compile_matches_json_schema(operand: Any, options: Options, _: InnerCompiler) -> ValueTest:
    schema, version = _parse_operand("matchesJsonSchema", operand), options.get("schemaVersion", "V202012")
    if not isinstance(version, str) or version not in DRAFTS:
        raise PatternError(f"schemaVersion must be one of {', '.join(DRAFTS)}.")
    if not isinstance(schema, dict | bool):
        raise PatternError("matchesJsonSchema must be a JSON Schema.")
    try:
        text = orjson.dumps({"$schema": DRAFTS[version]} | schema if isinstance(schema, dict) else schema).decode()
        validator = mixins.compile_mixin_schema(text)
    except (MixinSchemaError, orjson.JSONEncodeError) as error:
        raise PatternError(f"The JSON Schema cannot be used: {str(error)[:200]}.") from None

    def fits_schema(text: str | None, deadline: Deadline) -> bool:
        deadline.check_time_left()
        document = _parse_document(text)
        return document is not MISSING and validator.is_valid(document)

    return fits_schema


JSON_COMPILERS: dict[str, Compiler] = {
    "equalToJson": _compile_equal_to_json,
    "matchesJsonPath": _compile_matches_json_path,
    "matchesJsonSchema": _compile_matches_json_schema,
}
