"""Calls that no simulated operation answers (F2, F2b): counted by the operation of the vendor that they meant."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from ..errors import NoOperation, UnansweredCall
from .exchange import JournalEntry
from .first_log import FirstLog

MAX_DISTINCT_OPERATIONS = 2000  # of one tenant; methods multiply the paths of the published services
MAX_TESTS_PER_OPERATION = 20
MAX_LOGGED_PATHS = 100  # unknown paths, after which no more are logged
MAX_LOGGED_PATH_LENGTH = 200  # characters
LISTED = "All such calls are listed at /__admin/requests/unmatched?group=service"


@dataclass(slots=True)
class UnansweredCount:
    """How many calls of an operation had no answer.

    first_entry_id: id of the first of them in the journal.
    tests: names of the tests that made them, as keys of a dict, which keeps them in order.
    """

    call: UnansweredCall
    first_entry_id: str
    count: int = 0
    tests: dict[str, None] = field(default_factory=dict)

    def add_calls(self, count: int, tests: Iterable[str]) -> None:
        """Add calls, and the names of their tests as far as there is room."""
        self.count += count
        for test in tests:
            if len(self.tests) < MAX_TESTS_PER_OPERATION:
                self.tests[test] = None


class UnansweredCounts:
    """The unanswered calls of one tenant, by operation; those of unknown services are only in the journal."""

    def __init__(self) -> None:
        self._counts: dict[str, UnansweredCount] = {}
        self._lock = Lock()

    def count_entry(self, entry: JournalEntry) -> None:
        """Count an entry that was not answered."""
        call = find_unanswered_call(entry)
        if call is not None:
            test = entry.test_name
            self._add(UnansweredCount(call, entry.id), 1, () if test is None else (test,))

    def list_counts(self, service: str | None = None) -> list[UnansweredCount]:
        """Return the counts of one service, or of all, in the order of the first calls."""
        with self._lock:
            return [count for count in self._counts.values() if service in (None, count.call.service)]

    def merge(self, other: UnansweredCounts) -> None:
        """Add the calls of another tenant."""
        for count in other.list_counts():
            self._add(UnansweredCount(count.call, count.first_entry_id), count.count, count.tests)

    def clear(self) -> None:
        """Reset all counts."""
        with self._lock:
            self._counts.clear()

    def _add(self, new: UnansweredCount, count: int, tests: Iterable[str]) -> None:
        with self._lock:
            known = self._counts.get(new.call.operation)
            if known is None:
                if len(self._counts) >= MAX_DISTINCT_OPERATIONS:
                    return
                known = self._counts[new.call.operation] = new
            known.add_calls(count, tests)


def merge_unanswered(parts: Iterable[UnansweredCounts]) -> UnansweredCounts:
    """Return the unanswered calls of several tenants together."""
    total = UnansweredCounts()
    for part in parts:
        total.merge(part)
    return total


class UnansweredLog:
    """Logs the first unanswered call of each operation, and of each unknown path; later ones are only recorded."""

    def __init__(self) -> None:
        self._operations = FirstLog(MAX_DISTINCT_OPERATIONS)
        self._paths = FirstLog(MAX_LOGGED_PATHS)

    def log_entry(self, entry: JournalEntry) -> None:
        """Log an entry if it is the first of an operation that is not simulated, or of an unknown path."""
        call = find_unanswered_call(entry)
        if call is not None and call.explanation:
            what = "operation" if call.is_simulated else f"service {call.service}"
            reason = f"the {what} is not simulated; stub it in your client"
            self._operations.warn_once(call.operation, f"no answer for {call.operation}: {reason}. {LISTED}")
        elif entry.is_unmatched and entry.error is not None:
            request = entry.request
            place = f"{request.method} {ascii(request.path[:MAX_LOGGED_PATH_LENGTH])[1:-1]}"
            explanation = ascii(entry.error.message)[1:-1]
            self._paths.warn_once(place, f"no answer for {place}: {explanation} {LISTED}")


def find_unanswered_call(entry: JournalEntry) -> UnansweredCall | None:
    """Return the operation that an entry without an answer probably meant; None for any other entry."""
    return entry.error.unanswered if isinstance(entry.error, NoOperation) and entry.is_unmatched else None
