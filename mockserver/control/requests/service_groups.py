"""Journal entries by service: how many calls each operation had, and which had no answer (F2b)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...records.exchange import JournalEntry
from ...records.unanswered import find_unanswered_call

UNKNOWN_SERVICE = "(unknown)"  # of a path that no published service has
MAX_SHOWN_PATH_LENGTH = 200  # characters


def service_groups_json(entries: Iterable[JournalEntry]) -> list[dict[str, Any]]:
    """Return the services that were called, those with the most unmatched calls first."""
    entries_by_service: dict[str, list[JournalEntry]] = {}
    for entry in entries:
        entries_by_service.setdefault(entry.service, []).append(entry)
    groups = [_service_json(service, of_service) for service, of_service in entries_by_service.items()]
    return sorted(groups, key=lambda group: (-group["unmatched"], -group["calls"], group["service"]))


def _service_json(service: str, entries: list[JournalEntry]) -> dict[str, Any]:
    operations: dict[str, dict[str, Any]] = {}
    for entry in entries:
        name = _describe_operation(entry)
        counts = operations.setdefault(name, {"operation": name, "calls": 0, "unmatched": 0, "example": entry.id})
        counts["calls"] += 1
        counts["unmatched"] += entry.is_unmatched
    return {
        "service": service or UNKNOWN_SERVICE,
        "simulated": any(_is_of_simulated_service(entry) for entry in entries),
        "calls": len(entries),
        "unmatched": sum(entry.is_unmatched for entry in entries),
        "operations": list(operations.values()),
    }


def _describe_operation(entry: JournalEntry) -> str:
    """Return method and path template; of an unknown service, the path."""
    unanswered = find_unanswered_call(entry)
    if unanswered is not None:
        return unanswered.operation
    path = entry.operation.path if entry.operation else entry.request.path[:MAX_SHOWN_PATH_LENGTH]
    return f"{entry.request.method} {path}"


def _is_of_simulated_service(entry: JournalEntry) -> bool:
    unanswered = find_unanswered_call(entry)
    return entry.operation is not None or (unanswered is not None and unanswered.is_simulated)
