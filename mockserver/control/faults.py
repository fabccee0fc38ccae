"""Faults on order: make rules, see how often each was applied, remove them."""

from __future__ import annotations

from functools import partial

from ..faults import reading
from ..faults.replies import Impossible
from ..faults.rules import Rule
from ..messages import Call, Handler, Reply
from .plane import NotThere, Plane, Unprocessable, body, named

SHOWN_AT_MOST = 20  # ids in a message


def handlers(plane: Plane) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "listFaults": partial(listed, plane),
        "orderFault": partial(order, plane),
        "showFault": partial(show, plane),
        "removeFault": partial(remove, plane),
        "removeFaults": partial(clear, plane),
    }


def listed(plane: Plane, call: Call) -> Reply:
    """List all rules, or those that hold for one tenant, in order."""
    tenant = named(call)
    found = (rule for rule in plane.faults.rules if tenant is None or rule.match.tenant in (None, tenant))
    return Reply(200, {"faults": [rule.report() for rule in found]})


def order(plane: Plane, call: Call) -> Reply:
    """Make a rule, behind those that there are."""
    asked = body(call)
    try:
        id_ = asked.get("id") or plane.faults.new_id()
        rule = reading.rule(asked, id_, named(call), plane.operations, _index_base(plane, call))
        plane.faults.add(rule)
    except Impossible as error:
        raise Unprocessable(str(error)) from None
    return Reply(201, rule.report())


def show(plane: Plane, call: Call) -> Reply:
    """Show a rule, and how often it was applied."""
    return Reply(200, _rule(plane, call).report())


def remove(plane: Plane, call: Call) -> Reply:
    """Remove a rule; calls that wait for it go on."""
    unwanted = _rule(plane, call)
    plane.faults.remove(lambda rule: rule is unwanted)
    return Reply(204)


def clear(plane: Plane, call: Call) -> Reply:
    """Remove the rules of one tenant, or all."""
    return Reply(200, {"removed": [rule.id for rule in plane.faults.clear(named(call))]})


def _index_base(plane: Plane, call: Call) -> int:
    tenant = named(call)
    behaviour = plane.world.tenant(tenant).behaviour if tenant else plane.world.behaviour
    return int(behaviour.bulk_index_base)


def _rule(plane: Plane, call: Call) -> Rule:
    found = plane.faults.get(call.path["id"])
    if found is None:
        ids = [rule.id for rule in plane.faults.rules]
        more = f" and {len(ids) - SHOWN_AT_MOST} more" if len(ids) > SHOWN_AT_MOST else ""
        there_are = ", ".join(ids[:SHOWN_AT_MOST]) or "none"
        raise NotThere(f"Unknown fault {call.path['id'][:100]!r}; existing faults: {there_are}{more}.")
    return found
