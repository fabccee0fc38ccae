"""Match: which of these products are in one of these segments (C17)."""

from __future__ import annotations

from collections.abc import Iterable

from ...domain.category_ancestry import walk_to_root
from ...domain.segment_activity import is_active_segment
from ...settings import Switches
from ...store.state import State
from ...store.tenant import Tenant
from .item_assignments import is_assignable_item
from .visibility import is_segment_of_site


def match_products(tenant: Tenant, product_ids: Iterable[str], segment_ids: Iterable[str], site_code: str) -> list[str]:
    """Return the ids of the products that are assigned to an ACTIVE segment of the site, in the order of the request.

    Each product comes once. Assignments of its categories count too (see `_is_product_in_segments`).
    """
    state, switches, now = tenant.state, tenant.switches, tenant.clock.now()
    matching_segment_ids = [
        id_
        for id_ in dict.fromkeys(segment_ids)
        if is_active_segment(state, id_, now, switches) and is_segment_of_site(state, id_, site_code)
    ]
    assignable_ids = (id_ for id_ in dict.fromkeys(product_ids) if is_assignable_item(state, "PRODUCT", id_, switches))
    return [id_ for id_ in assignable_ids if _is_product_in_segments(state, id_, matching_segment_ids, switches)]


def _is_product_in_segments(state: State, product_id: str, segment_ids: Iterable[str], switches: Switches) -> bool:
    """Whether a product is assigned to one of these segments, directly or through one of its categories (C17).

    An assigned category covers its descendants, unless the switch `match_descendants` is off.
    """
    direct_ids = state.products.get(product_id, {}).get("categories", ())
    category_ids = set(direct_ids)
    if switches.match_descendants == "true":
        category_ids = {ancestor_id for id_ in direct_ids for ancestor_id in walk_to_root(state, id_)}
    keys = [("PRODUCT", product_id), *(("CATEGORY", id_) for id_ in category_ids)]
    return any(key in state.items_of(segment_id) for segment_id in segment_ids for key in keys)
