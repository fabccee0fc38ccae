"""The findings of one tenant, each once, with how often it came, where first, and in which tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from .visit import Finding, Visit

DISTINCT_AT_MOST = 1000
TESTS_AT_MOST = 20  # whose names are kept with a finding


@dataclass(slots=True)
class Counted:
    """How often a finding came.

    example: id of the first visit that had it.
    tests: names of the tests that had it, as keys, since they stay in order.
    """

    operation_id: str
    finding: Finding
    example: str
    count: int = 0
    tests: dict[str, None] = field(default_factory=dict)


class FindingsTally:
    """Findings, counted as the visits come in."""

    def __init__(self) -> None:
        self._counted: dict[tuple[str, Finding], Counted] = {}
        self._lock = Lock()
        self.beyond = 0  # findings that came when there were too many different ones

    def add(self, visit: Visit) -> None:
        """Count the findings of a visit."""
        operation_id = visit.operation.id if visit.operation else ""
        with self._lock:
            for finding in visit.findings:
                self._count(operation_id, finding, visit)

    def all(self) -> list[Counted]:
        """Return what was found, in the order of first times."""
        with self._lock:
            return list(self._counted.values())

    def clear(self) -> int:
        """Begin anew; return how many different findings there were."""
        with self._lock:
            gone = len(self._counted)
            self._counted.clear()
            self.beyond = 0
            return gone

    def _count(self, operation_id: str, finding: Finding, visit: Visit) -> None:
        counted = self._counted.get((operation_id, finding))
        if counted is None:
            if len(self._counted) >= DISTINCT_AT_MOST:
                self.beyond += 1
                return
            counted = self._counted[operation_id, finding] = Counted(operation_id, finding, visit.id)
        counted.count += 1
        if visit.test and len(counted.tests) < TESTS_AT_MOST:
            counted.tests[visit.test] = None
