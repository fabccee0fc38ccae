"""Why a visit was answered as it was: the rule, its basis, the place in request and spec, the nearest valid call."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ...contract.operations import Operation
from ...errors import BadRequest
from ...records.exchange import Exchange
from ..requests import exports
from .fidelity import load_fidelity_rules
from .suggestions import PublicTokens, find_nearest_request


def explain_exchange(exchange: Exchange, operations: Collection[Operation], tokens: PublicTokens) -> dict[str, Any]:
    """Return the explanation; what is not known is left out.

    tokens: those that may be shown, and work for the tenant of the visit.
    """
    facts = {
        "id": exchange.id,
        "status": exchange.status,
        "rule": _rule_json(exchange),
        "pointer": exchange.error.field if isinstance(exchange.error, BadRequest) else "",
        "detail": _error_detail(exchange),
        "spec": _spec_pointer(exchange.operation) if exchange.operation else "",
        "fault": exchange.fault,
        "nearest": _nearest_request_json(exchange, operations, tokens),
    }
    return {name: fact for name, fact in facts.items() if fact}


def _rule_json(exchange: Exchange) -> dict[str, str] | None:
    rule = load_fidelity_rules().get(exchange.error.rule) if exchange.error else None
    return {"id": rule.id, "basis": rule.basis, "text": rule.text} if rule else None


def _error_detail(exchange: Exchange) -> str:
    """Return what is known beyond the message; a schema's complaint quotes the value, which may be a secret.

    Credentials are sent to operations that need no token.
    """
    error, operation = exchange.error, exchange.operation
    if error is None or (operation and not operation.scopes and not error.rule):
        return ""
    return (error.detail if isinstance(error, BadRequest) else error.hint) or error.message


def _spec_pointer(operation: Operation) -> str:
    path = operation.path.replace("~", "~0").replace("/", "~1")
    return f"spec/{operation.service}.yaml#/paths/{path}/{operation.method.lower()}"


def _nearest_request_json(
    exchange: Exchange, operations: Collection[Operation], tokens: PublicTokens
) -> dict[str, str] | None:
    nearest_request = find_nearest_request(exchange, operations, tokens)
    if nearest_request is None:
        return None
    return {
        "why": nearest_request.reason,
        "curl": nearest_request.request.render_curl(exports.server_url([exchange]), nearest_request.token),
    }
