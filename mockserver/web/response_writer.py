"""From a response to bytes: its head and body, or what a network fault leaves of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from random import Random
from time import gmtime, time

from ..messages import EventStream, NetworkFault, Response, reason_phrase
from .request_parser import ParsedRequest

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
GARBAGE = Random(0).randbytes(512)  # noqa: S311 - the same in every run


@dataclass(slots=True)
class EncodedResponse:
    """A response as bytes; the connection closes after it unless `keeps_open`. A stream follows the body."""

    head: bytes
    body: bytes
    keeps_open: bool
    network_fault: NetworkFault | None = None
    stream: EventStream | None = None


def encode(response: Response, parsed: ParsedRequest) -> EncodedResponse:
    """Return the bytes of the response to this request."""
    connection = ""
    stream = response.stream if parsed.request.method != "HEAD" else None
    if not parsed.keeps_open or stream:
        connection = "Connection: close\r\n"
    elif parsed.version == "1.0":
        connection = "Connection: keep-alive\r\n"
    status_line = f"HTTP/1.1 {response.status} {reason_phrase(response.status)}"
    date = format_http_date(int(time()))
    head = f"{status_line}\r\n{response.field_lines()}{connection}Date: {date}\r\n\r\n"
    body = response.body_for(parsed.request.method)
    return EncodedResponse(head.encode("latin-1"), body, parsed.keeps_open, response.network_fault, stream)


def replace_reason(encoded: EncodedResponse, reason: str) -> EncodedResponse:
    """Return a response with this text as its reason phrase, which is all that some clients show."""
    status_line, end, fields = encoded.head.partition(b"\r\n")
    protocol_and_status = b" ".join(status_line.split(b" ", 2)[:2])
    return replace(encoded, head=protocol_and_status + b" " + reason.encode("latin-1") + end + fields)


def broken_bytes(kind: str, response: EncodedResponse) -> bytes:
    """Return the bytes that a network fault sends; a truncated response without a body ends in its status line."""
    if kind == "garbage":
        return GARBAGE
    if kind != "truncated":
        return b""
    if response.body:
        return response.head + response.body[: len(response.body) // 2]
    first_line = response.head.partition(b"\r\n")[0]
    return first_line[: len(first_line) // 2]


def split_body(body: bytes, chunks: int) -> list[bytes]:
    """Return a body in at most this many parts of equal size; the last one may be shorter."""
    size = max(1, -(-len(body) // chunks))
    return [body[start : start + size] for start in range(0, len(body), size)]


@lru_cache(1)
def format_http_date(seconds: int) -> str:
    """Format a time since 1970 as RFC 9110, 5.6.7 says; strftime would use the names of the locale."""
    year, month, day, hour, minute, second, weekday, *_ = gmtime(seconds)
    return f"{WEEKDAYS[weekday]}, {day:02} {MONTHS[month - 1]} {year} {hour:02}:{minute:02}:{second:02} GMT"
