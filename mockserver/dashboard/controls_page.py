"""The page of controls: reset, snapshots, clock, personas, faults, scenarios and switches of a tenant."""

from __future__ import annotations

from typing import Any, get_args
from urllib.parse import quote

from ..control.explain.fidelity import load_fidelity_rules
from ..errors import ClientError
from ..settings import list_settings
from ..store.clock import format_timestamp, parse_timestamp
from .clock_events import list_clock_events
from .fault_form import describe_fault_form
from .visit import ControlRefusal, Onward, PageView, Visit, read_number


class Incomplete(ClientError):
    """A form without something that its action needs."""

    status = 400
    reason = "Bad Request"


STEPS = {"minute": 60, "hour": 3600, "day": 86_400, "30 days": 2_592_000}  # in seconds
COMING_EVENTS = 5
MAX_DIGITS_OF_SECONDS = 11  # more than any time that a clock can show
SHOWN_TOKENS = 40


def show_controls(visit: Visit) -> PageView:
    """Show what can be controlled, and how it stands."""
    tenant = visit.tenant
    tokens = visit.read("/tokens")["tokens"]
    values = {
        "tenant": tenant,
        "state": visit.read("/state", tenant=tenant),
        "clock": (clock := visit.read("/clock", tenant=tenant)),
        "happened": list_happenings(visit),
        "coming": list_clock_events(visit, parse_timestamp(clock["now"]), None)[:COMING_EVENTS],
        "snapshots": visit.read("/snapshots", tenant=tenant)["snapshots"],
        "tokens": tokens[:SHOWN_TOKENS],
        "further_tokens": max(0, len(tokens) - SHOWN_TOKENS),
        "faults": visit.read("/faults")["faults"],
        "scenarios": visit.read("/scenarios")["scenarios"],
        "switches": describe_switches(visit.read("/settings", tenant=tenant)),
        "steps": STEPS,
        **describe_fault_form(visit),
        "difference": _compare_snapshot(visit),
    }
    return PageView("controls.html", values)


def describe_switches(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the settings of a tenant with their choices, what they are for, and the basis of their rule."""
    settings, rules = {setting.name: setting for setting in list_settings()}, load_fidelity_rules()
    switches = []
    for name, value in values.items():
        setting = settings[name]
        rule = rules.get(setting.rule)
        switches.append(
            {
                "name": name,
                "value": str(value),
                "choices": [str(choice) for choice in get_args(setting.hint) if isinstance(choice, str)],
                "sentence": setting.sentence,
                "basis": rule.basis if rule else "",
                "is_default": str(value) == str(setting.default or 0),
            }
        )
    return switches


def reset_tenant(visit: Visit) -> Onward:
    """Reset the tenant; its last change can be undone."""
    target = visit.form.get("to", "world")
    visit.call("POST", "/reset", {"tenant": visit.tenant, "to": target})
    return _lead(visit, f"{visit.tenant} is reset; undo brings it back.")


def undo_last_change(visit: Visit) -> Onward:
    """Undo the last change of the tenant."""
    undone = visit.call("POST", "/undo", {"steps": 1}, tenant=visit.tenant)["undone"]
    return _lead(visit, "The last change is undone." if undone else "There is nothing to undo.", is_problem=not undone)


def store_snapshot(visit: Visit) -> Onward:
    """Save the state under a name."""
    name = _require(visit, "name", "Give the snapshot a name.")
    visit.call("PUT", f"/snapshots/{_as_part(name)}", tenant=visit.tenant)
    return _lead(visit, f"The snapshot {name} is saved.")


def return_to_snapshot(visit: Visit) -> Onward:
    """Restore a snapshot."""
    name = _require(visit, "name", "Say which snapshot.")
    visit.call("POST", f"/snapshots/{_as_part(name)}/restore", tenant=visit.tenant)
    return _lead(visit, f"{visit.tenant} is as in the snapshot {name}.")


def forget_snapshot(visit: Visit) -> Onward:
    """Delete a snapshot."""
    name = _require(visit, "name", "Say which snapshot.")
    visit.call("DELETE", f"/snapshots/{_as_part(name)}", tenant=visit.tenant)
    return _lead(visit, f"The snapshot {name} is deleted.")


def adjust_clock(visit: Visit) -> Onward:
    """Freeze the clock, now or at a time, or let it run."""
    mode, at = visit.form.get("mode", "real"), visit.form.get("at", "").strip()
    body = {"tenant": visit.tenant, "mode": mode, **({"at": at} if at and mode == "frozen" else {})}
    return _change_clock(
        visit, "PUT", "/clock", body, f"The clock {'is frozen at' if mode == 'frozen' else 'runs from'}"
    )


def move_clock(visit: Visit) -> Onward:
    """Advance the clock by some seconds, or to a time."""
    to = visit.form.get("to", "").strip()
    seconds = "" if to else _require(visit, "seconds", "Say by how much.")
    body = {"tenant": visit.tenant, **({"to": to} if to else {"seconds": read_number(seconds, MAX_DIGITS_OF_SECONDS)})}
    return _change_clock(visit, "POST", "/clock/advance", body, "The clock shows")


def list_happenings(visit: Visit) -> dict[str, Any] | None:
    """Return what happened while the clock moved between the times that the address has; None without such times."""
    try:
        start, end = (parse_timestamp(visit.query[name]) for name in ("from", "until"))
    except (KeyError, ValueError):
        return None
    try:
        changes = visit.read("/changes", tenant=visit.tenant, since=visit.query.get("since"))["changes"]
    except ControlRefusal:
        changes = []
    return {
        "start": format_timestamp(start),
        "end": format_timestamp(end),
        "events": list_clock_events(visit, start, end),
        "changes": [change["sentence"] for change in changes if "call" not in change],
    }


def _change_clock(visit: Visit, method: str, path: str, body: dict[str, Any], sentence: str) -> Onward:
    """Call the control plane for the clock, and lead to what happened by it."""
    before = visit.read("/clock", tenant=visit.tenant)["now"]
    version = visit.read("/state", tenant=visit.tenant)["version"]
    now = visit.call(method, path, body)["now"]
    span = {"from": before, "until": now, "since": version}
    address = visit.link("controls", tenant=visit.tenant, **span)
    return Onward(address, f"{sentence} {now}.")


def create_token(visit: Visit) -> Onward:
    """Create a token with scopes; without a text, one is generated."""
    form = {name: text.strip() for name, text in visit.form.items()}
    name, customer, lifetime = (form.get(field, "") for field in ("token", "customer", "lifetime"))
    body = {
        **({"token": name, "name": name} if name else {}),
        "scopes": form.get("scopes", "").split(),
        **({"customerId": customer} if customer else {}),
        **({"lifetimeSeconds": read_number(lifetime, MAX_DIGITS_OF_SECONDS)} if lifetime else {}),
        **({"tenant": visit.tenant} if customer or lifetime else {}),
    }
    token = visit.call("POST", "/tokens", body)["token"]
    return _lead(visit, f"The token {token} works.")


def end_faults(visit: Visit) -> Onward:
    """Remove a fault, or all of them."""
    id_ = visit.form.get("id", "")
    visit.call("DELETE", f"/faults/{_as_part(id_)}" if id_ else "/faults")
    return _lead(visit, f"The fault {id_} is removed." if id_ else "All faults are removed.")


def play_scenario(visit: Visit) -> Onward:
    """Start a scenario for the tenant."""
    name = visit.ids["name"]
    visit.call("POST", f"/scenarios/{_as_part(name)}", {"tenant": visit.tenant})
    return _lead(visit, f"{visit.tenant} plays {name}.")


def end_scenario(visit: Visit) -> Onward:
    """End what the tenant plays."""
    visit.call("DELETE", "/scenarios", tenant=visit.tenant)
    return _lead(visit, f"{visit.tenant} plays nothing any more.")


def set_switch(visit: Visit) -> Onward:
    """Change a switch of the tenant."""
    name, value = visit.form.get("name", ""), visit.form.get("value", "")
    is_number = isinstance(visit.read("/settings", tenant=visit.tenant).get(name), int)
    visit.call("PUT", "/settings", {"tenant": visit.tenant, name: read_number(value) if is_number else value})
    return _lead(visit, f"{name} is {value} for {visit.tenant}.")


def _compare_snapshot(visit: Visit) -> dict[str, Any] | None:
    """Return how the state differs from the snapshot that the address names."""
    name = visit.query.get("compare")
    if not name:
        return None
    try:
        return {"name": name, **visit.read(f"/snapshots/{_as_part(name)}/diff", tenant=visit.tenant)}
    except ControlRefusal as error:
        return {"name": name, "mistake": error.message}


def _lead(visit: Visit, sentence: str, *, is_problem: bool = False) -> Onward:
    return Onward(visit.link("controls", tenant=visit.tenant), sentence, is_problem)


def _as_part(text: str) -> str:
    """Return a text as one part of a path."""
    return quote(text, safe="")


def _require(visit: Visit, name: str, sentence: str) -> str:
    text = visit.form.get(name, "").strip()
    if not text:
        raise Incomplete(sentence)
    return text
