"""Requests, calls, replies and responses: what passes between HTTP and the rules; no HTTP library is used here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from .access import Principal
from .errors import BadRequest, ClientError
from .store.world import Tenant

Parameters = Mapping[str, Any]
NOTHING: Mapping[Any, Any] = MappingProxyType({})
Judge = Callable[[Any], BadRequest | None]

STATUSES_WITHOUT_BODY = frozenset({*range(100, 200), 204, 304})  # RFC 9110, 6.4.1; they have no Content-Length either


@cache
def reason_phrase(status: int, unknown: str = "Unknown") -> str:
    """Return the phrase for a status; `unknown` for one that HTTP does not define, as an injected fault may have."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return unknown


class Request(NamedTuple):
    """A request as it arrived: path and query still encoded, header names in lower case.

    client: the client's address.
    problem: why the request could not be read completely; the other fields then have what could be read.
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
    tenant_or_none: the tenant in the path; None where the operation has no tenant.
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


class TextBody(NamedTuple):
    """A body other than JSON: its text, sent as UTF-8, and the media type that the contract declares."""

    content: str
    media_type: str


class RawJson(NamedTuple):
    """A body of JSON that is already encoded, validated and projected for the client."""

    content: bytes


class Reply(NamedTuple):
    """What a handler returns: status, headers, and a body or None: JSON, `TextBody`, `RawJson`, or rows."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = NOTHING


@dataclass(frozen=True, slots=True)
class NetworkFault:
    """How an injected fault breaks a response in transit; a server that cannot do it sends the response as it is.

    kind: the connection is reset or closed without a response, or the response is garbage, truncated or dripped.
    chunks, seconds: how many parts a dripped body is cut into, and the time they take together.
    """

    kind: Literal["reset", "empty", "garbage", "truncated", "drip"]
    chunks: int = 1
    seconds: float = 0.0


class Response(NamedTuple):
    """A reply ready to send: status, content (empty without a body), headers, and the media type of the content."""

    status: int
    content: bytes
    headers: Mapping[str, str]
    network_fault: NetworkFault | None = None
    media_type: str = "application/json"

    def fields(self) -> list[tuple[str, str]]:
        """Return all header fields but those of the connection; Content-Length and Content-Type are added if missing.

        A status without a body has no Content-Length, and an empty body no Content-Type.
        """
        fields = list(self.headers.items())
        if self.status not in STATUSES_WITHOUT_BODY:
            if "Content-Length" not in self.headers:
                fields.append(("Content-Length", str(len(self.content))))
            if self.content and "Content-Type" not in self.headers:
                fields.append(("Content-Type", self.media_type))
        return fields

    def body_for(self, method: str) -> bytes:
        """Return the body that follows the header fields: nothing for HEAD, or for a status without a body."""
        return b"" if method == "HEAD" or self.status in STATUSES_WITHOUT_BODY else self.content


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
