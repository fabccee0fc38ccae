"""The requests nearest to a pattern that they do not match, as WireMock shows them."""

from __future__ import annotations

from collections.abc import Sequence
from heapq import nsmallest
from typing import Any

from ...errors import BadRequest
from ...practices.regexes import Deadline
from ...records.exchange import JournalEntry
from . import wiremock
from .patterns.request_patterns import RequestPattern

MAX_NEAR_MISSES = 3  # in a reply
MAX_COMPARED_ENTRIES = 1000  # the latest, which are compared with a pattern


def find_near_misses(
    pattern: RequestPattern, pattern_json: Any, entries: Sequence[JournalEntry], *, is_partial: bool = False
) -> list[dict[str, Any]]:
    """Return the nearest entries; BadRequest if that takes too long.

    pattern_json: what the pattern was compiled from.
    is_partial: the nearest of those that were compared in time are enough.
    """
    distances, deadline = list[tuple[float, JournalEntry]](), Deadline()
    try:
        for entry in entries[: -MAX_COMPARED_ENTRIES - 1 : -1]:
            distances.append((pattern.entry_distance(entry, deadline), entry))
    except BadRequest:
        if not is_partial:
            raise
    different = (pair for pair in reversed(distances) if pair[0] > 0)
    return [
        {
            "request": wiremock.logged_request_json(entry),
            "requestPattern": pattern_json,
            "matchResult": {"distance": distance},
        }
        for distance, entry in nsmallest(MAX_NEAR_MISSES, different, key=lambda pair: pair[0])
    ]
