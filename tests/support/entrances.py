"""Both entrances of the application: the same bytes through our own server and through WSGI."""

from __future__ import annotations

from typing import Any, NamedTuple
from unittest.mock import patch

from mockserver.app import App, build
from mockserver.settings import Settings
from mockserver.web import request_parser, wsgi
from mockserver.web.request_parser import ParsedRequest, RequestParser
from mockserver.web.response_writer import encode
from tests.support.clock import ManualClock

OF_CONNECTION = {"Date", "Connection"}  # headers that only a server adds


class SentResponse(NamedTuple):
    """What a client sees of a response."""

    status: str
    headers: dict[str, str]
    body: bytes


class Entrances:
    """Two simulators that get the same requests, so that their states, ids and times are equal."""

    def __init__(self) -> None:
        self._served, self._called = build(Settings(), ManualClock()), build(Settings(), ManualClock())

    def compare(self, stream: bytes) -> list[SentResponse]:
        """Send the requests of a stream through both entrances; AssertionError if a response differs."""
        responses = []
        longest = 3 * len(stream)  # percent-encoding triples the bytes of a path
        limits: dict[str, Any] = {"MAX_URL_BYTES": longest, "MAX_HEADER_BYTES": longest}
        with patch.multiple(request_parser, **limits, decode_body=lambda _: None):
            whole = RequestParser("127.0.0.1").feed(stream)  # another server passes on what ours refuses or decodes
        for parsed, unlimited in zip(RequestParser("127.0.0.1").feed(stream), whole, strict=True):
            if not parsed.refusal:  # no application gets a refused request
                over_socket, over_wsgi = serve(self._served, parsed), call(self._called, unlimited)
                assert over_socket == over_wsgi, parsed.request
                responses.append(over_socket)
        return responses


def serve(app: App, parsed: ParsedRequest) -> SentResponse:
    """Answer as our own server does."""
    encoded = encode(app.entrances.answer(parsed.request), parsed)
    first, *lines = encoded.head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    return SentResponse(first.removeprefix("HTTP/1.1 "), _of_application(headers), encoded.body)


def call(app: App, parsed: ParsedRequest) -> SentResponse:
    """Answer as under another server, which passes only a WSGI environment."""
    started: list[Any] = []
    parts = app.flask.wsgi_app(wsgi.build_environ(parsed.request), lambda *args: started.extend(args))
    return SentResponse(started[0], _of_application(dict(started[1])), b"".join(parts))


def _of_application(headers: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in headers.items() if name not in OF_CONNECTION}
