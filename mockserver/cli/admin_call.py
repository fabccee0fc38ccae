"""Calls of the control plane of a running server that send and receive world files."""

from __future__ import annotations

from collections.abc import Mapping
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request

from .error_replies import describe_error_reply
from .server_trust import ServerAddress, describe_tls_failure

MAX_TRANSFER_SECONDS = 120
WORLD_PATH = "/__admin/world"  # as in `control/world`, whose import takes longer than a call


class CallFailed(Exception):
    """The server refuses the call, or cannot be reached; the message has its reason."""


def call_world(
    address: ServerAddress, token: str, method: str, query: Mapping[str, str | None], body: tuple[bytes, str] | None
) -> bytes:
    """Return the response to a call; CallFailed.

    body: its content and media type.
    """
    content, media_type = body or (None, "")
    query_string = urlencode({name: text for name, text in query.items() if text})
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    headers |= {"Content-Type": media_type} if media_type else {}
    url, opener = address.url, address.create_opener()
    try:
        request = Request(f"{url}{WORLD_PATH}?{query_string}", content, headers, method=method)  # noqa: S310 - the user's own server
        with opener.open(request, timeout=MAX_TRANSFER_SECONDS) as response:
            received: bytes = response.read()
            return received
    except HTTPError as error:
        with error:
            raise CallFailed(f"{url} answers {describe_error_reply(error)}") from None
    except (OSError, HTTPException, ValueError) as error:  # URLError is an OSError
        reason = getattr(error, "reason", None) or error
        hint = describe_tls_failure(reason) or "`mockserver serve` starts one"
        raise CallFailed(f"cannot reach a server at {url}: {reason}; {hint}") from None
