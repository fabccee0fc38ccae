"""The journal of one tenant: the last visits, bounded in number and bytes, and a count of those that had to go."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Lock

from .exchange import Exchange

MAX_EXCHANGES = 1000
MAX_JOURNAL_BYTES = 16 * 1024 * 1024  # of all visits together
BASE_EXCHANGE_BYTES = 2500  # without what the client sent and got
FINDING_BYTES = 500
MAX_STORED_BODY_BYTES = 64 * 1024  # of one request or reply; the rest is cut off


class Journal:
    """Visits in the order of their answers."""

    def __init__(self) -> None:
        self._exchanges: deque[Exchange] = deque()
        self._size_bytes = 0
        self._lock = Lock()
        self.dropped_count = 0

    def append_exchange(self, exchange: Exchange) -> None:
        """Add a visit, and let the oldest go where there are too many."""
        _strip_exchange(exchange)
        exchange.size_bytes = _estimate_size(exchange)
        with self._lock:
            self._exchanges.append(exchange)
            self._size_bytes += exchange.size_bytes
            self._trim(MAX_JOURNAL_BYTES)

    @property
    def size_bytes(self) -> int:
        """About how many bytes the visits take."""
        return self._size_bytes

    def shrink_to(self, max_bytes: int) -> None:
        """Let the oldest visits go until no more than this many bytes are left."""
        with self._lock:
            self._trim(max_bytes)

    def list_exchanges(self) -> list[Exchange]:
        """Return all visits that are left, the oldest first."""
        with self._lock:
            return list(self._exchanges)

    def remove_exchanges(self, is_unwanted: Callable[[Exchange], bool]) -> list[Exchange]:
        """Remove the visits of which this holds, and return them."""
        with self._lock:
            removed = [exchange for exchange in self._exchanges if is_unwanted(exchange)]
            ids = {visit.id for visit in removed}
            self._exchanges = deque(visit for visit in self._exchanges if visit.id not in ids)
            self._size_bytes -= sum(visit.size_bytes for visit in removed)
            return removed

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._exchanges.clear()
            self._size_bytes = self.dropped_count = 0

    def _trim(self, max_bytes: int) -> None:
        while len(self._exchanges) > MAX_EXCHANGES or self._size_bytes > max_bytes:
            self._size_bytes -= self._exchanges.popleft().size_bytes
            self.dropped_count += 1


def _strip_exchange(exchange: Exchange) -> None:
    """Leave out what is large, or alive for one call only: the frames of a traceback hold body, call and state."""
    exchange.call = exchange.scan = None
    if exchange.error is not None:
        exchange.error.__traceback__ = exchange.error.__context__ = None
    if len(exchange.request.body) > MAX_STORED_BODY_BYTES:
        exchange.request = exchange.request._replace(body=exchange.request.body[:MAX_STORED_BODY_BYTES])
        exchange.is_truncated = True
    if exchange.response and len(exchange.response.content) > MAX_STORED_BODY_BYTES:
        exchange.response = exchange.response._replace(content=exchange.response.content[:MAX_STORED_BODY_BYTES])


def _estimate_size(exchange: Exchange) -> int:
    request = exchange.request
    sent_bytes = len(request.path) + len(request.query) + len(request.body) + sum(map(len, request.headers.values()))
    base_bytes = BASE_EXCHANGE_BYTES + FINDING_BYTES * len(exchange.findings)
    return base_bytes + sent_bytes + (len(exchange.response.content) if exchange.response else 0)
