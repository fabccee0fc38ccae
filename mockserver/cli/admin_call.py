"""Calls of the control plane of a running server, by commands."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request

from .error_replies import ADDRESS_HINT, read_error_reply
from .server_trust import START_HINT, ServerAddress, describe_tls_failure

MAX_CALL_SECONDS = 30
MAX_TRANSFER_SECONDS = 120  # for a world


class CallFailed(Exception):
    """The server refuses the call, cannot be reached, or is another one; the message has the reason.

    details: those in the body of our error; empty without.
    """

    def __init__(self, reason: str, details: Mapping[str, Any] | None = None) -> None:
        super().__init__(reason)
        self.details = details or {}


def call_control_plane(
    address: ServerAddress,
    token: str,
    path: str,
    query: Mapping[str, str | None],
    *,
    method: str = "GET",
    body: tuple[bytes, str] | None = None,
) -> bytes:
    """Return the response to a call; CallFailed.

    path: such as `/__admin/coverage`. query: parameters without a value are left out.
    body: its content and media type.
    """
    content, media_type = body or (None, "")
    query_string = urlencode({name: text for name, text in query.items() if text})
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    headers |= {"Content-Type": media_type} if media_type else {}
    url, opener = address.url, address.create_opener()
    seconds = MAX_TRANSFER_SECONDS if body else MAX_CALL_SECONDS
    try:
        request = Request(f"{url}{path}?{query_string}", content, headers, method=method)  # noqa: S310 - the user's own server
        with opener.open(request, timeout=seconds) as response:
            received: bytes = response.read()
            return received
    except HTTPError as error:
        reply = read_error_reply(error)
        may_be_another = error.code in {400, 404} and not reply.details  # a 401 or 403 of ours says what it needs
        hint = f"; {ADDRESS_HINT}" if may_be_another else ""
        raise CallFailed(f"{url} answers {reply.text}{hint}", reply.details) from None
    except (OSError, HTTPException, ValueError) as error:  # URLError is an OSError
        reason = getattr(error, "reason", None) or error
        hint = describe_tls_failure(reason) or START_HINT
        raise CallFailed(f"cannot reach a server at {url}: {reason}; {hint}") from None
