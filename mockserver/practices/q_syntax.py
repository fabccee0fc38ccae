"""The words of the query language: from text to keys and values, and what can be wrong with them (C5, C6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..errors import BadRequest
from . import paths

MOST_CLAUSES = 100
MOST_PATTERNS = 10
SHOWN_AT_MOST = 200  # characters of the client's text in a message
SPACE = " \t\r\n"
PARENTHESES = {"(": 1, ")": -1}
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
VALUE = re.compile(  # all repetitions are possessive: no text makes them slow
    r"""(?P<quoted> (?:[<>]=?)?+ "(?:[^"\\]|\\.)*+" )
      | (?P<group> (?:in)?+ \( (?: "(?:[^"\\]|\\.)*+" | [^")] )*+ \) )
      | (?P<word> [^ \t\r\n]*+ )""",
    re.DOTALL | re.VERBOSE,
)
ELEMENT = re.compile(r'((?:"(?:[^"\\]|\\.)*+"|[^",])*+),', re.DOTALL)


Written = tuple[str, str]  # key and value, as they stand in the text


@dataclass(slots=True)
class Reader:
    """A query that is read from left to right; it counts what it reads, so that nobody reads too much."""

    text: str
    at: int = 0
    clauses: int = 0
    patterns: int = 0

    def clause(self, ends: str = SPACE) -> Written:
        """Read the clause that begins here; one of `ends`, or the end of the text, ends it."""
        text, start = self.text, self.at
        key = text[start : _key_end(text, start, ":" + ends)]
        start += len(key) + 1
        _check_key(key, text[start - 1 : start])
        self.at = _value_end(key, text, start, ends)
        value = text[start : self.at]
        self._count(value)
        return key, value

    def skip_space(self) -> bool:
        """Go on to what is no space; False if the text ends before."""
        while self.at < len(self.text) and self.text[self.at] in SPACE:
            self.at += 1
        return self.at < len(self.text)

    def _count(self, value: str) -> None:
        if is_pattern(value):
            self.patterns += 1
        else:
            self.clauses += 1
        if self.clauses > MOST_CLAUSES or self.patterns > MOST_PATTERNS:
            detail = f"at most {MOST_CLAUSES} clauses and {MOST_PATTERNS} regexes"
            raise problem("Too many clauses", "limit", detail)


def clauses(text: str) -> Iterator[Written]:
    """Split a query into keys and values: at spaces outside of quotes and parentheses."""
    reader = Reader(text)
    while reader.skip_space():
        yield reader.clause()


def is_pattern(value: str) -> bool:
    """Whether a value is a regex: `~x`, `~(a b)` or `(~a b)`."""
    return value.startswith(("~", "(~"))


def _key_end(text: str, at: int, ends: str) -> int:
    while at < len(text) and text[at] not in ends:
        at += 1
    return at


def _check_key(key: str, colon: str) -> None:
    if colon != ":":
        raise no_value(key)
    if not key:
        raise problem("No key before ':'", "key", "a clause is key:value")
    if key.lower() == "compoundlogicalquery":
        detail = "only the Product Service has it, spelt like this and not inside of itself"
        raise problem("compoundLogicalQuery is not supported", "key", detail, "C5")
    if not paths.is_readable(key):
        raise problem(f"Key '{shortened(key)}' nests too deep", "key", f"at most {paths.DEEPEST} steps")


def _value_end(key: str, text: str, start: int, ends: str) -> int:
    """Return where a value ends, which has to be at one of `ends` or at the end of the text."""
    if text.startswith(("~", "(~"), start):
        return _pattern_end(key, text, start, ends)
    match = VALUE.match(text, start)
    assert match is not None  # a word may be empty
    end = match.end()
    if match.lastgroup == "word":
        end = _word_end(text, start, end) if ")" in ends else end
        _check_word(key, text[start:end], text[start:])
    if end < len(text) and text[end] not in ends:
        message = f"Unexpected text after the value of key '{shortened(key)}'"
        raise problem(message, "value", "clauses need a space between them")
    return end


def _word_end(text: str, start: int, end: int) -> int:
    """Return where a word in a group ends: at the parenthesis that it did not open itself."""
    depth = 0
    for at in range(start, end):
        depth += PARENTHESES.get(text[at], 0)
        if depth < 0:
            return at
    return end


def _check_word(key: str, word: str, rest: str) -> None:
    if not word:
        raise no_value(key)
    if word.startswith(("(", "in(")):
        raise unclosed("parenthesis", key, rest)
    if word.startswith(('"', '>"', '>="', '<"', '<="')):
        raise unclosed("quotation mark", key, rest)


def _pattern_end(key: str, text: str, start: int, ends: str) -> int:
    """Return where a regex ends: at the first of `ends` that is in no parenthesis and no character class of it."""
    depth, in_class, escaped = 0, False, False
    for at in range(start, len(text)):
        character = text[at]
        if escaped or character == "\\":
            escaped = not escaped
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif depth <= 0 and character in ends:
            return at
        else:
            depth += PARENTHESES.get(character, 0)
    if depth > 0:
        raise unclosed("parenthesis", key, text[start:])
    return len(text)


def elements(key: str, value: str) -> list[str]:
    """Split a list, `(a,"b c")` or `in(a,b)`, at its commas; words lose the spaces around them."""
    inner = value[value.index("(") + 1 : -1]
    if not inner.strip(SPACE):
        raise no_value(key)
    found = [element.strip(SPACE) for element in ELEMENT.findall(inner + ",")]
    if not all(QUOTED.fullmatch(element) or (element and '"' not in element) for element in found):
        message = f"Bad list in value '{shortened(value)}' of key '{shortened(key)}'"
        raise problem(message, "list", 'elements are words or quoted, as in (a,"b c")')
    return found


def bounds(key: str, value: str) -> list[str]:
    """Split a range, `(>=10 AND <=20)`, into its two comparisons."""
    parts = [part.strip(SPACE) for part in value[1:-1].split(" AND ")]
    if len(parts) != 2 or not all(part.startswith(("<", ">")) for part in parts):
        raise bad_range(key, value)
    return parts


def unquoted(text: str) -> str:
    """Take off the quotation marks, and the backslashes before quotation marks and backslashes."""
    return re.sub(r'\\(["\\])', r"\1", text[1:-1])


def problem(message: str, kind: str, detail: str, rule: str = "C6") -> BadRequest:
    """Return the error for a bad query: its message for the client, the broken rule, a sentence for a person."""
    return BadRequest(message, field="q", kind=kind, detail=detail, rule=rule)


def no_value(key: str) -> BadRequest:
    """Return the error for a clause without value, as the live service words it."""
    return problem(f"No value for key {shortened(key)}", "value", "a clause is key:value")


def unclosed(what: str, key: str, value: str) -> BadRequest:
    """Return the error for a parenthesis or quotation mark that is opened and never closed."""
    message = f"Missing closing {what} in value '{shortened(value)}' of key '{shortened(key)}'"
    return problem(message, what.partition(" ")[0], f"a {what} is opened and never closed")


def bad_range(key: str, value: str) -> BadRequest:
    """Return the error for a comparison or a range with anything but numbers and quoted dates."""
    message = f"Bad range in value '{shortened(value)}' of key '{shortened(key)}'"
    return problem(message, "range", 'compare with a number or a quoted date: >5, (>=1 AND <=9), <"2024-05-14"')


def bad_regex(key: str, detail: str) -> BadRequest:
    """Return the error for a regex that cannot be used."""
    return problem(f"Bad regex in value of key '{shortened(key)}'", "regex", detail)


def shortened(text: str) -> str:
    """Cut the client's text to a length that a person reads."""
    return text if len(text) <= SHOWN_AT_MOST else text[: SHOWN_AT_MOST - 1] + "…"
