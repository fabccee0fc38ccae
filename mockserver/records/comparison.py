"""Whether JSON is as wanted, but for the order of arrays and for more elements, where these do not matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .budget import Budget


@dataclass(frozen=True, slots=True)
class Comparison:
    """What does not matter, and how long it may take to find an array's elements in another order."""

    order: bool
    extra: bool
    budget: Budget

    def same(self, wanted: Any, found: Any) -> bool:
        """Whether two values are equal; as deep as the wanted one, which may not nest deeper than a body."""
        if isinstance(wanted, dict) and isinstance(found, dict):
            names_fit = wanted.keys() <= found.keys() if self.extra else wanted.keys() == found.keys()
            return names_fit and all(self.same(wanted[name], found[name]) for name in wanted)
        if isinstance(wanted, list) and isinstance(found, list):
            return self._same_array(wanted, found)
        return type(wanted) is type(found) and bool(wanted == found)

    def _same_array(self, wanted: list[Any], found: list[Any]) -> bool:
        if len(found) < len(wanted) or (len(found) > len(wanted) and not self.extra):
            return False
        if not self.order:
            return all(self.same(*pair) for pair in zip(wanted, found, strict=False))
        left = list(found)
        return all(self._taken(each, left) for each in wanted)

    def _taken(self, wanted: Any, left: list[Any]) -> bool:
        """Take the first element that is like the wanted one out of those left."""
        self.budget.check()
        at = next((at for at, each in enumerate(left) if self.same(wanted, each)), None)
        if at is not None:
            del left[at]
        return at is not None
