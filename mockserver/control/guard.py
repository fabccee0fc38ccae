"""Keep others away from the control plane: foreign pages, which reach loopback ports too, and the network."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hmac import compare_digest
from ipaddress import ip_address
from urllib.parse import urlsplit

from ..access import bearer
from ..errors import BadRequest, ClientError, InvalidToken, NoEndpoint
from ..messages import Request

PREFIX = "/__admin"
HEALTH = f"{PREFIX}/health"
DOCS = f"{PREFIX}/docs"
LOOPBACK = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?")
OWN_PAGES = {"same-origin", "none"}  # of Sec-Fetch-Site: a page of ours, or a person who typed the address


def is_control(path: str) -> bool:
    """Whether a path, as the client encoded it, belongs to the control plane.

    An encoded spelling such as /%5F_admin does not: like all words of a path, the prefix is compared as it was sent.
    """
    return path.startswith(PREFIX) and path[len(PREFIX) : len(PREFIX) + 1] in {"", "/"}


def is_documentation(path: str) -> bool:
    """Whether a path, as the client encoded it, is one of the pages that document the APIs."""
    return path == DOCS or path.startswith(f"{DOCS}/")


class Refused(ClientError):
    """A control request that a foreign page may have sent."""

    status = 403
    reason = "Forbidden"


class TokenNeeded(ClientError):
    """A control request without the server's own token."""

    status = 401
    reason = "Unauthorized"
    message = "The control plane needs the header Authorization: Bearer TOKEN; the ready line names the token."

    @property
    def headers(self) -> dict[str, str]:
        """Say which kind of credentials is wanted."""
        return {"WWW-Authenticate": 'Bearer realm="control plane"'}


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may call the control plane.

    allowed_hosts: host names under which the control plane answers, in addition to loopback ones.
    token: the token that a call must have; "" if none is needed. Health checks and the documentation never need it.
    closed: whether only the health check answers.
    """

    allowed_hosts: Collection[str] = ()
    token: str = ""
    closed: bool = False

    def check(self, request: Request) -> None:
        """Return if a request to the control plane is allowed; ClientError if not."""
        if self.closed and request.path != HEALTH:
            raise NoEndpoint("The control plane is closed (--no-admin).")
        self._check_pages(request.headers)
        self._check_token(request.path, request.headers.get("authorization"))
        _check_body(request)

    def _check_pages(self, headers: Mapping[str, str]) -> None:
        """Refuse what DNS rebinding and cross-site requests look like."""
        host = headers.get("host", "")
        names = {host, host.rpartition(":")[0]}
        if not LOOPBACK.fullmatch(host) and names.isdisjoint(self.allowed_hosts):
            raise Refused(f"The control plane does not answer to the host name {host[:100]!r}; see --allowed-host.")
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            raise Refused(f"The control plane does not answer pages of the origin {origin[:100]!r}.")
        if headers.get("sec-fetch-site", "none") not in OWN_PAGES:
            raise Refused("The control plane does not answer pages of other sites.")

    def _check_token(self, path: str, authorization: str | None) -> None:
        if not self.token or path == HEALTH or is_documentation(path):
            return
        try:
            given = bearer(authorization)
        except InvalidToken:
            raise TokenNeeded from None
        if not compare_digest(given.encode(), self.token.encode()):
            raise TokenNeeded


def _check_body(request: Request) -> None:
    """Demand that a body says what it is: those that a page can send to any site cannot say JSON."""
    if request.body and "content-type" not in request.headers:
        detail = "Send the header Content-Type: application/json."
        raise BadRequest(field="Content-Type", kind="contentType", detail=detail)


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
