"""The standard query language: `q=type:PRODUCT segmentId:(s1,s2)` (C5 to C7)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ...wording import shorten
from .. import regexes
from ..caching import cache_parsed
from ..columns import ColumnReaderFactory, ColumnTest, RowT, column_reader, select_by_column
from ..regexes import RegexBudget, RegexError, RegexTimeout
from . import column_tests, compound, syntax
from .compound import Group, Term

MAX_REGEX_SECONDS = 0.25  # for all regexes of one query

COSTLY_REGEX = re.compile(r"\(\?|\)[*+?]|[|{]")
REPETITION = re.compile(r"[*+?]")
MAX_QUICK_TEXT_LENGTH = 200  # characters


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause without a regex: a path, and a test of the column at this path."""

    path: str
    test_column: ColumnTest


@dataclass(frozen=True, slots=True)
class RegexClause:
    """A clause with a regex, given by its method `search`.

    is_simple: whether a search in a short text is always quick.
    is_linear: whether the time of a search is proportional to the length of the text, so that many are quick too.
    """

    path: str
    search: Callable[..., Any]
    is_simple: bool
    is_linear: bool

    def test_column(self, budget: RegexBudget, column: list[Any]) -> Iterable[object]:
        """Return for each cell whether the regex matches in a text; RegexTimeout if the budget is used up."""
        if self.is_linear and set(map(type, column)) == {str} and max(map(len, column)) <= MAX_QUICK_TEXT_LENGTH:
            return budget.find_matches(self.search, column)
        return column_tests.match_values({str: partial(self._has_match, budget)}, column)

    def _has_match(self, budget: RegexBudget, text: str) -> bool:
        return budget.has_match(self.search, text, is_quick=self.is_quick_search(text))

    def is_quick_search(self, text: str) -> bool:
        """Whether a search in this text cannot take long."""
        return self.is_simple and len(text) <= MAX_QUICK_TEXT_LENGTH


@dataclass(frozen=True, slots=True)
class Query:
    """A compiled query: a row must match all clauses, all regex clauses, and one query of each group."""

    clauses: Sequence[Clause]
    regex_clauses: Sequence[RegexClause]
    groups: Sequence[Sequence[Query]]

    def select(self, rows: Sequence[RowT], column_for: ColumnReaderFactory, budget: RegexBudget) -> list[RowT]:
        """Return the matching rows, in order; each step tests the rows that the steps before it, cheaper ones, left.

        Can raise RegexTimeout.
        """
        for clause in self.clauses:
            rows = select_by_column(rows, column_for(clause.path), clause.test_column)
        for pattern in self.regex_clauses:
            rows = select_by_column(rows, column_for(pattern.path), partial(pattern.test_column, budget))
        rows = list(rows)
        for choices in self.groups:
            rows = _select_any(choices, rows, column_for, budget)
        return rows


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
    rows: Sequence[RowT],
    seconds: float = MAX_REGEX_SECONDS,
    *,
    column_for: ColumnReaderFactory = column_reader,
) -> list[RowT]:
    """Return the matching rows, in order; BadRequest if the regexes take longer than `seconds` together (C7).

    column_for: returns what reads the column at a path; by default, rows are documents.
    """
    try:
        return query.select(rows, column_for, RegexBudget(seconds))
    except RegexTimeout:
        detail = "the regexes of a query take too long together"
        raise syntax.query_error("The regex is too expensive", "regex", detail, "C7") from None


def _select_any(
    choices: Iterable[Query], rows: list[RowT], column_for: ColumnReaderFactory, budget: RegexBudget
) -> list[RowT]:
    """Return the rows that match one of the choices, in order."""
    matching_ids: set[int] = set()
    for choice in choices:
        remaining = [row for row in rows if id(row) not in matching_ids]
        matching_ids.update(map(id, choice.select(remaining, column_for, budget)))
    return [row for row in rows if id(row) in matching_ids]


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
            clauses.extend(Clause(term[0], test) for test in _compile_value(*term))
    return Query(clauses, regex_clauses, groups)


def _compile_value(key: str, value: str) -> Iterator[ColumnTest]:
    """Compile a value without a regex; a range becomes two tests."""
    if value.startswith(("<", ">")):
        yield column_tests.comparison_test(key, value)
    elif value.startswith("(") and value[1:].lstrip().startswith(("<", ">")):
        for part in syntax.split_range(key, value):
            yield column_tests.comparison_test(key, part)
    elif value.startswith(("(", "in(")):
        yield column_tests.equality_test(syntax.split_list(key, value))
    else:
        yield column_tests.PRESENCE_TESTS.get(value) or column_tests.equality_test([value])


def _compile_regex_clause(key: str, value: str) -> RegexClause:
    """Compile `~x`, `~(a b)` or `(~a b)`."""
    if value.startswith("(") and not value.endswith(")"):
        raise syntax.bad_regex_error(key, "text after the closing parenthesis")
    text = value[2:-1] if value.startswith("(") else value[1:]
    if not text:
        raise syntax.missing_value_error(key)
    is_simple = _is_simple_regex(text)
    return RegexClause(key, _compile_regex(key, text), is_simple, is_simple and not REPETITION.search(text))


def _compile_regex(key: str, text: str) -> Callable[..., Any]:
    """Return the method `search` of the compiled regex."""
    try:
        return regexes.compile_regex(text).search
    except RegexError as error:
        raise syntax.bad_regex_error(key, shorten(str(error))) from None


def _is_simple_regex(pattern: str) -> bool:
    """Whether a search in a short text is always quick: no alternatives, at most two repetitions, none of a group."""
    plain = pattern.removeprefix("(?i)")
    return not COSTLY_REGEX.search(plain) and len(REPETITION.findall(plain)) <= 2
