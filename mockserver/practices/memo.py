"""What was read from a text, kept for the next time: clients ask with few different texts, again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

LONGEST = 1000  # characters; longer texts are read anew, so that nobody fills the memory with them
MOST = 256  # texts

Read = TypeVar("Read")


def remembered(read: Callable[[str], Read]) -> Callable[[str], Read]:
    """Keep what a function made of the last texts; it must be immutable. Errors are not kept."""
    kept = lru_cache(maxsize=MOST)(read)

    @wraps(read)
    def remember(text: str) -> Read:
        return kept(text) if len(text) <= LONGEST else read(text)

    return remember
