"""The form that creates a fault, on the page of controls."""

from __future__ import annotations

from typing import Any

from ..faults.parsing import NETWORK_FAULTS
from .visit import Onward, Visit, read_number

NUMBERS = {"times": "times", "skip": "skip"}  # fields of a fault, by input
OF_RESPONSE = {"status": "status", "delay": "fixedDelayMilliseconds"}  # fields of its response, by input


def create_fault_of_form(visit: Visit) -> Onward:
    """Create a fault for the tenant."""
    form = {name: text.strip() for name, text in visit.form.items()}
    response = {field: read_number(form[name]) for name, field in OF_RESPONSE.items() if form.get(name)}
    if form.get("fault"):
        response["fault"] = form["fault"]
    fault = {
        "tenant": visit.tenant,
        **{name: form[name] for name in ("operation", "persona") if form.get(name)},
        **{field: read_number(form[name]) for name, field in NUMBERS.items() if form.get(name)},
        **({"response": response} if response else {}),
    }
    created = visit.call("POST", "/faults", fault)
    return Onward(visit.link("controls", tenant=visit.tenant), f"The fault {created['id']} is active.")


def describe_fault_form(visit: Visit) -> dict[str, Any]:
    """Return what the form offers."""
    operations = visit.simulation.api_pipeline.router.operations
    return {
        "operations": sorted({operation.id for operation in operations}),
        "connection_faults": list(NETWORK_FAULTS),
    }
