"""From the bytes of a connection to requests: llhttp reads them, this bounds them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

from httptools import (
    HttpParserCallbackError,
    HttpParserError,
    HttpParserUpgrade,
    HttpRequestParser,
)

from .requests import BODY_AT_MOST

HEAD_READ_AT_MOST = 256 * 1024  # bytes; more than the app allows, so that the app can answer 431
WAITING_AT_MOST = 100  # requests of one connection that are not answered yet
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
WITHOUT_PREFIX = {"CONTENT_TYPE", "CONTENT_LENGTH"}


class _Enough(Exception):
    """Stops llhttp: what follows is not wanted."""


@dataclass(slots=True)
class Message:
    """A request as it came.

    headers: by their names in WSGI; several of one name are joined, and names with an underscore are left out, since
        nobody could tell them from those with a hyphen.
    keeps: whether the connection shall stay open after the answer.
    problem: status and reason, if it could not be read.
    """

    target: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)
    method: str = "GET"
    version: str = "1.1"
    keeps: bool = False
    problem: tuple[int, str] | None = None


class Messages:
    """The requests of one connection; llhttp calls what begins with `on_`.

    is_partial: whether a request has begun to come.
    has_ended: whether nothing more will be read, after what cannot be read or must be the last.
    awaits_continue: whether a request has come up to its body, and its client waits for a word.
    """

    def __init__(self) -> None:
        self.is_partial = self.has_ended = self.awaits_continue = False
        self._complete: list[Message] = []
        self._message = Message()
        self._is_in_body = False
        self._declined = b""
        self._unread = 0
        self._has_moved = False
        self._parser = HttpRequestParser(self)

    def fed(self, data: bytes) -> list[Message]:
        """Read more; return the requests that are complete now, of which only the last may have a problem."""
        while data and not self.has_ended:
            data = self._feed(data)
        complete, self._complete = self._complete, []
        return complete

    def _feed(self, data: bytes) -> bytes:
        """Read; return what is to be read by another parser, since this one stops where another protocol may begin."""
        if not self.is_partial and not data.isascii():
            data = _escaped(data)
        try:
            self._parser.feed_data(data)
        except HttpParserUpgrade as upgrade:
            self._parser = HttpRequestParser(self)
            again, self._declined = self._declined, b""
            return again + data[upgrade.args[0] :]
        except HttpParserCallbackError:
            if not self.has_ended:
                raise
        except HttpParserError as error:
            self._fail(400, f"This is no HTTP/1.1: {error}.")
        else:
            self._bound(len(data))
        return b""

    def _bound(self, more: int) -> None:
        """Stop if a head or a trailer does not end: llhttp keeps what it has of a header until that is whole."""
        self._unread = 0 if self._has_moved or not self.is_partial else self._unread + more
        self._has_moved = False
        if self._unread > HEAD_READ_AT_MOST:
            self._fail(431, f"The headers of the request are longer than {HEAD_READ_AT_MOST} bytes.")

    def _fail(self, status: int, reason: str) -> None:
        self._complete.append(Message(problem=(status, reason)))
        self.is_partial, self.has_ended = False, True

    def on_message_begin(self) -> None:
        """Begin a request."""
        self._message, self.is_partial, self._is_in_body = Message(), True, False

    def on_url(self, part: bytes) -> None:
        """Take a part of the target."""
        self._message.target += part

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header, or a trailer, which is of no use."""
        headers = self._message.headers
        if self._is_in_body or (key := _key(name)) is None:
            return
        text = value.strip(b" \t").decode("latin-1")
        headers[key] = f"{headers[key]}, {text}" if key in headers else text

    def on_headers_complete(self) -> None:
        """Decide what to do with the body; another protocol is declined by reading the request without that wish."""
        message = self._message
        self._is_in_body = True
        message.method = self._parser.get_method().decode()
        if self._parser.should_upgrade() and message.method != "CONNECT":
            self._declined = _without_upgrade(message)
            return
        message.version = self._parser.get_http_version()
        message.keeps = self._parser.should_keep_alive() and message.method != "CONNECT"
        if message.headers.pop("HTTP_TRANSFER_ENCODING", "chunked").lower() != "chunked":
            self._fail(400, "Of transfer codings there is only chunked.")
            raise _Enough
        if int(message.headers.get("CONTENT_LENGTH", 0)) > BODY_AT_MOST:
            self._end()
        self.awaits_continue = message.headers.get("HTTP_EXPECT", "").lower() == "100-continue"

    def on_body(self, part: bytes) -> None:
        """Take a part of the body, as long as it is not too long."""
        self._has_moved = True
        self._message.body += part
        if len(self._message.body) > BODY_AT_MOST:
            self._end()

    def on_message_complete(self) -> None:
        """Hand the request over."""
        message, self.is_partial = self._message, False
        if self._declined:
            return
        message.headers["CONTENT_LENGTH"] = str(len(message.body))
        self.awaits_continue = False
        self._complete.append(message)
        if len(self._complete) == WAITING_AT_MOST:
            message.keeps = False
        if not message.keeps:
            self.has_ended = True
            raise _Enough

    def _end(self) -> None:
        """Hand over a request whose body is too long, with its length and without the body, as the last."""
        message = self._message
        message.headers.setdefault("CONTENT_LENGTH", str(len(message.body)))
        message.body.clear()
        self._complete.append(message)
        message.keeps, self.is_partial, self.has_ended = False, False, True
        raise _Enough


def _escaped(data: bytes) -> bytes:
    """Escape what a client should have escaped in the first line; llhttp takes only ASCII there."""
    line, end, rest = data.partition(b"\r\n")
    return BEYOND_ASCII.sub(lambda found: b"%%%02X" % found[0][0], line) + end + rest


def _without_upgrade(message: Message) -> bytes:
    """Write the head of a request again; llhttp would leave its body to the other protocol."""
    names = {key: key.removeprefix("HTTP_").replace("_", "-") for key in message.headers if key != "HTTP_UPGRADE"}
    lines = [f"{name}: {message.headers[key]}\r\n" for key, name in names.items()]
    first = f"{message.method} {message.target.decode('latin-1')} HTTP/1.1\r\n"
    return f"{first}{''.join(lines)}\r\n".encode("latin-1")


@lru_cache(1000)
def _key(name: bytes) -> str | None:
    """Return the name of a header in WSGI; None for one that cannot be told from another."""
    if b"_" in name:
        return None
    key = name.decode("latin-1").upper().replace("-", "_")
    return key if key in WITHOUT_PREFIX else f"HTTP_{key}"
