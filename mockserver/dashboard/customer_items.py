"""The products and categories that a customer sees by segments, and why or why not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from ..domain.category_ancestry import walk_to_root
from ..services.customer_segment.visibility import Viewer, is_segment_of_site
from ..store.state import Document, ItemKey, State
from .state_pages import link_row, plain_text, read_page_number
from .visit import Visit

ITEMS_ON_PAGE = 50
MAX_SEARCHED_ITEMS = 20_000
MAX_TOLD_SEGMENTS = 3
KINDS = {"products": "PRODUCT", "categories": "CATEGORY"}  # types of items by collection


def explain_items(visit: Visit, viewer: Viewer, site: str | None, reasons: Mapping[str, str]) -> dict[str, Any]:
    """Return the items of a page with whether the customer sees them, and why.

    reasons: why the customer sees a segment or not, by its id.
    """
    collection = visit.query.get("items", "")
    collection = collection if collection in KINDS else "products"
    kind, search = KINDS[collection], visit.query.get("q", "").lower()
    seen_ids = {id_ for id_ in viewer.own_segment_ids() if is_segment_of_site(viewer.state, id_, site)}
    items = islice(viewer.state.catalogue(kind).items(), MAX_SEARCHED_ITEMS)
    found = ((id_, item) for id_, item in items if search in f"{id_} {plain_text(item.get('name', ''))}".lower())
    page = read_page_number(visit.query.get("page", ""))
    start = (page - 1) * ITEMS_ON_PAGE
    shown = list(islice(found, start, start + ITEMS_ON_PAGE + 1))
    below = _map_descendants(viewer.state) if kind == "CATEGORY" else {}
    rows = [
        {"id": id_, "name": plain_text(item.get("name", id_)), "address": link_row(visit, collection, id_)}
        | _explain_item(viewer, _iter_ways(viewer, (kind, id_), item, below.get(id_, ())), seen_ids, reasons)
        for id_, item in shown[:ITEMS_ON_PAGE]
    ]
    return {
        "items": rows,
        "item_collection": collection,
        "item_collections": list(KINDS),
        "search": search,
        "page": page,
        "has_more": len(shown) > ITEMS_ON_PAGE,
    }


def _explain_item(
    viewer: Viewer, ways: Iterable[tuple[ItemKey, str]], seen_ids: set[str], reasons: Mapping[str, str]
) -> dict[str, Any]:
    """Return whether an item belongs to a segment that the customer sees, and why or why not (C17).

    ways: the assignments that show it.
    """
    state = viewer.state
    by_segment: dict[str, str] = {}
    for assigned, how in ways:
        for segment_id in _list_segments_with(state, assigned):
            by_segment.setdefault(segment_id, how)
    own = {id_: how for id_, how in by_segment.items() if id_ in seen_ids}
    if own:
        return {"is_seen": True, "reason": "; ".join(_tell(state, own).values())}
    if not by_segment:
        return {"is_seen": False, "reason": "assigned to no segment"}
    told = [
        f"{text}, which the customer does not see: {reasons.get(id_, 'there is no such segment')}"
        for id_, text in _tell(state, by_segment).items()
    ]
    return {"is_seen": False, "reason": "; ".join(told)}


def _iter_ways(viewer: Viewer, key: ItemKey, item: Document, below: Iterable[str]) -> Iterator[tuple[ItemKey, str]]:
    """Yield the assignments that show an item: its own one, and those of the categories of a product (C17).

    A category is also shown by those of the categories below it, since trees contain ancestors (C15).
    """
    yield key, "in"
    state, kind = viewer.state, key[0]
    if kind == "PRODUCT":
        is_deep = viewer.tenant.switches.match_descendants == "true"
        direct = item.get("categories", ())
        categories = dict.fromkeys(each for one in direct for each in (walk_to_root(state, one) if is_deep else (one,)))
        yield from (
            (("CATEGORY", category), f"by its category {_name_category(state, category)} in") for category in categories
        )
    else:
        yield from ((("CATEGORY", other), f"as a parent of {_name_category(state, other)}, in") for other in below)


def _map_descendants(state: State) -> dict[str, list[str]]:
    """Return the ids of all categories below a category, by its id."""
    below: dict[str, list[str]] = {}
    for id_ in state.categories:
        for ancestor in islice(walk_to_root(state, id_), 1, None):
            below.setdefault(ancestor, []).append(id_)
    return below


def _name_category(state: State, id_: str) -> str:
    return plain_text(state.categories.get(id_, {}).get("name", id_))


def _list_segments_with(state: State, key: ItemKey) -> list[str]:
    """Return the ids of the segments that have an item."""
    return [segment_id for segment_id, items in state.items.items() if key in items]


def _tell(state: State, by_segment: Mapping[str, str]) -> dict[str, str]:
    """Return texts about the first few segments by their ids, such as `in Gold`."""
    return {
        id_: f"{how} {plain_text(state.segments.get(id_, {}).get('name', id_))}"
        for id_, how in islice(by_segment.items(), MAX_TOLD_SEGMENTS)
    }
