"""Import a HAR file as a world: index its calls, apply those of one tenant in the order of time, complete the rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from mmap import mmap
from pathlib import Path
from typing import Any, NamedTuple

from ..contract.operations import Operation
from ..store.clock import format_timestamp, parse_timestamp
from ..store.collection import Collection, Key
from ..store.state import IMPORTED_TIME
from .har_file import HarError, ReportProgress, Span, find_entries, open_har, parse_entry
from .import_report import ImportReport
from .personal_data import KnownValues
from .recognition import VENDOR_HOST, WITHOUT_ROWS, Recognition, Recognizer
from .recorded_call import NO_BODY, read_call
from .recorded_rows import RecordedRows
from .replacement import Replacer
from .row_imports import Imports, PublicFields, Shows, Tells
from .world_completer import WorldCompleter

NEW_PASSWORD = "changeme1"  # noqa: S105 - of the customers who logged in; the report says it
READING, CLEANING = "reading the file", "removing secrets and personal data"  # the steps that progress is reported of
UNDATED = datetime.min.replace(tzinfo=UTC)
MAX_NAMED_HOSTS = 8


class NothingUsable(Exception):
    """A HAR file without a call that a world could be made from; `report` says what it has."""

    def __init__(self, message: str, report: ImportReport) -> None:
        super().__init__(message)
        self.report = report


class IndexedCall(NamedTuple):
    """Where the entry of a call is, and what it is."""

    time: datetime
    span: Span
    tenant: str
    is_usable: bool


def import_har(
    path: Path,
    operations: Iterable[Operation],
    collections: Mapping[str, Collection],
    imports: Imports,
    public_fields: PublicFields,
    *,
    tenant: str | None = None,
    keeps_personal: bool = False,
    report_progress: Callable[[str, float], None] = lambda *_: None,
) -> tuple[dict[str, Any], ImportReport]:
    """Return the sections of a world, and the report; HarError for a bad file, NothingUsable for one without rows.

    tenant: whose calls count; by default the tenant with most of them.
    keeps_personal: whether only secrets are removed.
    report_progress: gets the name of a step, and the share of it that is done.
    """
    report, recognizer = ImportReport(), Recognizer(operations)
    report_reading, report_cleaning = (partial(report_progress, step) for step in (READING, CLEANING))
    with open_har(path) as content:
        calls = _index_calls(content, recognizer, report, report_reading)
        counts = Counter(call.tenant for call in calls if call.is_usable and call.tenant)
        if not counts or (tenant is not None and tenant not in counts):
            raise NothingUsable(_describe_nothing(report, counts, tenant), report)
        report.tenant = tenant if tenant is not None else max(counts, key=lambda name: (counts[name], name))
        report.other_tenants = Counter({name: count for name, count in counts.items() if name != report.tenant})
        recorded, known = RecordedRows(collections), KnownValues()
        for position, call in enumerate(sorted(calls, key=lambda call: (call.time, call.span))):
            report_reading((1 + position / len(calls)) / 2)
            recognition = _read_recognition(content, call.span, recognizer)
            if recognition is not None:
                known.note_call(recognition.call)
                if call.is_usable and call.tenant in {report.tenant, ""}:
                    _apply_call(recorded, recognition, imports, call.time, report)
    recorded.settle_deferred()
    _add_missing_callers(recorded)
    recorded.settle_implied()
    replacer = Replacer(known, public_fields, keeps_personal=keeps_personal)
    _clean_rows(recorded, replacer, report, report_cleaning)
    completer = WorldCompleter(recorded)
    world = completer.build_world()
    if not any(isinstance(rows, list) for rows in world.values()):
        raise NothingUsable("no call shows anything that a world has", report)
    _finish_report(report, world, recorded, completer)
    return {"description": f"Made from recorded calls of the tenant {report.tenant}.", **world}, report


def _index_calls(
    content: bytes | mmap, recognizer: Recognizer, report: ImportReport, report_progress: ReportProgress
) -> list[IndexedCall]:
    """Return the calls of the vendor's API, and count all others in the report."""
    calls = []
    for span in find_entries(content, lambda share: report_progress(share / 2)):
        recognition = _read_recognition(content, span, recognizer)
        report.calls += 1
        if recognition is None:
            report.not_understood["an entry", "no call that can be read"] += 1
            continue
        call = recognition.call
        report.hosts[call.url.hostname or "?"] += 1
        if recognition.reason and call.method not in WITHOUT_ROWS:
            report.not_understood[recognition.label, recognition.reason] += 1
        is_usable = recognition.operation is not None and not recognition.reason and call.method not in WITHOUT_ROWS
        if is_usable or recognition.reason != "another host":
            calls.append(IndexedCall(_parse_time(call.started), span, recognition.tenant, is_usable))
    return calls


def _read_recognition(content: bytes | mmap, span: Span, recognizer: Recognizer) -> Recognition | None:
    call = read_call(parse_entry(content[slice(*span)]))
    return None if call is None else recognizer.recognize(call)


def _apply_call(
    recorded: RecordedRows, recognition: Recognition, imports: Imports, time: datetime, report: ImportReport
) -> None:
    """Apply what a call says; a call that should say something but has no body is reported."""
    call, operation = recognition.call, recognition.operation
    declared = imports.get(operation.id, ()) if operation else ()
    if any(isinstance(one, Shows | Tells) for one in declared) and call.parse_response() is NO_BODY:
        reason = "a body that is not JSON, or cut off" if call.text else "no body recorded"
        report.not_understood[recognition.label, reason] += 1
        return
    timestamp = IMPORTED_TIME if time == UNDATED else format_timestamp(time)
    report.used_calls += 1
    for one in declared:
        for change in one.read(call):
            recorded.apply(change, call.token, timestamp)


def _add_missing_callers(recorded: RecordedRows) -> None:
    """Add the customers who logged in although no call shows them; those without a number get one."""
    numbers = (str(number) for number in range(1, 1 + len(recorded.emails_without_id)))
    for email, number in zip(dict.fromkeys(recorded.emails_without_id), numbers, strict=False):
        matching = [key for key, row in recorded.rows["customers"].items() if row.get("email") == email]
        recorded.customer_ids.setdefault(str(matching[0]) if matching else f"customer{number}", email)
    for customer_id, email in recorded.customer_ids.items():
        row = recorded.rows["customers"].setdefault(customer_id, {"id": customer_id})
        if email:
            row.setdefault("email", email)
        row["password"] = NEW_PASSWORD


def _clean_rows(
    recorded: RecordedRows, replacer: Replacer, report: ImportReport, report_progress: ReportProgress
) -> None:
    """Replace secrets and personal data; the keys follow, since an id may have an e-mail address."""
    total, done = sum(map(len, recorded.rows.values())), 0
    for name, collection in recorded.collections.items():
        cleaned: dict[Key, dict[str, Any]] = {}
        for row in recorded.rows[name].values():
            password = {"password": NEW_PASSWORD} if row.get("password") == NEW_PASSWORD else {}
            clean = replacer.clean_row(collection, {key: row[key] for key in row.keys() - password.keys()}) | password
            cleaned[collection.key_of(clean)] = clean
            done += 1
            report_progress(done / total)
        recorded.rows[name] = cleaned
    recorded.schema_urls = {replacer.clean_text(url) for url in recorded.schema_urls}
    report.replaced = Counter({(str(kind), section): count for (kind, section), count in replacer.counts.items()})


def _finish_report(
    report: ImportReport, world: Mapping[str, Any], recorded: RecordedRows, completer: WorldCompleter
) -> None:
    report.rows = {name: len(rows) for name, rows in world.items() if isinstance(rows, list)}
    report.logins = [
        {"id": row["id"], "email": row["email"], "password": row["password"]}
        for row in world.get("customers", ())
        if row.get("password") == NEW_PASSWORD
    ]
    report.added, report.filled, report.dropped = completer.added, completer.filled, completer.dropped
    report.unknown_fields = recorded.unknown_fields
    report.notes += [
        f"Could not be used: {reason} ({count})." for reason, count in sorted((+recorded.unusable).items())
    ]


def _describe_nothing(report: ImportReport, counts: Mapping[str, int], tenant: str | None) -> str:
    if counts:
        names = ", ".join(f"{name} ({count} calls)" for name, count in sorted(counts.items()))
        return f"no usable call is of the tenant {tenant}; the file has those of {names}"
    hosts = ", ".join(f"{host} ({count})" for host, count in report.hosts.most_common(MAX_NAMED_HOSTS)) or "none"
    reasons = sorted({f"{label}: {reason}" for label, reason in report.not_understood if reason != "another host"})
    why = f"; {'; '.join(reasons[:MAX_NAMED_HOSTS])}" if reasons else ""
    return (
        f"no call is a usable call of {VENDOR_HOST} or of a host with the same paths; hosts of the calls: {hosts}{why}"
    )


def _parse_time(text: str) -> datetime:
    try:
        return parse_timestamp(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return UNDATED


__all__ = ["HarError", "ImportReport", "NothingUsable", "import_har"]
