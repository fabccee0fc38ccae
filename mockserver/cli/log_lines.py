"""The lines of the log on stderr: text for people, JSON for programs."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import Any, TextIO

import orjson

from ..errors import BadRequest
from ..records.exchange import JournalEntry
from ..records.store import REQUEST_LOG
from ..settings import Settings
from ..simulations.world_name import read_world_name
from ..store.clock import format_timestamp

NONE = "-"  # for the tenant or the persona if a request has none
EXPLAIN_PATH = "/__admin/explain"


class LineFormatter(logging.Formatter):
    """Formats warnings, defects and requests, each request as one line."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        """Return a line of JSON, or a line of text, which a traceback may follow."""
        entry = getattr(record, "entry", None)
        if self._as_json:
            facts = describe_event(record) if entry is None else {"event": "request"} | describe_entry(entry)
            return orjson.dumps(facts).decode()
        return super().format(record) if entry is None else format_entry(entry)


def configure_log(settings: Settings, stream: TextIO = sys.stderr) -> None:
    """Write the log to a stream, in the format that the settings say, and with requests if they say so."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter(as_json=settings.log_format == "json"))
    log = logging.getLogger("mockserver")
    log.handlers = [handler]
    log.propagate = False
    REQUEST_LOG.setLevel(logging.INFO if settings.log == "requests" else logging.WARNING)


def describe_event(record: logging.LogRecord) -> dict[str, Any]:
    """Return the facts of anything but a request: a warning or an error, with its traceback."""
    facts = {
        "event": record.levelname.lower(),
        "time": format_timestamp(datetime.fromtimestamp(record.created, UTC)),
        "message": record.getMessage(),
    }
    return facts | ({"traceback": logging.Formatter().formatException(record.exc_info)} if record.exc_info else {})


def describe_entry(entry: JournalEntry) -> dict[str, Any]:
    """Return the facts of a request, without its secrets."""
    from ..control.requests.redaction import redact_query  # noqa: PLC0415 - most servers log no requests

    query = redact_query(entry.request.query)
    facts = {
        "time": format_timestamp(entry.arrived_at),
        "world": read_world_name(entry.request),
        "tenant": entry.tenant,
        "persona": (entry.principal.name or None) if entry.principal else None,
        "method": entry.request.method,
        "path": _make_printable(entry.request.path + (f"?{query}" if query else "")),
        "status": entry.status,
        "milliseconds": round(entry.microseconds / 1000, 1),
        "test": entry.test_name,
        "hint": _find_hint(entry),
        "explain": f"{EXPLAIN_PATH}/{entry.id}" if entry.error else None,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def format_entry(entry: JournalEntry) -> str:
    """Return a request as a line of text."""
    facts = describe_entry(entry)
    place = "/".join(facts[name] for name in ("world", "tenant") if name in facts)
    words = [facts["time"], place or NONE, facts.get("persona", NONE), facts["method"], facts["path"]]
    line = f"{' '.join(words)} {facts['status']} {facts['milliseconds']} ms"
    return f"{line}  {facts['hint']}" if "hint" in facts else line


def _find_hint(entry: JournalEntry) -> str | None:
    """Return the hint in the response, or what the error says; None for a success without a hint."""
    hint = entry.response.headers.get("X-Mock-Hint") if entry.response else None
    error = entry.error
    if hint or error is None:
        return hint
    if isinstance(error, BadRequest) and error.detail:
        from ..control.requests.redaction import names_secret  # noqa: PLC0415 - see above

        detail = f"not valid ({error.error_type})" if names_secret(error.field) else error.detail  # it quotes the value
        return _make_printable(f"{error.field}: {detail}" if error.field else detail)
    return _make_printable(error.message)


def _make_printable(text: str) -> str:
    """Return a text from a client without what could start another line or move the cursor of a terminal."""
    return text if text.isascii() and text.isprintable() else ascii(text)[1:-1]
