"""The pages of calls: the live list with its search, and one call with its tabs."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import merge
from itertools import dropwhile, islice
from typing import Any

from ..control.requests import exports, snippets, wiremock
from ..errors import ClientError
from ..faults.replies import available_statuses
from ..records.exchange import JournalEntry
from ..simulations.simulation_registry import Simulation
from .call_changes import list_call_changes
from .call_search import BodyBudget, CallTest, SearchMistake, SearchScope, parse_call_search
from .callers import CallerNames
from .visit import PageView, Visit

FoundCall = tuple[Simulation, JournalEntry]

CALLS_ON_PAGE = 50
TABS = {
    "request": "Request",
    "response": "Response",
    "why": "Why",
    "findings": "Findings",
    "state": "State before and after",
    "code": "As curl, fetch, Python",
}


class UnknownCall(ClientError):
    """A call that is not in the journal."""

    status = 404
    reason = "Not Found"
    message = "This call is unknown, or no longer in the journal, which keeps only the latest ones."


def show_calls(visit: Visit) -> PageView:
    """List the latest calls that match the search, and those before one of them."""
    search, before = visit.query.get("q", ""), visit.query.get("before", "")
    found: list[FoundCall] = []
    mistake, budget = "", BodyBudget()
    try:
        found = list(islice(_iter_older(find_calls(visit, search, budget), before), CALLS_ON_PAGE + 1))
    except SearchMistake as error:
        mistake = str(error)
    shown = found[:CALLS_ON_PAGE]
    older = visit.link("calls", q=search, before=_name_place(shown[-1])) if len(found) > CALLS_ON_PAGE else ""
    world = visit.simulation.world
    names = {simulation.name: CallerNames(simulation) for simulation, _ in shown}
    values = {
        "calls": [describe_call(visit, entry, simulation.name, names[simulation.name]) for simulation, entry in shown],
        "has_worlds": bool(visit.list_world_names()),
        "search": search,
        "mistake": mistake,
        "is_partial": budget.is_spent,
        "older": older,
        "is_older": bool(before),
        "example_token": world.tokens.suggest_token(world.default_tenant) or "",
        "example_path": f"/customer-segment/{world.default_tenant}/segments",
    }
    return PageView("calls.html", values)


def find_calls(visit: Visit, search: str, budget: BodyBudget | None = None) -> Iterator[FoundCall]:
    """Yield the calls of the worlds that the page shows and that match a search, the latest first; SearchMistake."""
    budget = budget or BodyBudget()
    found = []
    for simulation in visit.list_shown_worlds():
        scope = SearchScope(simulation.name, CallerNames(simulation).describe_caller, budget)
        found.append(_iter_matching(simulation, parse_call_search(search, scope)))
    return merge(*found, key=lambda call: -call[1].arrived_at.timestamp()) if len(found) > 1 else found[0]


def _iter_matching(simulation: Simulation, matches: CallTest) -> Iterator[FoundCall]:
    return ((simulation, entry) for entry in simulation.records.iter_latest() if matches(entry))


def _iter_older(calls: Iterator[FoundCall], place: str) -> Iterator[FoundCall]:
    """Yield the calls after a place in the list; all for none, and nothing if the call there has left the journal."""
    if not place:
        return calls
    return islice(dropwhile(lambda call: _name_place(call) != place, calls), 1, None)


def _name_place(call: FoundCall) -> str:
    """Return the place of a call in the list, for the address of the calls before it."""
    return f"{call[1].number}.{call[0].name}"


def show_call(visit: Visit) -> PageView:
    """Show one call on the tab that the address names."""
    entry = find_call(visit)
    tab = visit.query.get("tab", "request")
    tab = tab if tab in TABS else "request"
    values = {
        "call": describe_call(visit, entry, visit.simulation.name, CallerNames(visit.simulation)),
        "entry": entry,
        "event": wiremock.serve_event_json(entry),
        "tab": tab,
        "tabs": TABS,
        "neighbours": _find_neighbours(visit, entry),
        "statuses": list_fault_statuses(entry),
        **_describe_tab(visit, entry, tab),
    }
    return PageView("call.html", values)


def find_call(visit: Visit) -> JournalEntry:
    """Return the call that the address names; UnknownCall."""
    entry = visit.simulation.records.find_entry(visit.ids["id"])
    if entry is None:
        raise UnknownCall
    return entry


def describe_call(visit: Visit, entry: JournalEntry, world: str, names: CallerNames) -> dict[str, Any]:
    """Return what a line of the list shows."""
    return {
        "world": world,
        "id": entry.id,
        "number": entry.number,
        "time": entry.arrived_at,
        "method": entry.request.method,
        "url": wiremock.redacted_url(entry),
        "status": entry.status,
        "persona": entry.principal.name if entry.principal else "",
        "customer": names.name_customer(entry),
        "tenant": entry.tenant or "",
        "microseconds": entry.microseconds,
        "test": entry.test_name or "",
        "finding_count": len(entry.findings),
        "fault": entry.fault or "",
        "operation": entry.operation.id if entry.operation else "",
        "is_unanswered": entry.is_unmatched,
        "address": visit.link(f"calls/{entry.id}", world=world),
    }


def list_fault_statuses(entry: JournalEntry) -> list[int]:
    """Return the statuses with which the operation of a call can be made to fail."""
    if entry.operation is None:
        return []
    return [status for status in available_statuses(entry.operation) if status >= 400]


def _describe_tab(visit: Visit, entry: JournalEntry, tab: str) -> dict[str, Any]:
    match tab:
        case "why":
            return {"explanation": visit.read(f"/explain/{entry.id}")}
        case "state":
            return {"changes": list_call_changes(visit, entry)}
        case "code":
            tokens = visit.simulation.world.tokens
            return {
                "code_examples": {
                    "curl": exports.render_curl_script([entry], tokens.is_public, tokens.suggest_token(entry.tenant)),
                    "fetch": snippets.render_fetch(entry, tokens.is_public),
                    "Python": snippets.render_python(entry, tokens.is_public),
                }
            }
    return {}


def _find_neighbours(visit: Visit, entry: JournalEntry) -> dict[str, str]:
    """Return the addresses of the next newer and older calls, on the same tab."""
    newer: JournalEntry | None = None
    neighbours: dict[str, str] = {}
    tab = visit.query.get("tab")
    latest = visit.simulation.records.iter_latest()
    for other in latest:
        if other is entry:
            break
        newer = other
    older = next(latest, None)
    for name, other_call in (("newer", newer), ("older", older)):
        if other_call:
            neighbours[name] = visit.link(f"calls/{other_call.id}", tab=tab)
    return neighbours
