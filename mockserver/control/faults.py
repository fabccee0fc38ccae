"""Injected faults: create them, show how often each was applied, remove them."""

from __future__ import annotations

from functools import partial

from ..faults import parsing
from ..faults.fault import Fault
from ..faults.replies import Unsatisfiable
from ..messages import Call, Handler, Reply
from ..wording import describe_unknown
from .context import ControlContext, UnknownName, Unprocessable, json_object, tenant_name

MAX_SHOWN_IDS = 20  # in an error message


def handlers(context: ControlContext) -> dict[str, Handler]:
    """Return the handlers of this module, by operationId."""
    return {
        "listFaults": partial(list_faults, context),
        "orderFault": partial(create_fault, context),
        "showFault": partial(show_fault, context),
        "removeFault": partial(remove_fault, context),
        "removeFaults": partial(clear_faults, context),
    }


def list_faults(context: ControlContext, call: Call) -> Reply:
    """List all faults, or those that apply to one tenant, in order of creation."""
    tenant = tenant_name(call)
    faults = (fault for fault in context.faults.faults if tenant is None or fault.matcher.tenant in (None, tenant))
    return Reply(200, {"faults": [fault.to_json() for fault in faults]})


def create_fault(context: ControlContext, call: Call) -> Reply:
    """Create a fault; those created earlier take precedence."""
    json_body = json_object(call)
    try:
        id_ = json_body.get("id") or context.faults.new_fault_id()
        fault = parsing.parse_fault(
            json_body, id_, tenant_name(call), context.operations, _bulk_index_base(context, call)
        )
        context.faults.add_fault(fault)
    except Unsatisfiable as error:
        raise Unprocessable(str(error)) from None
    return Reply(201, fault.to_json())


def show_fault(context: ControlContext, call: Call) -> Reply:
    """Return a fault, and how often it was applied."""
    return Reply(200, _find_fault(context, call).to_json())


def remove_fault(context: ControlContext, call: Call) -> Reply:
    """Remove a fault; calls that it holds continue."""
    unwanted_fault = _find_fault(context, call)
    context.faults.remove_faults(lambda fault: fault is unwanted_fault)
    return Reply(204)


def clear_faults(context: ControlContext, call: Call) -> Reply:
    """Remove the faults of one tenant, or all."""
    return Reply(200, {"removed": [fault.id for fault in context.faults.remove_tenant_faults(tenant_name(call))]})


def _bulk_index_base(context: ControlContext, call: Call) -> int:
    tenant = tenant_name(call)
    switches = context.world.tenant(tenant).switches if tenant else context.world.switches
    return int(switches.bulk_index_base)


def _find_fault(context: ControlContext, call: Call) -> Fault:
    fault = context.faults.get_fault(call.path["id"])
    if fault is None:
        ids = [known_fault.id for known_fault in context.faults.faults]
        more = [f"and {len(ids) - MAX_SHOWN_IDS} more"] if len(ids) > MAX_SHOWN_IDS else []
        raise UnknownName(describe_unknown("fault", call.path["id"], ids[:MAX_SHOWN_IDS] + more))
    return fault
