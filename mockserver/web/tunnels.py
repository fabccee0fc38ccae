"""CONNECT: the simulator is a proxy for the vendor's host only, which it plays itself."""

from __future__ import annotations

import re
from ssl import SSLContext

from ..control.guard import is_loopback_name
from ..records.first_log import FirstLog
from ..tls.authority import TlsError
from ..tls.certificates import VENDOR_HOST, Certificates

TUNNEL_OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
HTTPS_PORT = "443"
MAX_SHOWN_TARGET = 100  # characters of a refused target
MAX_LOGGED_TARGETS = 100
MAX_LOGGED_CLIENTS = 20
TARGET_HOST = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^\]/]*\]|[^:/?#]*)", re.ASCII | re.IGNORECASE)
RECIPES = "docs/unchanged-clients.md has recipes"


class TunnelRefusal(Exception):
    """Why a CONNECT gets no tunnel: a status and a reason, which some clients show as the only text."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


class TunnelKeeper:
    """Opens tunnels with the certificate of the server, and logs the first refusals."""

    def __init__(self, certificates: Certificates) -> None:
        self._certificates = certificates
        self._targets, self._clients = FirstLog(MAX_LOGGED_TARGETS), FirstLog(MAX_LOGGED_CLIENTS)

    def open_tunnel(self, target: str, *, is_nested: bool) -> SSLContext:
        """Return the TLS settings for a tunnel to this target; TunnelRefusal, which is logged, for any other target.

        is_nested: whether the request came through a tunnel, which is a loop of proxies.
        """
        try:
            return self._find_context(target, is_nested=is_nested)
        except TunnelRefusal as refusal:
            shown = ascii(target[:MAX_SHOWN_TARGET])[1:-1]
            self._targets.warn_once(shown, f"refused CONNECT {shown}: {refusal.reason}")
            raise

    def refuse_target(self, target: str) -> str:
        """Return why a request for a URL of another host is refused, and log the first one; "" if it is not refused.

        A client sends the whole URL to its proxy, but this server only plays itself and the vendor.
        """
        found = TARGET_HOST.match(target)
        if not found or self._is_own(found[1]):
            return ""
        host = ascii(found[1][:MAX_SHOWN_TARGET])[1:-1]
        reason = (
            f"This server is no proxy for {host}; let this host bypass it (NO_PROXY), "
            "or give the server this name with --allowed-host."
        )
        self._targets.warn_once(host, f"refused a request for {host}: {reason}")
        return reason

    def _is_own(self, host: str) -> bool:
        return is_loopback_name(host) or self._certificates.has_name(host.lower().removesuffix(".").strip("[]"))

    def warn_of_distrust(self, client: str, alert: str) -> None:
        """Log the first handshake that a client ended because it does not accept the certificate."""
        try:
            authority = self._certificates.identify().authority
        except TlsError:  # a client can reject no certificate that does not exist
            return
        issuer = f"the authority in {authority.path}" if authority else "the authority that issued --tls-cert"
        what = f"let it trust {issuer}, and use a name that the certificate has; {RECIPES}"
        self._clients.warn_once(client, f"the client at {client} does not accept the certificate ({alert}): {what}")

    def _find_context(self, target: str, *, is_nested: bool) -> SSLContext:
        if is_nested:
            reason = "This connection already leads to the simulator, a proxy before it forwards in a loop"
            raise TunnelRefusal(508, reason)
        host, colon, port = target.rpartition(":")
        is_port = port.isascii() and port.isdigit() and 0 < int(port[:6]) < 1 << 16
        if not (colon and host and is_port) or "/" in host:
            raise TunnelRefusal(400, f"CONNECT needs a host and a port, such as {VENDOR_HOST}:{HTTPS_PORT}")
        if (host.lower().removesuffix("."), port) != (VENDOR_HOST, HTTPS_PORT):
            shown = ascii(target[:MAX_SHOWN_TARGET])[1:-1]
            reason = f"This proxy answers for {VENDOR_HOST}:{HTTPS_PORT} only, let others bypass it (NO_PROXY): {shown}"
            raise TunnelRefusal(403, reason)
        try:
            return self._certificates.identify().context
        except TlsError as error:
            raise TunnelRefusal(503, ascii(str(error))[1:-1]) from None
