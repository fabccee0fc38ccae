"""What refers to sites: what goes when one of them is deleted, and what only loses the reference (N8)."""

from __future__ import annotations

from ..store.state import State
from .carts import CARTS
from .lost_references import without_rows, without_segment
from .price_lists import PRICE_LISTS, without_price_list
from .price_matching import PRICES
from .stock import AVAILABILITIES

ROWS_OF_SITES = {  # and the field that names the site
    AVAILABILITIES: "site",
    "shippingZones": "site",
    CARTS: "siteCode",
    "quotes": "siteCode",
}
CATALOGS = "catalogs"


def drop_site_uses(state: State, code: str) -> State:
    """Return a state without what belongs to a site, in which no catalog is published on it.

    Prices for several sites lose this one; those for it alone go, as its price lists and segments do.
    """
    for collection, field in ROWS_OF_SITES.items():
        state = without_rows(state, collection, field, code)
    for row in state.collection(PRICE_LISTS).values():
        if row["siteCode"] == code:
            state = without_price_list(state, row["id"])
    for segment in state.segments.values():
        if segment["siteCode"] == code:
            state = without_segment(state, segment["id"])
    for key, catalog in state.collection(CATALOGS).items():
        if code in catalog.get("publishedSites", ()):
            others = [other for other in catalog["publishedSites"] if other != code]
            state = state.with_document(CATALOGS, key, {**catalog, "publishedSites": others})
    return _without_prices_of(state, code)


def _without_prices_of(state: State, code: str) -> State:
    for key, price in state.collection(PRICES).items():
        codes = price.get("restrictions", {}).get("siteCodes", ())
        others = [other for other in codes if other != code]
        if others and len(others) < len(codes):
            restrictions = {**price["restrictions"], "siteCodes": others}
            state = state.with_document(PRICES, key, {**price, "restrictions": restrictions})
        elif len(others) < len(codes):
            state = state.without_document(PRICES, key)
    return state
