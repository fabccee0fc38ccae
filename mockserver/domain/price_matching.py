"""The best price of an item in a session: which prices apply, and what they amount to (P1 to P8, P15)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from ..store.state import Document, State
from .money import HUNDRED, TaxedAmount, count_digits, currency_digits, round_amount, split_tax
from .price_lists import LIST_PRICES, PRICE_LIST_ID, complete_list_price, find_prices_of_item, is_valid_at, rank_price
from .price_values import DEFAULT_MODEL, PRICE_MODELS, TieredPrices, calculate_values
from .shopping_context import ShoppingContext
from .tax_rates import TaxRate, find_tax

PRICES = "prices"  # the name of the collection
PRODUCT, PRICE = "PRODUCT", "PRICE"  # types of items that are matched


class Demand(NamedTuple):
    """A quantity that somebody wants to buy, in a unit, or in that of the price's model."""

    quantity: Decimal
    unit_code: str | None
    tiered: TieredPrices


class Amounts(NamedTuple):
    """A value of one unit before and after the discount of the price, and that of the whole quantity."""

    original: TaxedAmount
    effective: TaxedAmount
    total: TaxedAmount


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchedPrice:
    """The best price of an item.

    row, model: the stored price and its model. `tier_ids` has the id of each of its values, in order.
    country: that of the context; the price may be defined for another one, from which it was calculated.
    includes_tax: whether the values to show are the gross ones.
    amounts: net and gross values; both are the same without a known tax.
    """

    row: Document
    model: Document
    tier_ids: Sequence[str]
    item_id: str
    site_code: str
    currency: str
    country: str
    quantity: Decimal
    unit_code: str
    includes_tax: bool
    tax: TaxRate | None
    amounts: Amounts

    @property
    def price_id(self) -> str:
        """The id of the stored price."""
        id_: str = self.row["id"]
        return id_

    @property
    def original_value(self) -> Decimal:
        """The value of one unit without a discount, gross or net as `includes_tax` says."""
        return self._select_value(self.amounts.original)

    @property
    def effective_value(self) -> Decimal:
        """The value of one unit with the discount of the price."""
        return self._select_value(self.amounts.effective)

    @property
    def total_value(self) -> Decimal:
        """The value of the whole quantity, in the digits of the currency."""
        return self._select_value(self.amounts.total)

    def _select_value(self, amount: TaxedAmount) -> Decimal:
        return amount.gross if self.includes_tax else amount.net


def match_price(
    state: State,
    item_id: str,
    quantity: Decimal,
    context: ShoppingContext,
    *,
    item_type: str = PRODUCT,
    unit_code: str | None = None,
    tiered: TieredPrices = "graduated",
) -> MatchedPrice | None:
    """Return the price with the lowest effective value (P1), of a price list if one has the item; None if none applies.

    item_type: PRICE for the price with this id only, if it applies.
    unit_code: of the quantity; the price model's by default. A price in another unit does not apply (P4).
    """
    demand = Demand(quantity, unit_code, tiered)
    for candidates in (
        _find_list_prices(state, item_type, item_id, context),
        (price for price in _find_prices(state, PRICES, item_type, item_id) if _applies(price, context)),
    ):
        matches = [match for price in candidates if (match := _evaluate(state, price, demand, context)) is not None]
        if matches:
            return min(matches, key=lambda match: _preference(state, match, context))
    return None


def find_model(state: State, price: Document) -> Document | None:
    """Return the model of a price: the one that it names, or else the default one (P3); None for a missing one."""
    model_id, models = price.get("priceModelId"), state.collection(PRICE_MODELS)
    if model_id is not None:
        return models.get(model_id) or (DEFAULT_MODEL if model_id == DEFAULT_MODEL["id"] else None)
    return next((model for model in models.values() if model.get("isDefault")), DEFAULT_MODEL)


def pair_tier_ids(price: Document, model: Document) -> list[str]:
    """Return the id of the tier of each value of a price: the one that it names, or else the one at its position."""
    tiers = model["tierDefinition"]["tiers"]
    return [
        value.get("id") or (tiers[position]["id"] if position < len(tiers) else str(position))
        for position, value in enumerate(price["tierValues"])
    ]


def _find_prices(state: State, collection: str, item_type: str, item_id: str) -> Iterator[Document]:
    """Yield the prices of an item, or the one with this id, of a collection."""
    prices = state.collection(collection)
    if item_type == PRICE:
        yield from filter(None, (prices.get(item_id),))
        return
    yield from (price for price in find_prices_of_item(prices, item_id) if price["itemId"]["itemType"] == item_type)


def _find_list_prices(state: State, item_type: str, item_id: str, context: ShoppingContext) -> Iterator[Document]:
    """Yield the prices of an item, or the one with this id, in price lists that apply to a session (P15)."""
    prices = _find_prices(state, LIST_PRICES, item_type, item_id)
    yield from filter(None, (complete_list_price(state, price, context) for price in prices))


def _applies(price: Document, context: ShoppingContext) -> bool:
    """Whether a price is for this site, currency, time and customer (P2)."""
    restrictions = price.get("restrictions", {})
    sites = restrictions.get("siteCodes")
    return (
        price["currency"] == context.currency
        and (not sites or context.site_code in sites)
        and is_valid_at(restrictions.get("validity", {}), context.at)
        and _admits_customer(restrictions.get("principals", ()), context)
    )


def _admits_customer(principals: Sequence[Any], context: ShoppingContext) -> bool:
    """Whether a price is for everybody, for this customer or for one of the customer's groups (P2)."""
    if not principals:
        return True
    own = {("GROUP", id_) for id_ in context.group_ids} | {("CUSTOMER", context.customer_id)}
    return any((principal["type"], principal["id"]) in own for principal in principals)


def _preference(state: State, match: MatchedPrice, context: ShoppingContext) -> tuple[int, Decimal, bool, str]:
    """Return what is lowest for the best price; equal values are decided by the country, then by the id (P1, P15)."""
    return -rank_price(state, match.row, context), match.effective_value, not _is_local(match), match.price_id


def _is_local(match: MatchedPrice) -> bool:
    country: str = match.row["location"]["countryCode"]
    return country == match.country


def _evaluate(state: State, price: Document, demand: Demand, context: ShoppingContext) -> MatchedPrice | None:
    """Return what a price amounts to; None if it cannot be calculated for this unit or country (P4, P5)."""
    model, product_id, country = find_model(state, price), price["itemId"]["id"], price["location"]["countryCode"]
    if model is None or demand.unit_code not in (None, model["measurementUnit"]["unitCode"]):
        return None
    gross = model["includesTax"] and PRICE_LIST_ID not in price  # whose values are net whatever the model says
    tax = find_tax(state, product_id, context.country)
    factor = Decimal(1)
    if country != context.country:
        price_tax = find_tax(state, product_id, country)
        if tax is None or price_tax is None:
            return None
        if gross:
            factor = (HUNDRED + tax.rate) / (HUNDRED + price_tax.rate)
    values = calculate_values(price, model, demand.quantity, factor=factor, tiered=demand.tiered)
    if values is None:
        return None
    digits = currency_digits(context.currency)
    site_setting = state.sites.get(context.site_code, {}).get("includesTax")
    unit_digits = max(digits, *map(count_digits, values[:2]))
    amounts = Amounts(
        _apply_tax(values.original, tax, unit_digits, gross=gross),
        _apply_tax(values.effective, tax, unit_digits, gross=gross),
        _apply_tax(round_amount(values.total, digits), tax, digits, gross=gross),
    )
    return MatchedPrice(
        row=price,
        model=model,
        tier_ids=pair_tier_ids(price, model),
        item_id=product_id,
        site_code=context.site_code,
        currency=context.currency,
        country=context.country,
        quantity=demand.quantity,
        unit_code=model["measurementUnit"]["unitCode"],
        includes_tax=gross if site_setting is None or tax is None else site_setting,
        tax=tax,
        amounts=amounts,
    )


def _apply_tax(amount: Decimal, tax: TaxRate | None, digits: int, *, gross: bool) -> TaxedAmount:
    """Return an amount of a price without and with tax; both are the same if no tax is known (P6)."""
    if tax is None:
        return TaxedAmount(amount, amount)
    return split_tax(amount, tax.rate, digits, includes_tax=gross)
