"""What the shipping of an order costs (Z3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ...domain.money import to_decimal
from ...store.state import Document, State
from .zones import ZoneNotFound, list_zones

Body = Mapping[str, Any]


def quote_shipping(state: State, site_code: str, body: Body) -> list[dict[str, Any]]:
    """Return the zones that an address is in, with the fee of each active method; ZoneNotFound for an unknown site.

    Without any, the default zone of the site counts. Methods without a fee for the order are left out.
    """
    if site_code not in state.sites:
        raise ZoneNotFound("site", site_code)
    total = body["cartTotal"]
    return [
        {
            "zone": {"id": zone["zoneId"], "name": zone["name"]},
            "methods": [_show_method(method, fee) for method, fee in _price_methods(zone, total)],
        }
        for zone in find_zones_of_address(state, site_code, body["shipToAddress"])
    ]


def find_lowest_fee(state: State, site_code: str, body: Body) -> dict[str, Any]:
    """Return the lowest fee of all methods for an order; ZoneNotFound without one."""
    fees = [method["fee"] for row in quote_shipping(state, site_code, body) for method in row["methods"]]
    if not fees:
        raise ZoneNotFound("method for this order and", str(body["shipToAddress"]["country"]))
    return min(fees, key=lambda fee: to_decimal(fee["amount"]))


def find_zones_of_address(state: State, site_code: str, address: Body) -> list[Document]:
    """Return the zones that an address is in, or else the default zone of the site."""
    zones = list_zones(state, site_code)
    return [zone for zone in zones if has_place(zone, address["country"], address["zipCode"])] or [
        zone for zone in zones if zone["default"]
    ]


def has_place(zone: Document, country: str | None, zip_code: str) -> bool:
    """Whether a zone is for a postal code of a country, or of any country."""
    return any(_is_in(destination, country, zip_code) for destination in zone["shipTo"])


def _is_in(destination: Body, country: str | None, zip_code: str) -> bool:
    """Whether a place is in a country, and has a postal code or one that begins so."""
    if country is not None and destination["country"].upper() != country.upper():
        return False
    wanted = destination.get("postalCode")
    if wanted is None or wanted == zip_code:
        return True
    return bool(wanted.endswith("*") and zip_code.startswith(wanted[:-1]))


def _price_methods(zone: Document, total: Body) -> Iterator[tuple[Document, Body]]:
    """Yield the active methods for an order of this value, with their fees: that from the highest value counts."""
    amount, currency = to_decimal(total["amount"]), total["currency"]
    for method in zone["methods"]:
        limit = method.get("maxOrderValue")
        if not method.get("active", True) or (limit is not None and _amount_in(limit, currency) < amount):
            continue
        applying = [
            fee
            for fee in method["fees"]
            if "shippingGroupId" not in fee
            and fee["minOrderValue"]["currency"] == fee["cost"]["currency"] == currency
            and to_decimal(fee["minOrderValue"]["amount"]) <= amount
        ]
        if applying:
            best = max(applying, key=lambda fee: to_decimal(fee["minOrderValue"]["amount"]))
            yield method, best["cost"]


def _amount_in(money: Body, currency: str) -> Decimal:
    """Return an amount; without limit if it is in another currency."""
    return to_decimal(money["amount"]) if money["currency"] == currency else Decimal("Infinity")


def _show_method(method: Document, fee: Body) -> dict[str, Any]:
    tax = {"shippingTaxCode": method["shippingTaxCode"]} if "shippingTaxCode" in method else {}
    return {"id": method["id"], "name": method["name"], "fee": fee, **tax}
