"""Matched prices: which ones a request asks for, and their rows (P1 to P8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ...access import Principal
from ...domain.money import TaxedAmount, to_decimal, to_number
from ...domain.price_matching import MatchedPrice, match_price
from ...domain.shopping_context import ShoppingContext, find_active_segment_ids, find_context, find_group_ids
from ...errors import BadRequest
from ...practices.documents import revision_of
from ...store.tenant import Tenant

MAIN_SITE = "main"  # whose prices count with `useFallback`

Item = Mapping[str, Any]


def match_for_session(tenant: Tenant, principal: Principal, items: Sequence[Item]) -> list[dict[str, Any]]:
    """Return the prices of items in the caller's session; none unless the session has chosen where it buys (P8)."""
    context = find_context(tenant, principal)
    if context is None or not (context.is_chosen or tenant.switches.price_context == "default-site"):
        return []
    return match_items(tenant, items, context)


def match_for_request(tenant: Tenant, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the prices of items for the site, the currency, the country and the customer of a request.

    With `useFallback`, items without a price get that of the site `main` (P7).
    """
    context = read_context(tenant, body)
    rows = match_items(tenant, body["items"], context)
    if not body.get("useFallback") or context.site_code == MAIN_SITE:
        return rows
    fallback = replace(context, site_code=MAIN_SITE)
    return [
        row
        for item in body["items"]
        for row in match_items(tenant, [item], context) or match_items(tenant, [item], fallback)
    ]


def read_context(tenant: Tenant, body: Mapping[str, Any]) -> ShoppingContext:
    """Return the context that a request describes; BadRequest for an unknown site (D7)."""
    site_code, principal = body["siteCode"], body.get("principal", {})
    if site_code not in tenant.state.sites and tenant.switches.references == "strict":
        raise BadRequest(field="/siteCode", error_type="reference", detail="None of the sites has this id.", rule="D7")
    is_customer, id_ = principal.get("type", "CUSTOMER") == "CUSTOMER", principal.get("id")
    customer_id, entity_id = id_ if is_customer else None, body.get("legalEntityId")
    groups = find_group_ids(tenant.state, customer_id, entity_id) if is_customer else frozenset(filter(None, (id_,)))
    return ShoppingContext(
        site_code=site_code,
        currency=body["targetCurrency"],
        country=body["targetLocation"]["countryCode"],
        is_chosen=True,
        session_id="",
        customer_id=customer_id,
        legal_entity_id=entity_id,
        group_ids=groups,
        segment_ids=find_active_segment_ids(tenant, tenant.state, customer_id, entity_id),
        at=tenant.clock.now(),
    )


def match_items(tenant: Tenant, items: Sequence[Item], context: ShoppingContext) -> list[dict[str, Any]]:
    """Return the row of the best price of each item, in order; an item without a price is left out (P1)."""
    state, tiered = tenant.state, tenant.switches.tiered_prices
    matches = (
        match_price(
            state,
            item["itemId"]["id"],
            to_decimal(item["quantity"]["quantity"]),
            context,
            item_type=item["itemId"]["itemType"],
            unit_code=item["quantity"].get("unitCode"),
            tiered=tiered,
        )
        for item in items
    )
    return [_matched_row(tenant, match) for match in matches if match is not None]


def _matched_row(tenant: Tenant, match: MatchedPrice) -> dict[str, Any]:
    """Return a matched price as the service shows it: the item under both of its names (P8)."""
    row, site = match.row, tenant.state.sites.get(match.site_code, {})
    site_tax = {"includesTax": site["includesTax"]} if "includesTax" in site else {}
    metadata = revision_of(row).to_metadata(None)
    optional = {name: row[name] for name in ("priceListId", "salePrice", "mixins") if name in row}
    return {
        "priceId": match.price_id,
        "itemId": row["itemId"],
        "itemRef": row["itemId"],
        "site": {"code": match.site_code, **site_tax},
        "currency": match.currency,
        "location": {"countryCode": match.country},
        "originalValue": to_number(match.original_value),
        "effectiveValue": to_number(match.effective_value),
        "totalValue": to_number(match.total_value),
        "quantity": {"quantity": to_number(match.quantity), "unitCode": match.unit_code},
        "includesTax": match.includes_tax,
        "priceModel": match.model,
        **_tax_row(match),
        "tierValues": [
            {"id": id_, "priceValue": value["priceValue"]}
            for id_, value in zip(match.tier_ids, row["tierValues"], strict=True)
        ],
        **optional,
        "metadata": {**metadata, "version": str(metadata["version"])},
    }


def _tax_row(match: MatchedPrice) -> dict[str, Any]:
    """Return what a matched price says about its tax; nothing if none is known (P6)."""
    if match.tax is None:
        return {}
    names = ("originalValue", "effectiveValue", "totalValue")
    prices = {name: _taxed_values(amount) for name, amount in zip(names, match.amounts, strict=True)}
    return {"tax": {"taxClass": match.tax.code, "taxRate": to_number(match.tax.rate), "prices": prices}}


def _taxed_values(amount: TaxedAmount) -> dict[str, Any]:
    return {
        "netValue": to_number(amount.net),
        "grossValue": to_number(amount.gross),
        "taxValue": to_number(amount.tax),
    }
