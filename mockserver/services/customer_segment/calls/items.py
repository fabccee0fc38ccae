"""Calls of item assignments and category trees."""

from __future__ import annotations

from ....messages import Call, Handler, Listing, Reply
from ....state import ItemKey
from .. import items, trees, writing
from .asked import entity, segment_id, site


def category_trees(call: Call) -> Reply:
    """Answer with the caller's category trees."""
    return Reply(200, trees.category_trees(call.tenant, call.principal, entity=entity(call), site=site(call)))


def all_items(call: Call) -> Listing:
    """List the items of all segments."""
    only_active = call.query.get("onlyActive", False)
    rows = items.all_items(call.tenant, call.principal, entity=entity(call), site=site(call), only_active=only_active)
    return Listing(rows)


def segment_items(call: Call) -> Listing:
    """List the items of one segment; the search differs only in where its `q` is (C16)."""
    return Listing(items.items_of(call.tenant, call.principal, segment_id(call), entity=entity(call)))


def read(call: Call) -> Reply:
    """Answer with one assignment."""
    return Reply(200, items.read(call.tenant, call.principal, segment_id(call), _key(call), entity=entity(call)))


def upsert(call: Call) -> Reply:
    """Create or replace one assignment; no body is as good as `{}` (D8)."""
    created = items.assign(call.tenant, segment_id(call), _key(call), call.body or {})
    return Reply(writing.code(created=created))


def remove(call: Call) -> Reply:
    """Remove one assignment."""
    items.remove(call.tenant, segment_id(call), _key(call))
    return Reply(204)


def upsert_many(call: Call) -> Reply:
    """Create or replace many assignments."""
    return Reply(207, items.assign_many(call.tenant, segment_id(call), call.path["type"], call.body, call.problems))


def remove_many(call: Call) -> Reply:
    """Remove many assignments."""
    return Reply(207, items.remove_many(call.tenant, segment_id(call), call.path["type"], call.body, call.problems))


def _key(call: Call) -> ItemKey:
    return call.path["type"], call.path["itemId"]


HANDLERS: dict[str, Handler] = {
    "GET-customer-segment-retrieve-category-trees": category_trees,
    "GET-customer-segment-retrieve-segments-items": all_items,
    "GET-customer-segment-retrieve-segment-items": segment_items,
    "POST-customer-segment-search-items": segment_items,
    "GET-customer-segment-retrieve-item": read,
    "PUT-customer-segment-update-item": upsert,
    "DELETE-customer-segment-remove-item": remove,
    "PUT-customer-segment-update-items-bulk": upsert_many,
    "DELETE-customer-segment-remove-items-bulk": remove_many,
}
