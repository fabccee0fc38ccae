"""Calls a WSGI application in memory: a request and its answer, whole."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes

import orjson

from ..exchange import Wire
from .adapter import DEFECT, LOG, WIRE
from .messages import Message

WITHOUT_LENGTH = ("1", "204", "304")  # statuses whose answers have none


class Response(NamedTuple):
    """An answer as it goes over the wire; where `keeps` is false the connection ends with it."""

    head: bytes
    body: bytes
    keeps: bool
    wire: Wire | None = None


class Gateway:
    """A WSGI application behind a server of this name and port."""

    def __init__(self, application: Any, host: str, port: int) -> None:
        self._application = application
        self._about_server = {
            "SCRIPT_NAME": "",
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.errors": sys.stderr,
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }

    def environ(self, message: Message, client: str) -> dict[str, Any]:
        """Return a request as WSGI wants it."""
        target = message.target.decode("latin-1").partition("#")[0]
        path, _, query = target.partition("?")
        if not path.startswith("/") and "://" in path:  # absolute form, as proxies send it
            path = "/" + path.partition("://")[2].partition("/")[2]
        return {
            **self._about_server,
            **message.headers,
            "REMOTE_ADDR": client,
            "REQUEST_METHOD": message.method,
            "REQUEST_URI": target,
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1") if "%" in path else path,
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": f"HTTP/{message.version}",
            "wsgi.input": BytesIO(message.body),
        }

    def answer(self, message: Message, environ: dict[str, Any]) -> Response:
        """Have the application answer; it writes its own errors, and this is for what it cannot know."""
        begun: list[Any] = []
        parts: Iterable[bytes] = ()
        try:
            parts = self._application(environ, lambda *given: begun.extend(given))
            body = b"".join(parts)
            return Response(_head(begun[0], begun[1], message, len(body)), body, message.keeps, environ.get(WIRE))
        except Exception:
            LOG.exception("%s %s", message.method, ascii(environ["PATH_INFO"][:200]))
            return refusal(500, DEFECT)
        finally:
            if hasattr(parts, "close"):
                parts.close()


def refusal(status: int, reason: str) -> Response:
    """Answer what could not be read, in JSON, and end the connection."""
    phrase = HTTPStatus(status).phrase
    body = orjson.dumps({"code": status, "status": phrase, "message": reason})
    head = _head(f"{status} {phrase}", [("Content-Type", "application/json")], Message(), len(body))
    return Response(head, body, keeps=False)


def _head(status: str, headers: Iterable[tuple[str, str]], message: Message, length: int) -> bytes:
    """Write the first line and the headers; ValueError for one with a line break, which would begin another."""
    lines = [f"HTTP/1.1 {status}", *[f"{name}: {value}" for name, value in headers], _date(int(time.time()))]
    if not message.keeps:
        lines.append("Connection: close")
    elif message.version == "1.0":
        lines.append("Connection: keep-alive")
    text = "\r\n".join(lines)
    if "\r\nContent-Length: " not in text and not status.startswith(WITHOUT_LENGTH):
        lines.append(f"Content-Length: {length}")
        text = "\r\n".join(lines)
    if text.count("\n") >= len(lines) or text.count("\r") >= len(lines):
        raise ValueError("a header of an answer has a line break")
    return text.encode("latin-1") + b"\r\n\r\n"


@lru_cache(1)
def _date(seconds: int) -> str:
    return f"Date: {formatdate(seconds, usegmt=True)}"
