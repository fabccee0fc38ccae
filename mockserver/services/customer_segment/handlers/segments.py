"""Handlers of segments; `Content-Language` is accepted and has no effect, since texts are maps (D13)."""

from __future__ import annotations

from ....messages import Call, Handler, Listing, Reply
from .. import match, segments, write_context
from .arguments import create_viewer


def get_segments(call: Call) -> Listing:
    """List segments; a search has its `q` in the body instead (C16)."""
    return Listing(segments.list_segments(create_viewer(call), call.query.get("customerId")))


def get_own_segments(call: Call) -> Listing:
    """List the caller's own segments."""
    return Listing(segments.list_own_segments(create_viewer(call)))


def get_segment(call: Call) -> Reply:
    """Return one segment."""
    return Reply(200, segments.read_segment(create_viewer(call), call.path["segmentId"]))


def post_segment(call: Call) -> Reply:
    """Create a segment and return its id."""
    return Reply(201, {"id": segments.create_segment(call.tenant, call.body)})


def put_segment(call: Call) -> Reply:
    """Create a segment with this id and return the id, or replace the existing one (D2)."""
    created = segments.upsert_segment(call.tenant, call.path["segmentId"], call.body)
    return Reply(write_context.upsert_status(created=created), {"id": call.path["segmentId"]} if created else None)


def patch_segment(call: Call) -> Reply:
    """Change parts of a segment."""
    assert call.validate_patched is not None  # the spec marks the operation with x-patches
    segments.apply_segment_patch(call.tenant, call.path["segmentId"], call.body, call.validate_patched)
    return Reply(204)


def delete_segment(call: Call) -> Reply:
    """Delete a segment."""
    segments.remove_segment(call.tenant, call.path["segmentId"], force=_force_delete(call))
    return Reply(204)


def post_segments_bulk(call: Call) -> Reply:
    """Create many segments."""
    return Reply(207, segments.create_segments(call.tenant, call.body, call.element_errors))


def put_segments_bulk(call: Call) -> Reply:
    """Create or replace many segments."""
    return Reply(207, segments.upsert_segments(call.tenant, call.body, call.element_errors))


def delete_segments_bulk(call: Call) -> Reply:
    """Delete many segments."""
    return Reply(207, segments.remove_segments(call.tenant, call.body, call.element_errors, force=_force_delete(call)))


def post_segments_match(call: Call) -> Reply:
    """Return the products that are in one of the segments; `siteCode` is an alias of `site` (C17)."""
    body = call.body
    site_code = body.get("site", body.get("siteCode"))
    product_ids = (item["id"] for item in body["items"])
    matched_ids = match.match_products(call.tenant, product_ids, body["segmentIds"], site_code)
    return Reply(200, [{"id": id_} for id_ in matched_ids])


def _force_delete(call: Call) -> bool:
    force: bool = call.query.get("forceDelete", False)
    return force


HANDLERS: dict[str, Handler] = {
    "GET-customer-segment-retrieve-segments": get_segments,
    "POST-customer-segment-search-segments": get_segments,
    "GET-customer-segment-retrieve-own-segments": get_own_segments,
    "GET-customer-segment-retrieve-segment": get_segment,
    "POST-customer-segment-create-segment": post_segment,
    "PUT-customer-segment-update-segment": put_segment,
    "PATCH-customer-segment-update-segment": patch_segment,
    "DELETE-customer-segment-remove-segment": delete_segment,
    "POST-customer-segment-create-segments-bulk": post_segments_bulk,
    "PUT-customer-segment-update-segments-bulk": put_segments_bulk,
    "DELETE-customer-segment-remove-segments-bulk": delete_segments_bulk,
    "POST-customer-segment-check-match": post_segments_match,
}
