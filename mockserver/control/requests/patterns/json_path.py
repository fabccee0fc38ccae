"""JSONPath as WireMock reads it, with Jayway's library: names, indexes, slices, `..`, filters and a few functions.

Parsed by `json_path_parser`. No library for Python reads this dialect, and none limits the time of a search.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ....practices.nesting import child_values
from ....practices.regexes import Deadline
from .value_tests import MISSING

Function = Callable[[Any], Any]


class Step(Protocol):
    """A step of a path: from a value to values."""

    def follow(self, value: Any, root: Any, deadline: Deadline) -> Iterator[Any]:
        """Yield the values that the step leads to; nothing if it leads nowhere."""


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A parsed path.

    is_relative: whether it starts at the tested element (`@`), not at the document (`$`).
    is_definite: whether it leads to one value at most; any other path has a list as its value.
    function: applied to the value; None for none.
    """

    steps: tuple[Step, ...]
    is_relative: bool
    is_definite: bool
    function: Function | None = None

    def read_value(self, root: Any, deadline: Deadline, element: Any = MISSING) -> Any:
        """Return the value in a document; MISSING if the path leads nowhere, BadRequest if the time is up."""
        values = [element if self.is_relative else root]
        for step in self.steps:
            following: list[Any] = []
            for value in values:
                for found_value in step.follow(value, root, deadline):
                    deadline.check_time_left()
                    following.append(found_value)
            values = following
        value = (values[0] if values else MISSING) if self.is_definite else values
        return value if self.function is None or value is MISSING else self.function(value)


@dataclass(frozen=True, slots=True)
class NameStep:
    """`.name` or `['name']`; several names select a part of an object."""

    names: tuple[str, ...]

    def follow(self, value: Any, root: Any, deadline: Deadline) -> Iterator[Any]:  # noqa: ARG002
        """Yield the member, or an object with those of the names that exist."""
        if not isinstance(value, dict):
            return
        if len(self.names) > 1:
            yield {name: value[name] for name in self.names if name in value}
        elif self.names[0] in value:
            yield value[self.names[0]]


@dataclass(frozen=True, slots=True)
class IndexStep:
    """`[0]`, `[-1]` or `[0, 2]`."""

    indexes: tuple[int, ...]

    def follow(self, value: Any, root: Any, deadline: Deadline) -> Iterator[Any]:  # noqa: ARG002
        """Yield the elements."""
        if isinstance(value, list):
            yield from (value[index] for index in self.indexes if -len(value) <= index < len(value))


@dataclass(frozen=True, slots=True)
class SliceStep:
    """`[1:3]`."""

    bounds: slice

    def follow(self, value: Any, root: Any, deadline: Deadline) -> Iterator[Any]:  # noqa: ARG002
        """Yield the elements between the bounds."""
        if isinstance(value, list):
            yield from value[self.bounds]


@dataclass(frozen=True, slots=True)
class WildcardStep:
    """`*`."""

    def follow(self, value: Any, root: Any, deadline: Deadline) -> Iterator[Any]:  # noqa: ARG002
        """Yield the members or the elements."""
        yield from child_values(value)


@dataclass(frozen=True, slots=True)
class FilterStep:
    """`[?(…)]`: the elements of an array that pass, or the object itself if it passes."""

    test: Condition

    def follow(self, value: Any, root: Any, deadline: Deadline) -> Iterator[Any]:
        """Yield what passes the test."""
        for element in value if isinstance(value, list) else [value] if isinstance(value, dict) else ():
            if self.test.is_met(element, root, deadline):
                yield element


@dataclass(frozen=True, slots=True)
class DescentStep:
    """`..`: the following step from the value and from everything in it."""

    next_step: Step

    def follow(self, value: Any, root: Any, deadline: Deadline) -> Iterator[Any]:
        """Yield what the next step leads to; a loop, since a recursion could nest too deep for Python."""
        waiting = [value]
        while waiting:
            deadline.check_time_left()
            container = waiting.pop()
            yield from self.next_step.follow(container, root, deadline)
            waiting += reversed([child for child in child_values(container) if isinstance(child, dict | list)])


class Condition(Protocol):
    """A condition of a filter."""

    def is_met(self, element: Any, root: Any, deadline: Deadline) -> bool:
        """Whether an element meets it."""


@dataclass(frozen=True, slots=True)
class LogicalCondition:
    """Conditions that must all be met, or one of them, joined by `&&` or `||`."""

    parts: Sequence[Condition]
    needs_all: bool

    def is_met(self, element: Any, root: Any, deadline: Deadline) -> bool:
        """Whether the element meets all of them, or any."""
        results = (part.is_met(element, root, deadline) for part in self.parts)
        return all(results) if self.needs_all else any(results)


@dataclass(frozen=True, slots=True)
class NegatedCondition:
    """`!`."""

    condition: Condition

    def is_met(self, element: Any, root: Any, deadline: Deadline) -> bool:
        """Whether the element does not meet the condition."""
        return not self.condition.is_met(element, root, deadline)


@dataclass(frozen=True, slots=True)
class ExistenceCondition:
    """`@.name`: whether the path leads somewhere, be it to null."""

    path: JsonPath

    def is_met(self, element: Any, root: Any, deadline: Deadline) -> bool:
        """Whether the path leads somewhere from the element."""
        value = self.path.read_value(root, deadline, element)
        return value is not MISSING if self.path.is_definite else bool(value)


Operand = Callable[[Any, Any, Deadline], Any]  # returns the value for an element and the document
Comparison = Callable[[Any, Any, Deadline], bool]


@dataclass(frozen=True, slots=True)
class ComparisonCondition:
    """`left == right` and other comparisons; one with a missing value is met only by `!=`."""

    left: Operand
    right: Operand
    compare: Comparison

    def is_met(self, element: Any, root: Any, deadline: Deadline) -> bool:
        """Whether the comparison holds for the element."""
        left, right = self.left(element, root, deadline), self.right(element, root, deadline)
        return self.compare(left, right, deadline)
