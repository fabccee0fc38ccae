"""Segments: who sees which, and how they are made, replaced, patched and deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...access import READ_SEGMENTS, Principal
from ...errors import BadRequest, ClientError, Conflict, Forbidden, NotFound, Remedy
from ...messages import Validate
from ...practices import jsonpatch
from ...practices.rows import ConcatenatedTables
from ...practices.writes import BulkEntry, ElementOutcome
from ...store.clock import parse_timestamp
from ...store.state import Document, Revision, State
from ...store.world import Tenant
from . import write_context
from .visibility import (
    active_segment_ids,
    is_visible_segment,
    not_visible_error,
    own_customer_assignments,
    own_segment_ids,
    sees_everything,
)
from .write_context import WriteContext

SegmentBody = Mapping[str, Any]

CONTENT_FIELDS = ("name", "description", "validity", "status", "siteCode", "mixins")
SEGMENT_ID_DIGITS = 24  # of generated ids (D4)
FORCE = Remedy("With forceDelete=true, its assignments are deleted too.", query={"forceDelete": "true"})


def list_segments(
    tenant: Tenant, principal: Principal, *, legal_entity_id: str | None, customer_id: str | None
) -> Sequence[Document]:
    """Return the segments that the caller may see (A7, A8, A10), of one customer if asked; Forbidden for `read_own`."""
    state, switches = tenant.state, tenant.switches
    if sees_everything(principal):
        if customer_id is None:
            return ConcatenatedTables([state.segments])
        assignments = own_customer_assignments(state, Principal(frozenset(), customer_id=customer_id), legal_entity_id)
        return _existing_segments(state, sorted({each.segment_id for each in assignments}))
    if customer_id is not None:
        raise Forbidden(hint=f"customerId needs the scope {READ_SEGMENTS}", scopes=(READ_SEGMENTS,), rule="A7")
    if switches.own_list == "catalogue":
        return _existing_segments(state, active_segment_ids(state, tenant.clock.now(), switches))
    return _existing_segments(state, own_segment_ids(state, principal, legal_entity_id, tenant.clock.now(), switches))


def read_segment(tenant: Tenant, principal: Principal, segment_id: str, *, legal_entity_id: str | None) -> Document:
    """Return one segment; NotFound if it is not there (C10), or not for this caller (A11)."""
    state = tenant.state
    segment = state.segments.get(segment_id)
    if segment is None:
        raise NotFound(segment_id)
    if not is_visible_segment(tenant, state, principal, segment_id, legal_entity_id):
        raise not_visible_error(tenant.switches, segment_id)
    return segment


def create_segment(tenant: Tenant, body: SegmentBody) -> str:
    """Create a segment and return its id; BadRequest (D7, D12, D17) or Conflict (D4)."""
    return tenant.change(lambda state: _apply_creation(WriteContext.start(tenant), state, body))


def upsert_segment(tenant: Tenant, segment_id: str, body: SegmentBody) -> bool:
    """Create or replace a segment; True if it is new (D2). Raises BadRequest (D7, D12, D17) or Stale (D3)."""
    return tenant.change(lambda state: _apply_upsert(WriteContext.start(tenant), state, segment_id, body))


def apply_segment_patch(
    tenant: Tenant, segment_id: str, operations: Sequence[SegmentBody], validate_patched: Validate
) -> None:
    """Carry out a JSON Patch, all of it or nothing (D11); NotFound, BadRequest or Stale.

    validate_patched: finds what is wrong with the segment that the patch would leave.
    """

    def rule(state: State) -> tuple[State, None]:
        old = state.segments.get(segment_id)
        if old is None:
            raise NotFound(segment_id)
        new = jsonpatch.apply_patch(old, operations)
        violation = validate_patched(new)
        if violation is not None:
            raise violation
        _check_unchanged(old, new)
        return _apply_upsert(WriteContext.start(tenant), state, segment_id, new)[0], None

    tenant.change(rule)


def remove_segment(tenant: Tenant, segment_id: str, *, force: bool) -> None:
    """Delete a segment; BadRequest if it has assignments and they shall not go with it (D10)."""
    tenant.change(lambda state: (_apply_removal(tenant, state, segment_id, force=force), None))


def create_segments(
    tenant: Tenant, elements: Sequence[Any], element_errors: Mapping[int, ClientError]
) -> list[BulkEntry]:
    """Create many segments, each on its own."""

    def step(write: WriteContext, state: State, element: SegmentBody) -> tuple[State, ElementOutcome]:
        state, id_ = _apply_creation(write, state, element)
        return state, (201, id_)

    return write_context.write_many(tenant, elements, element_errors, step, _element_id)


def upsert_segments(
    tenant: Tenant, elements: Sequence[Any], element_errors: Mapping[int, ClientError]
) -> list[BulkEntry]:
    """Create or replace many segments, each on its own; elements are upsert bodies with an `id`."""

    def step(write: WriteContext, state: State, element: SegmentBody) -> tuple[State, ElementOutcome]:
        state, created = _apply_upsert(write, state, element["id"], element)
        return state, (write_context.upsert_status(created=created), element["id"])

    return write_context.write_many(tenant, elements, element_errors, step, _element_id)


def remove_segments(
    tenant: Tenant, elements: Sequence[Any], element_errors: Mapping[int, ClientError], *, force: bool
) -> list[BulkEntry]:
    """Delete many segments, each on its own; elements are ids (E6)."""

    def step(_: WriteContext, state: State, segment_id: str) -> tuple[State, ElementOutcome]:
        return _apply_removal(tenant, state, segment_id, force=force), (204, segment_id)

    return write_context.write_many(tenant, elements, element_errors, step, _string_or_none)


def _existing_segments(state: State, ids: Sequence[str]) -> list[Document]:
    return [segment for id_ in ids if (segment := state.segments.get(id_)) is not None]


def _apply_creation(write: WriteContext, state: State, body: SegmentBody) -> tuple[State, str]:
    id_ = body.get("id") or _generate_unused_id(write.tenant, state)
    _check_content(write.tenant, state, body)
    revision = write.next_revision(state, None, body)
    if id_ in state.segments:
        raise Conflict(remedy=Remedy("Without `id`, one is generated.", without="/id"))
    return state.with_segment(_segment_document(id_, body, revision)), id_


def _apply_upsert(write: WriteContext, state: State, segment_id: str, body: SegmentBody) -> tuple[State, bool]:
    old = state.segments.get(segment_id)
    _check_content(write.tenant, state, body)
    revision = write.next_revision(state, Revision.from_document(old) if old else None, body)
    return state.with_segment(_segment_document(segment_id, body, revision)), old is None


def _apply_removal(tenant: Tenant, state: State, segment_id: str, *, force: bool) -> State:
    write_context.check_removal(tenant, state.segments.get(segment_id), segment_id)
    if not force and (state.items_of(segment_id) or state.members_of(segment_id)):
        detail = "The segment has items or customers; forceDelete=true deletes them with it."
        raise BadRequest(field="segmentId", error_type="assignments", detail=detail, rule="D10", remedy=FORCE)
    return state.without_segment(segment_id)


def _check_content(tenant: Tenant, state: State, body: SegmentBody) -> None:
    """Refuse what the schema cannot: unknown sites (D7), and times that no calendar has (D17)."""
    if tenant.switches.references == "strict" and body["siteCode"] not in state.sites:
        raise BadRequest(
            field="/siteCode", error_type="reference", detail="There is no site with this code.", rule="D7"
        )
    for end, text in body.get("validity", {}).items():
        if end in {"from", "to"} and not _is_valid_time(text):
            raise BadRequest(
                field=f"/validity/{end}", error_type="format", detail="Not a valid date and time.", rule="D17"
            )


def _is_valid_time(text: str) -> bool:
    """Whether a text of the right form is a moment: RFC 3339 has leap seconds and the year 0."""
    try:
        parse_timestamp(text)
    except ValueError:
        return False
    return True


def _check_unchanged(old: Document, new: SegmentBody) -> None:
    """Refuse a patch of what cannot be changed (D11); its version is checked like that of any other write."""
    created = new.get("metadata", {}).get("createdAt")
    for field, is_unchanged in (
        ("/id", new.get("id") == old["id"]),
        ("/metadata/createdAt", created == old["metadata"]["createdAt"]),
    ):
        if not is_unchanged:
            raise BadRequest(field=field, error_type="readOnly", detail="This cannot be changed.", rule="D11")


def _segment_document(id_: str, body: SegmentBody, revision: Revision) -> dict[str, Any]:
    """Return a segment as it is stored and shown; without a status it is INACTIVE (D14)."""
    content = {name: body[name] for name in CONTENT_FIELDS if name in body}
    metadata = revision.to_metadata(write_context.mixin_urls(body))
    return {"id": id_, "status": "INACTIVE"} | content | {"metadata": metadata}


def _generate_unused_id(tenant: Tenant, state: State) -> str:
    """Generate an id; ids begin anew at a reset, so one may be in a state that was not reset."""
    while (id_ := tenant.ids.next_hex(SEGMENT_ID_DIGITS)) in state.segments:
        pass
    return id_


def _element_id(element: Any) -> str | None:
    return _string_or_none(element.get("id")) if isinstance(element, Mapping) else None


def _string_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None
