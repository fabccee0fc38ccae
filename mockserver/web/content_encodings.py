"""Request bodies with a Content-Encoding: gzip and deflate are decoded, within the limit of a body (F3c)."""

from __future__ import annotations

import zlib

from ..errors import INVALID_BODY, BadRequest, ClientError, TooLarge
from ..messages import Request
from ..wording import shorten
from .limits import MAX_BODY_BYTES

HEADER = "content-encoding"
GZIP, ZLIB, RAW_DEFLATE = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS
# Clients send `deflate` with the header of zlib, as RFC 9110 says, or without it.
FORMATS = {"gzip": (GZIP,), "x-gzip": (GZIP,), "deflate": (ZLIB, RAW_DEFLATE)}


def decode_body(request: Request) -> None:
    """Replace an encoded body by the decoded one, and drop the header; set the problem of one that is unreadable."""
    encoding = request.headers.get(HEADER)
    if encoding is None or not request.body:
        return
    try:
        request.body = _decode(request.body, encoding)
    except ClientError as error:
        request.problem, request.body = error, b""
        return
    request.headers = {name: text for name, text in request.headers.items() if name != HEADER}


def body_too_long() -> TooLarge:
    """Return the problem of a request whose body exceeds the limit."""
    return TooLarge(413, f"The body is longer than {MAX_BODY_BYTES} bytes.")


def _decode(body: bytes, encoding: str) -> bytes:
    name = encoding.strip().lower()
    if name in ("", "identity"):
        return body
    if name not in FORMATS:
        raise _encoding_error(f"Content-Encoding must be gzip, deflate or identity, not {shorten(encoding)}.")
    for window_bits in FORMATS[name]:
        decoded = _decompress(body, window_bits)
        if decoded is not None:
            return decoded
    raise _encoding_error(f"The body is not complete and valid {name}, which Content-Encoding names.")


def _decompress(body: bytes, window_bits: int) -> bytes | None:
    """Return the decompressed body; None if it is invalid, incomplete, or has bytes after its end. TooLarge (413)."""
    decompressor = zlib.decompressobj(window_bits)
    try:
        decoded = decompressor.decompress(body, MAX_BODY_BYTES + 1)
    except zlib.error:
        return None
    if len(decoded) > MAX_BODY_BYTES:
        raise body_too_long()
    return decoded if decompressor.eof and not decompressor.unused_data else None


def _encoding_error(detail: str) -> BadRequest:
    return BadRequest(INVALID_BODY, field="Content-Encoding", error_type="contentEncoding", detail=detail, rule="F3c")
