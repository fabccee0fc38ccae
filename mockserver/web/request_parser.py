"""From bytes to requests: llhttp parses them, and `check_limits` applies the limits (F1), for WSGI too."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade, HttpRequestParser

from ..errors import ClientError, TooLarge
from ..messages import Request
from .content_encodings import body_too_long, decode_body
from .limits import MAX_BODY_BYTES, MAX_HEADER_BYTES, MAX_UNREAD_BYTES, MAX_URL_BYTES, MAX_WAITING_REQUESTS

MAX_CACHED_NAME_BYTES = 50  # longer header names are decoded each time, to bound the memory
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
EMPTY = Request("GET", "", "", {})


class _Stop(Exception):
    """Stops llhttp; the rest of the stream is ignored."""


class Phase(Enum):
    """What the parser reads next: a new request, its head, its body and trailer, or nothing more."""

    START = 1
    HEAD = 2
    BODY = 3
    ENDED = 4


START, HEAD, BODY, ENDED = Phase  # plain names, because Python 3.11 looks up the members of an Enum slowly


@dataclass(slots=True)
class ParsedRequest:
    """A request on a connection.

    keeps_open: whether the connection stays open after the response.
    refusal: status and reason if the bytes are not a valid request; `request` is then empty.
    """

    request: Request
    version: str = "1.1"
    keeps_open: bool = False
    refusal: tuple[int, str] | None = None


class RequestParser:
    """Parses the requests of one connection; llhttp calls the methods that begin with `on_`.

    phase: what is read next.
    rest: what follows a CONNECT; it is not HTTP.
    awaits_continue: in the phase BODY, whether the client waits for `100 Continue` before it sends the body.
    """

    def __init__(
        self, client: str = "", scheme: str = "http", refuse_target: Callable[[str], str] = lambda _: ""
    ) -> None:
        """Start parsing for a client with this address.

        scheme: that of its URLs.
        refuse_target: returns why a target in absolute form is refused; "" if it is not.
        """
        self.awaits_continue = False
        self.rest = b""
        self._client, self._scheme, self._refuse_target = client, scheme, refuse_target
        self._complete: list[ParsedRequest] = []
        self._declined_head = b""  # of a request whose upgrade is declined; parsed again without it
        self._unread_bytes = 0
        self._has_new_body = False
        self.on_message_begin()
        self.phase = START
        self._parser = HttpRequestParser(self)

    @property
    def is_partial(self) -> bool:
        """Whether a request has started and is incomplete."""
        return self.phase is HEAD or self.phase is BODY

    def release_llhttp(self) -> None:
        """End; llhttp and this parser refer to each other, so both would wait for the garbage collector."""
        del self._parser

    def feed(self, data: bytes) -> list[ParsedRequest]:
        """Parse more bytes; return the requests that are now complete. Only the last of them can have a refusal."""
        while data and self.phase is not ENDED:
            data = self._feed(data)
        complete, self._complete = self._complete, []
        return complete

    def _feed(self, data: bytes) -> bytes:
        """Parse the data; return the bytes that remain for a new parser, because llhttp stops at a protocol upgrade."""
        if self.phase is START and not data.isascii():
            data = _escape_first_line(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            if self.phase is ENDED:
                self.rest = data[upgrade.args[0] :]
                return b""
            self._parser = HttpRequestParser(self)
            head, self._declined_head = self._declined_head, b""
            return head + data[upgrade.args[0] :]
        except HttpParserCallbackError:
            if self.phase is not ENDED:
                raise
        except HttpParserError as error:
            self._refuse(400, f"Not valid HTTP/1.1: {error}.")
        else:
            self._check_unread(len(data))
        return b""

    def _check_unread(self, new_bytes: int) -> None:
        """Refuse a head or trailer that never ends, since llhttp buffers a header until it is complete."""
        is_between = self._has_new_body or self.phase is START
        self._unread_bytes = 0 if is_between else self._unread_bytes + new_bytes
        self._has_new_body = False
        if self._unread_bytes > MAX_UNREAD_BYTES:
            self._refuse(431, f"The headers of the request are longer than {MAX_UNREAD_BYTES} bytes.")

    def on_message_begin(self) -> None:
        """Start a request."""
        self.phase = HEAD
        self._target = b""
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._method, self._version, self._keeps_open = "GET", "1.1", False

    def on_url(self, part: bytes) -> None:
        """Add a part of the target."""
        self._target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """Add a header; ignore trailers, and names with an underscore, which WSGI cannot tell from a hyphen."""
        key = _recall_header_key(name) if len(name) <= MAX_CACHED_NAME_BYTES else _read_header_key(name)
        if key is None or self.phase is BODY:
            return
        headers = self._headers
        text = value.strip(b" \t").decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text

    def on_headers_complete(self) -> None:
        """Decide how to read the body. To decline an upgrade, the request is parsed again without that header."""
        headers, parser = self._headers, self._parser
        self.phase = BODY
        self._method = parser.get_method().decode()
        if parser.should_upgrade() and self._method != "CONNECT":
            self._declined_head = self._head_without_upgrade()
            return
        if not self._target.startswith(b"/") and self._method != "CONNECT":
            self._check_host()
        self._version = parser.get_http_version()
        self._keeps_open = parser.should_keep_alive() and self._method != "CONNECT"
        if "transfer-encoding" in headers and headers.pop("transfer-encoding").lower() != "chunked":
            self._refuse(400, "The only supported transfer coding is chunked.")
            raise _Stop
        if "content-length" in headers and int(headers.pop("content-length")) > MAX_BODY_BYTES:
            self._end_too_long()
        if "expect" in headers and self._version != "1.0":  # RFC 9110, 10.1.1
            self.awaits_continue = headers["expect"].lower() == "100-continue"

    def _check_host(self) -> None:
        """Refuse a URL of another host at once, whose body is of no interest."""
        reason = self._refuse_target(self._target.decode("latin-1"))
        if reason:
            self._refuse(403, reason)
            raise _Stop

    def on_body(self, part: bytes) -> None:
        """Add a part of the body, up to the limit."""
        self._has_new_body = True
        self._body += part
        if len(self._body) > MAX_BODY_BYTES:
            self._end_too_long()

    def on_message_complete(self) -> None:
        """Complete the request."""
        self.phase = START
        if self._declined_head:
            return
        self.awaits_continue = False
        if len(self._complete) + 1 == MAX_WAITING_REQUESTS:
            self._keeps_open = False
        self._complete_request()
        if not self._keeps_open:
            self.phase = ENDED
            if self._method != "CONNECT":  # llhttp stops after it, and tells where
                raise _Stop

    def _complete_request(self, problem: ClientError | None = None) -> None:
        if self._headers.get("content-type") == "":
            del self._headers["content-type"]  # WSGI cannot tell it from a missing one
        target = self._target.decode("latin-1")
        path, query = split_target(target) if target.startswith("/") else self._split_other_target(target)
        request = Request(
            self._method, path, query, self._headers, bytes(self._body), self._client, problem, self._scheme
        )
        check_limits(request)
        self._complete.append(ParsedRequest(request, self._version, self._keeps_open))

    def _split_other_target(self, target: str) -> tuple[str, str]:
        """Return path and query of a target that is not a path: a URL, the `*` of OPTIONS, or that of a CONNECT."""
        return (target, "") if self._method == "CONNECT" else split_target(target)

    def _end_too_long(self) -> None:
        """Complete a request whose body is too long, without that body; it is the last of the connection."""
        self._keeps_open, self.phase = False, ENDED
        self._complete_request(body_too_long())
        raise _Stop

    def _refuse(self, status: int, reason: str) -> None:
        self._complete.append(ParsedRequest(EMPTY, refusal=(status, reason)))
        self.phase = ENDED

    def _head_without_upgrade(self) -> bytes:
        """Return the head of the request without the upgrade, for which llhttp would not parse the body."""
        lines = [f"{name}: {text}\r\n" for name, text in self._headers.items() if name != "upgrade"]
        first = f"{self._method} {self._target.decode('latin-1')} HTTP/1.1\r\n"
        return f"{first}{''.join(lines)}\r\n".encode("latin-1")


def split_target(target: str) -> tuple[str, str]:
    """Return path and query of a request target, without the fragment, and without the host of the absolute form."""
    path, _, query = target.partition("#")[0].partition("?")
    if not path.startswith("/") and "://" in path:  # RFC 9112, 3.2.2; proxies send it
        path = "/" + path.partition("://")[2].partition("/")[2]
    return path, query


def check_limits(request: Request) -> None:
    """Set the problem of a request whose URL or headers exceed a limit, and cut them; a problem leaves no body.

    An encoded body is decoded.
    """
    headers = request.headers
    if len(request.path) + len(request.query) > MAX_URL_BYTES:
        request.path, request.query = request.path[:MAX_URL_BYTES], ""
        request.problem = TooLarge(414, f"The URL is longer than {MAX_URL_BYTES} bytes.")
    if len("".join([*headers, *headers.values()])) > MAX_HEADER_BYTES:
        request.headers = {}
        request.problem = TooLarge(431, f"The headers are longer than {MAX_HEADER_BYTES} bytes.")
    if request.problem:
        request.body = b""
    elif "content-encoding" in headers:
        decode_body(request)


def _read_header_key(name: bytes) -> str | None:
    """Return a header name in lower case; None for one with an underscore."""
    return None if b"_" in name else name.decode("latin-1").lower()


_recall_header_key = lru_cache(1000)(_read_header_key)  # clients send the same few names


def _escape_first_line(data: bytes) -> bytes:
    """Percent-encode bytes that the client should have encoded; llhttp accepts only ASCII in the first line."""
    line, end, rest = data.partition(b"\r\n")
    return BEYOND_ASCII.sub(lambda match: b"%%%02X" % match[0][0], line) + end + rest
