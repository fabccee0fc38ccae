"""The coverage of one tenant: how often each cell of the contract was covered, and by which tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock

from .cells import Key, covered, injected
from .visit import Visit

TESTS_AT_MOST = 20  # names behind a cell
NAMES_AT_MOST = 1000  # different ones, of a tenant
MANY = "(other tests)"  # stands for all names beyond NAMES_AT_MOST


@dataclass(slots=True)
class Tally:
    """How many calls covered a cell, and the names of the tests that made them, in order.

    more: whether there were more names than are kept.
    """

    count: int = 0
    tests: dict[str, None] = field(default_factory=dict)
    more: bool = False

    def note(self, test: str) -> None:
        """Note a test, as long as there is room."""
        if len(self.tests) < TESTS_AT_MOST or test in self.tests:
            self.tests[test] = None
        else:
            self.more = True

    def add(self, other: Tally) -> None:
        """Add what another tally counted."""
        self.count += other.count
        self.more |= other.more
        for test in other.tests:
            self.note(test)


Tallies = dict[Key, Tally]


class Coverage:
    """Tallies by cell; there are no more cells than the contract has, but for statuses that it lacks."""

    def __init__(self) -> None:
        self._tallies: Tallies = {}
        self._names: dict[str, str] = {}  # each by itself, since all cells share it
        self._lock = Lock()

    def seen(self, visit: Visit) -> None:
        """Count what a visit covers: nothing, if a fault made up the answer or broke it, or if it is a HEAD."""
        operation = visit.operation
        if operation is None or visit.request.method != operation.method:
            return
        keys = covered(operation, visit) if _is_real(visit) else (injected(operation),)
        with self._lock:
            test = self._named(visit.test)
            for key in keys:
                tally = self._tallies.get(key)
                if tally is None:
                    tally = self._tallies[key] = Tally()
                tally.count += 1
                if test is not None:
                    tally.note(test)

    def add(self, tallies: Tallies) -> None:
        """Add what was counted elsewhere."""
        with self._lock:
            _add(self._tallies, tallies)

    def tallies(self) -> Tallies:
        """Return the tallies as they are now."""
        with self._lock:
            return joined([self._tallies])

    def clear(self) -> None:
        """Begin anew."""
        with self._lock:
            self._tallies.clear()
            self._names.clear()

    def _named(self, test: str | None) -> str | None:
        """Return the one copy of a test's name that is kept; MANY in its place if there are too many names."""
        if test is None:
            return None
        if test not in self._names and len(self._names) >= NAMES_AT_MOST:
            return MANY
        return self._names.setdefault(test, test)


def _is_real(visit: Visit) -> bool:
    """Whether the answer is the service's own, and comes through, if slowly."""
    fault = visit.answer.network_fault if visit.answer else None
    return not visit.injected and (fault is None or fault.kind == "drip")


def joined(several: Iterable[Tallies]) -> Tallies:
    """Add the tallies of several tenants: counts are summed, tests united."""
    whole: Tallies = {}
    for tallies in several:
        _add(whole, tallies)
    return whole


def _add(to: Tallies, tallies: Tallies) -> None:
    for key, tally in tallies.items():
        to.setdefault(key, Tally()).add(tally)
