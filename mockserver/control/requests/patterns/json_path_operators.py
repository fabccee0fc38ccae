"""What JSONPath filters compare with, and the functions at the end of a path, as in Jayway's library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from ....practices.regexes import Deadline
from .json_path import Comparison
from .value_tests import MISSING


def is_json_number(text: str) -> bool:
    """Whether a text is a number as JSON writes it."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _as_number(value: Any) -> Any:
    """Return a number, also for a text that is one; MISSING for anything else."""
    if _is_number(value):
        return value
    try:
        return float(value) if isinstance(value, str) else MISSING
    except ValueError:
        return MISSING


def _is_equal(left: Any, right: Any, _: Deadline) -> bool:
    """Whether two values are equal; a number equals a text with the same number."""
    if _is_number(left) or _is_number(right):
        numbers = _as_number(left), _as_number(right)
        return MISSING not in numbers and numbers[0] == numbers[1]
    return type(left) is type(right) and left is not MISSING and bool(left == right)


def _order_with(holds: Callable[[Any, Any], bool]) -> Comparison:
    """Return a comparison of two numbers, or of two texts."""

    def compare(left: Any, right: Any, _: Deadline) -> bool:
        are_texts = isinstance(left, str) and isinstance(right, str)
        return (are_texts or (_is_number(left) and _is_number(right))) and holds(left, right)

    return compare


def _matches_regex(left: Any, right: Any, deadline: Deadline) -> bool:
    return isinstance(left, str) and deadline.fullmatch(right, left)


def _is_in(left: Any, right: Any, deadline: Deadline) -> bool:
    if not isinstance(right, list):
        return False
    deadline.check_time_left()
    return any(_is_equal(left, candidate, deadline) for candidate in right)


def _contains(left: Any, right: Any, deadline: Deadline) -> bool:
    if isinstance(left, str):
        return isinstance(right, str) and right in left
    return _is_in(right, left, deadline)


def _is_subset(left: Any, right: Any, deadline: Deadline) -> bool:
    return isinstance(left, list) and all(_is_in(element, right, deadline) for element in left)


def _has_any(left: Any, right: Any, deadline: Deadline) -> bool:
    return isinstance(left, list) and any(_is_in(element, right, deadline) for element in left)


def _has_none(left: Any, right: Any, deadline: Deadline) -> bool:
    return isinstance(left, list) and not _has_any(left, right, deadline)


def _has_size(left: Any, right: Any, _: Deadline) -> bool:
    return isinstance(left, list | str) and _is_number(right) and len(left) == right


def _is_empty(left: Any, right: Any, _: Deadline) -> bool:
    return isinstance(left, list | dict | str) and isinstance(right, bool) and (not left) is right


def _negate(compare: Comparison) -> Comparison:
    return lambda left, right, deadline: not compare(left, right, deadline)


def _has_same_type(compare: Comparison) -> Comparison:
    """Return a comparison that also requires the same type, as `===` does."""
    return lambda left, right, deadline: type(left) is type(right) and compare(left, right, deadline)


COMPARISONS: dict[str, Comparison] = {
    "==": _is_equal,
    "!=": _negate(_is_equal),
    "===": _has_same_type(_is_equal),
    "!==": _negate(_has_same_type(_is_equal)),
    "<": _order_with(lambda left, right: left < right),
    "<=": _order_with(lambda left, right: left <= right),
    ">": _order_with(lambda left, right: left > right),
    ">=": _order_with(lambda left, right: left >= right),
    "=~": _matches_regex,
    "in": _is_in,
    "nin": _negate(_is_in),
    "contains": _contains,
    "subsetof": _is_subset,
    "anyof": _has_any,
    "noneof": _has_none,
    "size": _has_size,
    "empty": _is_empty,
}


def _length(value: Any) -> Any:
    return len(value) if isinstance(value, list | dict) else MISSING


def _keys(value: Any) -> Any:
    return list(value) if isinstance(value, dict) else MISSING


def _over_numbers(compute: Callable[[list[Any]], Any]) -> Callable[[Any], Any]:
    """Return a function of the numbers in an array; of none, it is MISSING."""

    def apply(value: Any) -> Any:
        numbers = [float(number) for number in value if _is_number(number)] if isinstance(value, list) else []
        return compute(numbers) if numbers else MISSING

    return apply


FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "length": _length,
    "size": _length,
    "keys": _keys,
    "min": _over_numbers(min),
    "max": _over_numbers(max),
    "sum": _over_numbers(sum),
    "avg": _over_numbers(lambda numbers: sum(numbers) / len(numbers)),
    "first": lambda value: value[0] if isinstance(value, list) and value else MISSING,
    "last": lambda value: value[-1] if isinstance(value, list) and value else MISSING,
}
