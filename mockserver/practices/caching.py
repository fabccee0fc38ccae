"""What was read from a text, kept for the next time: clients ask with few different texts, again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

MAX_CACHED_TEXT_LENGTH = 1000  # characters; longer texts are read anew, so that nobody fills the memory with them
MAX_CACHED_TEXTS = 256  # texts

Parsed = TypeVar("Parsed")


def cache_parsed(parse: Callable[[str], Parsed]) -> Callable[[str], Parsed]:
    """Keep what a function made of the last texts; it must be immutable. Errors are not kept."""
    cache = lru_cache(maxsize=MAX_CACHED_TEXTS)(parse)

    @wraps(parse)
    def cached_parse(text: str) -> Parsed:
        return cache(text) if len(text) <= MAX_CACHED_TEXT_LENGTH else parse(text)

    return cached_parse
