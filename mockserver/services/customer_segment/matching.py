"""Match: which of these products are in one of these segments (C17)."""

from __future__ import annotations

from collections.abc import Iterable

from ...active import is_active_id
from ...catalogue import is_covered
from ...world import Tenant
from . import catalogue


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
    return [id_ for id_ in known if is_covered(state, id_, counting, behaviour)]
