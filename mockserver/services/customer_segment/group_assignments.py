"""Assignments of IAM groups: list, read, create, replace and remove."""

from __future__ import annotations

from collections.abc import Sequence

from ...errors import NotFound
from ...practices import mixins
from ...practices.rows import ConcatenatedTables, Row, StoredRow
from ...store.state import GroupAssignment, State
from ...store.tenant import Tenant
from . import group_rows, write_context
from .write_context import WriteContext


def list_group_assignments(tenant: Tenant, segment_id: str) -> Sequence[Row]:
    """Return the groups of a segment; for a missing one an empty list, or NotFound (C9)."""
    state, switches = tenant.state, tenant.switches
    if segment_id not in state.segments and switches.missing_parent == "404":
        raise NotFound(segment_id, rule="C9")
    tables = [state.segment_groups.of_segment(segment_id)] if segment_id in state.segments else []
    return group_rows.group_assignment_rows(state, ConcatenatedTables(tables), switches)


def read_group_assignment(tenant: Tenant, segment_id: str, group_id: str) -> StoredRow[GroupAssignment]:
    """Return one assignment; NotFound if it does not exist (C10)."""
    state = tenant.state
    assignment = state.segment_groups.get(segment_id, group_id)
    if assignment is None:
        raise NotFound(group_id)
    return group_rows.group_assignment_stored_row(state, assignment, tenant.switches)


def upsert_group_assignment(tenant: Tenant, segment_id: str, group_id: str, body: Row) -> bool:
    """Create or replace an assignment; True if it is new (D2). BadRequest (D6, D7, D12, D18) or StaleVersion (D3)."""

    def rule(state: State) -> tuple[State, bool]:
        write_context.check_segment_exists(state, segment_id)
        group_rows.check_group(state, group_id, tenant.switches)
        old = state.segment_groups.get(segment_id, group_id)
        revision = WriteContext.start(tenant, state).next_revision(old.revision if old else None, body)
        assignment = GroupAssignment(segment_id, group_id, revision, body.get("mixins"), mixins.mixin_urls(body))
        return state.with_segment_group(assignment), old is None

    return tenant.change(rule)


def remove_group_assignment(tenant: Tenant, segment_id: str, group_id: str) -> None:
    """Remove a group from a segment; NotFound for a group that is not in it, if the switch says so (D9)."""

    def rule(state: State) -> tuple[State, None]:
        write_context.check_removal(tenant, state.segment_groups.get(segment_id, group_id), group_id)
        return state.without_segment_group(segment_id, group_id), None

    tenant.change(rule)
