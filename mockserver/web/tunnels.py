"""CONNECT: the simulator is a proxy for the vendor's host only, which it plays itself."""

from __future__ import annotations

from ssl import SSLContext

from ..tls.authority import TlsError
from ..tls.certificates import VENDOR_HOST, Certificates

TUNNEL_OPEN = b"HTTP/1.1 200 Connection established\r\n\r\n"
HTTPS_PORT = "443"
MAX_SHOWN_TARGET = 100  # characters of a refused target


class TunnelRefusal(Exception):
    """Why a CONNECT gets no tunnel: a status and a reason, which some clients show as the only text."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


def open_tunnel(target: str, certificates: Certificates, *, is_nested: bool) -> SSLContext:
    """Return the TLS settings for a tunnel to this target; TunnelRefusal if there is none.

    is_nested: whether the request came through a tunnel, which is a loop of proxies.
    """
    if is_nested:
        raise TunnelRefusal(508, "This connection already leads to the simulator, a proxy before it forwards in a loop")
    host, colon, port = target.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and 0 < int(port[:6]) < 1 << 16):
        raise TunnelRefusal(400, f"CONNECT needs a host and a port, such as {VENDOR_HOST}:{HTTPS_PORT}")
    if (host.lower().removesuffix("."), port) != (VENDOR_HOST, HTTPS_PORT):
        shown = ascii(target[:MAX_SHOWN_TARGET])[1:-1]
        reason = f"This proxy answers for {VENDOR_HOST}:{HTTPS_PORT} only, let others bypass it (NO_PROXY): {shown}"
        raise TunnelRefusal(403, reason)
    try:
        return certificates.identify().context
    except TlsError as error:
        raise TunnelRefusal(503, ascii(str(error))[1:-1]) from None
