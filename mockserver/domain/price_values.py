"""The values of a price for a quantity, by the tiers of its model (P3, P4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal, NamedTuple

from ..store.state import Document
from .money import HUNDRED, count_digits, currency_digits, round_amount, to_decimal

PRICE_MODELS = "priceModels"  # the name of the collection
PIECE = {"quantity": 1, "unitCode": "pc"}
DEFAULT_TIER = {"id": "default", "minQuantity": {**PIECE, "quantity": 0}}
# The model of prices that name none, unless a stored one is the default (P3).
DEFAULT_MODEL: Document = {
    "id": "default",
    "name": {"en": "Default"},
    "includesTax": True,
    "includesMarkup": False,
    "isDefault": True,
    "measurementUnit": PIECE,
    "tierDefinition": {"tierType": "BASIC", "tiers": [DEFAULT_TIER]},
}
TieredPrices = Literal["graduated", "reached"]


class PriceValues(NamedTuple):
    """The value of one unit before and after the discount, and that of the whole quantity; gross or net as the model.

    The value of the quantity is not rounded.
    """

    original: Decimal
    effective: Decimal
    total: Decimal


class Share(NamedTuple):
    """A number of units that cost the same."""

    units: Decimal
    value: Decimal


def calculate_values(
    price: Document,
    model: Document,
    quantity: Decimal,
    *,
    factor: Decimal = Decimal(1),
    tiered: TieredPrices = "graduated",
) -> PriceValues | None:
    """Return the values of a price for a quantity in the unit of its model; None if no tier is reached (P4).

    factor: of each value, for another country's tax (P5).
    """
    shares = _split_quantity(price, model, quantity, tiered)
    if not shares:
        return None
    digits = max(currency_digits(price["currency"]), *(count_digits(share.value) for share in shares))
    if factor != 1:
        shares = [Share(share.units, round_amount(share.value * factor, digits)) for share in shares]
    discounted = [Share(share.units, _discount(share.value, price.get("salePrice", {}), digits)) for share in shares]
    units = sum((share.units for share in shares), Decimal(0))
    if len(shares) == 1 or not units:
        return PriceValues(shares[0].value, discounted[0].value, discounted[0].units * discounted[0].value)
    total = _sum_up(discounted)
    return PriceValues(round_amount(_sum_up(shares) / units, digits), round_amount(total / units, digits), total)


def _split_quantity(price: Document, model: Document, quantity: Decimal, tiered: TieredPrices) -> list[Share]:
    """Return how many units cost what: all the same, or with `graduated` those of each tier that is reached."""
    definition, unit = model["tierDefinition"], to_decimal(model["measurementUnit"]["quantity"]) or Decimal(1)
    values = [to_decimal(value["priceValue"]) for value in _sort_values(price, definition["tiers"])]
    starts = [to_decimal(tier["minQuantity"]["quantity"]) for tier in definition["tiers"]][: len(values)]
    if definition["tierType"] == "BASIC" or len(starts) < 2:
        return [Share(quantity / unit, values[0])]
    reached = [position for position, start in enumerate(starts) if start <= quantity]
    if not reached or definition["tierType"] == "VOLUME" or tiered == "reached" or not quantity:
        return [Share(quantity / unit, values[position]) for position in reached[-1:]]
    ends = [*starts[1:], quantity]
    return [
        Share((min(ends[position], quantity) - starts[position]) / unit, values[position])
        for position in reached
        if starts[position] < quantity
    ]


def _sort_values(price: Document, tiers: list[Any]) -> list[Any]:
    """Return the values of a price in the order of the tiers that they name; unnamed ones are in it already."""
    positions = {tier["id"]: position for position, tier in enumerate(tiers)}
    numbered = enumerate(price["tierValues"])
    return [value for _, value in sorted(numbered, key=lambda entry: positions.get(entry[1].get("id"), entry[0]))]


def _discount(value: Decimal, sale: Document, digits: int) -> Decimal:
    """Return the value of one unit after the discounts of a price, never below zero, in this number of digits."""
    rest = value * (1 - to_decimal(sale.get("discountRate", 0)) / HUNDRED) - to_decimal(sale.get("discountAmount", 0))
    return round_amount(max(rest, Decimal(0)), digits) if sale else value


def _sum_up(shares: list[Share]) -> Decimal:
    return sum((share.units * share.value for share in shares), Decimal(0))
