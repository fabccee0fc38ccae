"""Caches for parsed texts: clients send the same few queries, sort orders and headers again and again."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

MAX_CACHED_TEXT_LENGTH = 1000  # characters; longer texts are parsed each time, to bound the memory
MAX_CACHED_TEXTS = 256  # texts

Parsed = TypeVar("Parsed")


def cache_parsed(parse: Callable[[str], Parsed]) -> Callable[[str], Parsed]:
    """Cache the results of a parser, which must be immutable; errors are not cached."""
    cache = lru_cache(maxsize=MAX_CACHED_TEXTS)(parse)

    @wraps(parse)
    def cached_parse(text: str) -> Parsed:
        return cache(text) if len(text) <= MAX_CACHED_TEXT_LENGTH else parse(text)

    return cached_parse
