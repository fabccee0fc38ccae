"""Access to the control plane: refuse web pages of other sites, and callers without the token."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hmac import compare_digest, digest
from ipaddress import IPv6Address, ip_address
from typing import Literal
from urllib.parse import urlencode

from ..access import bearer_token
from ..errors import BadRequest, ClientError, InvalidToken, NoEndpoint
from ..messages import Request

CONTROL_PREFIX = "/__admin"
HEALTH_PATH = f"{CONTROL_PREFIX}/health"
CERTIFICATE_PATH = f"{CONTROL_PREFIX}/certs/ca.crt"
PROXY_PATH = f"{CONTROL_PREFIX}/proxy.pac"
SPKI_PATH = f"{CONTROL_PREFIX}/certs/spki.txt"  # for browsers: the hash of the key to trust
PUBLIC_PATHS = {
    HEALTH_PATH,
    CERTIFICATE_PATH,
    SPKI_PATH,
    PROXY_PATH,
}  # read by load balancers, trust stores, browsers: no token
DOCS_PATH = f"{CONTROL_PREFIX}/docs"
DASHBOARD_PATH = f"{CONTROL_PREFIX}/ui"
LOGIN_PATH = f"{DASHBOARD_PATH}/login"
NEXT_PAGE = "next"  # the parameter of the login page with the page that was asked for, from DASHBOARD_PATH on
ASSETS_PATH = f"{DASHBOARD_PATH}/assets/"  # style and script of the dashboard, which the login page needs too
FEED_PATHS = frozenset(f"{DASHBOARD_PATH}/{name}" for name in ("events", "news"))  # read by its script
WAIT_PATHS = frozenset(f"{CONTROL_PREFIX}/requests/{name}" for name in ("wait", "never", "ordered"))
# The names of this machine as browsers write them: `localhost` and the names below it, which browsers never ask the DNS
# for, and all loopback addresses, also those of IPv4 within IPv6.
LOOPBACK_NAME = (
    r"(?:(?:[a-z0-9_-]+\.)*localhost\.?|127(?:\.\d{1,3}){3}"
    r"|\[(?:::1|(?:0{1,4}:){7}0{0,3}1|::ffff:127(?:\.\d{1,3}){3}|::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})\])"
)
ELSEWHERE = "Call it from your tests or a terminal, or through a proxy that keeps the headers Host and Origin in step."
OWN_FETCH_SITES = {"same-origin", "none"}  # Sec-Fetch-Site of our pages, and of an address that a person typed


def is_documentation(path: str) -> bool:
    """Whether a path, as the client encoded it, is one of the pages that document the APIs."""
    return path == DOCS_PATH or path.startswith(f"{DOCS_PATH}/")


def is_dashboard(path: str) -> bool:
    """Whether a path, as the client encoded it, belongs to the dashboard."""
    return path == DASHBOARD_PATH or path.startswith(f"{DASHBOARD_PATH}/")


def is_loopback_name(host: str) -> bool:
    """Whether a name, with or without a port, is one of this machine."""
    pattern = rf"{LOOPBACK_NAME}(:\d{{1,5}})?"  # compiled at its first use, since that takes 5 ms
    return re.fullmatch(pattern, host, re.IGNORECASE) is not None


def may_wait(path: str) -> bool:
    """Whether a call of the control plane with this path may wait; a slash at the end is ignored (F2a)."""
    return path.removesuffix("/") in WAIT_PATHS


def find_login_address(request: Request) -> str:
    """Return the address of the login page, which then leads to the page that was asked for."""
    page = request.path.removeprefix(DASHBOARD_PATH) + (f"?{request.query}" if request.query else "")
    is_page = request.method == "GET" and page.strip("/") and request.path not in FEED_PATHS
    return request.prefix + LOGIN_PATH + (f"?{urlencode({NEXT_PAGE: page})}" if is_page else "")


class ForeignPageError(ClientError):
    """A control request that a page of another site may have sent."""

    status = 403
    reason = "Forbidden"


class AdminTokenRequired(ClientError):
    """A control request without the server's own token."""

    status = 401
    reason = "Unauthorized"
    message = "The control plane needs the header Authorization: Bearer TOKEN; the ready line names the token."

    @property
    def headers(self) -> dict[str, str]:
        """The authentication scheme that the control plane requires."""
        return {"WWW-Authenticate": 'Bearer realm="control plane"'}


@dataclass(frozen=True, slots=True)
class Guard:
    """Decides which requests to the control plane are allowed.

    allowed_hosts: accepted host names, in addition to those of loopback addresses.
    token: the required token; "" if none is required. PUBLIC_PATHS, the documentation and the login page of the
        dashboard never require it. For the dashboard, the session cookie is enough.
    is_closed: whether everything but the health check is disabled.
    """

    allowed_hosts: Collection[str] = ()
    token: str = ""
    is_closed: bool = False

    @property
    def access(self) -> Literal["open", "token", "closed"]:
        """Who may use the control plane: everybody on loopback, those with the token, or nobody."""
        return "closed" if self.is_closed else "token" if self.token else "open"

    def is_own_host(self, host: str) -> bool:
        """Whether the control plane answers under a name, with or without a port: of loopback, or an allowed one."""
        if is_loopback_name(host):
            return True
        return not {host, host.rpartition(":")[0]}.isdisjoint(self.allowed_hosts)

    def check_request(self, request: Request) -> None:
        """Raise ClientError if a request to the control plane is not allowed."""
        if self.is_closed and request.path != HEALTH_PATH:
            raise NoEndpoint("The control plane is disabled (--no-admin).")
        self._check_host(request.path, request.headers.get("host", ""))
        self._check_origin(request.headers)
        if not (is_dashboard(request.path) and self._may_see_dashboard(request)):
            self._check_token(request.path, request.headers.get("authorization"))
        _check_content_type(request)

    def is_token(self, text: str) -> bool:
        """Whether a text is the required token; takes the same time for each text of the same length."""
        return compare_digest(text.encode(), self.token.encode())

    @property
    def session(self) -> tuple[str, str]:
        """Name and value of the cookie of a logged-in browser; the token does not follow from them.

        Servers on other ports of the same host get other names, since browsers send cookies to all ports.
        """
        text = digest(self.token.encode(), b"session of the dashboard", "sha256").hex()
        return f"mockserver-ui-{text[:8]}", text[8:]

    def _may_see_dashboard(self, request: Request) -> bool:
        if request.path == LOGIN_PATH or request.path.startswith(ASSETS_PATH):
            return True
        name, value = self.session
        cookies = (part.strip().partition("=") for part in request.headers.get("cookie", "").split(";"))
        return any(sent == name and compare_digest(text.encode(), value.encode()) for sent, _, text in cookies)

    def _check_host(self, path: str, host: str) -> None:
        """Refuse requests that look like DNS rebinding; what is public is so under any host name."""
        if path not in PUBLIC_PATHS and not self.is_own_host(host):
            raise ForeignPageError(
                f"The control plane does not answer to the host name {host[:100]!a}. Allow it with --allowed-host."
            )

    def _check_origin(self, headers: Mapping[str, str]) -> None:
        """Refuse requests that come from pages of other sites."""
        origin, host = headers.get("origin"), headers.get("host")
        if origin is not None and (not host or origin.partition("://")[2] != host):
            raise ForeignPageError(
                f"The control plane does not answer pages of the origin {origin[:100]!a}. {ELSEWHERE}"
            )
        if headers.get("sec-fetch-site", "none") not in OWN_FETCH_SITES:
            raise ForeignPageError(f"The control plane does not answer pages of other sites. {ELSEWHERE}")

    def _check_token(self, path: str, authorization: str | None) -> None:
        if not self.token or path in PUBLIC_PATHS or is_documentation(path):
            return
        try:
            sent_token = bearer_token(authorization)
        except InvalidToken:
            raise AdminTokenRequired from None
        if not self.is_token(sent_token):
            raise AdminTokenRequired


def _check_content_type(request: Request) -> None:
    """Require a Content-Type with a body: a page cannot send JSON to another site without asking first (CORS)."""
    if request.body and "content-type" not in request.headers:
        detail = "Send the header Content-Type: application/json."
        raise BadRequest(field="Content-Type", error_type="contentType", detail=detail)


def is_loopback_address(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine only."""
    try:
        address = ip_address(host)
    except ValueError:
        return host == "localhost"
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback
