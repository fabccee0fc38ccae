"""What a cart costs: its lines, the discounts on them, and sums that add up exactly (Q7, Q8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..store.state import Document
from .cart_lines import NOTHING, CartLine
from .money import HUNDRED, TaxedAmount, currency_digits, round_amount, split_tax, to_decimal
from .tax_rates import TaxRate

ABSOLUTE, PERCENT, FREE_SHIPPING = "ABSOLUTE", "PERCENT", "FREE_SHIPPING"  # types of coupons


@dataclass(frozen=True, slots=True)
class Deduction:
    """What a coupon takes off a line."""

    coupon: Document
    amount: TaxedAmount


@dataclass(frozen=True, slots=True)
class LineTotals:
    """A line, and what coupons take off it, in the order in which they apply."""

    line: CartLine
    deductions: Sequence[Deduction]

    @property
    def discount(self) -> TaxedAmount:
        """The sum of what coupons take off."""
        return add_up(deduction.amount for deduction in self.deductions)

    @property
    def final(self) -> TaxedAmount:
        """What remains to be paid."""
        return subtract(self.line.total, self.discount)


@dataclass(frozen=True, slots=True)
class CartTotals:
    """The lines of a cart with their totals; `coupons` are those that apply, in the order in which they do."""

    currency: str
    lines: Sequence[LineTotals]
    coupons: Sequence[Document]

    @property
    def subtotal(self) -> TaxedAmount:
        """The sum of the lines before discounts."""
        return add_up(totals.line.total for totals in self.lines)

    @property
    def discount(self) -> TaxedAmount:
        """The sum of all discounts."""
        return add_up(totals.discount for totals in self.lines)

    @property
    def final(self) -> TaxedAmount:
        """What remains to be paid."""
        return add_up(totals.final for totals in self.lines)

    @property
    def includes_tax(self) -> bool:
        """Whether discounts apply to gross amounts, as for the first line; a cart without lines shows gross ones."""
        return all(totals.line.includes_tax for totals in self.lines[:1])

    def basis_of(self, amount: TaxedAmount) -> Decimal:
        """Return the part of a sum that the cart shows as its price."""
        return amount.gross if self.includes_tax else amount.net

    def sum_coupon(self, coupon: Document) -> TaxedAmount:
        """Return what a coupon takes off all lines."""
        deductions = (deduction for totals in self.lines for deduction in totals.deductions)
        return add_up(each.amount for each in deductions if each.coupon is coupon)

    def sum_by_tax(self, *, is_final: bool) -> dict[TaxRate, TaxedAmount]:
        """Return the sums of the lines by their tax, before or after discounts, without lines of unknown tax."""
        sums: dict[TaxRate, TaxedAmount] = {}
        for totals in self.lines:
            if totals.line.tax is not None:
                amount = totals.final if is_final else totals.line.total
                sums[totals.line.tax] = add_up((sums.get(totals.line.tax, NOTHING), amount))
        return dict(sorted(sums.items()))


def calculate_totals(
    currency: str, lines: Sequence[CartLine], coupons: Sequence[tuple[Document, Sequence[bool]]]
) -> CartTotals:
    """Return the totals of a cart.

    coupons: those that apply, in order, each with whether it applies to each line.
    """
    digits = currency_digits(currency)
    remaining = [line.total for line in lines]
    deductions: list[list[Deduction]] = [[] for _ in lines]
    for coupon, is_eligible in coupons:
        weights = [
            line.basis_of(amount) if eligible else Decimal(0)
            for line, amount, eligible in zip(lines, remaining, is_eligible, strict=True)
        ]
        for position, share in enumerate(split_discount(coupon, weights, digits)):
            if share:
                line, before = lines[position], remaining[position]
                after = split_tax(line.basis_of(before) - share, line.tax_rate, digits, includes_tax=line.includes_tax)
                remaining[position] = after
                deductions[position].append(Deduction(coupon, subtract(before, after)))
    totals = [LineTotals(line, taken) for line, taken in zip(lines, deductions, strict=True)]
    return CartTotals(currency, totals, [coupon for coupon, _ in coupons])


def split_discount(coupon: Document, weights: Sequence[Decimal], digits: int) -> list[Decimal]:
    """Return the share of each line in a discount; the shares add up to it, and none is more than its line (Q8)."""
    whole = sum(weights, Decimal(0))
    amount = _discount_of(coupon, whole, digits)
    if not amount:
        return [Decimal(0) for _ in weights]
    shares, given, seen = [], Decimal(0), Decimal(0)
    for weight in weights:  # each share is what is due up to this line, less what has been given
        seen += weight
        due = round_amount(amount * seen / whole, digits)
        shares.append(due - given)
        given = due
    return _limit_shares(shares, weights)


def _discount_of(coupon: Document, whole: Decimal, digits: int) -> Decimal:
    """Return what a coupon takes off an amount, never more than all of it."""
    if coupon["discountType"] == PERCENT:
        amount = whole * min(to_decimal(coupon.get("discountPercentage", 0)), HUNDRED) / HUNDRED
    elif coupon["discountType"] == ABSOLUTE:
        amount = to_decimal(coupon.get("discountAbsolute", {}).get("amount", 0))
    else:
        amount = Decimal(0)
    return min(round_amount(amount, digits), whole)


def _limit_shares(shares: list[Decimal], weights: Sequence[Decimal]) -> list[Decimal]:
    """Return shares of which none is more than its weight; what rounding gave too much goes to lines with room."""
    limited = [min(share, weight) for share, weight in zip(shares, weights, strict=True)]
    missing = sum(shares, Decimal(0)) - sum(limited, Decimal(0))
    for position, weight in enumerate(weights):
        room = min(weight - limited[position], missing)
        limited[position] += room
        missing -= room
    return limited


def add_up(amounts: Iterable[TaxedAmount]) -> TaxedAmount:
    """Return the sum of amounts, net and gross."""
    net, gross = Decimal(0), Decimal(0)
    for amount in amounts:
        net, gross = net + amount.net, gross + amount.gross
    return TaxedAmount(net, gross)


def subtract(whole: TaxedAmount, part: TaxedAmount) -> TaxedAmount:
    """Return the difference of two amounts, net and gross."""
    return TaxedAmount(whole.net - part.net, whole.gross - part.gross)
