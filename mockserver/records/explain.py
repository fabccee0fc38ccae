"""Why a visit was answered as it was: the rule, its basis, the place in request and spec, the nearest valid call."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..contract.operations import Operation
from ..errors import BadRequest
from . import curl
from .nearest import Tokens, nearest
from .rules import rules
from .visit import Visit


def explained(visit: Visit, operations: Collection[Operation], tokens: Tokens) -> dict[str, Any]:
    """Return the explanation; what is not known is left out.

    tokens: those that may be shown, and work for the tenant of the visit.
    """
    facts = {
        "id": visit.id,
        "status": visit.status,
        "rule": _rule(visit),
        "pointer": visit.error.field if isinstance(visit.error, BadRequest) else "",
        "detail": _detail(visit),
        "spec": _place(visit.operation) if visit.operation else "",
        "fault": visit.fault,
        "nearest": _nearest(visit, operations, tokens),
    }
    return {name: fact for name, fact in facts.items() if fact}


def _rule(visit: Visit) -> dict[str, str] | None:
    rule = rules().get(visit.error.rule) if visit.error else None
    return {"id": rule.id, "basis": rule.basis, "text": rule.text} if rule else None


def _detail(visit: Visit) -> str:
    """Return what is known beyond the message; a schema's complaint quotes the value, which may be a secret.

    Credentials are sent to operations that need no token.
    """
    error, operation = visit.error, visit.operation
    if error is None or (operation and not operation.scopes and not error.rule):
        return ""
    return (error.detail if isinstance(error, BadRequest) else error.hint) or error.message


def _place(operation: Operation) -> str:
    path = operation.path.replace("~", "~0").replace("/", "~1")
    return f"spec/{operation.service}.yaml#/paths/{path}/{operation.method.lower()}"


def _nearest(visit: Visit, operations: Collection[Operation], tokens: Tokens) -> dict[str, str] | None:
    found = nearest(visit, operations, tokens)
    if found is None:
        return None
    return {"why": found.why, "curl": found.draft.curl(curl.server([visit]), found.token)}
