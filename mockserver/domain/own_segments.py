"""The segments that a customer belongs to, directly or through IAM groups (A8, A8b)."""

from __future__ import annotations

from ..store.state import CustomerAssignment, Document, State
from .group_membership import CUSTOMER, legal_entity_id_of, list_groups_of_user


def list_own_assignments(state: State, customer_id: str | None, entity_id: str | None) -> list[CustomerAssignment]:
    """Return a customer's assignments for a legal entity and those without one; all for None (A12)."""
    return [
        assignment
        for assignment in state.members.of_assignee(customer_id or "")
        if None in (entity_id, assignment.legal_entity_id) or assignment.legal_entity_id == entity_id
    ]


def list_acting_groups(state: State, customer_id: str | None, entity_id: str | None) -> list[Document]:
    """Return a customer's groups that are for customers, and bound to no legal entity or to this one (A8b)."""
    return [
        group
        for group in list_groups_of_user(state, customer_id)
        if group["userType"] == CUSTOMER and legal_entity_id_of(group) in (None, entity_id)
    ]


def find_joined_segment_ids(state: State, customer_id: str | None, entity_id: str | None) -> set[str]:
    """Return the ids of the segments that a customer belongs to, active or not (A8b)."""
    ids = {assignment.segment_id for assignment in list_own_assignments(state, customer_id, entity_id)}
    for group in list_acting_groups(state, customer_id, entity_id):
        ids.update(assignment.segment_id for assignment in state.segment_groups.of_assignee(group["id"]))
    return ids
