"""Error responses of the server that a command asks, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from urllib.error import HTTPError

MAX_READ_BYTES = 100_000  # all mistakes of a world fit
ADDRESS_HINT = "check the address: https:// or --tls for HTTPS, and the path in --base-path"


class ErrorReply(NamedTuple):
    """An error response in one line, with the details in its body if it is one of ours."""

    text: str
    details: Mapping[str, Any]


def read_error_reply(error: HTTPError) -> ErrorReply:
    """Return the status with the message of one of our errors and its details, or with the reason phrase of another."""
    import orjson  # noqa: PLC0415 - only a failure needs it

    with error:
        content = error.read(MAX_READ_BYTES)
    try:
        reply = orjson.loads(content)
        details = reply.get("details", {})
        words = [reply["message"], details.get("field"), details.get("message")]
        return ErrorReply(f"{error.code}: {' '.join(filter(None, words))}", details)
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        return ErrorReply(f"{error.code} {ascii(error.reason)[1:-1]}", {})


def describe_error_reply(error: HTTPError) -> str:
    """Return an error response in one line."""
    return read_error_reply(error).text
