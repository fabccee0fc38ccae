"""How long one search in the journal may take: its pattern is a client's, and so are the texts that it meets."""

from __future__ import annotations

from time import monotonic

import regex

from ..errors import BadRequest

SECONDS = 0.5


class Budget:
    """The time that all parts of one search share."""

    def __init__(self) -> None:
        self._until = monotonic() + SECONDS

    def check(self) -> float:
        """Return the seconds that are left; BadRequest if there are none."""
        left = self._until - monotonic()
        if left <= 0:
            raise _over()
        return left

    def fits(self, pattern: regex.Pattern[str], text: str) -> bool:
        """Whether the whole of a text is as a regex says; BadRequest if that takes too long."""
        try:
            return pattern.fullmatch(text, timeout=self.check()) is not None
        except (TimeoutError, MemoryError, RuntimeError):
            raise _over() from None


def _over() -> BadRequest:
    return BadRequest(kind="expensive", detail=f"The search takes longer than {SECONDS:g} s.")
