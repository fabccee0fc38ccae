"""Calls of item assignments and category trees."""

from __future__ import annotations

from ....messages import Call, Handler, Listing, Reply
from ....store.state import ItemKey
from .. import category_trees, item_assignments, write_context
from .arguments import legal_entity_id, segment_id, site_code


def get_segment_category_trees(call: Call) -> Reply:
    """Answer with the caller's category trees."""
    return Reply(
        200,
        category_trees.list_own_category_trees(
            call.tenant, call.principal, legal_entity_id=legal_entity_id(call), site_code=site_code(call)
        ),
    )


def get_all_segment_items(call: Call) -> Listing:
    """List the items of all segments."""
    only_active = call.query.get("onlyActive", False)
    rows = item_assignments.list_all_item_assignments(
        call.tenant,
        call.principal,
        legal_entity_id=legal_entity_id(call),
        site_code=site_code(call),
        only_active=only_active,
    )
    return Listing(rows)


def get_segment_items(call: Call) -> Listing:
    """List the items of one segment; the search differs only in where its `q` is (C16)."""
    return Listing(
        item_assignments.list_item_assignments(
            call.tenant, call.principal, segment_id(call), legal_entity_id=legal_entity_id(call)
        )
    )


def get_segment_item(call: Call) -> Reply:
    """Answer with one assignment."""
    return Reply(
        200,
        item_assignments.read_item_assignment(
            call.tenant, call.principal, segment_id(call), _item_key(call), legal_entity_id=legal_entity_id(call)
        ),
    )


def put_segment_item(call: Call) -> Reply:
    """Create or replace one assignment; no body is as good as `{}` (D8)."""
    created = item_assignments.upsert_item_assignment(call.tenant, segment_id(call), _item_key(call), call.body or {})
    return Reply(write_context.upsert_status(created=created))


def delete_segment_item(call: Call) -> Reply:
    """Remove one assignment."""
    item_assignments.remove_item_assignment(call.tenant, segment_id(call), _item_key(call))
    return Reply(204)


def put_segment_items_bulk(call: Call) -> Reply:
    """Create or replace many assignments."""
    return Reply(
        207,
        item_assignments.upsert_item_assignments(
            call.tenant, segment_id(call), call.path["type"], call.body, call.element_errors
        ),
    )


def delete_segment_items_bulk(call: Call) -> Reply:
    """Remove many assignments."""
    return Reply(
        207,
        item_assignments.remove_item_assignments(
            call.tenant, segment_id(call), call.path["type"], call.body, call.element_errors
        ),
    )


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
