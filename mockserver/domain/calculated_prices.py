"""Calculated prices as carts and orders show them: net, gross and tax, before and after discounts (Q7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..store.state import Document
from .cart_totals import CartTotals, LineTotals
from .money import TaxedAmount, to_number
from .tax_rates import TaxRate

CalculatedPrice = dict[str, Any]


def show_amount(amount: TaxedAmount, tax: TaxRate | None = None) -> CalculatedPrice:
    """Return an amount with its net, gross and tax values, and its tax if it has a single known one."""
    shown: CalculatedPrice = {
        "netValue": to_number(amount.net),
        "grossValue": to_number(amount.gross),
        "taxValue": to_number(amount.tax),
    }
    return shown if tax is None else {**shown, "taxCode": tax.code, "taxRate": to_number(tax.rate)}


def show_line_price(totals: LineTotals) -> CalculatedPrice:
    """Return the calculated price of a line."""
    line = totals.line
    shown = {"price": {**show_amount(line.total, line.tax), "calculated": "INTERNAL"}}
    if totals.deductions:
        taken = [
            _show_discount(each.coupon, each.amount, line.tax, is_gross=line.includes_tax) for each in totals.deductions
        ]
        discounted = {**show_amount(totals.final, line.tax), "appliedDiscounts": taken}
        shown["discountedPrice"] = discounted
        shown["totalDiscount"] = _show_sum(totals.discount, taken, line.tax, is_gross=line.includes_tax)
    return {**shown, "finalPrice": show_amount(totals.final, line.tax)}


def show_cart_price(totals: CartTotals) -> CalculatedPrice:
    """Return the calculated price of a cart; it names a tax if all lines have the same one."""
    taxes, is_gross = {each.line.tax for each in totals.lines}, totals.includes_tax
    tax = next(iter(taxes)) if len(taxes) == 1 else None
    shown: CalculatedPrice = {"price": show_amount(totals.subtotal, tax)}
    taken = [
        _show_discount(coupon, amount, tax, is_gross=is_gross)
        for coupon in totals.coupons
        if (amount := totals.sum_coupon(coupon)).gross
    ]
    if taken:
        shown["discountedPrice"] = {**show_amount(totals.final, tax), "appliedDiscounts": taken}
        shown["totalDiscount"] = _show_sum(totals.discount, taken, tax, is_gross=is_gross)
    lines = [show_amount(amount, each) for each, amount in totals.sum_by_tax(is_final=True).items()]
    return {**shown, "finalPrice": {**show_amount(totals.final, tax), "taxAggregate": {"lines": lines}}}


def _show_discount(coupon: Document, amount: TaxedAmount, tax: TaxRate | None, *, is_gross: bool) -> CalculatedPrice:
    return {
        "id": coupon["code"],
        "value": to_number(amount.gross if is_gross else amount.net),
        "price": show_amount(amount, tax),
        "discountType": coupon["discountType"],
        "origin": "INTERNAL",
    }


def _show_sum(
    amount: TaxedAmount, taken: Iterable[CalculatedPrice], tax: TaxRate | None, *, is_gross: bool
) -> CalculatedPrice:
    return {
        "calculationType": "ApplyDiscountAfterTax" if is_gross else "ApplyDiscountBeforeTax",
        "value": to_number(amount.gross if is_gross else amount.net),
        "price": show_amount(amount, tax),
        "appliedDiscounts": list(taken),
    }
