"""The 400 for a world with mistakes, which lists all of them."""

from __future__ import annotations

from typing import Any

from ..errors import BadRequest, ErrorBody
from ..worlds.mistakes import Mistake, WorldError


class InvalidWorld(BadRequest):
    """A world, or rows of one, that cannot be used; `details` has the first mistake, and a list of all."""

    def __init__(self, error: WorldError) -> None:
        super().__init__(field=error.place, error_type="world", detail=error.reason)
        self.mistakes = [_mistake_json(mistake) for mistake in error.mistakes]
        self.has_more = error.has_more

    def body(self) -> ErrorBody:
        """Return the body with all mistakes; `more` is true if further ones are not listed."""
        body = super().body()
        more = {"more": True} if self.has_more else {}
        return body | {"details": body["details"] | {"mistakes": self.mistakes} | more}


def _mistake_json(mistake: Mistake) -> dict[str, Any]:
    facts = {"field": mistake.place, "row": mistake.row, "line": mistake.line, "message": mistake.reason}
    return {name: fact for name, fact in facts.items() if fact}
