"""The syntax of groups, joined by AND and OR: `compoundLogicalQuery:((a:1 b:2) OR (c:3))` (C5a)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import BadRequest
from . import syntax
from .syntax import QueryScanner, RawClause

MAX_GROUP_DEPTH = 20  # groups inside each other
COMPOUND_KEY = "compoundLogicalQuery"
OPENING = f"{COMPOUND_KEY}:("
TERM_ENDS = syntax.SPACE + ")"
CONJUNCTION = re.compile(r"[ \t\r\n]++(AND|OR)[ \t\r\n]++")
CLOSING = re.compile(r"[ \t\r\n]*+\)")


@dataclass(frozen=True, slots=True)
class Group:
    """The content of a pair of parentheses: a row must match all terms of one of the choices."""

    choices: list[list[Term]]


Term = RawClause | Group


def split_terms(text: str) -> Iterator[Term]:
    """Split a query into clauses, and a group for each compoundLogicalQuery."""
    scanner = QueryScanner(text)
    while scanner.skip_space():
        if not text.startswith(OPENING, scanner.position):
            yield scanner.read_clause()
            continue
        scanner.position += len(OPENING)
        yield _read_group(scanner, 1)
        if text[scanner.position : scanner.position + 1] not in {"", *syntax.SPACE}:
            raise _unexpected_text_error("clauses need a space between them")


def _read_group(scanner: QueryScanner, depth: int) -> Group:
    """Read a group after its opening parenthesis, including the closing one; AND binds tighter than OR."""
    if depth > MAX_GROUP_DEPTH:
        raise syntax.query_error(
            f"Key '{COMPOUND_KEY}' nests too deep", "limit", f"at most {MAX_GROUP_DEPTH} nested groups"
        )
    choices = [[_read_term(scanner, depth)]]
    while not _consume(scanner, CLOSING):
        conjunction, term = _consume(scanner, CONJUNCTION), _read_term(scanner, depth)
        if conjunction and conjunction[1] == "OR":
            choices.append([term])
        elif conjunction or not (isinstance(term, Group) or isinstance(choices[-1][-1], Group)):
            choices[-1].append(term)
        else:
            raise _unexpected_text_error("groups are joined by AND or OR, with spaces around it")
    return Group(choices)


def _read_term(scanner: QueryScanner, depth: int) -> Term:
    """Read a clause or a group."""
    if not scanner.skip_space():
        raise syntax.unclosed_error("parenthesis", COMPOUND_KEY, scanner.text.rpartition(f"{COMPOUND_KEY}:")[2])
    if scanner.text[scanner.position] == ")":
        raise syntax.missing_value_error(COMPOUND_KEY)
    if scanner.text[scanner.position] != "(":
        return scanner.read_clause(TERM_ENDS)
    scanner.position += 1
    return _read_group(scanner, depth + 1)


def _consume(scanner: QueryScanner, pattern: re.Pattern[str]) -> re.Match[str] | None:
    """Match a pattern at the position, and move past it if it matches."""
    match = pattern.match(scanner.text, scanner.position)
    scanner.position = match.end() if match else scanner.position
    return match


def _unexpected_text_error(detail: str) -> BadRequest:
    return syntax.query_error(f"Unexpected text after a group in the value of key '{COMPOUND_KEY}'", "value", detail)
