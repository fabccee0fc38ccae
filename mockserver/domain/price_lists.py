"""The prices of price lists that a session can have (P15)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from ..caches.derived_cache import DerivedCache
from ..store.clock import parse_timestamp
from ..store.collection import MAX_LEVELS
from ..store.state import Document, Documents, State
from .shopping_context import ShoppingContext

PRICE_LISTS, LIST_PRICES = "priceLists", "priceListPrices"  # the names of the collections
PRICE_LIST_ID = "priceListId"  # the field that only prices of price lists have
MAX_CACHED_PRICES = 1_000_000

_prices_by_item: DerivedCache[Mapping[str, Sequence[str]]] = DerivedCache(MAX_CACHED_PRICES)


def find_prices_of_item(prices: Documents, item_id: str) -> Iterator[Document]:
    """Yield the prices of an item, of a table of prices or of those of price lists."""
    ids_by_item = _prices_by_item.find_entry((prices,), "")
    if ids_by_item is None:
        ids: defaultdict[str, list[str]] = defaultdict(list)
        for price in prices.values():
            ids[price["itemId"]["id"]].append(price["id"])
        ids_by_item = _prices_by_item.add_entry((prices,), "", ids, len(prices))
    yield from (prices[id_] for id_ in ids_by_item.get(item_id, ()))


def complete_list_price(state: State, price: Document, context: ShoppingContext) -> Document | None:
    """Return a price of a price list with what it has from the list, if the list applies to a session; else None.

    Its country is that of the session, since the values are net in all countries.
    """
    price_list = state.collection(PRICE_LISTS).get(price[PRICE_LIST_ID])
    if price_list is None or not _applies(state, price_list, context):
        return None
    return {**price, "currency": context.currency, "location": {"countryCode": context.country}}


def rank_price(state: State, price: Document, context: ShoppingContext) -> int:
    """Return how many criteria the list of a price names; 0 for other prices. The session meets all of them (P15).

    A legal entity counts if the session acts for this one, and not for one below it.
    """
    price_list = state.collection(PRICE_LISTS).get(price.get(PRICE_LIST_ID, ""), {})
    named = sum(bool(price_list.get(name)) for name in ("currency", "countries", "regions", "customerGroups"))
    entity_id = price_list.get("legalEntityId")
    return named + (entity_id is not None and entity_id == context.legal_entity_id)


def currency_of_list(state: State, price_list: Document) -> str | None:
    """Return the currency of a price list: its own one, or else that of its site; None for an unknown site."""
    currency: str | None = price_list.get("currency") or state.sites.get(price_list["siteCode"], {}).get("currency")
    return currency


def is_valid_at(validity: Mapping[str, str], at: datetime) -> bool:
    """Whether a time is in a period, whose end is outside (P2)."""
    return ("from" not in validity or parse_timestamp(validity["from"]) <= at) and (
        "to" not in validity or at < parse_timestamp(validity["to"])
    )


def _applies(state: State, price_list: Document, context: ShoppingContext) -> bool:
    """Whether a price list is for this site, currency, place, time and customer."""
    countries, regions = price_list.get("countries"), price_list.get("regions")
    groups, entity_id = price_list.get("customerGroups"), price_list.get("legalEntityId")
    return (
        price_list["siteCode"] == context.site_code
        and currency_of_list(state, price_list) == context.currency
        and (not countries or context.country in countries)
        and (not regions or not _regions_of(state, context.country).isdisjoint(regions))
        and is_valid_at(price_list.get("validity", {}), context.at)
        and (not groups or not context.group_ids.isdisjoint(groups))
        and (entity_id is None or entity_id in _list_entities_above(state, context.legal_entity_id))
    )


def _regions_of(state: State, country: str) -> set[str]:
    return set(state.collection("countries").get(country, {}).get("regions", ()))


def _list_entities_above(state: State, entity_id: str | None) -> list[str]:
    """Return the id of a legal entity and those of the entities above it."""
    ids: list[str] = []
    while entity_id is not None and len(ids) < MAX_LEVELS:
        ids.append(entity_id)
        entity_id = state.legal_entities.get(entity_id, {}).get("parentId")
    return ids
