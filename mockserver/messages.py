"""Requests, calls, replies and responses: what passes between HTTP and the rules, without an HTTP library."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from typing import Any, Literal, Protocol

from .access import Principal
from .errors import BadRequest, ClientError
from .store.tenant import Tenant

Parameters = Mapping[str, Any]
Validate = Callable[[Any], BadRequest | None]  # returns what is wrong with a value

BASE_PATH = re.compile(r"(?:/(?!\.{1,2}(?:/|$))[\w.~-]+)+", re.ASCII)  # matches the whole value
JSON_MEDIA_TYPE = "application/json"
YAML_MEDIA_TYPE = "application/yaml"  # RFC 9512
YAML_MEDIA_TYPES = frozenset({YAML_MEDIA_TYPE, "application/x-yaml", "text/yaml", "text/x-yaml"})
STATUSES_WITHOUT_BODY = frozenset({*range(100, 200), 204, 304})  # RFC 9110, 6.4.1; they have no Content-Length either


def is_base_path(text: str) -> bool:
    """Whether a text is a path that a server can be mounted at: it starts with a slash and ends without one."""
    return BASE_PATH.fullmatch(text) is not None


@cache
def reason_phrase(status: int, unknown: str = "Unknown") -> str:
    """Return the phrase for a status; `unknown` for one that HTTP does not define, as an injected fault may have."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return unknown


@dataclass(slots=True)
class Request:
    """A request as it arrived: path and query still encoded, header names in lower case.

    client: the client's address.
    problem: why the request could not be read completely; the other fields then hold what could be read.
    scheme: that of the connection.
    base_path: what the path began with in the client's URL; see `--base-path`.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""
    client: str = ""
    problem: ClientError | None = None
    scheme: str = "http"
    base_path: str = ""

    @property
    def client_scheme(self) -> str:
        """The scheme of the client's URL: that of the connection, or https if a proxy says that it ended TLS."""
        forwarded = self.headers.get("x-forwarded-proto", "").partition(",")[0]  # by the proxy nearest to the client
        is_secure = "https" in (self.scheme, forwarded.strip().lower())
        return "https" if is_secure else "http"

    @property
    def prefix(self) -> str:
        """What precedes the path in a URL for this client: what a proxy says that it removed, and the base path."""
        removed = self.headers.get("x-forwarded-prefix", "").rstrip("/")
        return (removed if is_base_path(removed) else "") + self.base_path


@dataclass(slots=True)
class Call:
    """A request that has passed routing, access and validation.

    path, query, header: the declared parameters that were sent, decoded and typed.
    body: the JSON body, or the fields of a form; None for a request without a body.
    element_errors: the errors of a bulk's elements, by position (E1).
    tenant_or_none: the tenant in the path; None if the path has no tenant.
    validate_patched: for a PATCH, finds what is wrong with the resource that it would leave.
    """

    principal: Principal
    path: Parameters
    query: Parameters
    header: Parameters
    body: Any = None
    element_errors: Mapping[int, ClientError] = field(default_factory=dict)
    tenant_or_none: Tenant | None = None
    validate_patched: Validate | None = None

    @property
    def tenant(self) -> Tenant:
        """The tenant in the path; LookupError if the path has no tenant."""
        if self.tenant_or_none is None:
            raise LookupError("this operation has no {tenant} in its path")
        return self.tenant_or_none


@dataclass(slots=True)
class TextBody:
    """A body other than JSON: its text, sent as UTF-8, and the media type that the contract declares."""

    content: str
    media_type: str


@dataclass(slots=True)
class RawJson:
    """A body of JSON that is already encoded, validated and projected for the client."""

    content: bytes


@dataclass(slots=True)
class Reply:
    """What a handler returns: status, headers, and a body, which is JSON, a `TextBody`, a `RawJson`, rows or None."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NetworkFault:
    """How an injected fault breaks a response in transit; a server that cannot do it sends the response unchanged.

    kind: the connection is reset or closed without a response, or the response is garbage, truncated or dripped.
    chunks, seconds: into how many parts a dripped body is cut, and how long it takes to send them all.
    """

    kind: Literal["reset", "empty", "garbage", "truncated", "drip"]
    chunks: int = 1
    seconds: float = 0.0


class EventStream(Protocol):
    """What follows the content of a response that does not end: our server asks for it once a second."""

    def next_event(self) -> bytes:
        """Return what the client has to know since the last event; b"" for nothing."""


@dataclass(slots=True)
class Response:
    """A reply ready to send: status, content (empty without a body), headers, and the media type of the content.

    stream: what follows the content; a server that cannot do it sends the content only.
    """

    status: int
    content: bytes
    headers: Mapping[str, str]
    network_fault: NetworkFault | None = None
    media_type: str = JSON_MEDIA_TYPE
    stream: EventStream | None = None

    def fields(self) -> list[tuple[str, str]]:
        """Return all header fields except those of the connection; add Content-Length and Content-Type if missing.

        A status without a body gets no Content-Length, and neither does a stream. An empty body gets no Content-Type.
        """
        fields = list(self.headers.items())
        if self.status not in STATUSES_WITHOUT_BODY:
            if "Content-Length" not in self.headers and self.stream is None:
                fields.append(("Content-Length", str(len(self.content))))
            if self.content and "Content-Type" not in self.headers:
                fields.append(("Content-Type", self.media_type))
        return fields

    def field_lines(self) -> str:
        """Return `fields` as the lines of a response head."""
        if not self.headers and self.content and self.status not in STATUSES_WITHOUT_BODY:  # nearly always
            return f"Content-Length: {len(self.content)}\r\nContent-Type: {self.media_type}\r\n"
        return "".join([f"{name}: {text}\r\n" for name, text in self.fields()])

    def body_for(self, method: str) -> bytes:
        """Return the body that follows the header fields: nothing for HEAD, or for a status without a body."""
        return b"" if method == "HEAD" or self.status in STATUSES_WITHOUT_BODY else self.content


@dataclass(frozen=True, slots=True)
class Listing:
    """All rows that the caller may see; the pipeline applies `q`, sort, count and page to them."""

    rows: Sequence[Mapping[str, Any]]


Handler = Callable[[Call], Reply | Listing]
ErrorWriter = Callable[[ClientError], Any]  # returns the body of an error


@dataclass(frozen=True, slots=True)
class Service:
    """A simulated service: the name of its spec file, and a handler for each operationId.

    write_error: returns the body of an error; None if errors have the shape of the Customer Segment Service.
    """

    spec: str
    handlers: Mapping[str, Handler]
    write_error: ErrorWriter | None = None
