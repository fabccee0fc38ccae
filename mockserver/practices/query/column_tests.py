"""Tests of columns: which cells match the value of a clause, such as `PRODUCT`, `(1,2)`, `>=5` or `null` (C5)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from ...store.clock import parse_timestamp
from ..columns import MISSING, ColumnTest, cell_values
from . import syntax

MAX_INTEGER_LENGTH = 300  # characters; a longer number is read as a float, since `int` takes quadratic time
MAX_INSTANT_LENGTH = 64  # characters

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<real>\.[0-9]+)?(?P<power>[eE][+-]?[0-9]+)?")
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[Tt][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"
)
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {  # of the bound with a value, in this order
    ">": operator.lt,
    ">=": operator.le,
    "<": operator.gt,
    "<=": operator.ge,
}

Number = int | float
ValueTests = Mapping[type, Callable[[Any], bool]]  # a test for each type of value; values of other types fail

PRESENCE_TESTS: dict[str, ColumnTest] = {
    "exists": lambda column: [cell is not MISSING for cell in column],
    "missing": lambda column: [cell is MISSING for cell in column],
    "null": lambda column: [all(value is None for value in cell_values(cell)) for cell in column],
}


def match_values(tests: ValueTests, column: list[Any]) -> Iterable[bool]:
    """Return for each cell whether a value passes: of an array or a map of texts, one element or text must pass."""
    types = set(map(type, column))
    if len(types) == 1 and (test := tests.get(types.pop())):  # all in C if the test is
        return map(test, column)
    return [test(cell) if (test := tests.get(type(cell))) else _has_match(tests, cell) for cell in column]


def equality_test(operands: Iterable[str]) -> ColumnTest:
    """Return the test for equality with any operand; sets, so that a long list costs no more than one value."""
    quoted = [syntax.strip_quotes(operand) for operand in operands if operand.startswith('"')]
    words = [operand for operand in operands if not operand.startswith('"')]
    texts = frozenset(quoted + words)
    instants = frozenset(instant for text in quoted if (instant := _parse_instant(text)) is not None)
    numbers = frozenset(number for word in words if (number := _parse_number(word)) is not None)
    booleans = frozenset(word == "true" for word in words if word in {"true", "false"})

    def is_equal_text(text: str) -> bool:
        return text in texts or _parse_instant(text) in instants

    if not (instants or numbers or booleans):
        return partial(_match_texts, texts)
    return partial(
        match_values,
        {
            str: is_equal_text if instants else texts.__contains__,
            int: numbers.__contains__,
            float: numbers.__contains__,
            bool: booleans.__contains__,
        },
    )


def comparison_test(key: str, text: str) -> ColumnTest:
    """Compile `>=5` or `>="2024-05-14"`: compares numbers with numbers, and instants with instants."""
    sign = text[:2] if text[1:2] == "=" else text[:1]
    operand = text[len(sign) :].strip(syntax.SPACE)
    compare = COMPARISONS[sign]
    if syntax.QUOTED.fullmatch(operand):
        bound = _parse_instant(syntax.strip_quotes(operand))
        if bound is not None:
            return partial(match_values, {str: partial(_compare_instants, compare, bound)})
    number = _parse_number(operand)
    if number is None:
        raise syntax.bad_range_error(key, text)
    return partial(match_values, dict.fromkeys((int, float), partial(compare, number)))


def _match_texts(texts: frozenset[str], column: list[Any]) -> Iterable[bool]:
    """Return for each cell whether one of its values is one of these texts."""
    try:
        return list(map(texts.__contains__, column))  # all in C
    except TypeError:  # arrays, maps and `SeveralValues` have no hash
        return match_values({str: texts.__contains__}, column)


def _has_match(tests: ValueTests, cell: Any) -> bool:
    for leaf in _iter_leaves(cell):
        test = tests.get(type(leaf))
        if test is not None and test(leaf):
            return True
    return False


def _iter_leaves(cell: Any) -> Iterator[Any]:
    """Yield the values to test: the elements of an array, the texts of a map of texts, or the value itself."""
    for value in cell_values(cell):
        for element in value if isinstance(value, (list, tuple)) else (value,):
            if isinstance(element, Mapping):
                if all(isinstance(text, str) for text in element.values()):
                    yield from element.values()
            else:
                yield element


def _compare_instants(compare: Callable[[datetime, datetime], bool], bound: datetime, text: str) -> bool:
    instant = _parse_instant(text)
    return instant is not None and compare(bound, instant)


def _parse_number(text: str) -> Number | None:
    """Parse a JSON number; None if the text is not a number."""
    match = NUMBER.fullmatch(text)
    if match is None:
        return None
    is_real = match["real"] or match["power"] or len(text) > MAX_INTEGER_LENGTH
    return float(text) if is_real else int(text)


def _parse_instant(text: str) -> datetime | None:
    """Parse a date, or a date and time (UTC by default); None if the text is neither."""
    if len(text) > MAX_INSTANT_LENGTH or not INSTANT.fullmatch(text):
        return None
    try:
        return parse_timestamp(text)
    except ValueError:  # such as the 30th of February
        return None
