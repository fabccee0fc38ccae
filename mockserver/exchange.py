"""What crosses between HTTP and the rules: requests, calls, replies and listings; knows no HTTP library."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from .access import Principal
from .errors import BadRequest, ClientError
from .world import Tenant

Parameters = Mapping[str, Any]
NOTHING: Mapping[Any, Any] = MappingProxyType({})
Judge = Callable[[Any], BadRequest | None]


class Request(NamedTuple):
    """A request as it arrived: the path and the query still encoded, header names in lower case.

    client: the address that it came from.
    problem: why it could not be read whole; what is here is then only what could.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""
    client: str = ""
    problem: ClientError | None = None


class Call(NamedTuple):
    """A request that has passed routing, access and validation.

    path, query, header: the declared parameters, decoded and typed; absent ones are not there.
    body: the JSON body, or the fields of a form; None if there was none.
    problems: for a body that is judged element by element (E1), what is wrong with which element.
    tenant_or_none: the tenant that the path names; None where the operation has none.
    judge_patched: for a PATCH, says what is wrong with the resource that it would leave.
    """

    principal: Principal
    path: Parameters
    query: Parameters
    header: Parameters
    body: Any = None
    problems: Mapping[int, ClientError] = NOTHING
    tenant_or_none: Tenant | None = None
    judge_patched: Judge | None = None

    @property
    def tenant(self) -> Tenant:
        """The tenant of the path; only for operations that have one."""
        if self.tenant_or_none is None:
            raise LookupError("this operation has no {tenant} in its path")
        return self.tenant_or_none


class Text(NamedTuple):
    """A body that is no JSON, in UTF-8: its text, and the media type that the contract declares for it."""

    content: str
    media_type: str


class Written(NamedTuple):
    """A body that is JSON in bytes already, judged and cut as the client wants it."""

    content: bytes


class Reply(NamedTuple):
    """An answer: status, headers, and a body if any: JSON, `Text` or `Written`; of a list, rows."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = NOTHING


@dataclass(frozen=True, slots=True)
class Wire:
    """How an answer goes wrong on its way, by order of a fault; a server that cannot do it sends the answer as it is.

    kind: the connection is reset or closed without an answer, the answer is garbage, breaks off halfway, or drips.
    chunks, seconds: into how many parts a dripping body is cut, and how long all of them take together.
    """

    kind: Literal["reset", "empty", "garbage", "truncated", "drip"]
    chunks: int = 1
    seconds: float = 0.0


class Answer(NamedTuple):
    """A reply as it leaves: status, headers, bytes (empty for none) and what they are."""

    status: int
    content: bytes
    headers: Mapping[str, str]
    wire: Wire | None = None
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class Listing:
    """Every document that the caller may see; `q`, sort, count and page are the pipeline's work."""

    rows: Sequence[Mapping[str, Any]]


Handler = Callable[[Call], Reply | Listing]
Refusal = Callable[[ClientError], Any]  # writes the body of an error


@dataclass(frozen=True, slots=True)
class Service:
    """A simulated service: the name of its spec file, and a handler for each of its operationIds.

    refusal: how it writes errors, if not in the shape of the Customer Segment Service.
    """

    spec: str
    handlers: Mapping[str, Handler]
    refusal: Refusal | None = None
