"""Findings (C11): contract violations of clients that the vendor tolerates, and how often each occurred."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from threading import Lock
from typing import Any

from ..contract.body_fields import FieldScan
from ..contract.operations import Operation
from ..contract.query_string import RawValue
from ..contract.tolerance import ExaminedScan
from ..errors import INVALID_BODY, INVALID_PARAMETERS, BadRequest
from .exchange import Exchange, Finding, FindingKind
from .known_headers import COMMON_HEADERS, KnownHeaders

EMPTY_SCAN = FieldScan()
MAX_UNDECLARED_FIELDS = 1000  # at which the scan of a body stops; a body can have a million of them
MAX_FINDINGS_PER_REQUEST = 100
MAX_DISTINCT_FINDINGS = 1000  # of one tenant
MAX_TESTS_PER_FINDING = 20


def find_request_findings(
    operation: Operation,
    query: Mapping[str, RawValue],
    headers: Mapping[str, str],
    scan: FieldScan,
    known_headers: KnownHeaders = COMMON_HEADERS,
) -> tuple[Finding, ...]:
    """Return what the contract of a request does not allow: undeclared things, and deprecated ones.

    With a tolerant spec, also what breaks its schemas.
    """
    if (
        known_headers.names.issuperset(headers)
        and operation.parameters["query"].names.issuperset(query)
        and not scan.undeclared
        and not operation.is_examined
    ):
        return ()
    request_findings = [
        *_undeclared_parameters(operation, query),
        *_undeclared_headers(operation, headers, known_headers),
        *_deprecations(operation),
        *_undeclared_fields(scan),
        *_broken_constraints(operation, query, headers, scan),
    ]
    return tuple(islice(dict.fromkeys(request_findings), MAX_FINDINGS_PER_REQUEST)) if request_findings else ()


def scan_body(operation: Operation, body: Any) -> FieldScan:
    """Return the fields of a request body, up to MAX_UNDECLARED_FIELDS that are not declared."""
    if operation.body_plan is None or body is None:
        return EMPTY_SCAN
    return operation.body_plan.scan_body(body, MAX_UNDECLARED_FIELDS)


def finding_error(finding: Finding) -> BadRequest:
    """Return the error that a finding becomes if the setting `contract` is strict (C11b)."""
    hint = f" Did you mean {finding.suggestion}?" if finding.suggestion else ""
    message = INVALID_BODY if finding.kind == "body" else INVALID_PARAMETERS
    detail = finding.message + hint
    return BadRequest(message, field=finding.place, error_type=finding.error_type, detail=detail, rule="C11b")


@lru_cache(maxsize=1000)  # tokens have few different sets of scopes
def find_excess_scopes(
    operation_id: str, accepted_scopes: tuple[str, ...], granted_scopes: frozenset[str]
) -> tuple[Finding, ...]:
    """Return a finding for scopes of the token beyond those that the operation accepts.

    Scopes of other services are ignored here; `neverNeeded` in the coverage report lists them.
    """
    services = {scope.partition(".")[0] for scope in accepted_scopes}
    excess_scopes = {scope for scope in granted_scopes if scope.partition(".")[0] in services} - set(accepted_scopes)
    if not accepted_scopes or not excess_scopes:
        return ()
    scopes = ", ".join(sorted(excess_scopes))
    return (Finding("scope", operation_id, f"The token grants more than this operation needs: {scopes}."),)


@dataclass(slots=True)
class FindingCount:
    """How often a finding occurred.

    first_exchange_id: id of the first request that had it.
    tests: names of the tests that caused it, as keys of a dict, which keeps them in order.
    """

    operation_id: str
    finding: Finding
    first_exchange_id: str
    count: int = 0
    tests: dict[str, None] = field(default_factory=dict)


class FindingCounts:
    """The distinct findings of one tenant with their counts."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, Finding], FindingCount] = {}
        self._lock = Lock()
        self.overflow_count = 0  # findings beyond MAX_DISTINCT_FINDINGS

    def count_findings(self, exchange: Exchange) -> None:
        """Count the findings of an exchange."""
        operation_id = exchange.operation.id if exchange.operation else ""
        test = exchange.test_name
        with self._lock:
            for finding in exchange.findings:
                self._count_finding(operation_id, finding, exchange, test)

    def list_counts(self) -> list[FindingCount]:
        """Return the counts of all findings, in the order in which they first occurred."""
        with self._lock:
            return list(self._counts.values())

    def clear(self) -> int:
        """Clear all counts, and return how many distinct findings there were."""
        with self._lock:
            cleared_count = len(self._counts)
            self._counts.clear()
            self.overflow_count = 0
            return cleared_count

    def _count_finding(self, operation_id: str, finding: Finding, exchange: Exchange, test: str | None) -> None:
        finding_count = self._counts.get((operation_id, finding))
        if finding_count is None:
            if len(self._counts) >= MAX_DISTINCT_FINDINGS:
                self.overflow_count += 1
                return
            finding_count = self._counts[operation_id, finding] = FindingCount(operation_id, finding, exchange.id)
        finding_count.count += 1
        if test and len(finding_count.tests) < MAX_TESTS_PER_FINDING:
            finding_count.tests[test] = None


def _undeclared_parameters(operation: Operation, query: Iterable[str]) -> Iterator[Finding]:
    declared = operation.parameters["query"].names
    for name in query:
        if name not in declared:
            yield Finding("query", name[:100], "This query parameter is not declared.", _nearest_name(name, declared))


def _undeclared_headers(
    operation: Operation, headers: Mapping[str, str], known_headers: KnownHeaders
) -> Iterator[Finding]:
    declared = operation.parameters["header"].names
    for name in headers:
        if name not in declared and not known_headers.includes(name):
            yield Finding("header", name[:100], "This header is not declared.", _nearest_name(name, declared))


def _deprecations(operation: Operation) -> Iterator[Finding]:
    if operation.is_deprecated:
        yield Finding("deprecated", operation.id, "This operation is deprecated.")


def _undeclared_fields(scan: FieldScan) -> Iterator[Finding]:
    for occurrence in scan.undeclared:
        suggestion = _nearest_name(occurrence.name, frozenset(occurrence.siblings))
        yield Finding("body", occurrence.pointer[:200], "This field is not declared.", suggestion)


def _broken_constraints(
    operation: Operation, query: Mapping[str, RawValue], headers: Mapping[str, str], scan: FieldScan
) -> Iterator[Finding]:
    """Yield what breaks the schemas of a tolerant spec; requests that break those of others have been refused."""
    places: tuple[tuple[FindingKind, Mapping[str, RawValue]], ...] = (("query", query), ("header", headers))
    for kind, raw_values in places:
        for parameter in operation.parameters[kind]:
            raw = raw_values.get(parameter.lookup_name)
            violation = parameter.advice.find_violation(raw) if parameter.advice else ""
            if violation:
                yield Finding(kind, parameter.name, violation, error_type="schema")
    if isinstance(scan, ExaminedScan) and scan.violation is not None:
        error = scan.violation
        yield Finding("body", error.field[:200], f"This does not fit its schema: {error.detail}", error_type="schema")


@lru_cache(maxsize=1000)
def _nearest_name(name: str, declared: frozenset[str]) -> str:
    """Return the declared name that is most similar, or "" if none is."""
    declared_by_lower = {declared_name.lower(): declared_name for declared_name in sorted(declared)}
    matches = get_close_matches(name.lower()[:100], declared_by_lower, n=1, cutoff=0.6)
    return declared_by_lower[matches[0]] if matches else ""
