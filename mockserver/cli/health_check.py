"""The health check of a running server, once or until it is healthy."""

from __future__ import annotations

import time
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import OpenerDirector

from .error_replies import ADDRESS_HINT, describe_error_reply
from .server_trust import START_HINT, ServerAddress, describe_tls_failure

HEALTH_PATH = "/__admin/health"  # as in `control/guard`, whose import takes longer than a check
MAX_ANSWER_SECONDS = 5  # how long a server may take to answer
MAX_ANSWER_BYTES = 1000
HEALTHY = b'"healthy"'
SECONDS_BETWEEN_CHECKS = 0.1


class Unhealthy(Exception):
    """No healthy server answers at the URL."""


def await_health(address: ServerAddress, seconds: float) -> str:
    """Return the reply of the health check; check for this many seconds until it succeeds, then raise Unhealthy.

    A server that starts for the first time makes its authority meanwhile, which is then trusted too.
    """
    stamp, opener = address.stamp_authority(), address.create_opener()
    deadline = time.monotonic() + seconds
    while True:
        try:
            return _check_health(opener, address.url)
        except Unhealthy as error:
            if time.monotonic() >= deadline:
                waited = f" after {seconds:g} s" if seconds else ""
                raise Unhealthy(f"no healthy server at {address.url}{waited}: {error}") from None
        time.sleep(SECONDS_BETWEEN_CHECKS)
        if address.stamp_authority() != stamp:
            stamp, opener = address.stamp_authority(), address.create_opener()


def _check_health(opener: OpenerDirector, url: str) -> str:
    """Return the reply of the health check; Unhealthy with the reason if it fails."""
    try:
        with opener.open(url + HEALTH_PATH, timeout=MAX_ANSWER_SECONDS) as response:
            content: bytes = response.read(MAX_ANSWER_BYTES)
    except HTTPError as error:
        raise Unhealthy(f"it answers {describe_error_reply(error)}; {ADDRESS_HINT}") from None
    except (OSError, HTTPException, ValueError) as error:  # URLError is an OSError
        reason = getattr(error, "reason", None) or error
        raise Unhealthy(f"{reason}; {describe_tls_failure(reason) or START_HINT}") from None
    if HEALTHY not in content:
        raise Unhealthy("another program answers there; choose the server with --url or --port")
    return content.decode()
