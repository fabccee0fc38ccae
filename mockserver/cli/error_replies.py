"""Error responses of the server that a command asks, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from urllib.error import HTTPError

MAX_READ_BYTES = 10_000
ADDRESS_HINT = "check the address: https:// or --tls for HTTPS, and the path in --base-path"


def describe_error_reply(error: HTTPError) -> str:
    """Return the status with the message of one of our errors and its details, or with the reason phrase of another."""
    import orjson  # noqa: PLC0415 - only a failure needs it

    with error:
        content = error.read(MAX_READ_BYTES)
    try:
        reply = orjson.loads(content)
        details = reply.get("details", {})
        words = [reply["message"], details.get("field"), details.get("message")]
        return f"{error.code}: {' '.join(filter(None, words))}"
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        return f"{error.code} {ascii(error.reason)[1:-1]}"
