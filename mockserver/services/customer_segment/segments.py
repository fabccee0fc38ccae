"""Segments: list, read, create, replace, patch and delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...access import READ_SEGMENTS
from ...errors import BadRequest, ClientError, Conflict, Forbidden, NotFound, Remedy
from ...messages import Validate
from ...practices import documents, jsonpatch, mixins, writes
from ...practices.rows import ConcatenatedTables
from ...practices.writes import BulkEntry, ElementOutcome
from ...store.clock import normalize_timestamp
from ...store.state import Document, Revision, State
from ...store.tenant import Tenant
from . import write_context
from .collections import SEGMENTS
from .visibility import Viewer
from .write_context import WriteContext

SegmentBody = Mapping[str, Any]

CONTENT_FIELDS = ("name", "description", "validity", "status", "siteCode", "mixins")
VALIDITY_ENDS = ("from", "to")
FORCE = Remedy("With forceDelete=true, its assignments are deleted too.", query={"forceDelete": "true"})


def list_segments(viewer: Viewer, customer_id: str | None) -> Sequence[Document]:
    """Return the segments that the caller may see (A8, A10), or those of one customer (A7).

    Forbidden for a customer_id if the caller does not see everything.
    """
    state = viewer.state
    if viewer.sees_everything:
        if customer_id is None:
            return ConcatenatedTables([state.segments])
        return _existing_segments(state, sorted(viewer.as_customer(customer_id).joined_segment_ids()))
    if customer_id is not None:
        raise Forbidden(hint=f"customerId needs the scope {READ_SEGMENTS}", scopes=(READ_SEGMENTS,), rule="A7")
    shows_all_active = viewer.tenant.switches.own_list == "catalogue"
    return _existing_segments(state, viewer.active_segment_ids() if shows_all_active else viewer.own_segment_ids())


def list_own_segments(viewer: Viewer) -> Sequence[Document]:
    """Return the ACTIVE segments that the caller belongs to (A8a), whatever else the caller sees."""
    return _existing_segments(viewer.state, viewer.own_segment_ids())


def read_segment(viewer: Viewer, segment_id: str) -> Document:
    """Return one segment; NotFound if it does not exist (C10) or is not visible to the caller (A11)."""
    segment = viewer.state.segments.get(segment_id)
    if segment is None:
        raise NotFound(segment_id)
    if not viewer.sees_segment(segment_id):
        raise viewer.hidden_error(segment_id)
    return segment


def create_segment(tenant: Tenant, body: SegmentBody) -> str:
    """Create a segment and return its id; BadRequest (D7, D12, D17) or Conflict (D4)."""
    return tenant.change(lambda state: _apply_creation(WriteContext.start(tenant, state), state, body))


def upsert_segment(tenant: Tenant, segment_id: str, body: SegmentBody) -> bool:
    """Create or replace a segment; True if it is new (D2). BadRequest (D7, D12, D17) or StaleVersion (D3)."""
    return tenant.change(lambda state: _apply_upsert(WriteContext.start(tenant, state), state, segment_id, body))


def apply_segment_patch(
    tenant: Tenant, segment_id: str, operations: Sequence[SegmentBody], validate_patched: Validate
) -> None:
    """Apply a JSON Patch completely or not at all (D11); NotFound, BadRequest or StaleVersion.

    validate_patched: returns what is wrong with the patched segment, or None.
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
        return _apply_upsert(WriteContext.start(tenant, state), state, segment_id, new)[0], None

    tenant.change(rule)


def remove_segment(tenant: Tenant, segment_id: str, *, force: bool) -> None:
    """Delete a segment; BadRequest if it has assignments and `force` does not delete them too (D10)."""
    tenant.change(lambda state: (_apply_removal(tenant, state, segment_id, force=force), None))


def create_segments(
    tenant: Tenant, elements: Sequence[Any], element_errors: Mapping[int, ClientError]
) -> list[BulkEntry]:
    """Create many segments, each independently."""

    def step(write: WriteContext, state: State, element: SegmentBody) -> tuple[State, ElementOutcome]:
        state, id_ = _apply_creation(write, state, element)
        return state, (201, id_)

    return write_context.write_many(tenant, elements, element_errors, step, _element_id)


def upsert_segments(
    tenant: Tenant, elements: Sequence[Any], element_errors: Mapping[int, ClientError]
) -> list[BulkEntry]:
    """Create or replace many segments, each independently; elements are upsert bodies with an `id`."""

    def step(write: WriteContext, state: State, element: SegmentBody) -> tuple[State, ElementOutcome]:
        state, created = _apply_upsert(write, state, element["id"], element)
        return state, (write_context.upsert_status(created=created), element["id"])

    return write_context.write_many(tenant, elements, element_errors, step, _element_id)


def remove_segments(
    tenant: Tenant, elements: Sequence[Any], element_errors: Mapping[int, ClientError], *, force: bool
) -> list[BulkEntry]:
    """Delete many segments, each independently; elements are ids (E6)."""

    def step(_: WriteContext, state: State, segment_id: str) -> tuple[State, ElementOutcome]:
        return _apply_removal(tenant, state, segment_id, force=force), (204, segment_id)

    return write_context.write_many(tenant, elements, element_errors, step, _string_or_none)


def _existing_segments(state: State, ids: Sequence[str]) -> list[Document]:
    return [segment for id_ in ids if (segment := state.segments.get(id_)) is not None]


def _apply_creation(write: WriteContext, state: State, body: SegmentBody) -> tuple[State, str]:
    id_ = body.get("id") or write.tenant.ids.next_document_id(state.segments)
    _check_content(write.tenant, state, body)
    revision = write.next_revision(None, body)
    if id_ in state.segments:
        raise Conflict(remedy=writes.GENERATED_ID)
    return state.with_segment(_segment_document(id_, body, revision)), id_


def _apply_upsert(write: WriteContext, state: State, segment_id: str, body: SegmentBody) -> tuple[State, bool]:
    old = state.segments.get(segment_id)
    _check_content(write.tenant, state, body)
    revision = write.next_revision(Revision.from_document(old) if old else None, body)
    return state.with_segment(_segment_document(segment_id, body, revision)), old is None


def _apply_removal(tenant: Tenant, state: State, segment_id: str, *, force: bool) -> State:
    write_context.check_removal(tenant, state.segments.get(segment_id), segment_id)
    if not force:
        _check_unassigned(state, segment_id)
    return documents.drop_documents(tenant, state, SEGMENTS.name, segment_id)


def _check_unassigned(state: State, segment_id: str) -> None:
    """Raise BadRequest if the segment has items, customers (D10) or groups (D10a)."""
    has_items_or_customers = bool(state.items_of(segment_id) or state.members_of(segment_id))
    if has_items_or_customers or state.segment_groups.of_segment(segment_id):
        detail = "The segment has items, customers or groups; forceDelete=true deletes their assignments with it."
        rule = "D10" if has_items_or_customers else "D10a"
        raise BadRequest(field="segmentId", error_type="assignments", detail=detail, rule=rule, remedy=FORCE)


def _check_content(tenant: Tenant, state: State, body: SegmentBody) -> None:
    """Raise BadRequest for what the schema cannot check: unknown sites (D7), impossible dates (D17)."""
    if tenant.switches.references == "strict" and body["siteCode"] not in state.sites:
        raise BadRequest(field="/siteCode", error_type="reference", detail="No site has this code.", rule="D7")
    for end, text in body.get("validity", {}).items():
        if end in VALIDITY_ENDS and not _is_valid_time(text):
            raise BadRequest(
                field=f"/validity/{end}", error_type="format", detail="Not a valid date and time.", rule="D17"
            )


def _is_valid_time(text: str) -> bool:
    """Whether a text that matches the format is a real time; RFC 3339 also has leap seconds and the year 0."""
    try:
        normalize_timestamp(text)
    except ValueError:
        return False
    return True


def _check_unchanged(old: Document, new: SegmentBody) -> None:
    """Raise BadRequest if a patch changed a read-only field (D11); the version is checked as in any other write."""
    created = new.get("metadata", {}).get("createdAt")
    for field, is_unchanged in (
        ("/id", new.get("id") == old["id"]),
        ("/metadata/createdAt", created == old["metadata"]["createdAt"]),
    ):
        if not is_unchanged:
            raise BadRequest(field=field, error_type="readOnly", detail="This cannot be changed.", rule="D11")


def _segment_document(id_: str, body: SegmentBody, revision: Revision) -> dict[str, Any]:
    """Return a segment as it is stored and shown; without a status it is INACTIVE (D14), and times are in UTC (C12)."""
    content = {name: body[name] for name in CONTENT_FIELDS if name in body}
    if "validity" in content:
        ends = {end: text for end, text in content["validity"].items() if end in VALIDITY_ENDS}
        content["validity"] = {end: normalize_timestamp(text) for end, text in ends.items()}
    metadata = revision.to_metadata(mixins.mixin_urls(body))
    return {"id": id_, "status": "INACTIVE"} | content | {"metadata": metadata}


def _element_id(element: Any) -> str | None:
    return _string_or_none(element.get("id")) if isinstance(element, Mapping) else None


def _string_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) else None
