"""The standard query language: `q=type:PRODUCT segmentId:(s1,s2)` (C5 to C7)."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, TypeVar

import regex

from . import paths, q_compound, regexes
from . import q_syntax as syntax
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

Row = TypeVar("Row", bound=Mapping[str, Any])
Number = int | float
Test = Callable[[Any], bool]  # of one value; False for a value of another type, never an error
Clause = Callable[[Mapping[str, Any]], bool]  # of a document


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regex clause: where to look, and for what."""

    read: paths.Read
    compiled: regex.Pattern[str]
    is_simple: bool

    def matches(self, stopwatch: Stopwatch, document: Mapping[str, Any]) -> bool:
        """Whether a text of the document has the pattern in it; TooExpensive if the time is up."""
        find = self.compiled.search
        for value in self.read(document):
            for leaf in (value,) if isinstance(value, str) else _leaves(value):
                if isinstance(leaf, str) and stopwatch.fits(find, leaf, is_quick=self.is_quick(leaf)):
                    return True
        return False

    def is_quick(self, text: str) -> bool:
        """Whether a search in this text cannot take long."""
        return self.is_simple and len(text) <= SHORT_TEXT


@dataclass(slots=True)
class Query:
    """A compiled query: documents match that pass all clauses, have all patterns, and match one query of each group."""

    clauses: list[Clause] = field(default_factory=list)
    patterns: list[Pattern] = field(default_factory=list)
    groups: list[list[Query]] = field(default_factory=list)

    def matches(self, stopwatch: Stopwatch, document: Mapping[str, Any]) -> bool:
        """Whether a document matches; TooExpensive if the time is up."""
        return (
            all(clause(document) for clause in self.clauses)
            and all(pattern.matches(stopwatch, document) for pattern in self.patterns)
            and all(_matches_one(group, stopwatch, document) for group in self.groups)
        )


def parse(text: str, *, compound: bool = False) -> Query:
    """Compile a query; BadRequest says what is wrong (C6). A blank one matches everything.

    compound: it may have a compoundLogicalQuery (C5a).
    """
    return _query(q_compound.terms(text) if compound else syntax.clauses(text))


def select(query: Query, rows: Iterable[Row], seconds: float = SECONDS) -> list[Row]:
    """Return the rows that match, in order; BadRequest if the regexes take longer than `seconds` together (C7)."""
    stopwatch = Stopwatch(seconds)
    kept: Iterable[Row] = rows
    for clause in query.clauses:
        kept = filter(clause, kept)
    for pattern in query.patterns:  # last: on the few rows that passed the cheap clauses
        kept = filter(partial(pattern.matches, stopwatch), kept)
    for group in query.groups:
        kept = filter(partial(_matches_one, group, stopwatch), kept)
    try:
        return list(kept)
    except TooExpensive:
        detail = "takes longer than all regexes of a query may"
        raise syntax.problem("The regex is too expensive", "regex", detail, "C7") from None


def _query(terms: Iterable[Term]) -> Query:
    """Compile terms that must all match."""
    query = Query()
    for term in terms:
        if isinstance(term, Group):
            query.groups.append([_query(choice) for choice in term.choices])
        elif syntax.is_pattern(term[1]):
            query.patterns.append(_pattern(*term))
        else:
            query.clauses.extend(_compiled(*term))
    return query


def _matches_one(group: list[Query], stopwatch: Stopwatch, document: Mapping[str, Any]) -> bool:
    return any(query.matches(stopwatch, document) for query in group)


def _compiled(key: str, value: str) -> Iterator[Clause]:
    """Compile a value that is no regex; a range gives two clauses."""
    read = paths.reader(key)
    if value.startswith(("<", ">")):
        yield _clause(read, _comparison(key, value))
    elif value.startswith("(") and value[1:].lstrip().startswith(("<", ">")):
        for part in syntax.bounds(key, value):
            yield _clause(read, _comparison(key, part))
    elif value.startswith(("(", "in(")):
        yield _clause(read, _one_of(syntax.elements(key, value)))
    else:
        yield PRESENCE[value](read) if value in PRESENCE else _clause(read, _one_of([value]))


def _clause(read: paths.Read, test: Test) -> Clause:
    """Test the values at a path: any element of an array and any language of a localized map will do."""

    def matches(document: Mapping[str, Any]) -> bool:
        for value in read(document):
            if isinstance(value, (str, int, float)):
                if test(value):
                    return True
            elif any(map(test, _leaves(value))):
                return True
        return False

    return matches


def _leaves(value: Any) -> Iterator[Any]:
    """Yield what a test looks at: elements of an array, texts of a map that has nothing but texts, or the value."""
    for element in value if isinstance(value, (list, tuple)) else (value,):
        if isinstance(element, Mapping):
            if all(isinstance(text, str) for text in element.values()):
                yield from element.values()
        else:
            yield element


PRESENCE: dict[str, Callable[[paths.Read], Clause]] = {
    "exists": lambda read: lambda document: bool(read(document)),
    "missing": lambda read: lambda document: not read(document),
    "null": lambda read: lambda document: all(value is None for value in read(document)),
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
    return Pattern(paths.reader(key), _regex(key, text), _is_simple(text))


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
