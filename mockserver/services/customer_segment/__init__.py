"""The Customer Segment Service: a handler for each operation of its spec."""

from __future__ import annotations

from typing import Any

from ...exchange import Call, Handler, Listing, Reply, Service
from ...state import ItemKey
from ...world import World
from . import items, trees


def service(world: World) -> Service:  # noqa: ARG001 - every service is made the same way
    """Return the service with its handlers."""
    return Service("customer-segment.yaml", HANDLERS)


def category_trees(call: Call) -> Reply:
    """Answer with the caller's category trees."""
    return Reply(200, trees.category_trees(call.tenant, call.principal, entity=_entity(call), site=_site(call)))


def all_items(call: Call) -> Listing:
    """List the items of all segments."""
    only_active = call.query.get("onlyActive", False)
    rows = items.all_items(call.tenant, call.principal, entity=_entity(call), site=_site(call), only_active=only_active)
    return Listing(rows)


def segment_items(call: Call) -> Listing:
    """List the items of one segment; the search differs only in where its `q` is (C16)."""
    return Listing(items.items_of(call.tenant, call.principal, call.path["segmentId"], entity=_entity(call)))


def read_item(call: Call) -> Reply:
    """Answer with one assignment."""
    row = items.read(call.tenant, call.principal, call.path["segmentId"], _key(call), entity=_entity(call))
    return Reply(200, row)


def upsert_item(call: Call) -> Reply:
    """Create or replace one assignment; no body is as good as `{}` (D8)."""
    created = items.assign(call.tenant, call.path["segmentId"], _key(call), call.body or {})
    return Reply(201 if created else 204)


def remove_item(call: Call) -> Reply:
    """Remove one assignment."""
    items.remove(call.tenant, call.path["segmentId"], _key(call))
    return Reply(204)


def upsert_items(call: Call) -> Reply:
    """Create or replace many assignments."""
    return Reply(207, items.assign_many(call.tenant, *_bulk(call)))


def remove_items(call: Call) -> Reply:
    """Remove many assignments."""
    return Reply(207, items.remove_many(call.tenant, *_bulk(call)))


def _key(call: Call) -> ItemKey:
    return call.path["type"], call.path["itemId"]


def _entity(call: Call) -> str | None:
    return call.query.get("legalEntityId")


def _site(call: Call) -> str | None:
    return call.query.get("siteCode")


def _bulk(call: Call) -> tuple[Any, ...]:
    return call.path["segmentId"], call.path["type"], call.body, call.problems


HANDLERS: dict[str, Handler] = {
    "GET-customer-segment-retrieve-category-trees": category_trees,
    "GET-customer-segment-retrieve-segments-items": all_items,
    "GET-customer-segment-retrieve-segment-items": segment_items,
    "POST-customer-segment-search-items": segment_items,
    "GET-customer-segment-retrieve-item": read_item,
    "PUT-customer-segment-update-item": upsert_item,
    "DELETE-customer-segment-remove-item": remove_item,
    "PUT-customer-segment-update-items-bulk": upsert_items,
    "DELETE-customer-segment-remove-items-bulk": remove_items,
}
