"""The coverage of one tenant: how often each cell of the contract was covered, and by which tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from .cells import CoverageKey, collect_covered_keys, injected_item
from .visit import Exchange

MAX_TESTS_PER_ITEM = 20  # names behind a cell
MAX_TEST_NAMES = 1000  # different ones, of a tenant
OTHER_TESTS = "(other tests)"  # stands for all names beyond NAMES_AT_MOST


@dataclass(slots=True)
class Hits:
    """How many calls covered a cell, and the names of the tests that made them, in order.

    more: whether there were more names than are kept.
    """

    count: int = 0
    tests: dict[str, None] = field(default_factory=dict)
    has_more_tests: bool = False

    def add_test(self, test: str) -> None:
        """Note a test, as long as there is room."""
        if len(self.tests) < MAX_TESTS_PER_ITEM or test in self.tests:
            self.tests[test] = None
        else:
            self.has_more_tests = True

    def merge(self, other: Hits) -> None:
        """Add what another tally counted."""
        self.count += other.count
        self.has_more_tests |= other.has_more_tests
        for test in other.tests:
            self.add_test(test)


HitsByItem = dict[CoverageKey, Hits]


class Coverage:
    """Tallies by cell; there are no more cells than the contract has, but for statuses that it lacks."""

    def __init__(self) -> None:
        self._hits: HitsByItem = {}
        self._test_names: dict[str, str] = {}  # each by itself, since all cells share it
        self._lock = Lock()

    def record_hits(self, exchange: Exchange) -> None:
        """Count what a visit covers: nothing, if a fault made up the answer or broke it, or if it is a HEAD."""
        operation = exchange.operation
        if operation is None or exchange.request.method != operation.method:
            return
        keys = collect_covered_keys(operation, exchange) if _is_own_response(exchange) else (injected_item(operation),)
        with self._lock:
            test = self._intern_test_name(exchange.test_name)
            for key in keys:
                hits = self._hits.get(key)
                if hits is None:
                    hits = self._hits[key] = Hits()
                hits.count += 1
                if test is not None:
                    hits.add_test(test)

    def add_hits(self, hits_by_item: HitsByItem) -> None:
        """Add what was counted elsewhere."""
        with self._lock:
            _add_hits(self._hits, hits_by_item)

    def copy_hits(self) -> HitsByItem:
        """Return the tallies as they are now."""
        with self._lock:
            return merge_hits([self._hits])

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._hits.clear()
            self._test_names.clear()

    def _intern_test_name(self, test: str | None) -> str | None:
        """Return the one copy of a test's name that is kept; MANY in its place if there are too many names."""
        if test is None:
            return None
        if test not in self._test_names and len(self._test_names) >= MAX_TEST_NAMES:
            return OTHER_TESTS
        return self._test_names.setdefault(test, test)


def _is_own_response(exchange: Exchange) -> bool:
    """Whether the answer is the service's own, and comes through, if slowly."""
    fault = exchange.response.network_fault if exchange.response else None
    return not exchange.is_injected and (fault is None or fault.kind == "drip")


def merge_hits(hits_of_tenants: Iterable[HitsByItem]) -> HitsByItem:
    """Add the tallies of several tenants: counts are summed, tests united."""
    total: HitsByItem = {}
    for hits_by_item in hits_of_tenants:
        _add_hits(total, hits_by_item)
    return total


def _add_hits(total: HitsByItem, hits_by_item: HitsByItem) -> None:
    for key, hits in hits_by_item.items():
        total.setdefault(key, Hits()).merge(hits)
