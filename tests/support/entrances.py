"""Send the same bytes through both entrances of the application: our own server, and WSGI."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, NamedTuple
from unittest.mock import patch

from mockserver.app import App, build
from mockserver.settings import Settings
from mockserver.web import request_builder, wsgi
from mockserver.web.request_parser import ParsedRequest, RequestParser
from mockserver.web.response_writer import encode

CONNECTION_HEADERS = {"Date", "Connection"}  # headers that a server adds, not the application


class FixedClock:
    """A clock that always shows the same time."""

    def now(self) -> datetime:
        return datetime(2026, 1, 1, 12, tzinfo=UTC)


class SentResponse(NamedTuple):
    """What a client sees of a response."""

    status: str
    headers: dict[str, str]
    body: bytes


class Entrances:
    """Two simulators that get the same requests, and so have the same state, ids and times."""

    def __init__(self) -> None:
        self._socket_app, self._wsgi_app = build(Settings(), FixedClock()), build(Settings(), FixedClock())

    def compare(self, stream: bytes) -> list[SentResponse]:
        """Send the requests of a stream through both entrances; AssertionError if a response differs."""
        responses = []
        with patch.multiple(request_builder, MAX_URL_BYTES=len(stream), MAX_HEADER_BYTES=len(stream)):
            unlimited_requests = RequestParser("127.0.0.1").feed(stream)  # another server has other limits
        for parsed, unlimited in zip(RequestParser("127.0.0.1").feed(stream), unlimited_requests, strict=True):
            if not parsed.refusal:  # a refused request reaches no application
                over_socket, over_wsgi = (
                    call_over_socket(self._socket_app, parsed),
                    call_over_wsgi(self._wsgi_app, unlimited),
                )
                assert over_socket == over_wsgi, parsed.request
                responses.append(over_socket)
        return responses


def call_over_socket(app: App, parsed: ParsedRequest) -> SentResponse:
    """Return the response of our own server."""
    encoded = encode(app.flask.answer(parsed.request), parsed)
    first, *lines = encoded.head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return SentResponse(first.removeprefix("HTTP/1.1 "), _drop_connection_headers(headers), encoded.body)


def call_over_wsgi(app: App, parsed: ParsedRequest) -> SentResponse:
    """Return the response under another server, which passes the request as a WSGI environment."""
    started: list[Any] = []
    parts = app.flask.wsgi_app(wsgi.build_environ(parsed.request), lambda *args: started.extend(args))
    return SentResponse(started[0], _drop_connection_headers(dict(started[1])), b"".join(parts))


def _drop_connection_headers(headers: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in headers.items() if name not in CONNECTION_HEADERS}
