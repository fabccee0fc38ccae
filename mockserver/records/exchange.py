"""A request to the simulated API and its response: an exchange while it runs, a journal entry afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Literal, NamedTuple

from ..access import Principal
from ..contract.body_fields import FieldScan
from ..contract.operations import Operation
from ..errors import ClientError, Forbidden, NoOperation
from ..messages import Call, NetworkFault, Request, Response
from ..store.history import CauseFields

MAX_TEST_NAME_LENGTH = 200  # characters
MAX_STORED_BODY_BYTES = 64 * 1024  # of one request or response; the rest is cut off
BASE_ENTRY_BYTES = 2500  # an entry without what the client sent and received
FINDING_BYTES = 500
ELEMENT_ERROR_BYTES = 1000
MAX_ELEMENT_ERRORS = 20  # of one bulk

FindingKind = Literal["query", "header", "body", "deprecated", "scope"]


class Finding(NamedTuple):
    """A contract violation of a client that the vendor tolerates.

    place: name of the parameter, or JSON pointer into the body, with `*` for the elements of an array.
    suggestion: the declared name that was probably meant, or "".
    error_type: that of the error which it is with `contract` strict.
    """

    kind: FindingKind
    place: str
    message: str
    suggestion: str = ""
    error_type: str = "undeclared"


@dataclass(slots=True, eq=False)
class JournalEntry:
    """What the journal keeps of an exchange.

    number: position in the order of arrival, from 1. arrived_seconds: real time since 1970, not the tenant's clock.
    tenant: from the path; None without a valid one.
    operation, ids: from the path; ids are still encoded. Absent if no operation has the path and method.
    principal: the holder of the token, even if it has expired; None for an unknown token or none.
    fault: ids of the faults that were applied. is_injected: whether one of them replaced the service's own response.
    versions: of the tenant's state, before and after the handler.
    element_errors: of a bulk's elements, with their positions from 0; the first MAX_ELEMENT_ERRORS.
    microseconds: from arrival to response.
    scenario_steps: the steps of scenarios that ran at this call, as sentences.
    is_truncated: whether the request body was longer than MAX_STORED_BODY_BYTES.
    size_bytes: an estimate of the memory that the entry takes.
    """

    number: int
    request: Request
    arrived_seconds: float
    tenant: str | None = None
    operation: Operation | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    principal: Principal | None = None
    findings: tuple[Finding, ...] = ()
    fault: str | None = None
    is_injected: bool = False
    error: ClientError | None = None
    response: Response | None = None
    versions: tuple[int, int] | None = None
    element_errors: Sequence[tuple[int, ClientError]] = ()
    microseconds: int = 0
    scenario_steps: tuple[str, ...] = ()
    is_truncated: bool = False
    size_bytes: int = 0

    @property
    def id(self) -> str:
        """The number in the form of a UUID."""
        return format_entry_id(self.number)

    @property
    def arrived_at(self) -> datetime:
        """When the request arrived, on the machine's clock."""
        return datetime.fromtimestamp(self.arrived_seconds, UTC)

    @property
    def finished_seconds(self) -> float:
        """When the response was ready, in real seconds since 1970."""
        return self.arrived_seconds + self.microseconds / 1e6

    @property
    def status(self) -> int:
        """The status of the response; 0 before there is one."""
        return self.response.status if self.response else 0

    @property
    def is_unmatched(self) -> bool:
        """Whether no operation has the path and method. OPTIONS is answered without an operation."""
        return isinstance(self.error, NoOperation) and self.request.method != "OPTIONS"

    @property
    def service(self) -> str:
        """The service that was called, or would have been called at the vendor (F2b); "" if it is unknown."""
        if self.operation is not None:
            return self.operation.service
        unanswered = self.error.unanswered if isinstance(self.error, NoOperation) else None
        return unanswered.service if unanswered else ""

    @property
    def is_authenticated(self) -> bool:
        """Whether the caller sent a known token; with `--auth off` nobody has to."""
        return self.principal is not None and not self.principal.is_assumed

    @property
    def used_scope(self) -> str | None:
        """The first of the operation's scopes that the caller has."""
        if self.operation is None or self.principal is None:
            return None
        for scope in self.operation.scopes:
            if scope in self.principal.scopes:
                return scope
        return None

    @property
    def missing_scopes(self) -> tuple[str, ...]:
        """The scopes that would have allowed a call that was forbidden; any one of them is enough."""
        return self.error.scopes if isinstance(self.error, Forbidden) else ()

    @property
    def test_name(self) -> str | None:
        """The name of the test that made the request, from the header `X-Mock-Test`."""
        header = self.request.headers.get("x-mock-test")
        return read_test_name(header) if header else None


@dataclass(slots=True, eq=False)
class Exchange(JournalEntry):
    """A request on its way through the pipeline, which sets the fields one after the other; then a journal entry.

    call, scan: what the handler receives, and the fields in its body.
    element_codes: the codes of a bulk's elements, in order. The journal keeps none of these three.
    failed_elements: positions, from 0, of the elements of a bulk that a fault made fail.
    network_fault: how the response is broken in transit.
    started_ns: arrival on the monotonic clock.
    """

    call: Call | None = None
    scan: FieldScan | None = None
    element_codes: Sequence[int] = ()
    failed_elements: frozenset[int] = frozenset()
    network_fault: NetworkFault | None = None
    started_ns: int = 0

    def describe_cause(self, operation: Operation) -> CauseFields:
        """Return what the history of a tenant keeps of the exchange."""
        request, principal = self.request, self.principal
        return (
            self.arrived_seconds,
            self.number,
            request.method,
            request.path,
            operation.id,
            principal.name if principal else None,
            request.headers.get("x-mock-test"),
        )

    def become_entry(self) -> JournalEntry:
        """Release what the journal does not keep, cut off long bodies, and return the exchange as an entry."""
        self.call = self.scan = None
        self.element_codes = ()
        if self.error is not None or self.element_errors:
            for error in (self.error, *(error for _, error in self.element_errors)):
                if error is not None:  # the frames of a traceback would keep body, call and state in memory
                    error.__traceback__ = error.__context__ = None
        request, response = self.request, self.response
        if len(request.body) > MAX_STORED_BODY_BYTES:
            self.is_truncated = True
            request = self.request = replace(request, body=request.body[:MAX_STORED_BODY_BYTES])
        if response and len(response.content) > MAX_STORED_BODY_BYTES:
            response = self.response = replace(response, content=response.content[:MAX_STORED_BODY_BYTES])
        error_bytes = ELEMENT_ERROR_BYTES * len(self.element_errors)
        self.size_bytes = _estimate_size(request, response, len(self.findings)) + error_bytes
        return self


def _estimate_size(request: Request, response: Response | None, finding_count: int) -> int:
    header_bytes = len("".join(request.headers.values()))
    sent_bytes = len(request.path) + len(request.query) + len(request.body) + header_bytes
    received_bytes = len(response.content) if response else 0
    return BASE_ENTRY_BYTES + FINDING_BYTES * finding_count + sent_bytes + received_bytes


def format_entry_id(number: int) -> str:
    """Return the number of a journal entry in the form of a UUID."""
    return f"00000000-0000-4000-8000-{number:012x}"


def read_test_name(header: str) -> str:
    """Return a test name as printable text, cut to its maximal length.

    A header may be UTF-8 (which WSGI decodes as Latin-1) or Latin-1.
    """
    if not header.isascii():
        with suppress(UnicodeError):
            header = header.encode("latin-1").decode()
    name = header[:MAX_TEST_NAME_LENGTH]
    return name if name.isprintable() else "".join(letter if letter.isprintable() else "?" for letter in name)
