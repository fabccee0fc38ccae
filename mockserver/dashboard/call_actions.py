"""What the buttons on the page of a call do: fail the next one, replay it, undo to before it."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import unquote

from ..errors import ClientError
from ..records.exchange import JournalEntry
from .call_pages import find_call, list_fault_statuses
from .visit import Onward, Visit


class CannotAct(ClientError):
    """An action that is impossible, with the reason."""

    status = 409
    reason = "Conflict"


def fail_next_call(visit: Visit) -> Onward:
    """Make the next call of the same operation on the same resource fail once."""
    entry = find_call(visit)
    status = visit.form.get("status", "")
    if entry.operation is None or status not in map(str, list_fault_statuses(entry)):
        raise CannotAct(f"The next such call cannot fail with {status or 'no status'}; choose one of the statuses.")
    ids = {name: unquote(id_) for name, id_ in entry.ids.items() if name != "tenant"}
    fault = {
        "operation": entry.operation.id,
        **({"tenant": entry.tenant} if entry.tenant else {}),
        **({"path": ids} if ids else {}),
        "times": 1,
        "response": {"status": int(status)},
    }
    created = visit.call("POST", "/faults", fault)
    sentence = f"The next {entry.operation.id} on this path will be a {status} (fault {created['id']})."
    return Onward(visit.link(f"calls/{entry.id}"), sentence)


def replay_call(visit: Visit) -> Onward:
    """Send the same request again, with the token that it had, and lead to the new call."""
    entry = find_call(visit)
    if entry.is_truncated:
        raise CannotAct("The journal has only a part of this body, so the call cannot be sent again.")
    if any(simulation.faults.can_hold_calls() for simulation in visit.simulations.list_all()):
        raise CannotAct("A fault may hold this call, and all others with it. Remove slow faults, or use the code.")
    response = visit.simulations.answer_call(replace(entry.request))
    new = _find_latest_of(visit, entry)
    return Onward(visit.link(f"calls/{new.id}"), f"Sent again; this is the new call, a {response.status}.")


def undo_before_call(visit: Visit) -> Onward:
    """Go back to the state before a call; this undoes everything since then."""
    entry = find_call(visit)
    if entry.versions is None or entry.tenant is None:
        raise CannotAct("This call did not get as far as the state, so there is nothing to undo.")
    undone = visit.call("POST", "/undo", {"version": entry.versions[0]}, tenant=entry.tenant)
    count = undone["undone"]
    sentence = f"{count} {'change is' if count == 1 else 'changes are'} undone; {entry.tenant} is as before this call."
    return Onward(visit.link(f"calls/{entry.id}", tab="state"), sentence)


def _find_latest_of(visit: Visit, entry: JournalEntry) -> JournalEntry:
    """Return the latest call with the method and path of another."""
    sent = entry.request.method, entry.request.path
    calls = visit.simulation.records.iter_latest()
    return next((call for call in calls if (call.request.method, call.request.path) == sent), entry)
