"""What a client needs to reach the simulator as the vendor's host: the certificate authority and a proxy file."""

from __future__ import annotations

import re
from functools import partial

from ..messages import Call, Handler, Reply, TextBody
from ..tls.authority import CERTIFICATE_FILE, TlsError
from ..tls.certificates import VENDOR_HOST
from .context import ControlContext, UnknownName
from .guard import SPKI_PATH

SPKI_FILE = SPKI_PATH.rpartition("/")[2]
HASH_MEDIA_TYPE = "text/plain"
CERTIFICATE_MEDIA_TYPE = "application/x-x509-ca-cert"
PROXY_MEDIA_TYPE = "application/x-ns-proxy-autoconfig"
HAS_PORT = re.compile(r":\d+$", re.ASCII)
PROXY_FILE = """function FindProxyForURL(url, host) {
  return host === "%s" ? "%s %s" : "DIRECT";
}
"""


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "authorityCertificate": partial(show_authority, context),
        "proxyFile": partial(show_proxy_file, context),
    }


def show_proxy_file(context: ControlContext, call: Call) -> Reply:
    """Return a proxy file that sends the vendor's host to this server, under the name that the client used."""
    host = call.header.get("Host") or "localhost"
    if not HAS_PORT.search(host):
        host += ":443" if context.is_tls else ":80"
    keyword = "HTTPS" if context.is_tls else "PROXY"
    return Reply(200, TextBody(PROXY_FILE % (VENDOR_HOST, keyword, host), PROXY_MEDIA_TYPE))


def show_authority(context: ControlContext, call: Call) -> Reply:
    """Return the certificate of the authority that issued the server's, or a key's hash; UnknownName without one.

    The hash is the one that the ready line of a server with --tls shows.
    """
    name = call.path["file"]
    if name not in {CERTIFICATE_FILE, SPKI_FILE}:
        raise UnknownName(f"No file {name}; there are the certificate, {CERTIFICATE_FILE}, and {SPKI_FILE}.")
    try:
        if name == SPKI_FILE:
            return Reply(200, TextBody(context.certificates.identify().spki, HASH_MEDIA_TYPE))
        authority = context.certificates.read_authority()
    except TlsError as error:
        raise UnknownName(f"No certificate authority: {error}.") from None
    return Reply(200, TextBody(authority.certificate.decode(), CERTIFICATE_MEDIA_TYPE))
