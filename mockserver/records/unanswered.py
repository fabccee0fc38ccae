"""Calls that no simulated operation answers (F2, F2b): counted by the operation of the vendor that they meant."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from ..errors import NoOperation, UnansweredCall
from .exchange import JournalEntry

LOG = logging.getLogger("mockserver")
MAX_DISTINCT_OPERATIONS = 2000  # of one tenant; methods multiply the paths of the published services
MAX_TESTS_PER_OPERATION = 20


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
    """Logs the first unanswered call of each operation; later ones are only recorded."""

    def __init__(self) -> None:
        self._logged: set[str] = set()

    def log_entry(self, entry: JournalEntry) -> None:
        """Log an entry if it is the first of an operation that is not simulated."""
        call = find_unanswered_call(entry)
        if call is None or not call.explanation or call.operation in self._logged:
            return
        if len(self._logged) < MAX_DISTINCT_OPERATIONS:
            self._logged.add(call.operation)
            what = "operation" if call.is_simulated else f"service {call.service}"
            LOG.warning("no answer for %s: the %s is not simulated", call.operation, what)


def find_unanswered_call(entry: JournalEntry) -> UnansweredCall | None:
    """Return the operation that an entry without an answer probably meant; None for any other entry."""
    return entry.error.unanswered if isinstance(entry.error, NoOperation) and entry.is_unmatched else None
