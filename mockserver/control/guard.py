"""Keep foreign pages away from the control plane: DNS rebinding and cross-site requests reach loopback ports."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from ..errors import ClientError

LOOPBACK = re.compile(r"(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d{1,5})?")


class Refused(ClientError):
    """A control request that a foreign page may have sent."""

    status = 403
    reason = "Forbidden"


def check(headers: Mapping[str, str], allowed_hosts: Collection[str]) -> None:
    """Refuse a Host that is neither loopback nor allowed, and an Origin other than the server itself."""
    host = headers.get("host", "")
    if not LOOPBACK.fullmatch(host) and host.rpartition(":")[0] not in allowed_hosts and host not in allowed_hosts:
        raise Refused(f"The control plane does not answer to the host name {host[:100]!r}; see --allowed-host.")
    origin = headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != host:
        raise Refused(f"The control plane does not answer pages of the origin {origin[:100]!r}.")
    if headers.get("sec-fetch-site") == "cross-site":
        raise Refused("The control plane does not answer pages of other sites.")
