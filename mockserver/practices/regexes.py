"""Regexes that clients send: compiled within limits, and run within a time limit that one call shares (C7).

A query limits the time of its regexes (`RegexBudget`); a search of the journal limits all of its work (`Deadline`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any

from ..errors import BadRequest

if TYPE_CHECKING:  # most clients send no regexes
    import regex

MAX_REGEX_LENGTH = 1000  # characters
MAX_REGEX_REPEATS = 10_000  # `regex` expands `{n}` when it compiles, and `{n}` within `{n}` multiplies
MAX_SEARCH_SECONDS = 0.5  # of a search of the journal

REPEAT = re.compile(r"\{([0-9]+)")
VERBOSE_FLAG = re.compile(r"\(\?\w*x")


class RegexError(Exception):
    """A regex that cannot be used; the message says why."""


class RegexTimeout(Exception):
    """A regex ran out of time or memory."""


def compile_regex(text: str) -> regex.Pattern[str]:
    """Compile a regex; RegexError if it is invalid, or would take too long to compile."""
    if len(text) > MAX_REGEX_LENGTH or _count_repeats(text) > MAX_REGEX_REPEATS:
        raise RegexError(f"at most {MAX_REGEX_LENGTH} characters and {MAX_REGEX_REPEATS} repetitions")
    if VERBOSE_FLAG.search(text):  # it would hide repetitions from us
        raise RegexError("the flag x is not supported")
    import regex  # noqa: PLC0415 - see above

    try:
        return regex.compile(text, cache_pattern=False)
    except (regex.error, RecursionError) as error:
        raise RegexError(str(error)) from None
    except Exception:  # defects in the parser of `regex`
        raise RegexError("cannot be compiled") from None


def _count_repeats(pattern: str) -> int:
    """Return the upper bound of how often a part is expanded: the product of all `{n`."""
    product = 1
    for count in REPEAT.findall(pattern):
        product *= max(1, int(count[:9]))
    return product


@dataclass(slots=True)
class RegexBudget:
    """The time, in seconds, that the regexes of one query may still use together."""

    seconds_left: float

    def has_match(self, search: Callable[..., Any], text: str, *, is_quick: bool = False) -> bool:
        """Whether a method of a compiled regex finds a match in a text; RegexTimeout if the budget is used up.

        is_quick: the search cannot take long, so it needs no timeout, which makes a search eight times slower.
        """
        if self.seconds_left <= 0:  # `regex` ignores a negative timeout
            raise RegexTimeout
        started_at = monotonic()
        try:
            return _run_regex(search, text, None if is_quick else self.seconds_left)
        finally:
            self.seconds_left -= monotonic() - started_at

    def find_matches(self, search: Callable[[str], Any], texts: Iterable[str]) -> list[Any]:
        """Return what a method of a compiled regex finds in each text; RegexTimeout if the budget is used up.

        All in C and without a timeout, for searches that are quick even together.
        """
        if self.seconds_left <= 0:  # as above
            raise RegexTimeout
        started_at = monotonic()
        try:
            return list(map(search, texts))
        except (MemoryError, RuntimeError):
            raise RegexTimeout from None
        finally:
            self.seconds_left -= monotonic() - started_at


class Deadline:
    """The end of the time that all parts of one search share, whether they run regexes or not."""

    def __init__(self) -> None:
        self._ends_at = monotonic() + MAX_SEARCH_SECONDS

    def check_time_left(self) -> float:
        """Return the seconds left; BadRequest if the time is up."""
        seconds_left = self._ends_at - monotonic()
        if seconds_left <= 0:
            raise _search_timeout_error()
        return seconds_left

    def fullmatch(self, pattern: regex.Pattern[str], text: str) -> bool:
        """Whether a regex matches the whole text; BadRequest if the time is up."""
        try:
            return _run_regex(pattern.fullmatch, text, self.check_time_left())
        except RegexTimeout:
            raise _search_timeout_error() from None


def _run_regex(search: Callable[..., Any], text: str, timeout: float | None) -> bool:
    try:
        return search(text, timeout=timeout) is not None
    except (TimeoutError, MemoryError, RuntimeError):
        raise RegexTimeout from None


def _search_timeout_error() -> BadRequest:
    return BadRequest(error_type="expensive", detail=f"The search takes longer than {MAX_SEARCH_SECONDS:g} s.")
