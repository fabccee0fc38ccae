"""Groups of clauses, joined by AND and OR: `compoundLogicalQuery:((a:1 b:2) OR (c:3))` (C5a)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import BadRequest
from . import q_syntax as syntax
from .q_syntax import Reader, Written

DEEPEST = 20  # groups within each other
NAME = "compoundLogicalQuery"
OPENING = f"{NAME}:("
ENDS = syntax.SPACE + ")"
JOINT = re.compile(r"[ \t\r\n]++(AND|OR)[ \t\r\n]++")
CLOSING = re.compile(r"[ \t\r\n]*+\)")


@dataclass(frozen=True, slots=True)
class Group:
    """What stands in a pair of parentheses: choices, one of which must match with all of its terms."""

    choices: list[list[Term]]


Term = Written | Group


def terms(text: str) -> Iterator[Term]:
    """Split a query into clauses and, for each compoundLogicalQuery, a group."""
    reader = Reader(text)
    while reader.skip_space():
        if not text.startswith(OPENING, reader.at):
            yield reader.clause()
            continue
        reader.at += len(OPENING)
        yield _group(reader, 1)
        if text[reader.at : reader.at + 1] not in {"", *syntax.SPACE}:
            raise _unexpected("clauses need a space between them")


def _group(reader: Reader, depth: int) -> Group:
    """Read a group from behind its opening parenthesis to behind the closing one; AND binds tighter than OR."""
    if depth > DEEPEST:
        raise syntax.problem(f"Key '{NAME}' nests too deep", "limit", f"at most {DEEPEST} groups within each other")
    choices = [[_term(reader, depth)]]
    while not _took(reader, CLOSING):
        joint, term = _took(reader, JOINT), _term(reader, depth)
        if joint and joint[1] == "OR":
            choices.append([term])
        elif joint or not (isinstance(term, Group) or isinstance(choices[-1][-1], Group)):
            choices[-1].append(term)
        else:
            raise _unexpected("groups are joined by AND or OR, with spaces around it")
    return Group(choices)


def _term(reader: Reader, depth: int) -> Term:
    """Read a clause or a group."""
    if not reader.skip_space():
        raise syntax.unclosed("parenthesis", NAME, reader.text.rpartition(f"{NAME}:")[2])
    if reader.text[reader.at] == ")":
        raise syntax.no_value(NAME)
    if reader.text[reader.at] != "(":
        return reader.clause(ENDS)
    reader.at += 1
    return _group(reader, depth + 1)


def _took(reader: Reader, what: re.Pattern[str]) -> re.Match[str] | None:
    """Go on to behind what comes next, if it is this."""
    match = what.match(reader.text, reader.at)
    reader.at = match.end() if match else reader.at
    return match


def _unexpected(detail: str) -> BadRequest:
    return syntax.problem(f"Unexpected text after a group in the value of key '{NAME}'", "value", detail)
