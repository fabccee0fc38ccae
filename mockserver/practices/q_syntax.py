"""The words of the query language: from text to keys and values, and what can be wrong with them (C5, C6)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..errors import BadRequest
from . import paths

SHOWN_AT_MOST = 200  # characters of the client's text in a message
SPACE = " \t\r\n"
KEY_ENDS = ":" + SPACE
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
VALUE = re.compile(  # all repetitions are possessive: no text makes them slow
    r"""(?P<quoted> (?:[<>]=?)?+ "(?:[^"\\]|\\.)*+" )
      | (?P<group> (?:in)?+ \( (?: "(?:[^"\\]|\\.)*+" | [^")] )*+ \) )
      | (?P<word> [^ \t\r\n]*+ )""",
    re.DOTALL | re.VERBOSE,
)
ELEMENT = re.compile(r'((?:"(?:[^"\\]|\\.)*+"|[^",])*+),', re.DOTALL)


def clauses(text: str) -> Iterator[tuple[str, str]]:
    """Split a query into keys and values: at spaces outside of quotes and parentheses."""
    at = _after_space(text, 0)
    while at < len(text):
        key = text[at : _key_end(text, at)]
        at += len(key)
        _check_key(key, text[at : at + 1])
        end = _value_end(key, text, at + 1)
        yield key, text[at + 1 : end]
        at = _after_space(text, end)


def _key_end(text: str, at: int) -> int:
    while at < len(text) and text[at] not in KEY_ENDS:
        at += 1
    return at


def _after_space(text: str, at: int) -> int:
    while at < len(text) and text[at] in SPACE:
        at += 1
    return at


def _check_key(key: str, colon: str) -> None:
    if not colon:
        raise no_value(key)
    if not key:
        raise problem("No key before ':'", "key", "a clause is key:value")
    if key.lower() == "compoundlogicalquery":
        raise problem("compoundLogicalQuery is not supported", "key", "this service joins clauses by AND only", "C5")
    if not paths.is_readable(key):
        raise problem(f"Key '{shortened(key)}' nests too deep", "key", f"at most {paths.DEEPEST} steps")


def _value_end(key: str, text: str, start: int) -> int:
    """Return where a value ends, which has to be at a space or at the end of the text."""
    if text.startswith(("~", "(~"), start):
        return _pattern_end(key, text, start)
    match = VALUE.match(text, start)
    assert match is not None  # a word may be empty
    if match.lastgroup == "word":
        _check_word(key, match["word"], text[start:])
    end = match.end()
    if end < len(text) and text[end] not in SPACE:
        message = f"Unexpected text after the value of key '{shortened(key)}'"
        raise problem(message, "value", "clauses need a space between them")
    return end


def _check_word(key: str, word: str, rest: str) -> None:
    if not word:
        raise no_value(key)
    if word.startswith(("(", "in(")):
        raise _unclosed("parenthesis", key, rest)
    if word.startswith(('"', '>"', '>="', '<"', '<="')):
        raise _unclosed("quotation mark", key, rest)


def _pattern_end(key: str, text: str, start: int) -> int:
    """Return where a regex ends: at the first space that is in no parenthesis and no character class of it."""
    depth, in_class, escaped = 0, False, False
    for at in range(start, len(text)):
        character = text[at]
        if escaped or character == "\\":
            escaped = not escaped
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character in "()":
            depth += 1 if character == "(" else -1
        elif depth <= 0 and character in SPACE:
            return at
    if depth > 0:
        raise _unclosed("parenthesis", key, text[start:])
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


def _unclosed(what: str, key: str, value: str) -> BadRequest:
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
