"""All matchers by name: compiles one, and those within it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from .json_tests import JSON_COMPILERS
from .value_tests import TEXT_COMPILERS, PatternError, ValueTest

MAX_MATCHER_DEPTH = 20  # matchers in each other
COMPILERS = TEXT_COMPILERS | JSON_COMPILERS
JSON_OPERANDS = ("equalToJson", "matchesJsonSchema")  # whose operands are documents
OPTIONS: dict[str, tuple[str, ...]] = {
    "equalTo": ("caseInsensitive",),
    "equalToJson": ("ignoreArrayOrder", "ignoreExtraElements"),
    "matchesJsonSchema": ("schemaVersion",),
}
UNSUPPORTED = {
    "equalToXml": "the simulated API speaks JSON",
    "matchesXPath": "the simulated API speaks JSON",
    "binaryEqualTo": "the simulated API speaks JSON",
    "matchesPathTemplate": "use urlPathTemplate",
    "includes": "it is for headers, query parameters and form parameters",
    "hasExactly": "it is for headers, query parameters and form parameters",
}


def compile_value_test(matcher: Any, depth: int = 0) -> ValueTest:
    """Compile a matcher; PatternError if it is unknown or invalid."""
    name = find_matcher_name(matcher)
    if depth >= MAX_MATCHER_DEPTH:
        raise PatternError(f"Matchers nest deeper than {MAX_MATCHER_DEPTH} levels.")
    supported = OPTIONS.get(name, ())
    for option in matcher:
        if option != name and option not in supported:
            raise PatternError(f"{name} has no option {option[:100]!r}; it has: {', '.join(supported) or 'none'}.")
    return COMPILERS[name](matcher[name], matcher, partial(compile_value_test, depth=depth + 1))


def find_matcher_name(matcher: Any) -> str:
    """Return the name of a matcher; PatternError if it has none that we know, or several."""
    names: Mapping[str, Any] = matcher if isinstance(matcher, dict) else {}
    known_names = [name for name in names if name in COMPILERS]
    if len(known_names) == 1:
        return known_names[0]
    reasons = [f"{name} is not supported: {UNSUPPORTED[name]}. " for name in names if name in UNSUPPORTED]
    raise PatternError(f"{''.join(reasons)}A matcher is one of {', '.join(COMPILERS)}.")


def count_matchers(pattern: Any) -> int:
    """Return how many matchers a pattern or a matcher contains; a loop, since it may nest too deep for Python."""
    count, waiting = 0, [pattern]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            count += not COMPILERS.keys().isdisjoint(value)
            waiting += [child for name, child in value.items() if name not in JSON_OPERANDS]
        elif isinstance(value, list):
            waiting += value
    return count
