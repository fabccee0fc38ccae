"""Customer assignments: list, read, create, replace and remove."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...errors import ClientError, NotFound
from ...practices import mixins
from ...practices.rows import ConcatenatedTables, Row
from ...practices.writes import BulkEntry, ElementOutcome
from ...store.state import CustomerAssignment, MemberKey, State
from ...store.tenant import Tenant
from . import customer_rows, write_context
from .visibility import Viewer
from .write_context import WriteContext

MANUAL = "MANUAL"  # assigned through the API; AUTOMATIC assignments come from worlds (D14)


def list_customer_assignments(viewer: Viewer, segment_id: str) -> Sequence[Row]:
    """Return the customers of a segment, or to a customer only the customer's own assignments (A8).

    For a missing or invisible segment: an empty list, or NotFound (C9).
    """
    state, switches = viewer.state, viewer.tenant.switches
    if not viewer.sees_segment(segment_id):
        if switches.missing_parent == "404":
            raise NotFound(segment_id, rule="C9")
        return []
    if viewer.sees_everything:
        members = ConcatenatedTables([state.members_of(segment_id)])
        return customer_rows.customer_assignment_rows(state, members, switches)
    own_assignments = [assignment for assignment in viewer.own_assignments() if assignment.segment_id == segment_id]
    own_assignments.sort(key=lambda assignment: assignment.key)
    return customer_rows.customer_assignment_rows(state, own_assignments, switches)


def read_customer_assignment(tenant: Tenant, segment_id: str, key: MemberKey) -> Row:
    """Return one assignment; NotFound if it does not exist (C10)."""
    state = tenant.state
    assignment = state.member(segment_id, key)
    if assignment is None:
        raise NotFound(key[0])
    return customer_rows.customer_assignment_row(state, assignment, switches=tenant.switches)


def upsert_customer_assignment(tenant: Tenant, segment_id: str, key: MemberKey, body: Row) -> bool:
    """Create or replace an assignment; True if it is new (D2). BadRequest (D6, D7, D12) or StaleVersion (D3)."""
    return tenant.change(lambda state: _apply_upsert(WriteContext.start(tenant, state), state, segment_id, key, body))


def remove_customer_assignment(tenant: Tenant, segment_id: str, key: MemberKey) -> None:
    """Remove a customer from a segment; NotFound for a customer who is not in it, if the switch says so (D9)."""
    tenant.change(lambda state: (_apply_removal(tenant, state, segment_id, key), None))


def upsert_customer_assignments(
    tenant: Tenant, segment_id: str, elements: Sequence[Any], element_errors: Mapping[int, ClientError]
) -> list[BulkEntry]:
    """Create or replace many assignments, each independently; elements are upsert bodies with their key."""

    def step(write: WriteContext, state: State, element: Row) -> tuple[State, ElementOutcome]:
        state, created = _apply_upsert(write, state, segment_id, _element_key(element), element)
        return state, (write_context.upsert_status(created=created), None)

    return write_context.write_many(tenant, elements, element_errors, step)


def remove_customer_assignments(
    tenant: Tenant, segment_id: str, elements: Sequence[Any], element_errors: Mapping[int, ClientError]
) -> list[BulkEntry]:
    """Remove many customers from a segment, each independently; elements are keys (E6)."""

    def step(_: WriteContext, state: State, element: Row) -> tuple[State, ElementOutcome]:
        return _apply_removal(tenant, state, segment_id, _element_key(element)), (204, None)

    return write_context.write_many(tenant, elements, element_errors, step)


def _element_key(element: Row) -> MemberKey:
    return element["customerId"], element.get("legalEntityId", "")


def _apply_upsert(write: WriteContext, state: State, segment_id: str, key: MemberKey, body: Row) -> tuple[State, bool]:
    write_context.check_segment_exists(state, segment_id)
    customer_rows.check_customer_references(state, *key, write.tenant.switches)
    old = state.member(segment_id, key)
    revision = write.next_revision(old.revision if old else None, body)
    assignment = CustomerAssignment(
        segment_id, key[0], key[1] or None, MANUAL, revision, body.get("mixins"), mixins.mixin_urls(body)
    )
    return state.with_member(assignment), old is None


def _apply_removal(tenant: Tenant, state: State, segment_id: str, key: MemberKey) -> State:
    write_context.check_removal(tenant, state.member(segment_id, key), key[0])
    return state.without_member(segment_id, key)
