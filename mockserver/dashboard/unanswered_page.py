"""The page of unanswered calls: by service and path, with the operation that a call probably meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from ..contract.operations import Operation
from ..contract.routing import Router
from ..control.requests.service_groups import UNKNOWN_SERVICE
from ..records.exchange import JournalEntry
from ..records.unanswered import find_unanswered_call
from .call_pages import find_calls
from .visit import PageView, Visit

MAX_SHOWN_CALLS = 1000  # the latest
MAX_SHOWN_PATHS = 100
UNKNOWN_REST = "..."  # ends what is known of a path of a service


@dataclass(slots=True)
class MissingPath:
    """Calls of one method and path that had no answer, with the latest of them."""

    call: str
    address: str
    message: str
    nearest: Operation | None
    count: int = 0


@dataclass(slots=True)
class ServiceGap:
    """What one service did not answer, by method and path."""

    service: str
    is_simulated: bool
    count: int = 0
    paths: dict[str, MissingPath] = field(default_factory=dict)


def show_unanswered(visit: Visit) -> PageView:
    """List the services and paths that had no answer, those with the most such calls first."""
    gaps: dict[str, ServiceGap] = {}
    path_count = call_count = 0
    for simulation, entry in islice(find_calls(visit, "is:unanswered"), MAX_SHOWN_CALLS):
        call_count += 1
        service, call, is_simulated = _read_missing_call(entry)
        gap = gaps.setdefault(service, ServiceGap(service, is_simulated))
        gap.count += 1
        missing = gap.paths.get(call)
        if missing is None:
            path_count += 1
            if path_count > MAX_SHOWN_PATHS:
                continue
            address = visit.link(f"calls/{entry.id}", tab="why", world=simulation.name)
            nearest = _find_nearest(simulation.api_pipeline.router, entry.request.method, entry.request.path)
            message = entry.error.message if entry.error else ""
            missing = gap.paths[call] = MissingPath(call, address, message, nearest)
        missing.count += 1
    is_complete = call_count < MAX_SHOWN_CALLS and path_count <= MAX_SHOWN_PATHS
    return PageView("unanswered.html", {"gaps": list(_sort_gaps(gaps)), "is_complete": is_complete})


def _read_missing_call(entry: JournalEntry) -> tuple[str, str, bool]:
    """Return service, method and path of a call, and whether the service is simulated; the template of a known path."""
    known = find_unanswered_call(entry)
    sent = f"{entry.request.method} {entry.request.path}"
    if known is None:
        return entry.service or UNKNOWN_SERVICE, sent, False
    is_known = not known.operation.endswith(UNKNOWN_REST)
    return entry.service or UNKNOWN_SERVICE, known.operation if is_known else sent, known.is_simulated


def _sort_gaps(gaps: dict[str, ServiceGap]) -> Iterator[ServiceGap]:
    """Yield the services with the most calls first, and so their paths."""
    for gap in sorted(gaps.values(), key=lambda gap: (-gap.count, gap.service)):
        gap.paths = dict(sorted(gap.paths.items(), key=lambda item: (-item[1].count, item[0])))
        yield gap


@lru_cache(maxsize=1000)
def _find_nearest(router: Router, method: str, path: str) -> Operation | None:
    """Return the operation that a call probably meant, if one is near; kept, since it is compared with all of them."""
    return router.suggest(method, path)
