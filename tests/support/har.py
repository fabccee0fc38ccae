"""HAR files for tests: entries as browsers write them, the journal of a simulator, and the import of both."""

from __future__ import annotations

import json
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from mockserver.assembly.interfaces import CONTROL_SPEC, list_specs
from mockserver.contract.operations import Operation, compile_operations
from mockserver.contract.spec import load_spec
from mockserver.importing.import_report import ImportReport
from mockserver.importing.recognition import Recognizer
from mockserver.importing.recorded_call import RecordedCall, read_call
from mockserver.importing.row_imports import Change, Shows
from mockserver.importing.world_import import import_har
from mockserver.services import import_services, imports_of, public_fields_of
from mockserver.settings import Settings
from tests.support.samples import WORLDS

VENDOR = "https://api.emporix.io"
IMPORTS = imports_of(import_services())
PUBLIC_FIELDS = public_fields_of(import_services())


@cache
def list_operations() -> tuple[Operation, ...]:
    """Return the operations of the simulated services."""
    paths = [path for path in list_specs(Settings()) if path.name != CONTROL_SPEC]
    return tuple(one for path in paths for one in compile_operations(load_spec(path, compiles_late=True)))


def make_entry(
    path: str, body: Any = None, *, method: str = "GET", status: int = 200, minute: int = 0, **options: Any
) -> dict[str, Any]:
    """Return an entry for a call of the vendor's host, or of the host that the path begins with.

    Options: sent (the body of the request), token, dialect (firefox or chromium), headers.
    """
    url = path if "://" in path else VENDOR + path
    token, dialect = options.get("token"), options.get("dialect", "chromium")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    headers |= {"Content-Type": "application/json"} | options.get("headers", {})
    text = None if body is None else body if isinstance(body, str) else json.dumps(body)
    content: dict[str, Any] = {"size": len(text or ""), "mimeType": "application/json"}
    if text is not None and dialect == "firefox":
        content |= {"encoding": "base64", "text": b64encode(b"\xef\xbb\xbf" + text.encode()).decode()}
    elif text is not None:
        content |= {"text": text, "compression": 10}
    is_http2 = dialect == "chromium"
    request: dict[str, Any] = {
        "method": method,
        "url": url,
        "httpVersion": "http/2.0" if is_http2 else "HTTP/2",
        "headers": [{"name": name.lower() if is_http2 else name, "value": value} for name, value in headers.items()]
        + [{"name": ":authority", "value": str(urlsplit(url).hostname)}] * is_http2,
    }
    if "sent" in options:
        request["postData"] = {"mimeType": "application/json", "text": json.dumps(options["sent"])}
    return {
        "startedDateTime": f"2026-11-26T{10 + minute // 60:02}:{minute % 60:02}:00.000{'Z' if is_http2 else '+00:00'}",
        "time": 12.5,
        "request": request,
        "response": {"status": status, "statusText": "", "headers": [], "content": content},
        "cache": {},
        "timings": {"send": 0, "wait": 12.5, "receive": 0},
    }


def make_har(*entries: Any) -> dict[str, Any]:
    """Return a HAR file with these entries."""
    return {"log": {"version": "1.2", "creator": {"name": "tests", "version": "1"}, "pages": [], "entries": [*entries]}}


def import_entries(tmp_path: Path, *entries: Any, **options: Any) -> tuple[dict[str, Any], ImportReport]:
    """Import these entries; the world is valid, whatever they are."""
    path = tmp_path / "calls.har"
    path.write_text(json.dumps(make_har(*entries)))
    return import_file(path, **options)


def import_file(path: Path, **options: Any) -> tuple[dict[str, Any], ImportReport]:
    """Import a HAR file; the world is valid, whatever it has."""
    world, report = import_har(path, list_operations(), WORLDS.service_collections, IMPORTS, PUBLIC_FIELDS, **options)
    WORLDS.check(world)
    return world, report


def read_claims(entry: Any) -> list[Change]:
    """Return the rows that the response of an entry shows."""
    call = read_call(entry)
    recognition = Recognizer(list_operations()).recognize(call) if call else None
    if recognition is None or recognition.operation is None or recognition.reason:
        return []
    shows = [one for one in IMPORTS[recognition.operation.id] if isinstance(one, Shows)]
    changes = [change for one in shows for change in one.read(recognition.call)]
    return [change._replace(unknown_fields=()) for change in changes if change.action == "show"]


def path_of(call: RecordedCall) -> str:
    """Return the path and the query of a call."""
    return call.url._replace(scheme="", netloc="").geturl()
