"""The journal of one tenant: the last visits, bounded in number and bytes, and a count of those that had to go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock

from .visit import Visit

VISITS_AT_MOST = 1000
BYTES_AT_MOST = 16 * 1024 * 1024  # of all visits together
BYTES_OF_A_VISIT = 2500  # without what the client sent and got
BYTES_OF_A_FINDING = 500
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
        visit.weight = _weight(visit)
        with self._lock:
            self._visits.append(visit)
            self._bytes += visit.weight
            self._trim(BYTES_AT_MOST)

    @property
    def size(self) -> int:
        """About how many bytes the visits take."""
        return self._bytes

    def cut_to(self, size: int) -> None:
        """Let the oldest visits go until no more than this many bytes are left."""
        with self._lock:
            self._trim(size)

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
            self._bytes -= sum(visit.weight for visit in gone)
            return gone

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._visits.clear()
            self._bytes = self.dropped = 0

    def _trim(self, size: int) -> None:
        while len(self._visits) > VISITS_AT_MOST or self._bytes > size:
            self._bytes -= self._visits.popleft().weight
            self.dropped += 1


def _cut(visit: Visit) -> None:
    """Leave out what is large, or alive for one call only: the frames of a traceback hold body, call and state."""
    visit.call = visit.look = None
    if visit.error is not None:
        visit.error.__traceback__ = visit.error.__context__ = None
    if len(visit.request.body) > BODY_AT_MOST:
        visit.request = visit.request._replace(body=visit.request.body[:BODY_AT_MOST])
        visit.is_cut = True
    if visit.answer and len(visit.answer.content) > BODY_AT_MOST:
        visit.answer = visit.answer._replace(content=visit.answer.content[:BODY_AT_MOST])


def _weight(visit: Visit) -> int:
    request = visit.request
    sent = len(request.path) + len(request.query) + len(request.body) + sum(map(len, request.headers.values()))
    noted = BYTES_OF_A_VISIT + BYTES_OF_A_FINDING * len(visit.findings)
    return noted + sent + (len(visit.answer.content) if visit.answer else 0)
