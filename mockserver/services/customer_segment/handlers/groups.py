"""Handlers of group assignments."""

from __future__ import annotations

from ....messages import Call, Handler, Listing, Reply
from .. import group_assignments, write_context


def get_segment_groups(call: Call) -> Listing:
    """List the groups of one segment; a search has its `q` in the body instead (C16)."""
    return Listing(group_assignments.list_group_assignments(call.tenant, call.path["segmentId"]))


def get_segment_group(call: Call) -> Reply:
    """Return one assignment."""
    return Reply(200, group_assignments.read_group_assignment(call.tenant, *_assignment_key(call)))


def put_segment_group(call: Call) -> Reply:
    """Create or replace one assignment; a missing body means `{}` (D8)."""
    created = group_assignments.upsert_group_assignment(call.tenant, *_assignment_key(call), call.body or {})
    return Reply(write_context.upsert_status(created=created))


def delete_segment_group(call: Call) -> Reply:
    """Remove one assignment."""
    group_assignments.remove_group_assignment(call.tenant, *_assignment_key(call))
    return Reply(204)


def _assignment_key(call: Call) -> tuple[str, str]:
    return call.path["segmentId"], call.path["groupId"]


HANDLERS: dict[str, Handler] = {
    "GET-customer-segment-retrieve-groups": get_segment_groups,
    "POST-customer-segment-search-groups": get_segment_groups,
    "GET-customer-segment-retrieve-group": get_segment_group,
    "PUT-customer-segment-update-group": put_segment_group,
    "DELETE-customer-segment-remove-group": delete_segment_group,
}
