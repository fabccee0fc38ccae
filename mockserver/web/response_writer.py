"""From a response to the bytes of its head and body."""

from __future__ import annotations

import time
from email.utils import formatdate
from functools import lru_cache
from typing import NamedTuple

from ..messages import NetworkFault, Response, reason_phrase
from .request_parser import ParsedRequest


class EncodedResponse(NamedTuple):
    """A response as bytes; the connection ends after it unless `keeps_open`."""

    head: bytes
    body: bytes
    keeps_open: bool
    network_fault: NetworkFault | None = None


def encode(response: Response, parsed: ParsedRequest) -> EncodedResponse:
    """Return the bytes of the response to this request."""
    fields = "".join([f"{name}: {text}\r\n" for name, text in response.fields()])
    if not parsed.keeps_open:
        fields += "Connection: close\r\n"
    elif parsed.version == "1.0":
        fields += "Connection: keep-alive\r\n"
    status = response.status
    head = f"HTTP/1.1 {status} {reason_phrase(status)}\r\n{fields}Date: {_date(int(time.time()))}\r\n\r\n"
    body = response.body_for(parsed.request.method)
    return EncodedResponse(head.encode("latin-1"), body, parsed.keeps_open, response.network_fault)


@lru_cache(1)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
