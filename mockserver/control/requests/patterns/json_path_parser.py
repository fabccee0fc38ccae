"""Parses JSONPath; what it does not know, it refuses and names what it knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Never

import orjson

from ....practices.regexes import RegexError, compile_regex
from . import json_path_operators
from .json_path import (
    ComparisonCondition,
    Condition,
    DescentStep,
    ExistenceCondition,
    FilterStep,
    IndexStep,
    JsonPath,
    LogicalCondition,
    NameStep,
    NegatedCondition,
    Operand,
    SliceStep,
    Step,
    WildcardStep,
)
from .json_path_operators import COMPARISONS, FUNCTIONS

MAX_JSON_PATH_LENGTH = 1000  # characters
MAX_FILTER_DEPTH = 20  # filters and brackets in each other
MAX_INDEX_DIGITS = 9

NAME = re.compile(r"[^\s.\[\]()'\"!=<>&|,?*@:~/]+")  # of a member after a dot
INTEGER = re.compile(r"-?[0-9]+")
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
QUOTED = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
ESCAPED = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
REGEX_LITERAL = re.compile(r"/((?:[^/\\]|\\.)*)/([a-zA-Z]*)", re.DOTALL)
WORD = re.compile(r"[A-Za-z]+")
OPERATOR = re.compile(r"===|!==|==|!=|<=|>=|=~|<|>|[A-Za-z]+")
CONSTANTS = {"true": True, "false": False, "null": None}
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}


class JsonPathError(Exception):
    """A path that cannot be used; the message says why."""


def parse_json_path(text: str) -> JsonPath:
    """Return the path; JsonPathError if it cannot be used. A path without `$` starts at the document, too."""
    if len(text) > MAX_JSON_PATH_LENGTH:
        raise JsonPathError(f"at most {MAX_JSON_PATH_LENGTH} characters")
    stripped = text.strip()
    parser = Parser(stripped if stripped.startswith("$") else f"$.{stripped}")
    path = parser.parse_path("$")
    if parser.rest:
        parser.fail("a step such as .name, [0], ['name'], [*], ..name or [?(@.name == 'x')]")
    return path


class Parser:
    """A recursive descent parser, as deep as MAX_FILTER_DEPTH."""

    def __init__(self, text: str) -> None:
        self._text, self._position, self._depth = text, 0, 0

    @property
    def rest(self) -> str:
        """What was not parsed yet."""
        return self._text[self._position :]

    def fail(self, expected: str) -> Never:
        """Raise the error for the current position."""
        raise JsonPathError(f"at position {self._position + 1}, expected {expected}")

    def parse_path(self, start: str) -> JsonPath:
        """Parse a path that starts with this character."""
        self._expect(start)
        steps: list[Step] = []
        is_definite, function = True, None
        while function is None and self.rest[:1] in {".", "["}:
            is_descent = self._take("..")
            if not is_descent and self._take("."):
                function = self._parse_function()
                if function:
                    break
            elif is_descent and not self.rest:
                self.fail("a name, * or [ after ..")
            is_bracket = self.rest.startswith("[")
            step, step_is_definite = self._parse_bracket() if is_bracket else self._parse_member()
            steps.append(DescentStep(step) if is_descent else step)
            is_definite = is_definite and step_is_definite and not is_descent
        return JsonPath(tuple(steps), start == "@", is_definite, function)

    def _parse_member(self) -> tuple[Step, bool]:
        """Parse what follows a dot."""
        if self._take("*"):
            return WildcardStep(), False
        return NameStep((self._match(NAME, "the name of a member")[0],)), True

    def _parse_function(self) -> Callable[[Any], Any] | None:
        """Parse `name()` at the end of a path; None if it is not a function."""
        word = WORD.match(self._text, self._position)
        if word is None or self._text[word.end() : word.end() + 1] != "(":
            return None
        if word[0] not in FUNCTIONS or self._text[word.end() : word.end() + 2] != "()":
            self.fail(f"one of the functions {', '.join(f'{name}()' for name in FUNCTIONS)}")
        self._position = word.end() + 2
        return FUNCTIONS[word[0]]

    def _parse_bracket(self) -> tuple[Step, bool]:
        """Parse what is in square brackets; return the step, and whether it leads to one value at most."""
        self._expect("[")
        self._skip_blanks()
        step: Step
        if self._take("*"):
            step, is_definite = WildcardStep(), False
        elif self._take("?"):
            step, is_definite = FilterStep(self._parse_any()), False
        elif self.rest[:1] in {"'", '"'}:
            step, is_definite = NameStep(tuple(self._parse_list(self._parse_quoted))), True
        else:
            step, is_definite = self._parse_indexes()
        self._skip_blanks()
        self._expect("]")
        return step, is_definite

    def _parse_indexes(self) -> tuple[Step, bool]:
        first = None if self.rest.startswith(":") else self._parse_index()
        self._skip_blanks()
        if not self.rest.startswith(":"):
            indexes = [first, *(self._parse_list(self._parse_index) if self._take(",") else [])]
            return IndexStep(tuple(index for index in indexes if index is not None)), len(indexes) == 1
        bounds = [first]
        while self._take(":"):
            bounds.append(self._parse_index() if INTEGER.match(self._text, self._position) else None)
        if len(bounds) > 3 or bounds[2:] == [0]:
            self.fail("a slice such as [0:2]")
        return SliceStep(slice(*bounds)), False

    def _parse_any(self) -> Condition:
        """Parse conditions joined by `||`."""
        self._depth += 1
        if self._depth > MAX_FILTER_DEPTH:
            raise JsonPathError(f"filters and brackets nest deeper than {MAX_FILTER_DEPTH} levels")
        parts = [self._parse_all()]
        while self._take("||"):
            parts.append(self._parse_all())
        self._depth -= 1
        return parts[0] if len(parts) == 1 else LogicalCondition(parts, needs_all=False)

    def _parse_all(self) -> Condition:
        """Parse conditions joined by `&&`."""
        parts = [self._parse_condition()]
        while self._take("&&"):
            parts.append(self._parse_condition())
        return parts[0] if len(parts) == 1 else LogicalCondition(parts, needs_all=True)

    def _parse_condition(self) -> Condition:
        self._skip_blanks()
        condition: Condition
        is_negated = False
        while self._take("!"):
            is_negated = not is_negated
            self._skip_blanks()
        if self._take("("):
            condition = self._parse_any()
            self._skip_blanks()
            self._expect(")")
        else:
            condition = self._parse_comparison()
        self._skip_blanks()
        return NegatedCondition(condition) if is_negated else condition

    def _parse_comparison(self) -> Condition:
        path = self.parse_path(self.rest[0]) if self.rest[:1] in {"@", "$"} else None
        left = _read_path(path) if path else self._parse_literal()
        self._skip_blanks()
        operator = OPERATOR.match(self._text, self._position)
        if operator is None:
            return ExistenceCondition(path) if path else self.fail(f"one of {', '.join(COMPARISONS)}")
        if operator[0] not in COMPARISONS:
            self.fail(f"one of {', '.join(COMPARISONS)}")
        self._position = operator.end()
        self._skip_blanks()
        right = self._parse_regex() if operator[0] == "=~" else self._parse_operand()
        return ComparisonCondition(left, right, COMPARISONS[operator[0]])

    def _parse_operand(self) -> Operand:
        if self.rest[:1] in {"@", "$"}:
            return _read_path(self.parse_path(self.rest[0]))
        return self._parse_literal()

    def _parse_regex(self) -> Operand:
        literal = self._match(REGEX_LITERAL, "a regex such as /.*a/i")
        if set(literal[2]) - set("imsu"):
            self.fail("no other flags than i, m, s and u")
        flags = "".join(sorted(set(literal[2]) - {"u"}))
        try:
            pattern = compile_regex(f"(?{flags}){literal[1]}" if flags else literal[1])
        except RegexError as error:
            raise JsonPathError(f"the regex cannot be used: {str(error)[:200]}") from None
        return lambda *_: pattern

    def _parse_literal(self) -> Operand:
        value = self._parse_value()
        return lambda *_: value

    def _parse_value(self) -> Any:
        """Parse a text, a number, true, false, null, or an array of them."""
        if self.rest[:1] in {"'", '"'}:
            return self._parse_quoted()
        if self._take("["):
            self._skip_blanks()
            values = [] if self.rest.startswith("]") else self._parse_list(self._parse_value)
            self._skip_blanks()
            self._expect("]")
            return values
        word = WORD.match(self._text, self._position)
        if word and word[0] in CONSTANTS:
            self._position = word.end()
            return CONSTANTS[word[0]]
        return orjson.loads(self._match_number())

    def _match_number(self) -> str:
        number = self._match(NUMBER, "a text in quotes, a number, true, false, null, an array, @ or $")
        if not json_path_operators.is_json_number(number[0]):
            self.fail("a number as JSON writes it")
        return number[0]

    def _parse_quoted(self) -> str:
        quoted = self._match(QUOTED, "a text in quotes")
        return ESCAPED.sub(_unescape, quoted[1] if quoted[1] is not None else quoted[2])

    def _parse_index(self) -> int:
        digits = self._match(INTEGER, "an index, a slice, a name in quotes, * or ?")[0]
        if len(digits) > MAX_INDEX_DIGITS:
            self.fail(f"an index with at most {MAX_INDEX_DIGITS} digits")
        self._skip_blanks()
        return int(digits)

    def _parse_list(self, parse_one: Callable[[], Any]) -> list[Any]:
        """Parse values that commas separate."""
        self._depth += 1
        if self._depth > MAX_FILTER_DEPTH:
            raise JsonPathError(f"brackets nest deeper than {MAX_FILTER_DEPTH} levels")
        values: list[Any] = []
        while not values or self._take(","):
            self._skip_blanks()
            values.append(parse_one())
            self._skip_blanks()
        self._depth -= 1
        return values

    def _match(self, pattern: re.Pattern[str], expected: str) -> re.Match[str]:
        match = pattern.match(self._text, self._position)
        if match is None:
            self.fail(expected)
        self._position = match.end()
        return match

    def _take(self, token: str) -> bool:
        """Skip a token; return whether it was there."""
        is_there = self._text.startswith(token, self._position)
        self._position += len(token) * is_there
        return is_there

    def _expect(self, token: str) -> None:
        if not self._take(token):
            self.fail(token)

    def _skip_blanks(self) -> None:
        while self.rest[:1].isspace():
            self._position += 1


def _read_path(path: JsonPath) -> Operand:
    return lambda element, root, deadline: path.read_value(root, deadline, element)


def _unescape(escape: re.Match[str]) -> str:
    text = escape[1]
    return chr(int(text[1:], 16)) if len(text) > 1 else ESCAPES.get(text, text)
