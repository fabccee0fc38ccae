"""Stored prices: which ones a request asks for (P10, P13)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ...domain.price_lists import is_valid_at
from ...domain.price_matching import PRICES, PRODUCT, find_model
from ...domain.shopping_context import find_group_ids
from ...errors import INVALID_BODY, INVALID_PARAMETERS, BadRequest
from ...practices.documents import Body, revision_of
from ...practices.filters import Filter
from ...store.clock import parse_timestamp
from ...store.state import Document, State
from .matching import MAIN_SITE

COMMON, USER_SPECIFIC = "COMMON_PRICES", "USER_SPECIFIC_PRICES"  # modes of a search, next to ALL_PRICES
PRICE_MODEL = "priceModel"
Codes = frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceCriteria:
    """What prices must fit; None for anything.

    site_codes: one of them must be a site of the price, which has all sites if it names none.
    customers: ids of customers, of whom one can have the price. at: when the price is valid.
    item_name: a part of the product's name. mode: how a search reads `customers`.
    """

    item_ids: Codes | None = None
    item_types: Codes | None = None
    item_name: str | None = None
    site_codes: Codes | None = None
    currencies: Codes | None = None
    countries: Codes | None = None
    customers: Codes | None = None
    model_id: str | None = None
    includes_tax: bool | None = None
    at: datetime | None = None
    mode: str | None = None


def select_prices(state: State, query: Mapping[str, Any]) -> list[Document]:
    """Return the prices that fit the parameters of a list (P10); BadRequest for an invalid time."""
    criteria = PriceCriteria(
        item_ids=split_codes(query.get("itemId")),
        item_types=split_codes(query.get("itemType")),
        item_name=query.get("itemName"),
        site_codes=split_codes(query.get("siteCode")),
        currencies=split_codes(query.get("currency")),
        countries=split_codes(query.get("country")),
        customers=split_codes(query.get("principalId")),
        model_id=query.get("priceModelId"),
        at=read_time(query.get("effectiveDate"), INVALID_PARAMETERS, "effectiveDate"),
    )
    return _select(state, criteria)


def search_prices(state: State, body: Body, *, with_models: bool) -> list[dict[str, Any]]:
    """Return the prices of each product of a search, in the order of the request (P13); BadRequest."""
    site_codes = [body["siteCode"]] if "siteCode" in body else body.get("siteCodes")
    currency, customer = body.get("currency"), body.get("principalId")
    criteria = PriceCriteria(
        item_ids=frozenset(body["itemIds"]),
        item_types=frozenset([PRODUCT]),
        site_codes=frozenset(site_codes) if site_codes else None,
        currencies=None if currency is None else frozenset([currency]),
        customers=None if customer is None else frozenset([customer]),
        includes_tax=body.get("includesTax"),
        at=read_time(body.get("effectiveDate"), INVALID_BODY, "/effectiveDate"),
        mode=body.get("searchMode", "ALL_PRICES"),
    )
    found = _group_by_item(_select(state, criteria))
    others: Mapping[str, Sequence[Document]] = {}
    if body.get("useFallback") and site_codes:
        others = _group_by_item(_select(state, replace(criteria, site_codes=frozenset([MAIN_SITE]))))
    return [
        {
            "itemId": item_id,
            "prices": [
                show_price(state, price, with_model=with_models)
                for price in found.get(item_id) or others.get(item_id, ())
            ],
        }
        for item_id in body["itemIds"]
    ]


def show_price(state: State, price: Document, *, with_model: bool = False) -> dict[str, Any]:
    """Return a stored price as clients see it, with its model if wanted."""
    row = {"metadata": revision_of(price).to_metadata(None), **price}
    model = find_model(state, price) if with_model else None
    if model is not None:
        row[PRICE_MODEL] = {"metadata": revision_of(model).to_metadata(None), **model}
    return row


def read_time(text: str | None, message: str, field: str) -> datetime | None:
    """Return the time that a request names, UTC if it has no time zone; None without one, BadRequest for another text.

    message, field: what the error says, and of which field.
    """
    if text is None:
        return None
    try:
        return parse_timestamp(text)
    except ValueError:
        detail = "must be a date and time such as 2026-12-24T18:00:00.000Z"
        raise BadRequest(message, field=field, error_type="format", detail=detail, rule="P10") from None


def split_codes(text: str | None) -> Codes | None:
    """Return codes that are separated by commas; None without any."""
    return frozenset(filter(None, map(str.strip, (text or "").split(",")))) or None


def _select(state: State, criteria: PriceCriteria) -> list[Document]:
    admits = _customer_test(state, criteria)
    return [price for price in state.collection(PRICES).values() if _fits(state, price, criteria) and admits(price)]


def _fits(state: State, price: Document, criteria: PriceCriteria) -> bool:
    """Whether a price fits all criteria but that of its customers."""
    restrictions, item = price.get("restrictions", {}), price["itemId"]
    sites = restrictions.get("siteCodes")
    return (
        _has(criteria.item_ids, item["id"])
        and _has(criteria.item_types, item["itemType"])
        and _has(criteria.currencies, price["currency"])
        and _has(criteria.countries, price["location"]["countryCode"])
        and (criteria.site_codes is None or not sites or not criteria.site_codes.isdisjoint(sites))
        and (criteria.at is None or is_valid_at(restrictions.get("validity", {}), criteria.at))
        and _has_model(state, price, criteria)
        and (criteria.item_name is None or _has_name(state, item["id"], criteria.item_name))
    )


def _has(wanted: Codes | None, value: str) -> bool:
    return wanted is None or value in wanted


def _has_model(state: State, price: Document, criteria: PriceCriteria) -> bool:
    if criteria.model_id is None and criteria.includes_tax is None:
        return True
    model = find_model(state, price)
    return (
        model is not None
        and criteria.model_id in (None, model["id"])
        and criteria.includes_tax in (None, model["includesTax"])
    )


def _has_name(state: State, product_id: str, part: str) -> bool:
    product = state.products.get(product_id)
    return product is not None and Filter("name", part, is_part=True).matches_cell(product["name"])


def _customer_test(state: State, criteria: PriceCriteria) -> Callable[[Document], bool]:
    """Return what says whether the customers of a price fit: those whom the criteria name, or as the mode says."""
    own = {
        principal
        for id_ in criteria.customers or ()
        for principal in (("CUSTOMER", id_), *(("GROUP", group) for group in find_group_ids(state, id_, None)))
    }

    def admits(price: Document) -> bool:
        principals = price.get("restrictions", {}).get("principals", ())
        if not principals:
            return criteria.mode != USER_SPECIFIC
        if criteria.mode == COMMON:
            return False
        if criteria.mode == USER_SPECIFIC or (criteria.mode is None and criteria.customers is not None):
            return any((principal["type"], principal["id"]) in own for principal in principals)
        return True

    return admits


def _group_by_item(prices: Sequence[Document]) -> dict[str, list[Document]]:
    groups: dict[str, list[Document]] = {}
    for price in prices:
        groups.setdefault(price["itemId"]["id"], []).append(price)
    return groups
