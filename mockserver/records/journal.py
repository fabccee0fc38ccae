"""The journal of one tenant: the last visits, bounded in number and bytes, and a count of those that had to go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from threading import Lock

from .visit import Visit

VISITS_AT_MOST = 1000
BYTES_AT_MOST = 16 * 1024 * 1024  # bodies of all visits together
BODY_AT_MOST = 64 * 1024  # of one request or reply; the rest is cut off


class Journal:
    """Visits in the order of their answers."""

    def __init__(self) -> None:
        self._visits: deque[Visit] = deque()
        self._bytes = 0
        self._lock = Lock()
        self.dropped = 0

    def keep(self, visit: Visit) -> None:
        """Add a visit, and let the oldest go where there are too many."""
        _cut(visit)
        with self._lock:
            self._visits.append(visit)
            self._bytes += _weight(visit)
            while len(self._visits) > VISITS_AT_MOST or self._bytes > BYTES_AT_MOST:
                self._bytes -= _weight(self._visits.popleft())
                self.dropped += 1

    def visits(self) -> list[Visit]:
        """Return all visits that are left, the oldest first."""
        with self._lock:
            return list(self._visits)

    def remove(self, unwanted: Callable[[Visit], bool]) -> list[Visit]:
        """Remove the visits of which this holds, and return them."""
        with self._lock:
            gone = [visit for visit in self._visits if unwanted(visit)]
            ids = {visit.id for visit in gone}
            self._visits = deque(visit for visit in self._visits if visit.id not in ids)
            self._bytes -= sum(map(_weight, gone))
            return gone

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._visits.clear()
            self._bytes = self.dropped = 0


def _cut(visit: Visit) -> None:
    """Leave out what is large, or alive for one call only."""
    visit.call = None
    if len(visit.request.body) > BODY_AT_MOST:
        visit.request = replace(visit.request, body=visit.request.body[:BODY_AT_MOST])
    if visit.answer and len(visit.answer.content) > BODY_AT_MOST:
        visit.answer = replace(visit.answer, content=visit.answer.content[:BODY_AT_MOST])


def _weight(visit: Visit) -> int:
    return len(visit.request.body) + (len(visit.answer.content) if visit.answer else 0)
