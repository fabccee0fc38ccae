"""The syntax of queries: splits a text into clauses, lists and ranges, and builds the errors (C5, C6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ...errors import BadRequest
from ...wording import shorten
from .. import paths

MAX_CLAUSES = 100
MAX_REGEX_CLAUSES = 10
SPACE = " \t\r\n"
PARENTHESES = {"(": 1, ")": -1}
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
VALUE = re.compile(  # all repetitions are possessive, so that no text makes them slow
    r"""(?P<quoted> (?:[<>]=?)?+ "(?:[^"\\]|\\.)*+" )
      | (?P<group> (?:in)?+ \( (?: "(?:[^"\\]|\\.)*+" | [^")] )*+ \) )
      | (?P<word> [^ \t\r\n]*+ )""",
    re.DOTALL | re.VERBOSE,
)
LIST_ELEMENT = re.compile(r'((?:"(?:[^"\\]|\\.)*+"|[^",])*+),', re.DOTALL)

RawClause = tuple[str, str]  # key and value as in the text


@dataclass(slots=True)
class QueryScanner:
    """Reads a query from left to right, and counts its clauses to limit them."""

    text: str
    position: int = 0
    clause_count: int = 0
    regex_count: int = 0

    def read_clause(self, ends: str = SPACE) -> RawClause:
        """Read the clause at the position; it ends at one of the characters `ends`, or with the text."""
        text, start = self.text, self.position
        key = text[start : _key_end(text, start, ":" + ends)]
        start += len(key) + 1
        _check_key(key, text[start - 1 : start])
        self.position = _value_end(key, text, start, ends)
        value = text[start : self.position]
        self._count_clause(value)
        return key, value

    def skip_space(self) -> bool:
        """Move to the next character that is not a space; False at the end of the text."""
        while self.position < len(self.text) and self.text[self.position] in SPACE:
            self.position += 1
        return self.position < len(self.text)

    def _count_clause(self, value: str) -> None:
        if is_regex(value):
            self.regex_count += 1
        else:
            self.clause_count += 1
        if self.clause_count > MAX_CLAUSES or self.regex_count > MAX_REGEX_CLAUSES:
            detail = f"at most {MAX_CLAUSES} clauses and {MAX_REGEX_CLAUSES} regexes"
            raise query_error("Too many clauses", "limit", detail)


def split_clauses(text: str) -> Iterator[RawClause]:
    """Split a query into clauses: at spaces outside of quotes and parentheses."""
    scanner = QueryScanner(text)
    while scanner.skip_space():
        yield scanner.read_clause()


def is_regex(value: str) -> bool:
    """Whether a value is a regex: `~x`, `~(a b)` or `(~a b)`."""
    return value.startswith(("~", "(~"))


def _key_end(text: str, start: int, ends: str) -> int:
    end = start
    while end < len(text) and text[end] not in ends:
        end += 1
    return end


def _check_key(key: str, colon: str) -> None:
    if colon != ":":
        raise missing_value_error(key)
    if not key:
        raise query_error("No key before ':'", "key", "a clause is key:value")
    if key.lower() == "compoundlogicalquery":
        detail = "only the Product Service supports it, in exactly this spelling, and not nested"
        raise query_error("compoundLogicalQuery is not supported", "key", detail, "C5")
    if not paths.is_valid_path(key):
        raise query_error(f"Key '{shorten(key)}' nests too deep", "key", f"at most {paths.MAX_PATH_STEPS} steps")


def _value_end(key: str, text: str, start: int, ends: str) -> int:
    """Return where a value ends; BadRequest if that is neither at one of `ends` nor at the end of the text."""
    if text.startswith(("~", "(~"), start):
        return _regex_end(key, text, start, ends)
    match = VALUE.match(text, start)
    assert match is not None  # a word may be empty
    end = match.end()
    if match.lastgroup == "word":
        end = _word_end(text, start, end) if ")" in ends else end
        _check_word(key, text[start:end], text[start:])
    if end < len(text) and text[end] not in ends:
        message = f"Unexpected text after the value of key '{shorten(key)}'"
        raise query_error(message, "value", "clauses need a space between them")
    return end


def _word_end(text: str, start: int, end: int) -> int:
    """Return where a word in a group ends: at the parenthesis that closes the group."""
    depth = 0
    for position in range(start, end):
        depth += PARENTHESES.get(text[position], 0)
        if depth < 0:
            return position
    return end


def _check_word(key: str, word: str, rest: str) -> None:
    if not word:
        raise missing_value_error(key)
    if word.startswith(("(", "in(")):
        raise unclosed_error("parenthesis", key, rest)
    if word.startswith(('"', '>"', '>="', '<"', '<="')):
        raise unclosed_error("quotation mark", key, rest)


def _regex_end(key: str, text: str, start: int, ends: str) -> int:
    """Return where a regex ends: at the first of `ends` outside of parentheses and quotation marks.

    The structure comes before the regex: escaped delimiters and those in character classes count too (C6).
    """
    depth, quoted = 0, False
    for position in range(start, len(text)):
        character = text[position]
        if character == '"':
            quoted = not quoted
        elif not quoted:
            if depth <= 0 and character in ends:
                return position
            depth += PARENTHESES.get(character, 0)
            if depth < 0:
                raise _unpaired_error("opening parenthesis", key, text[start : position + 1])
    if depth > 0:
        raise _unpaired_error("closing parenthesis", key, text[start:])
    if quoted:
        raise _unpaired_error("closing quotation mark", key, text[start:])
    return len(text)


def split_list(key: str, value: str) -> list[str]:
    """Split a list, `(a,"b c")` or `in(a,b)`, at its commas; spaces around words are removed."""
    inner = value[value.index("(") + 1 : -1]
    if not inner.strip(SPACE):
        raise missing_value_error(key)
    elements = [element.strip(SPACE) for element in LIST_ELEMENT.findall(inner + ",")]
    if not all(QUOTED.fullmatch(element) or (element and '"' not in element) for element in elements):
        message = f"Bad list in value '{shorten(value)}' of key '{shorten(key)}'"
        raise query_error(message, "list", 'elements are words or quoted, as in (a,"b c")')
    return elements


def split_range(key: str, value: str) -> list[str]:
    """Split a range, `(>=10 AND <=20)`, into its two comparisons."""
    parts = [part.strip(SPACE) for part in value[1:-1].split(" AND ")]
    if len(parts) != 2 or not all(part.startswith(("<", ">")) for part in parts):
        raise bad_range_error(key, value)
    return parts


def strip_quotes(text: str) -> str:
    """Remove the quotation marks, and the backslashes that escape quotation marks and backslashes."""
    return re.sub(r'\\(["\\])', r"\1", text[1:-1])


def query_error(message: str, error_type: str, detail: str, rule: str = "C6") -> BadRequest:
    """Return the error for a bad query; `detail` is a sentence for a person."""
    return BadRequest(message, field="q", error_type=error_type, detail=detail, rule=rule)


def missing_value_error(key: str) -> BadRequest:
    """Return the error for a clause without a value, in the words of the live service."""
    return query_error(f"No value for key {shorten(key)}", "value", "a clause is key:value")


def unclosed_error(delimiter: str, key: str, value: str) -> BadRequest:
    """Return the error for a parenthesis or quotation mark that is never closed."""
    message = f"Missing closing {delimiter} in value '{shorten(value)}' of key '{shorten(key)}'"
    return query_error(message, delimiter.partition(" ")[0], f"a {delimiter} is opened and never closed")


def _unpaired_error(delimiter: str, key: str, regex: str) -> BadRequest:
    """Return the error for a parenthesis or quotation mark in a regex that has no partner."""
    message = f"Missing {delimiter} in value '{shorten(regex)}' of key '{shorten(key)}'"
    detail = r'these count even if escaped: write \x28 for "(", \x29 for ")" and \x22 for a quotation mark'
    return query_error(message, "parenthesis" if "parenthesis" in delimiter else "quotation", detail)


def bad_range_error(key: str, value: str) -> BadRequest:
    """Return the error for a comparison or range with anything but numbers and quoted dates."""
    message = f"Bad range in value '{shorten(value)}' of key '{shorten(key)}'"
    return query_error(message, "range", 'compare with a number or a quoted date: >5, (>=1 AND <=9), <"2024-05-14"')


def bad_regex_error(key: str, detail: str) -> BadRequest:
    """Return the error for a regex that cannot be used."""
    return query_error(f"Bad regex in value of key '{shorten(key)}'", "regex", detail)
