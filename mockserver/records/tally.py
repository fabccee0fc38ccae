"""The findings of one tenant, each once, with how often it came, where first, and in which tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Lock

from .visit import Exchange, Finding

MAX_DISTINCT_FINDINGS = 1000
MAX_TESTS_PER_FINDING = 20  # whose names are kept with a finding


@dataclass(slots=True)
class FindingCount:
    """How often a finding came.

    example: id of the first visit that had it.
    tests: names of the tests that had it, as keys, since they stay in order.
    """

    operation_id: str
    finding: Finding
    first_exchange_id: str
    count: int = 0
    tests: dict[str, None] = field(default_factory=dict)


class FindingCounts:
    """Findings, counted as the visits come in."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, Finding], FindingCount] = {}
        self._lock = Lock()
        self.overflow_count = 0  # findings that came when there were too many different ones

    def count_findings(self, exchange: Exchange) -> None:
        """Count the findings of a visit."""
        operation_id = exchange.operation.id if exchange.operation else ""
        with self._lock:
            for finding in exchange.findings:
                self._count_finding(operation_id, finding, exchange)

    def list_counts(self) -> list[FindingCount]:
        """Return what was found, in the order of first times."""
        with self._lock:
            return list(self._counts.values())

    def clear(self) -> int:
        """Begin anew; return how many different findings there were."""
        with self._lock:
            cleared_count = len(self._counts)
            self._counts.clear()
            self.overflow_count = 0
            return cleared_count

    def _count_finding(self, operation_id: str, finding: Finding, exchange: Exchange) -> None:
        finding_count = self._counts.get((operation_id, finding))
        if finding_count is None:
            if len(self._counts) >= MAX_DISTINCT_FINDINGS:
                self.overflow_count += 1
                return
            finding_count = self._counts[operation_id, finding] = FindingCount(operation_id, finding, exchange.id)
        finding_count.count += 1
        if exchange.test_name and len(finding_count.tests) < MAX_TESTS_PER_FINDING:
            finding_count.tests[exchange.test_name] = None
