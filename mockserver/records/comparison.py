"""Whether JSON is as wanted, but for the order of arrays and for more elements, where these do not matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .budget import Deadline


@dataclass(frozen=True, slots=True)
class JsonComparison:
    """What does not matter, and how long it may take to find an array's elements in another order."""

    ignores_order: bool
    ignores_extra: bool
    deadline: Deadline

    def is_equal(self, expected: Any, actual: Any) -> bool:
        """Whether two values are equal; as deep as the wanted one, which may not nest deeper than a body."""
        if isinstance(expected, dict) and isinstance(actual, dict):
            names_fit = expected.keys() <= actual.keys() if self.ignores_extra else expected.keys() == actual.keys()
            return names_fit and all(self.is_equal(expected[name], actual[name]) for name in expected)
        if isinstance(expected, list) and isinstance(actual, list):
            return self._is_equal_array(expected, actual)
        return type(expected) is type(actual) and bool(expected == actual)

    def _is_equal_array(self, expected: list[Any], actual: list[Any]) -> bool:
        if len(actual) < len(expected) or (len(actual) > len(expected) and not self.ignores_extra):
            return False
        if not self.ignores_order:
            return all(self.is_equal(*pair) for pair in zip(expected, actual, strict=False))
        remaining = list(actual)
        return all(self._remove_match(each, remaining) for each in expected)

    def _remove_match(self, expected: Any, remaining: list[Any]) -> bool:
        """Take the first element that is like the wanted one out of those left."""
        self.deadline.check_time_left()
        position = next((at for at, each in enumerate(remaining) if self.is_equal(expected, each)), None)
        if position is not None:
            del remaining[position]
        return position is not None
