"""A journal entry as code that sends the same call: fetch of JavaScript, and Python without packages."""

from __future__ import annotations

from collections.abc import Callable

import orjson

from ...access import bearer_token
from ...errors import InvalidToken
from ...records.exchange import JournalEntry
from . import exports, redaction, wiremock

IsPublic = Callable[[str], bool]  # whether a token may be shown


def render_fetch(entry: JournalEntry, is_public: IsPublic) -> str:
    """Return JavaScript for Node or for a page; a token that may not be shown is TOKEN, other secrets `(redacted)`."""
    body = wiremock.redacted_request_text(entry)
    headers = _sendable_headers(entry, is_public)
    lines = [f"const reply = await fetch({_json(_url(entry))}, {{", f"  method: {_json(entry.request.method)},"]
    lines += [f"  headers: {_json(headers)},"] if headers else []
    lines += [f"  body: {_json(body)},"] if body else []
    return "\n".join([*lines, "});", "console.log(reply.status, await reply.text());", ""])


def render_python(entry: JournalEntry, is_public: IsPublic) -> str:
    """Return a script; a token that may not be shown is TOKEN, other secrets `(redacted)`."""
    body = wiremock.redacted_request_text(entry)
    headers = _sendable_headers(entry, is_public)
    arguments = [repr(_url(entry)), *([f"data={body!r}.encode()"] if body else [])]
    arguments += [f"headers={headers!r}"] if headers else []
    arguments += [f"method={entry.request.method!r}"]
    return "\n".join(
        [
            "from urllib.error import HTTPError",
            "from urllib.request import Request, urlopen",
            "",
            "request = Request(",
            *(f"    {argument}," for argument in arguments),
            ")",
            "try:",
            "    reply = urlopen(request)",
            "except HTTPError as error:",
            "    reply = error",
            "print(reply.status, reply.read().decode())",
            "",
        ]
    )


def _url(entry: JournalEntry) -> str:
    return exports.find_server_url([entry]) + wiremock.redacted_url(entry)


def _sendable_headers(entry: JournalEntry, is_public: IsPublic) -> dict[str, str]:
    """Return the headers that the client chose, with its token if that may be shown."""
    kept = {name: text for name, text in entry.request.headers.items() if name not in exports.SKIPPED_HEADERS}
    headers = redaction.redact_headers(kept)
    if "authorization" in entry.request.headers:
        try:
            token = bearer_token(entry.request.headers["authorization"])
        except InvalidToken:
            token = ""
        headers["authorization"] = f"Bearer {token if is_public(token) else 'TOKEN'}"
    return headers


def _json(value: object) -> str:
    return orjson.dumps(value).decode()
