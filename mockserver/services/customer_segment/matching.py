"""Match: which of these products are in one of these segments (C17)."""

from __future__ import annotations

from collections.abc import Iterable

from ...state import State
from ...world import Tenant
from . import catalogue
from .trees import way_up
from .visibility import is_active_id


def matching(tenant: Tenant, products: Iterable[str], segments: Iterable[str], site: str) -> list[str]:
    """Return the ids of the assigned products, each once, in the order asked.

    Only ACTIVE segments of the site count. A product is in a segment if it is assigned itself, or through one of its
    categories; an assigned category covers those below it, unless the switch says otherwise.
    """
    state, behaviour = tenant.state, tenant.behaviour
    now = tenant.clock.now()
    counting = [
        id_
        for id_ in dict.fromkeys(segments)
        if is_active_id(state, id_, now, behaviour) and (state.segments.get(id_) or {}).get("siteCode") == site
    ]
    known = (id_ for id_ in dict.fromkeys(products) if catalogue.knows(state, "PRODUCT", id_, behaviour))
    return [id_ for id_ in known if _is_in(state, id_, counting, descends=behaviour.match_descendants == "true")]


def _is_in(state: State, product_id: str, segments: list[str], *, descends: bool) -> bool:
    named = state.products.get(product_id, {}).get("categories", ())
    categories = {above for id_ in named for above in way_up(state, id_)} if descends else set(named)
    keys = [("PRODUCT", product_id), *(("CATEGORY", id_) for id_ in categories)]
    return any(key in state.items_of(segment_id) for segment_id in segments for key in keys)
