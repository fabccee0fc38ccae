"""Bulks on generic collections: each element is a write of its own (E1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..contract.operations import MULTI_STATUS
from ..errors import BadRequest
from ..messages import Call, Handler, Reply
from ..practices.writes import ElementOutcome, run_bulk
from ..store.state import State
from .generic_operation import CREATED, GenericOperation

NO_CONTENT = 204


def run_bulk_operation(target: GenericOperation) -> Handler:
    """Return a handler that writes each element of a list; one that fails leaves the others as they are (E1)."""
    write = BULK_WRITES[target.operation.method]

    def handle(call: Call) -> Reply:
        elements = call.body if isinstance(call.body, list) else []
        given, tenant = target.read_ids(call), call.tenant
        base = int(tenant.switches.bulk_index_base) if target.index_base is None else target.index_base

        def rule(state: State) -> tuple[State, Any]:
            current = state

            def handle_element(element: Any) -> ElementOutcome:
                nonlocal current
                current, outcome = write(target, call, current, given, element)
                return outcome

            entries = run_bulk(elements, call.element_errors, handle_element, base)
            return current, entries

        entries = tenant.change(rule)
        return Reply(MULTI_STATUS, entries) if target.declares(MULTI_STATUS) else Reply(min(target.replies))

    return handle


BulkOutcome = tuple[State, ElementOutcome]


def _insert_element(
    target: GenericOperation, call: Call, state: State, _: Mapping[str, str], element: Any
) -> BulkOutcome:
    body = _require_element(element)
    parents = target.parts(call)
    state, row = target.rows.insert(call.tenant, state, parents, body)
    return state, (CREATED, target.rows.collection.parts_of(row)[-1])


def _upsert_element(
    target: GenericOperation, call: Call, state: State, given: Mapping[str, str], element: Any
) -> BulkOutcome:
    body, parts = _require_element(element), target.rows.read_parts(given, element)
    is_new = target.rows.collection.get(state, parts) is None
    state, _ = target.rows.store(call.tenant, state, parts, {**target.rows.defaults, **body} if is_new else body)
    return state, (CREATED if is_new else NO_CONTENT, parts[-1])


def _patch_element(
    target: GenericOperation, call: Call, state: State, given: Mapping[str, str], element: Any
) -> BulkOutcome:
    body, parts = _require_element(element), target.rows.read_parts(given, element)
    state, _ = target.rows.merge(call.tenant, state, parts, body)
    return state, (NO_CONTENT, parts[-1])


def _delete_element(
    target: GenericOperation, _: Call, state: State, given: Mapping[str, str], element: Any
) -> BulkOutcome:
    parts = target.rows.read_parts(given, element)
    target.rows.find(state, parts)
    return target.rows.remove(state, parts), (NO_CONTENT, parts[-1])


BULK_WRITES: Mapping[str, Callable[[GenericOperation, Call, State, Mapping[str, str], Any], BulkOutcome]] = {
    "POST": _insert_element,
    "PUT": _upsert_element,
    "PATCH": _patch_element,
    "DELETE": _delete_element,
}


def _require_element(element: Any) -> Mapping[str, Any]:
    if not isinstance(element, dict):
        raise BadRequest(error_type="type", detail="An element must be an object.", rule="E1")
    return element
