"""Segments: who sees which, and how they are made, replaced, patched and deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...access import READ, Principal
from ...clock import moment
from ...errors import BadRequest, ClientError, Conflict, Forbidden, NotFound, Remedy
from ...messages import Judge
from ...practices import jsonpatch
from ...practices.bulk import Entry, Outcome
from ...state import Document, Revision, State
from ...world import Tenant
from . import writing
from .joined import Joined
from .visibility import active_segments, hidden, is_visible, own_assignments, own_segments, sees_everything
from .writing import Write

Body = Mapping[str, Any]

CONTENT = ("name", "description", "validity", "status", "siteCode", "mixins")
ID_DIGITS = 24  # of generated ids (D4)
FORCE = Remedy("With forceDelete=true, its assignments are deleted too.", query={"forceDelete": "true"})


def listed(tenant: Tenant, principal: Principal, *, entity: str | None, customer_id: str | None) -> Sequence[Document]:
    """Return the segments that the caller may see (A7, A8, A10), of one customer if asked; Forbidden for `read_own`."""
    state, behaviour = tenant.state, tenant.behaviour
    if sees_everything(principal):
        if customer_id is None:
            return Joined([state.segments])
        theirs = own_assignments(state, Principal(frozenset(), customer_id=customer_id), entity)
        return _documents(state, sorted({each.segment_id for each in theirs}))
    if customer_id is not None:
        raise Forbidden(hint=f"customerId needs the scope {READ}", scopes=(READ,), rule="A7")
    if behaviour.own_list == "catalogue":
        return _documents(state, active_segments(state, tenant.clock.now(), behaviour))
    return _documents(state, own_segments(state, principal, entity, tenant.clock.now(), behaviour))


def read(tenant: Tenant, principal: Principal, segment_id: str, *, entity: str | None) -> Document:
    """Return one segment; NotFound if it is not there (C10), or not for this caller (A11)."""
    state = tenant.state
    found = state.segments.get(segment_id)
    if found is None:
        raise NotFound(segment_id)
    if not is_visible(tenant, state, principal, segment_id, entity):
        raise hidden(tenant.behaviour, segment_id)
    return found


def create(tenant: Tenant, body: Body) -> str:
    """Create a segment and return its id; BadRequest (D7, D12, D17) or Conflict (D4)."""
    return tenant.change(lambda state: _created(Write.to(tenant), state, body))


def upsert(tenant: Tenant, segment_id: str, body: Body) -> bool:
    """Create or replace a segment; True if it is new (D2). Raises BadRequest (D7, D12, D17) or Stale (D3)."""
    return tenant.change(lambda state: _upserted(Write.to(tenant), state, segment_id, body))


def patch(tenant: Tenant, segment_id: str, operations: Sequence[Body], judge: Judge) -> None:
    """Carry out a JSON Patch, all of it or nothing (D11); NotFound, BadRequest or Stale.

    judge: says what is wrong with the segment that the patch would leave.
    """

    def rule(state: State) -> tuple[State, None]:
        old = state.segments.get(segment_id)
        if old is None:
            raise NotFound(segment_id)
        new = jsonpatch.patched(old, operations)
        problem = judge(new)
        if problem is not None:
            raise problem
        _check_kept(old, new)
        return _upserted(Write.to(tenant), state, segment_id, new)[0], None

    tenant.change(rule)


def delete(tenant: Tenant, segment_id: str, *, force: bool) -> None:
    """Delete a segment; BadRequest if it has assignments and they shall not go with it (D10)."""
    tenant.change(lambda state: (_deleted(tenant, state, segment_id, force=force), None))


def create_many(tenant: Tenant, elements: Sequence[Any], problems: Mapping[int, ClientError]) -> list[Entry]:
    """Create many segments, each on its own."""

    def step(write: Write, state: State, element: Body) -> tuple[State, Outcome]:
        state, id_ = _created(write, state, element)
        return state, (201, id_)

    return writing.many(tenant, elements, problems, step, _own_id)


def upsert_many(tenant: Tenant, elements: Sequence[Any], problems: Mapping[int, ClientError]) -> list[Entry]:
    """Create or replace many segments, each on its own; elements are upsert bodies with an `id`."""

    def step(write: Write, state: State, element: Body) -> tuple[State, Outcome]:
        state, created = _upserted(write, state, element["id"], element)
        return state, (writing.code(created=created), element["id"])

    return writing.many(tenant, elements, problems, step, _own_id)


def delete_many(
    tenant: Tenant, elements: Sequence[Any], problems: Mapping[int, ClientError], *, force: bool
) -> list[Entry]:
    """Delete many segments, each on its own; elements are ids (E6)."""

    def step(_: Write, state: State, segment_id: str) -> tuple[State, Outcome]:
        return _deleted(tenant, state, segment_id, force=force), (204, segment_id)

    return writing.many(tenant, elements, problems, step, _text)


def _documents(state: State, ids: Sequence[str]) -> list[Document]:
    return [found for id_ in ids if (found := state.segments.get(id_)) is not None]


def _created(write: Write, state: State, body: Body) -> tuple[State, str]:
    id_ = body.get("id") or _unused_id(write.tenant, state)
    _check_content(write.tenant, state, body)
    revision = write.revised(state, None, body)
    if id_ in state.segments:
        raise Conflict(remedy=Remedy("Without `id`, one is generated.", without="/id"))
    return state.with_segment(_document(id_, body, revision)), id_


def _upserted(write: Write, state: State, segment_id: str, body: Body) -> tuple[State, bool]:
    old = state.segments.get(segment_id)
    _check_content(write.tenant, state, body)
    revision = write.revised(state, Revision.of(old) if old else None, body)
    return state.with_segment(_document(segment_id, body, revision)), old is None


def _deleted(tenant: Tenant, state: State, segment_id: str, *, force: bool) -> State:
    writing.check_removal(tenant, state.segments.get(segment_id), segment_id)
    if not force and (state.items_of(segment_id) or state.members_of(segment_id)):
        detail = "The segment has items or customers; forceDelete=true deletes them with it."
        raise BadRequest(field="segmentId", kind="assignments", detail=detail, rule="D10", remedy=FORCE)
    return state.without_segment(segment_id)


def _check_content(tenant: Tenant, state: State, body: Body) -> None:
    """Refuse what the schema cannot: unknown sites (D7), and times that no calendar has (D17)."""
    if tenant.behaviour.references == "strict" and body["siteCode"] not in state.sites:
        raise BadRequest(field="/siteCode", kind="reference", detail="There is no site with this code.", rule="D7")
    for end, text in body.get("validity", {}).items():
        if end in {"from", "to"} and not _is_moment(text):
            raise BadRequest(field=f"/validity/{end}", kind="format", detail="Not a valid date and time.", rule="D17")


def _is_moment(text: str) -> bool:
    """Whether a text of the right form is a moment: RFC 3339 has leap seconds and the year 0."""
    try:
        moment(text)
    except ValueError:
        return False
    return True


def _check_kept(old: Document, new: Body) -> None:
    """Refuse a patch of what cannot be changed (D11); its version is checked like that of any other write."""
    created = new.get("metadata", {}).get("createdAt")
    for field, kept in (
        ("/id", new.get("id") == old["id"]),
        ("/metadata/createdAt", created == old["metadata"]["createdAt"]),
    ):
        if not kept:
            raise BadRequest(field=field, kind="readOnly", detail="This cannot be changed.", rule="D11")


def _document(id_: str, body: Body, revision: Revision) -> dict[str, Any]:
    """Return a segment as it is stored and shown; without a status it is INACTIVE (D14)."""
    content = {name: body[name] for name in CONTENT if name in body}
    metadata = revision.document(writing.mixin_urls(body))
    return {"id": id_, "status": "INACTIVE"} | content | {"metadata": metadata}


def _unused_id(tenant: Tenant, state: State) -> str:
    """Generate an id; ids begin anew at a reset, so one may be in a state that was not reset."""
    while (id_ := tenant.ids.hex(ID_DIGITS)) in state.segments:
        pass
    return id_


def _own_id(element: Any) -> str | None:
    return _text(element.get("id")) if isinstance(element, Mapping) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
