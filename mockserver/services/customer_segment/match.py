"""Match: which of these products are in one of these segments (C17)."""

from __future__ import annotations

from collections.abc import Iterable

from ...domain.category_ancestry import is_product_in_segments
from ...domain.segment_activity import is_active_segment
from ...store.world import Tenant
from .item_assignments import is_assignable_item
from .visibility import is_segment_of_site


def match_products(tenant: Tenant, product_ids: Iterable[str], segment_ids: Iterable[str], site_code: str) -> list[str]:
    """Return the ids of the products that are assigned to an ACTIVE segment of the site, in the order of the request.

    Each product comes once. Assignments of its categories count too (see `is_product_in_segments`).
    """
    state, switches, now = tenant.state, tenant.switches, tenant.clock.now()
    matching_segment_ids = [
        id_
        for id_ in dict.fromkeys(segment_ids)
        if is_active_segment(state, id_, now, switches) and is_segment_of_site(state, id_, site_code)
    ]
    assignable_ids = (id_ for id_ in dict.fromkeys(product_ids) if is_assignable_item(state, "PRODUCT", id_, switches))
    return [id_ for id_ in assignable_ids if is_product_in_segments(state, id_, matching_segment_ids, switches)]
