"""What happens at a time: periods of rows that begin and end, and tokens that expire."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from ..store.clock import parse_timestamp
from ..store.collection import format_key
from ..store.row_schemas import TIME
from .row_forms import resolve_schema
from .state_pages import plain_text
from .visit import Visit

MAX_READ_ROWS = 20_000  # of a collection
MAX_EVENTS = 50
BEGINNINGS = ("from", "validFrom", "startsAt", "startDate")
ENDS = ("to", "validTo", "until", "validUntil", "endsAt", "endDate")
EXPIRIES = ("expiresAt",)
EVENT_TEXTS: Mapping[str, str] = (
    dict.fromkeys(BEGINNINGS, "begins") | dict.fromkeys(ENDS, "ends") | dict.fromkeys(EXPIRIES, "expires")
)

TimePath = tuple[str, ...]  # the names that lead to a time in a row


@dataclass(frozen=True, slots=True, order=True)
class ClockEvent:
    """Something that happens because of the time; `address` is the page of its row, if it has one."""

    time: datetime
    sentence: str
    address: str = ""


def list_clock_events(visit: Visit, start: datetime, end: datetime | None) -> list[ClockEvent]:
    """Return what happens after a time, up to another one, the earliest first and at most MAX_EVENTS."""
    events = sorted(
        event
        for event in (*_iter_row_events(visit), *_iter_token_events(visit))
        if start < event.time and (end is None or event.time <= end)
    )
    return events[:MAX_EVENTS]


def _iter_row_events(visit: Visit) -> Iterator[ClockEvent]:
    state = visit.simulation.world.tenant(visit.tenant).state
    for collection in visit.collections.values():
        paths = list(_iter_time_paths(collection.schema))
        if not paths:
            continue
        for key, row in islice(collection.export(state), MAX_READ_ROWS):
            for path in paths:
                time = _read_time(row, path)
                if time is not None:
                    name = format_key(key)
                    period = "" if path[-1] in EXPIRIES else "the validity of "
                    sentence = f"{period}{collection.noun} {_name_row(row, name)} {EVENT_TEXTS[path[-1]]}"
                    address = visit.link(f"state/{collection.name}/rows/{name}", tenant=visit.tenant)
                    yield ClockEvent(time, f"{sentence[0].upper()}{sentence[1:]}.", address)


def _iter_token_events(visit: Visit) -> Iterator[ClockEvent]:
    for token, holder in visit.simulation.world.tokens.list_unrevoked(visit.tenant):
        if holder.expires_at is not None:
            yield ClockEvent(holder.expires_at, f"Token {token[:60]} expires.")


def _name_row(row: Mapping[str, Any], key: str) -> str:
    """Return name and key of a row."""
    name = plain_text(row.get("name") or "")
    return f"{name} ({key})" if name else key


def _read_time(row: Mapping[str, Any], path: TimePath) -> datetime | None:
    value: Any = row
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    try:
        return parse_timestamp(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _iter_time_paths(schema: Mapping[str, Any]) -> Iterator[TimePath]:
    """Yield the paths of the times in the rows of a schema at which something happens."""
    for name, part in schema.get("properties", {}).items():
        if part.get("$ref") == TIME["$ref"] and name in EVENT_TEXTS:
            yield (name,)
        elif name != "metadata":
            yield from ((name, *rest) for rest in _iter_time_paths(resolve_schema(part)))
