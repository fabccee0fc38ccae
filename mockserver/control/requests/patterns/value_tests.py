"""WireMock's matchers of texts and times, such as `{"equalTo": "x"}`; each tests one text, or None if it is absent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from operator import eq, gt, lt
from typing import Any

from ....practices import regexes
from ....practices.regexes import Deadline, RegexError

MISSING = object()  # the value of a path that leads nowhere, and of a text that is not JSON
MIN_LOGICAL_OPERANDS = 2  # as WireMock demands
EXAMPLE_TIME = "2026-11-26T10:00:00Z"

Options = Mapping[str, Any]
ValueTest = Callable[[str | None, Deadline], bool]
InnerCompiler = Callable[[Any], ValueTest]  # compiles a matcher within another one
Compiler = Callable[[Any, Options, InnerCompiler], ValueTest]  # from operand and options


class PatternError(Exception):
    """An invalid pattern; the message says why."""


def require_text(operand: Any) -> str:
    """Return the operand; PatternError if it is not a text."""
    if not isinstance(operand, str):
        raise PatternError("The operand of this matcher must be a text.")
    return operand


def compile_pattern_regex(operand: Any) -> Any:
    """Return the compiled regex; PatternError if it cannot be used."""
    try:
        return regexes.compile_regex(require_text(operand))
    except RegexError as error:
        raise PatternError(f"The regex cannot be used: {str(error)[:200]}.") from None


def negate_test(test: ValueTest) -> ValueTest:
    """Return the opposite; an absent value passes if it does not pass the test."""
    return lambda value, deadline: not test(value, deadline)


def _compile_equal_to(operand: Any, options: Options, _: InnerCompiler) -> ValueTest:
    text = require_text(operand)
    if options.get("caseInsensitive"):
        return lambda value, _: value is not None and value.lower() == text.lower()
    return lambda value, _: value == text


def _compile_contains(operand: Any, _: Options, __: InnerCompiler) -> ValueTest:
    text = require_text(operand)
    return lambda value, _: value is not None and text in value


def _compile_matches(operand: Any, _: Options, __: InnerCompiler) -> ValueTest:
    pattern = compile_pattern_regex(operand)
    return lambda value, deadline: value is not None and deadline.fullmatch(pattern, value)


def _compile_absent(operand: Any, _: Options, __: InnerCompiler) -> ValueTest:
    must_be_absent = bool(operand)
    return lambda value, _: (value is None) is must_be_absent


def _compile_anything(_: Any, __: Options, ___: InnerCompiler) -> ValueTest:
    return lambda _, __: True


def _compile_not(operand: Any, _: Options, compile_inner: InnerCompiler) -> ValueTest:
    return negate_test(compile_inner(operand))


def _compile_operands(operand: Any, compile_inner: InnerCompiler) -> list[ValueTest]:
    if not isinstance(operand, list) or len(operand) < MIN_LOGICAL_OPERANDS:
        raise PatternError(f"The operand must be an array of at least {MIN_LOGICAL_OPERANDS} matchers.")
    return [compile_inner(matcher) for matcher in operand]


def _compile_and(operand: Any, _: Options, compile_inner: InnerCompiler) -> ValueTest:
    tests = _compile_operands(operand, compile_inner)
    return lambda value, deadline: all(test(value, deadline) for test in tests)


def _compile_or(operand: Any, _: Options, compile_inner: InnerCompiler) -> ValueTest:
    tests = _compile_operands(operand, compile_inner)
    return lambda value, deadline: any(test(value, deadline) for test in tests)


def _compile_time(holds: Callable[[datetime, datetime], bool]) -> Compiler:
    """Return the compiler of a comparison of times."""

    def compile_time(operand: Any, _: Options, __: InnerCompiler) -> ValueTest:
        expected = _parse_time(require_text(operand))
        if expected is None:
            raise PatternError(f"The operand must be a date and time such as {EXAMPLE_TIME}; `now` is not supported.")

        def fits_time(value: str | None, _: Deadline) -> bool:
            actual = None if value is None else _parse_time(value)
            return actual is not None and holds(actual, expected)

        return fits_time

    return compile_time


def _parse_time(text: str) -> datetime | None:
    """Return a time in ISO 8601 or of an HTTP header, UTC if it has no offset; None for any other text."""
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            time = parse(text)
        except (ValueError, OverflowError, IndexError):
            continue
        return time if time.tzinfo else time.replace(tzinfo=UTC)
    return None


TEXT_COMPILERS: dict[str, Compiler] = {
    "equalTo": _compile_equal_to,
    "contains": _compile_contains,
    "doesNotContain": lambda *arguments: negate_test(_compile_contains(*arguments)),
    "matches": _compile_matches,
    "doesNotMatch": lambda *arguments: negate_test(_compile_matches(*arguments)),
    "absent": _compile_absent,
    "anything": _compile_anything,
    "not": _compile_not,
    "and": _compile_and,
    "or": _compile_or,
    "before": _compile_time(lt),
    "after": _compile_time(gt),
    "equalToDateTime": _compile_time(eq),
}
