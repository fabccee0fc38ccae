"""The standard query language: `q=type:PRODUCT segmentId:(s1,s2)` (C5 to C7)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import regex

from . import paths, q_compound, regexes
from . import q_syntax as syntax
from .memo import remembered
from .q_compound import Group, Term
from .regexes import RegexError, Stopwatch, TooExpensive

LONGEST_INTEGER = 300  # characters; beyond that a float, hence infinite: reading digits takes quadratic time
SECONDS = 0.25  # for all regexes of one query

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?P<real>\.[0-9]+)?(?P<power>[eE][+-]?[0-9]+)?")
INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
LONGEST_INSTANT = 35  # characters
COSTLY = re.compile(r"\(\?|\)[*+?]|[|{]")
REPETITION = re.compile(r"[*+?]")
SHORT_TEXT = 200  # characters
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}

Row = TypeVar("Row")
Number = int | float
Test = Callable[[Any], bool]  # of one value; False for a value of another type, never an error
Holds = Callable[[Any], bool]  # of a row


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that is no regex: where to look, and what must hold of what is found."""

    path: str
    holds: Callable[[paths.Read], Holds]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regex clause: where to look, and for what."""

    path: str
    compiled: regex.Pattern[str]
    is_simple: bool

    def matches(self, read: paths.Read, stopwatch: Stopwatch, row: Any) -> bool:
        """Whether a text of the row has the pattern in it; TooExpensive if the time is up."""
        find = self.compiled.search
        for value in read(row):
            for leaf in (value,) if isinstance(value, str) else _leaves(value):
                if isinstance(leaf, str) and stopwatch.fits(find, leaf, is_quick=self.is_quick(leaf)):
                    return True
        return False

    def is_quick(self, text: str) -> bool:
        """Whether a search in this text cannot take long."""
        return self.is_simple and len(text) <= SHORT_TEXT


@dataclass(frozen=True, slots=True)
class Query:
    """A compiled query: rows match that pass all clauses, have all patterns, and match one query of each group."""

    clauses: Sequence[Clause]
    patterns: Sequence[Pattern]
    groups: Sequence[Sequence[Query]]

    def tests(self, reader: paths.Reader, stopwatch: Stopwatch) -> Iterator[Holds]:
        """Give what must hold of a row, cheap things first; TooExpensive comes of one if the time is up.

        reader: for a path, how to read a row there.
        """
        for clause in self.clauses:
            yield clause.holds(reader(clause.path))
        for pattern in self.patterns:
            yield partial(pattern.matches, reader(pattern.path), stopwatch)
        for group in self.groups:
            yield _one_holds([list(choice.tests(reader, stopwatch)) for choice in group])


def parse(text: str, *, compound: bool = False) -> Query:
    """Compile a query; BadRequest says what is wrong (C6). A blank one matches everything.

    compound: it may have a compoundLogicalQuery (C5a).
    """
    return _compound(text) if compound else _plain(text)


@remembered
def _plain(text: str) -> Query:
    return _query(syntax.clauses(text))


@remembered
def _compound(text: str) -> Query:
    return _query(q_compound.terms(text))


def select(
    query: Query, rows: Iterable[Row], seconds: float = SECONDS, *, reader: paths.Reader = paths.reader
) -> list[Row]:
    """Return the rows that match, in order; BadRequest if the regexes take longer than `seconds` together (C7).

    reader: for a path, how to read a row there; rows are documents unless it says otherwise.
    """
    kept: Iterable[Row] = rows
    for test in query.tests(reader, Stopwatch(seconds)):
        kept = filter(test, kept)
    try:
        return list(kept)
    except TooExpensive:
        detail = "takes longer than all regexes of a query may"
        raise syntax.problem("The regex is too expensive", "regex", detail, "C7") from None


def _query(terms: Iterable[Term]) -> Query:
    """Compile terms that must all match."""
    clauses: list[Clause] = []
    patterns: list[Pattern] = []
    groups: list[list[Query]] = []
    for term in terms:
        if isinstance(term, Group):
            groups.append([_query(choice) for choice in term.choices])
        elif syntax.is_pattern(term[1]):
            patterns.append(_pattern(*term))
        else:
            clauses.extend(_compiled(*term))
    return Query(clauses, patterns, groups)


def _one_holds(choices: list[list[Holds]]) -> Holds:
    """Test a group: all tests of one of its choices must hold."""
    return lambda row: any(all(test(row) for test in tests) for tests in choices)


def _compiled(key: str, value: str) -> Iterator[Clause]:
    """Compile a value that is no regex; a range gives two clauses."""
    if value.startswith(("<", ">")):
        yield _clause(key, _comparison(key, value))
    elif value.startswith("(") and value[1:].lstrip().startswith(("<", ">")):
        for part in syntax.bounds(key, value):
            yield _clause(key, _comparison(key, part))
    elif value.startswith(("(", "in(")):
        yield _clause(key, _one_of(syntax.elements(key, value)))
    else:
        yield Clause(key, PRESENCE[value]) if value in PRESENCE else _clause(key, _one_of([value]))


def _clause(path: str, test: Test) -> Clause:
    """Test the values at a path: any element of an array and any language of a localized map will do."""

    def holds(read: paths.Read) -> Holds:
        def matches(row: Any) -> bool:
            for value in read(row):
                if isinstance(value, (str, int, float)):
                    if test(value):
                        return True
                elif any(map(test, _leaves(value))):
                    return True
            return False

        return matches

    return Clause(path, holds)


def _leaves(value: Any) -> Iterator[Any]:
    """Yield what a test looks at: elements of an array, texts of a map that has nothing but texts, or the value."""
    for element in value if isinstance(value, (list, tuple)) else (value,):
        if isinstance(element, Mapping):
            if all(isinstance(text, str) for text in element.values()):
                yield from element.values()
        else:
            yield element


PRESENCE: dict[str, Callable[[paths.Read], Holds]] = {
    "exists": lambda read: lambda row: bool(read(row)),
    "missing": lambda read: lambda row: not read(row),
    "null": lambda read: lambda row: all(value is None for value in read(row)),
}


def _one_of(operands: Iterable[str]) -> Test:
    """Equality with any of the operands: sets, so that a long list costs no more than one value."""
    quoted = [syntax.unquoted(operand) for operand in operands if operand.startswith('"')]
    words = [operand for operand in operands if not operand.startswith('"')]
    texts = frozenset(quoted + words)
    moments = frozenset(moment for text in quoted if (moment := instant(text)) is not None)
    numbers = frozenset(number for word in words if (number := _number(word)) is not None)
    booleans = frozenset(word == "true" for word in words if word in {"true", "false"})

    def test(leaf: Any) -> bool:
        if isinstance(leaf, str):
            return leaf in texts or (bool(moments) and instant(leaf) in moments)
        if isinstance(leaf, bool):  # before numbers: True == 1
            return leaf in booleans
        return isinstance(leaf, (int, float)) and leaf in numbers

    return test


def _comparison(key: str, text: str) -> Test:
    """Compile `>=5` or `>="2024-05-14"`: numbers are compared with numbers, instants with instants."""
    sign = text[:2] if text[1:2] == "=" else text[:1]
    operand = text[len(sign) :].strip(syntax.SPACE)
    compare = COMPARISONS[sign]
    if syntax.QUOTED.fullmatch(operand):
        moment = instant(syntax.unquoted(operand))
        if moment is not None:
            return lambda leaf: (found := instant(leaf)) is not None and compare(found, moment)
    number = _number(operand)
    if number is None:
        raise syntax.bad_range(key, text)
    return lambda leaf: isinstance(leaf, (int, float)) and not isinstance(leaf, bool) and compare(leaf, number)


def _pattern(key: str, value: str) -> Pattern:
    """Compile `~x`, `~(a b)` or `(~a b)`."""
    if value.startswith("(") and not value.endswith(")"):
        raise syntax.bad_regex(key, "text after the closing parenthesis")
    text = value[2:-1] if value.startswith("(") else value[1:]
    if not text:
        raise syntax.no_value(key)
    return Pattern(key, _regex(key, text), _is_simple(text))


def _regex(key: str, text: str) -> regex.Pattern[str]:
    try:
        return regexes.compiled(text)
    except RegexError as error:
        raise syntax.bad_regex(key, syntax.shortened(str(error))) from None


def _is_simple(pattern: str) -> bool:
    """Whether a search in a short text is sure to be short: no choices, few repetitions, none of a group."""
    plain = pattern.removeprefix("(?i)")
    return not COSTLY.search(plain) and len(REPETITION.findall(plain)) <= 2


def _number(text: str) -> Number | None:
    """Read a JSON number; None if the text is none."""
    match = NUMBER.fullmatch(text)
    if match is None:
        return None
    is_real = match["real"] or match["power"] or len(text) > LONGEST_INTEGER
    return float(text) if is_real else int(text)


def instant(text: Any) -> datetime | None:
    """Read a date, or a date and time (UTC unless it says otherwise); None if the value is none."""
    if not isinstance(text, str) or len(text) > LONGEST_INSTANT or not INSTANT.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:  # the 30th of February, say
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
