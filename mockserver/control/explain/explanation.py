"""Explain a response: the rule, its basis, the place in the request and in the spec, and the nearest valid call."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from ...contract.operations import Operation
from ...errors import BadRequest
from ...records.exchange import JournalEntry
from ...simulations.world_name import read_world_name
from ..requests import exports, wiremock
from .fidelity import load_fidelity_rules
from .suggestions import PublicTokens, find_nearest_request


def explain_entry(
    entry: JournalEntry, operations: Collection[Operation], tokens: PublicTokens, earlier_steps: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the explanation; unknown facts are left out.

    tokens: those that may be shown and are valid for the tenant of the request.
    earlier_steps: of the scenario that the tenant plays, which ran at earlier requests.
    """
    facts = {
        "id": entry.id,
        "status": entry.status,
        "service": entry.service,
        "rule": _rule_json(entry),
        "pointer": entry.error.field if isinstance(entry.error, BadRequest) else "",
        "detail": _error_detail(entry),
        "elements": wiremock.failed_elements_json(entry),
        "spec": _spec_pointer(entry.operation) if entry.operation else "",
        "fault": entry.fault,
        "scenario": [f"scenario step, {sentence}" for sentence in (*entry.scenario_steps, *earlier_steps)],
        "nearest": _nearest_request_json(entry, operations, tokens),
    }
    return {name: fact for name, fact in facts.items() if fact}


def _rule_json(entry: JournalEntry) -> dict[str, str] | None:
    rule = load_fidelity_rules().get(entry.error.rule) if entry.error else None
    return {"id": rule.id, "basis": rule.basis, "text": rule.text} if rule else None


def _error_detail(entry: JournalEntry) -> str:
    """Return more about the error than its message.

    Bodies of operations without scopes may hold credentials, so schema messages, which quote values, are withheld.
    """
    error, operation = entry.error, entry.operation
    if error is None or (operation and not operation.scopes and not error.rule):
        return ""
    return (error.detail if isinstance(error, BadRequest) else error.hint) or error.message


def _spec_pointer(operation: Operation) -> str:
    path = operation.path.replace("~", "~0").replace("/", "~1")
    return f"spec/{operation.service}.yaml#/paths/{path}/{operation.method.lower()}"


def _nearest_request_json(
    entry: JournalEntry, operations: Collection[Operation], tokens: PublicTokens
) -> dict[str, str] | None:
    nearest_request = find_nearest_request(entry, operations, tokens)
    if nearest_request is None:
        return None
    server = exports.find_server_url([entry])
    world = read_world_name(entry.request)
    return {
        "why": nearest_request.reason,
        "curl": nearest_request.request.render_curl(server, nearest_request.token, world),
    }
