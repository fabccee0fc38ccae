"""Findings: what a client does against the contract and the vendor lets pass (C11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from threading import Lock
from typing import Any

from ..contract import body_fields
from ..contract.body_fields import FieldScan
from ..contract.operations import Operation
from ..errors import BadRequest
from .exchange import Exchange, Finding

# Headers that a client, a proxy or a tool may send with any request.
COMMON_HEADERS = frozenset(
    {
        *("accept", "accept-charset", "accept-encoding", "accept-language", "authorization", "connection", "cookie"),
        *("access-control-request-headers", "access-control-request-method", "cache-control", "date", "dnt", "expect"),
        *("content-encoding", "content-language", "content-length", "content-type", "forwarded", "from", "host"),
        *("if-match", "if-modified-since", "if-none-match", "if-unmodified-since", "keep-alive", "max-forwards"),
        *("origin", "pragma", "prefer", "priority", "proxy-connection", "range", "referer", "save-data", "te"),
        *("traceparent", "tracestate", "transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent"),
        *("via", "x-mock-test", "x-real-ip", "x-request-id"),
    }
)
EMPTY_SCAN = FieldScan()
COMMON_HEADER_PREFIXES = ("sec-", "x-forwarded-", "x-b3-")
MAX_UNDECLARED_FIELDS, MAX_FINDINGS_PER_REQUEST = (
    1000,
    100,
)  # of one request; a body can have a million fields that nobody declares


def find_request_findings(
    operation: Operation, query: Iterable[str], headers: Mapping[str, str], scan: FieldScan
) -> tuple[Finding, ...]:
    """Return the undeclared parameters, headers and body fields of a request, and the deprecated things it uses."""
    found = [
        *_undeclared_parameters(operation, query),
        *_undeclared_headers(operation, headers),
        *_deprecations(operation),
        *_undeclared_fields(scan),
    ]
    return tuple(islice(dict.fromkeys(found), MAX_FINDINGS_PER_REQUEST)) if found else ()


def scan_body(operation: Operation, body: Any) -> FieldScan:
    """Look at a body for findings, as far as they are wanted."""
    return (
        body_fields.scan_fields(operation.body_plan.field_tree, body, MAX_UNDECLARED_FIELDS)
        if operation.body_plan and body is not None
        else EMPTY_SCAN
    )


def finding_error(finding: Finding) -> BadRequest:
    """Return the error for a finding where the dial `contract` is strict (C11b)."""
    hint = f" Did you mean {finding.suggestion}?" if finding.suggestion else ""
    return BadRequest(field=finding.place, error_type="undeclared", detail=finding.message + hint, rule="C11b")


@lru_cache(maxsize=1000)
@lru_cache(maxsize=1024)  # callers come with few different sets of scopes
def find_excess_scopes(
    operation_id: str, accepted_scopes: tuple[str, ...], granted_scopes: frozenset[str]
) -> tuple[Finding, ...]:
    """Return a finding for a token that may more than the operation needs; any one of `wanted` will do.

    What it may in other services is no matter of this call: `neverNeeded` of the coverage tells that.
    """
    services = {scope.partition(".")[0] for scope in accepted_scopes}
    excess_scopes = {scope for scope in granted_scopes if scope.partition(".")[0] in services} - set(accepted_scopes)
    if not accepted_scopes or not excess_scopes:
        return ()
    more = ", ".join(sorted(excess_scopes))
    return (Finding("scope", operation_id, f"The token grants more than this operation needs: {more}."),)


def _undeclared_parameters(operation: Operation, query: Iterable[str]) -> Iterator[Finding]:
    declared = operation.parameter_names["query"]
    for name in query:
        if name not in declared:
            yield Finding("query", name[:100], "This query parameter is not declared.", _nearest_name(name, declared))


def _undeclared_headers(operation: Operation, headers: Mapping[str, str]) -> Iterator[Finding]:
    declared = operation.parameter_names["header"]
    for name in headers:
        if name not in COMMON_HEADERS and name not in declared and not name.startswith(COMMON_HEADER_PREFIXES):
            yield Finding("header", name[:100], "This header is not declared.", _nearest_name(name, declared))


def _deprecations(operation: Operation) -> Iterator[Finding]:
    if operation.is_deprecated:
        yield Finding("deprecated", operation.id, "This operation is deprecated.")


def _undeclared_fields(scan: FieldScan) -> Iterator[Finding]:
    for occurrence in scan.undeclared:
        nearest = _nearest_name(occurrence.name, frozenset(occurrence.siblings))
        yield Finding("body", occurrence.pointer[:200], "This field is not declared.", nearest)


@lru_cache(maxsize=1000)
def _nearest_name(name: str, declared: frozenset[str]) -> str:
    """Return the declared name that is most like this one, "" if none is."""
    lower = {each.lower(): each for each in sorted(declared)}
    near = get_close_matches(name.lower()[:100], lower, n=1, cutoff=0.6)
    return lower[near[0]] if near else ""


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
