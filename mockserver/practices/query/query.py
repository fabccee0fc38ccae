"""The standard query language: `q=type:PRODUCT segmentId:(s1,s2)` (C5 to C7)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from ...wording import shorten
from .. import paths, regexes
from ..caching import cache_parsed
from ..regexes import RegexBudget, RegexError, RegexTimeout
from ..rows import RowT
from . import compound, syntax
from .compound import Group, Term

if TYPE_CHECKING:
    import regex

MAX_INTEGER_LENGTH = 300  # characters; a longer number is read as a float, since `int` takes quadratic time
MAX_REGEX_SECONDS = 0.25  # for all regexes of one query

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<real>\.[0-9]+)?(?P<power>[eE][+-]?[0-9]+)?")
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
MAX_INSTANT_LENGTH = 35  # characters
COSTLY_REGEX = re.compile(r"\(\?|\)[*+?]|[|{]")
REPETITION = re.compile(r"[*+?]")
MAX_QUICK_TEXT_LENGTH = 200  # characters
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}

Number = int | float
ValueTest = Callable[[Any], bool]  # of one value; False for a value of another type, never an error
RowTest = Callable[[Any], bool]  # of a row or its source


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause without a regex: a path, and a function that makes a row test from the reader for that path."""

    path: str
    make_test: Callable[[paths.PathReader], RowTest]


@dataclass(frozen=True, slots=True)
class RegexClause:
    """A clause with a regex; `is_simple` if a search in a short text is always quick."""

    path: str
    compiled_regex: regex.Pattern[str]
    is_simple: bool

    def has_matching_text(self, read_values: paths.PathReader, budget: RegexBudget, row: Any) -> bool:
        """Whether the regex matches in a text at the path; RegexTimeout if the budget is used up."""
        search = self.compiled_regex.search
        for value in read_values(row):
            for leaf in (value,) if isinstance(value, str) else _iter_leaves(value):
                if isinstance(leaf, str) and budget.has_match(search, leaf, is_quick=self.is_quick_search(leaf)):
                    return True
        return False

    def is_quick_search(self, text: str) -> bool:
        """Whether a search in this text cannot take long."""
        return self.is_simple and len(text) <= MAX_QUICK_TEXT_LENGTH


@dataclass(frozen=True, slots=True)
class Query:
    """A compiled query: a row must match all clauses, all regex clauses, and one query of each group."""

    clauses: Sequence[Clause]
    regex_clauses: Sequence[RegexClause]
    groups: Sequence[Sequence[Query]]

    def row_tests(self, reader_for: paths.PathReaderFactory, budget: RegexBudget) -> Iterator[RowTest]:
        """Yield the tests that a row must pass, cheap ones first; a test can raise RegexTimeout.

        reader_for: returns what reads a row at a path.
        """
        for clause in self.clauses:
            yield clause.make_test(reader_for(clause.path))
        for pattern in self.regex_clauses:
            yield partial(pattern.has_matching_text, reader_for(pattern.path), budget)
        for group in self.groups:
            yield _group_test([list(choice.row_tests(reader_for, budget)) for choice in group])


def parse_query(text: str, *, allow_compound: bool = False) -> Query:
    """Compile a query; BadRequest if it is invalid (C6). A blank query matches everything.

    allow_compound: whether it may have a compoundLogicalQuery (C5a).
    """
    return _parse_compound(text) if allow_compound else _parse_plain(text)


@cache_parsed
def _parse_plain(text: str) -> Query:
    return _compile_terms(syntax.split_clauses(text))


@cache_parsed
def _parse_compound(text: str) -> Query:
    return _compile_terms(compound.split_terms(text))


def select_rows(
    query: Query,
    rows: Iterable[RowT],
    seconds: float = MAX_REGEX_SECONDS,
    *,
    reader_for: paths.PathReaderFactory = paths.path_reader,
) -> list[RowT]:
    """Return the matching rows, in order; BadRequest if the regexes take longer than `seconds` together (C7).

    reader_for: returns what reads a row at a path; by default, rows are documents.
    """
    matching: Iterable[RowT] = rows
    for test in query.row_tests(reader_for, RegexBudget(seconds)):
        matching = filter(test, matching)
    try:
        return list(matching)
    except RegexTimeout:
        detail = "the regexes of a query take too long together"
        raise syntax.query_error("The regex is too expensive", "regex", detail, "C7") from None


def _compile_terms(terms: Iterable[Term]) -> Query:
    """Compile terms that must all match."""
    clauses: list[Clause] = []
    regex_clauses: list[RegexClause] = []
    groups: list[list[Query]] = []
    for term in terms:
        if isinstance(term, Group):
            groups.append([_compile_terms(choice) for choice in term.choices])
        elif syntax.is_regex(term[1]):
            regex_clauses.append(_compile_regex_clause(*term))
        else:
            clauses.extend(_compile_value(*term))
    return Query(clauses, regex_clauses, groups)


def _group_test(choices: list[list[RowTest]]) -> RowTest:
    """Return the test of a group: a row must pass all tests of one of its choices."""
    return lambda row: any(all(test(row) for test in tests) for tests in choices)


def _compile_value(key: str, value: str) -> Iterator[Clause]:
    """Compile a value without a regex; a range becomes two clauses."""
    if value.startswith(("<", ">")):
        yield _value_clause(key, _comparison_test(key, value))
    elif value.startswith("(") and value[1:].lstrip().startswith(("<", ">")):
        for part in syntax.split_range(key, value):
            yield _value_clause(key, _comparison_test(key, part))
    elif value.startswith(("(", "in(")):
        yield _value_clause(key, _equality_test(syntax.split_list(key, value)))
    else:
        presence_test = PRESENCE_TESTS.get(value)
        yield Clause(key, presence_test) if presence_test else _value_clause(key, _equality_test([value]))


def _value_clause(path: str, test: ValueTest) -> Clause:
    """Return a clause that tests the values at a path: one element of an array or one language must pass."""

    def make_test(read_values: paths.PathReader) -> RowTest:
        def matches(row: Any) -> bool:
            for value in read_values(row):
                if isinstance(value, (str, int, float)):
                    if test(value):
                        return True
                elif any(map(test, _iter_leaves(value))):
                    return True
            return False

        return matches

    return Clause(path, make_test)


def _iter_leaves(value: Any) -> Iterator[Any]:
    """Yield the values to test: the elements of an array, the texts of a map of texts, or the value itself."""
    for element in value if isinstance(value, (list, tuple)) else (value,):
        if isinstance(element, Mapping):
            if all(isinstance(text, str) for text in element.values()):
                yield from element.values()
        else:
            yield element


PRESENCE_TESTS: dict[str, Callable[[paths.PathReader], RowTest]] = {
    "exists": lambda read: lambda row: bool(read(row)),
    "missing": lambda read: lambda row: not read(row),
    "null": lambda read: lambda row: all(value is None for value in read(row)),
}


def _equality_test(operands: Iterable[str]) -> ValueTest:
    """Return a test for equality with any operand; sets, so that a long list costs no more than one value."""
    quoted = [syntax.strip_quotes(operand) for operand in operands if operand.startswith('"')]
    words = [operand for operand in operands if not operand.startswith('"')]
    texts = frozenset(quoted + words)
    instants = frozenset(instant for text in quoted if (instant := parse_instant(text)) is not None)
    numbers = frozenset(number for word in words if (number := _parse_number(word)) is not None)
    booleans = frozenset(word == "true" for word in words if word in {"true", "false"})

    def test(leaf: Any) -> bool:
        if isinstance(leaf, str):
            return leaf in texts or (bool(instants) and parse_instant(leaf) in instants)
        if isinstance(leaf, bool):  # before numbers: True == 1
            return leaf in booleans
        return isinstance(leaf, (int, float)) and leaf in numbers

    return test


def _comparison_test(key: str, text: str) -> ValueTest:
    """Compile `>=5` or `>="2024-05-14"`: compares numbers with numbers, and instants with instants."""
    sign = text[:2] if text[1:2] == "=" else text[:1]
    operand = text[len(sign) :].strip(syntax.SPACE)
    compare = COMPARISONS[sign]
    if syntax.QUOTED.fullmatch(operand):
        bound = parse_instant(syntax.strip_quotes(operand))
        if bound is not None:
            return lambda leaf: (instant := parse_instant(leaf)) is not None and compare(instant, bound)
    number = _parse_number(operand)
    if number is None:
        raise syntax.bad_range_error(key, text)
    return lambda leaf: isinstance(leaf, (int, float)) and not isinstance(leaf, bool) and compare(leaf, number)


def _compile_regex_clause(key: str, value: str) -> RegexClause:
    """Compile `~x`, `~(a b)` or `(~a b)`."""
    if value.startswith("(") and not value.endswith(")"):
        raise syntax.bad_regex_error(key, "text after the closing parenthesis")
    text = value[2:-1] if value.startswith("(") else value[1:]
    if not text:
        raise syntax.missing_value_error(key)
    return RegexClause(key, _compile_regex(key, text), _is_simple_regex(text))


def _compile_regex(key: str, text: str) -> regex.Pattern[str]:
    try:
        return regexes.compile_regex(text)
    except RegexError as error:
        raise syntax.bad_regex_error(key, shorten(str(error))) from None


def _is_simple_regex(pattern: str) -> bool:
    """Whether a search in a short text is always quick: no alternatives, at most two repetitions, none of a group."""
    plain = pattern.removeprefix("(?i)")
    return not COSTLY_REGEX.search(plain) and len(REPETITION.findall(plain)) <= 2


def _parse_number(text: str) -> Number | None:
    """Parse a JSON number; None if the text is not a number."""
    match = NUMBER.fullmatch(text)
    if match is None:
        return None
    is_real = match["real"] or match["power"] or len(text) > MAX_INTEGER_LENGTH
    return float(text) if is_real else int(text)


def parse_instant(text: Any) -> datetime | None:
    """Parse a date, or a date and time (UTC by default); None if the value is neither."""
    if not isinstance(text, str) or len(text) > MAX_INSTANT_LENGTH or not INSTANT.fullmatch(text):
        return None
    try:
        value = datetime.fromisoformat(text)
    except ValueError:  # such as the 30th of February
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)
