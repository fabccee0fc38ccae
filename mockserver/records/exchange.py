"""One request to the simulated API with all that became of it; the pipeline fills it in, the records keep it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ..access import Principal
from ..contract.body_fields import FieldScan
from ..contract.operations import Operation
from ..errors import ClientError, Forbidden, MethodNotAllowed, NoEndpoint
from ..messages import Call, NetworkFault, Request, Response

MAX_TEST_NAME_LENGTH = 200  # characters of the name of a test
FindingKind = Literal["query", "header", "body", "deprecated", "scope"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a client does against the contract, and the vendor lets pass.

    place: name of the parameter, or JSON pointer into the body, with `*` for the elements of an array.
    suggestion: what was probably meant, or "".
    """

    kind: FindingKind
    place: str
    message: str
    suggestion: str = ""


@dataclass(slots=True)
class Exchange:
    """A request, from its arrival to its answer.

    at: when it arrived, on the machine's clock. started_ns: the same on a monotonic clock.
    microseconds: from its arrival to its answer; 0 until the visit is closed.
    operation, ids: None and empty where no operation has the path.
    principal: whose token it was, good or not; None if nobody's.
    call, look: what the handler got, and what its body has; only until the visit is kept.
    fault, injected: the fault rules that were applied, and whether an answer of theirs stands for the service's own.
    spoilt: places of the elements of a bulk that a fault let fail, from 0.
    network_fault: how the response is broken in transit.
    versions: changes of the tenant's state so far, before and after.
    is_cut, weight: whether the body of the request is kept in part only, and about how many bytes all takes.
    """

    id: str
    request: Request
    arrived_at: datetime
    tenant: str | None = None
    operation: Operation | None = None
    ids: Mapping[str, str] = field(default_factory=dict)
    principal: Principal | None = None
    call: Call | None = None
    scan: FieldScan | None = None
    findings: tuple[Finding, ...] = ()
    fault: str | None = None
    is_injected: bool = False
    failed_elements: frozenset[int] = frozenset()
    network_fault: NetworkFault | None = None
    error: ClientError | None = None
    response: Response | None = None
    versions: tuple[int, int] | None = None
    started_ns: int = 0
    microseconds: int = 0
    is_truncated: bool = False
    size_bytes: int = 0

    @property
    def status(self) -> int:
        """The status of the answer; 0 while there is none."""
        return self.response.status if self.response else 0

    @property
    def is_unmatched(self) -> bool:
        """Whether no operation has the path and the method; a preflight asks for none."""
        return isinstance(self.error, (NoEndpoint, MethodNotAllowed)) and self.request.method != "OPTIONS"

    @property
    def is_authenticated(self) -> bool:
        """Whether the caller showed somebody's token; with `--auth off` nobody has to."""
        return self.principal is not None and not self.principal.is_assumed

    @property
    def used_scope(self) -> str | None:
        """The scope that opened the operation: the first of its scopes that the caller has."""
        if self.operation is None or self.principal is None:
            return None
        return next((each for each in self.operation.scopes if each in self.principal.scopes), None)

    @property
    def missing_scopes(self) -> tuple[str, ...]:
        """The scopes of which the caller lacked one."""
        return self.error.scopes if isinstance(self.error, Forbidden) else ()

    @property
    def test_name(self) -> str | None:
        """The test that made the request, as it names itself by the header `X-Mock-Test`."""
        header = self.request.headers.get("x-mock-test")
        return _read_test_name(header) if header else None


def _read_test_name(header: str) -> str:
    """Read a name in UTF-8, which WSGI hands over as Latin-1, or in that; cut it, and show no control characters."""
    if not header.isascii():
        with suppress(UnicodeError):
            header = header.encode("latin-1").decode()
    name = header[:MAX_TEST_NAME_LENGTH]
    return name if name.isprintable() else "".join(letter if letter.isprintable() else "?" for letter in name)
