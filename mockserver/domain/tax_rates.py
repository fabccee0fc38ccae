"""The tax on a product in a country: the product's class there, or else the default class of the country (P6)."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from ..store.state import State
from .money import to_decimal

TAXES = "taxes"  # the name of the collection; its rows have the classes of a country


class TaxRate(NamedTuple):
    """A tax class, and its rate in percent of the net amount."""

    code: str
    rate: Decimal


def find_tax(state: State, product_id: str, country: str) -> TaxRate | None:
    """Return the tax on a product in a country; None if the country has no tax class for it (P6)."""
    product_class = state.products.get(product_id, {}).get("taxClasses", {}).get(country)
    for tax_class in state.collection(TAXES).get(country, {}).get("taxClasses", ()):
        if tax_class["code"] == product_class if product_class else tax_class.get("isDefault", False):
            return TaxRate(tax_class["code"], to_decimal(tax_class["rate"]))
    return None
