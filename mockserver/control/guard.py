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
from ..exchange import Request

PREFIX = "/__admin"
HEALTH = f"{PREFIX}/health"
DOCS = f"{PREFIX}/docs"
TOKENLESS = {HEALTH, DOCS}  # those who watch over a container, and who only read, need no token
LOOPBACK = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?")
OWN_PAGES = {"same-origin", "none"}  # of Sec-Fetch-Site: a page of ours, or a person who typed the address


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
    """Who may steer; for all pages of the documentation, `path` is that of the first one.

    allowed_hosts: names under which the control plane answers, beside loopback ones.
    token: what every call must carry, but for health and the pages that document it; "" for nothing.
    closed: whether nothing but health answers.
    """

    allowed_hosts: Collection[str] = ()
    token: str = ""
    closed: bool = False

    def check(self, request: Request) -> None:
        """Let a request to the control plane pass, or raise what it is answered with."""
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
        if not self.token or path in TOKENLESS:
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
