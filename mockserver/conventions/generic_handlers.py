"""Handlers of operations that follow the conventions: lists, searches, reads and writes of a generic collection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..errors import BadRequest, NotFound
from ..messages import Call, Handler, Listing, Reply
from ..practices.rows import LazyRows
from ..store.collection import Row
from ..store.state import State
from .generic_bulks import run_bulk_operation
from .generic_operation import CREATED, GenericOperation
from .generic_rows import GenericRows
from .row_filters import keep_matching

NO_CONTENT = 204
NEEDS_BODY = "A body is required."


def list_generic_rows(target: GenericOperation) -> Handler:
    """Return a handler that lists the rows below the ids of the path; missing parents are a 404 if that is declared."""

    def handle(call: Call) -> Listing:
        state, parts = call.tenant.state, target.parts(call)
        if target.declares(404):
            target.rows.require_parent(state, parts)
        rows = keep_matching(target.rows.select(state, target.read_ids(call)), target.filters, call)
        return Listing(LazyRows(rows, target.present))

    return handle


def search_generic_rows(target: GenericOperation) -> Handler:
    """Return a handler that searches rows by `q` in the body, or by a list of ids (C16)."""

    def handle(call: Call) -> Listing:
        rows = keep_matching(target.rows.select(call.tenant.state, target.read_ids(call)), target.filters, call)
        if isinstance(call.body, list):
            rows = [row for row in rows if any(_is_named(target.rows, row, element) for element in call.body)]
        return Listing(LazyRows(rows, target.present))

    return handle


def read_generic_row(target: GenericOperation) -> Handler:
    """Return a handler that reads the row whose ids are in the path."""
    return lambda call: Reply(200, dict(target.present(target.rows.find(call.tenant.state, target.parts(call)))))


def create_generic_row(target: GenericOperation) -> Handler:
    """Return a handler that creates a row; the key may be in the body."""

    def handle(call: Call) -> Reply:
        body, tenant = _require_object(call), call.tenant
        parents = target.parts(call)
        row = target.change(call, lambda state: target.rows.insert(tenant, state, parents, body))
        return target.build_reply(target.created_status, row)

    return handle


def create_named_row(target: GenericOperation) -> Handler:
    """Return a handler that creates the row whose ids are in the path."""

    def handle(call: Call) -> Reply:
        body, tenant, parts = _require_object(call), call.tenant, target.parts(call)
        row = target.change(call, lambda state: target.rows.create(tenant, state, parts, body))
        return target.build_reply(target.created_status, row)

    return handle


def replace_generic_row(target: GenericOperation) -> Handler:
    """Return a handler that replaces the row whose ids are in the path, and creates it if the operation declares 201.

    With `partial=true`, it changes only the fields that the body has.
    """
    status = min((status for status in target.replies if status != CREATED), default=CREATED)
    creates = target.declares(CREATED)

    def handle(call: Call) -> Reply:
        body, tenant, parts = _require_object(call), call.tenant, target.parts(call)
        is_partial = str(call.query.get("partial", "")).lower() == "true"
        checks, created = target.declares(409), False

        def rule(state: State) -> tuple[State, Row]:
            nonlocal created
            old = target.rows.collection.get(state, parts)
            created = old is None
            if old is None and not creates:
                raise NotFound(parts[-1])
            if old is not None and is_partial:
                return target.rows.merge(tenant, state, parts, body, checks_version=checks)
            content = {**target.rows.defaults, **body} if old is None else body
            return target.rows.store(tenant, state, parts, content, checks_version=checks)

        row = target.change(call, rule)
        return target.build_reply(CREATED if created else status, row)

    return handle


def patch_generic_row(target: GenericOperation) -> Handler:
    """Return a handler that changes a row: by a merge patch, or by a list of operations."""
    status = min(target.replies)

    def handle(call: Call) -> Reply:
        tenant, parts, patch = call.tenant, target.parts(call), call.body
        if not isinstance(patch, dict | list):
            raise BadRequest(error_type="required", detail=NEEDS_BODY)
        checks = target.declares(409)
        row = target.change(call, lambda state: target.rows.merge(tenant, state, parts, patch, checks_version=checks))
        return target.build_reply(status, row)

    return handle


def delete_generic_row(target: GenericOperation) -> Handler:
    """Return a handler that deletes a row and what it contains; a missing one is a 404 if that is declared."""
    status = min(target.replies)

    def handle(call: Call) -> Reply:
        parts = target.parts(call)

        def rule(state: State) -> tuple[State, Row | None]:
            row = target.rows.collection.get(state, parts)
            if row is None and target.declares(404):
                raise NotFound(parts[-1])
            return target.rows.remove(state, parts), row

        row = call.tenant.change(rule)
        return Reply(status) if row is None or status == NO_CONTENT else target.build_reply(status, row)

    return handle


def clear_generic_rows(target: GenericOperation) -> Handler:
    """Return a handler that deletes all rows below the ids of the path."""

    def handle(call: Call) -> Reply:
        given = target.read_ids(call)

        def rule(state: State) -> tuple[State, None]:
            for row in target.rows.select(state, given):
                state = target.rows.remove(state, target.rows.collection.parts_of(row))
            return state, None

        call.tenant.change(rule)
        return Reply(NO_CONTENT)

    return handle


HANDLER_FACTORIES: Mapping[str, Callable[[GenericOperation], Handler]] = {
    "list": list_generic_rows,
    "search": search_generic_rows,
    "create": create_generic_row,
    "create_item": create_named_row,
    "read": read_generic_row,
    "replace": replace_generic_row,
    "patch": patch_generic_row,
    "delete": delete_generic_row,
    "clear": clear_generic_rows,
    "bulk": run_bulk_operation,
}


def _require_object(call: Call) -> Mapping[str, Any]:
    """Return the body of a write; BadRequest if it is not an object."""
    if not isinstance(call.body, dict):
        raise BadRequest(
            error_type="required", detail=NEEDS_BODY if call.body is None else "The body must be an object."
        )
    return call.body


def _is_named(rows: GenericRows, row: Row, element: Any) -> bool:
    """Whether an element of a search is the id of a row, or an object with its ids."""
    names = rows.collection.key_fields
    if isinstance(element, dict):
        named = [name for name in names if name in element]
        return bool(named) and all(str(element[name]) == str(row[name]) for name in named)
    return any(str(row[name]) == str(element) for name in names[-1:] + names[:-1][rows.parent_count :])
