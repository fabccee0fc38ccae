"""Calls of segments; `Content-Language` is accepted and has no effect, since texts are maps (D13)."""

from __future__ import annotations

from ....messages import Call, Handler, Listing, Reply
from .. import matching, segments, writing
from .asked import entity, segment_id


def listed(call: Call) -> Listing:
    """List segments; the search differs only in where its `q` is (C16)."""
    customer_id = call.query.get("customerId")
    return Listing(segments.listed(call.tenant, call.principal, entity=entity(call), customer_id=customer_id))


def read(call: Call) -> Reply:
    """Answer with one segment."""
    return Reply(200, segments.read(call.tenant, call.principal, segment_id(call), entity=entity(call)))


def create(call: Call) -> Reply:
    """Create a segment, and answer with its id."""
    return Reply(201, {"id": segments.create(call.tenant, call.body)})


def upsert(call: Call) -> Reply:
    """Create a segment under this id, and answer with it, or replace the one that there is (D2)."""
    created = segments.upsert(call.tenant, segment_id(call), call.body)
    return Reply(writing.code(created=created), {"id": segment_id(call)} if created else None)


def patch(call: Call) -> Reply:
    """Change parts of a segment."""
    assert call.judge_patched is not None  # the spec marks the operation with x-patches
    segments.patch(call.tenant, segment_id(call), call.body, call.judge_patched)
    return Reply(204)


def delete(call: Call) -> Reply:
    """Delete a segment."""
    segments.delete(call.tenant, segment_id(call), force=_force(call))
    return Reply(204)


def create_many(call: Call) -> Reply:
    """Create many segments."""
    return Reply(207, segments.create_many(call.tenant, call.body, call.problems))


def upsert_many(call: Call) -> Reply:
    """Create or replace many segments."""
    return Reply(207, segments.upsert_many(call.tenant, call.body, call.problems))


def delete_many(call: Call) -> Reply:
    """Delete many segments."""
    return Reply(207, segments.delete_many(call.tenant, call.body, call.problems, force=_force(call)))


def match(call: Call) -> Reply:
    """Answer with the products that are in one of the segments; `site` is `siteCode` too (C17)."""
    asked = call.body
    site = asked.get("site", asked.get("siteCode"))
    products = (item["id"] for item in asked["items"])
    return Reply(200, [{"id": id_} for id_ in matching.matching(call.tenant, products, asked["segmentIds"], site)])


def _force(call: Call) -> bool:
    force: bool = call.query.get("forceDelete", False)
    return force


HANDLERS: dict[str, Handler] = {
    "GET-customer-segment-retrieve-segments": listed,
    "POST-customer-segment-search-segments": listed,
    "GET-customer-segment-retrieve-segment": read,
    "POST-customer-segment-create-segment": create,
    "PUT-customer-segment-update-segment": upsert,
    "PATCH-customer-segment-update-segment": patch,
    "DELETE-customer-segment-remove-segment": delete,
    "POST-customer-segment-create-segments-bulk": create_many,
    "PUT-customer-segment-update-segments-bulk": upsert_many,
    "DELETE-customer-segment-remove-segments-bulk": delete_many,
    "POST-customer-segment-check-match": match,
}
