"""How long one search in the journal may take: its pattern is a client's, and so are the texts that it meets."""

from __future__ import annotations

from time import monotonic

import regex

from ..errors import BadRequest

MAX_SEARCH_SECONDS = 0.5


class Deadline:
    """The time that all parts of one search share."""

    def __init__(self) -> None:
        self._ends_at = monotonic() + MAX_SEARCH_SECONDS

    def check_time_left(self) -> float:
        """Return the seconds that are left; BadRequest if there are none."""
        left = self._ends_at - monotonic()
        if left <= 0:
            raise _too_expensive_error()
        return left

    def fullmatch(self, pattern: regex.Pattern[str], text: str) -> bool:
        """Whether the whole of a text is as a regex says; BadRequest if that takes too long."""
        try:
            return pattern.fullmatch(text, timeout=self.check_time_left()) is not None
        except (TimeoutError, MemoryError, RuntimeError):
            raise _too_expensive_error() from None


def _too_expensive_error() -> BadRequest:
    return BadRequest(error_type="expensive", detail=f"The search takes longer than {MAX_SEARCH_SECONDS:g} s.")
