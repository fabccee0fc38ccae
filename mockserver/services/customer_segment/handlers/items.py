"""Handlers of item assignments and category trees."""

from __future__ import annotations

from ....messages import Call, Handler, Listing, Reply
from ....store.state import ItemKey
from .. import category_trees, item_assignments, write_context
from .arguments import create_viewer


def get_segment_category_trees(call: Call) -> Reply:
    """Return the category trees of the caller's segments."""
    return Reply(200, category_trees.list_own_category_trees(create_viewer(call), call.query.get("siteCode")))


def get_all_segment_items(call: Call) -> Listing:
    """List the items of all segments."""
    rows = item_assignments.list_all_item_assignments(
        create_viewer(call), site_code=call.query.get("siteCode"), only_active=call.query.get("onlyActive", False)
    )
    return Listing(rows)


def get_segment_items(call: Call) -> Listing:
    """List the items of one segment; a search has its `q` in the body instead (C16)."""
    return Listing(item_assignments.list_item_assignments(create_viewer(call), call.path["segmentId"]))


def get_segment_item(call: Call) -> Reply:
    """Return one assignment."""
    assignment = item_assignments.read_item_assignment(create_viewer(call), call.path["segmentId"], _item_key(call))
    return Reply(200, assignment)


def put_segment_item(call: Call) -> Reply:
    """Create or replace one assignment; a missing body means `{}` (D8)."""
    created = item_assignments.upsert_item_assignment(
        call.tenant, call.path["segmentId"], _item_key(call), call.body or {}
    )
    return Reply(write_context.upsert_status(created=created))


def delete_segment_item(call: Call) -> Reply:
    """Remove one assignment."""
    item_assignments.remove_item_assignment(call.tenant, call.path["segmentId"], _item_key(call))
    return Reply(204)


def put_segment_items_bulk(call: Call) -> Reply:
    """Create or replace many assignments."""
    entries = item_assignments.upsert_item_assignments(
        call.tenant, call.path["segmentId"], call.path["type"], call.body, call.element_errors
    )
    return Reply(207, entries)


def delete_segment_items_bulk(call: Call) -> Reply:
    """Remove many assignments."""
    entries = item_assignments.remove_item_assignments(
        call.tenant, call.path["segmentId"], call.path["type"], call.body, call.element_errors
    )
    return Reply(207, entries)


def _item_key(call: Call) -> ItemKey:
    return call.path["type"], call.path["itemId"]


HANDLERS: dict[str, Handler] = {
    "GET-customer-segment-retrieve-category-trees": get_segment_category_trees,
    "GET-customer-segment-retrieve-segments-items": get_all_segment_items,
    "GET-customer-segment-retrieve-segment-items": get_segment_items,
    "POST-customer-segment-search-items": get_segment_items,
    "GET-customer-segment-retrieve-item": get_segment_item,
    "PUT-customer-segment-update-item": put_segment_item,
    "DELETE-customer-segment-remove-item": delete_segment_item,
    "PUT-customer-segment-update-items-bulk": put_segment_items_bulk,
    "DELETE-customer-segment-remove-items-bulk": delete_segment_items_bulk,
}
