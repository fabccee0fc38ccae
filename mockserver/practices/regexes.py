"""Regexes that clients send: compiled within bounds, and run within a time that all of one call share (C7)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any

import regex

from ..errors import BadRequest

MAX_REGEX_LENGTH = 1000  # characters
MAX_REGEX_REPEATS = 10_000  # the package writes out `{n}` when it compiles, and `{n}` within `{n}` multiplies

REPEAT = re.compile(r"\{([0-9]+)")
VERBOSE_FLAG = re.compile(r"\(\?\w*x")


class RegexError(Exception):
    """A regex that cannot be used, and why in a few words."""


class RegexTimeout(Exception):
    """The time is up."""


def compile_regex(text: str) -> regex.Pattern[str]:
    """Compile a regex, unless even that would take long; RegexError says why not."""
    if len(text) > MAX_REGEX_LENGTH or _count_repeats(text) > MAX_REGEX_REPEATS:
        raise RegexError(f"at most {MAX_REGEX_LENGTH} characters and {MAX_REGEX_REPEATS} repetitions")
    if VERBOSE_FLAG.search(text):  # it would hide repetitions from us
        raise RegexError("the flag x is not supported")
    try:
        return regex.compile(text, cache_pattern=False)
    except (regex.error, RecursionError) as error:
        raise RegexError(str(error)) from None
    except Exception:  # the package's parser has defects of its own
        raise RegexError("cannot be compiled") from None


@dataclass(slots=True)
class RegexBudget:
    """What is left of the time, in seconds, that the regexes of one call may take together."""

    seconds_left: float

    def has_match(self, search: Callable[..., Any], text: str, *, is_quick: bool = False) -> bool:
        """Whether a method of a compiled regex finds something in a text; TooExpensive if the time is up.

        is_quick: it is sure to be over soon. A timeout makes a search eight times as slow.
        """
        if self.seconds_left <= 0:  # the package takes a negative timeout for none
            raise RegexTimeout
        started = monotonic()
        try:
            return search(text, timeout=None if is_quick else self.seconds_left) is not None
        except (TimeoutError, MemoryError, RuntimeError):
            raise RegexTimeout from None
        finally:
            self.seconds_left -= monotonic() - started


def _count_repeats(pattern: str) -> int:
    """Return how often the smallest part may be written out: the product of all `{n`."""
    product = 1
    for count in REPEAT.findall(pattern):
        product *= max(1, int(count[:9]))
    return product


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
