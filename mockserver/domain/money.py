"""Amounts of money: exact decimals inside the rules, JSON numbers outside, rounded half up."""

from __future__ import annotations

import sys
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import NamedTuple

EXACT = Context(prec=700)  # enough digits for the largest number of a JSON document, times another one
MAX_NUMBER = Decimal(sys.float_info.max)  # what JSON numbers can be; infinite ones are not JSON
MAX_WHOLE_NUMBER = 2**53  # that programs in JavaScript read exactly
DEFAULT_DIGITS = 2  # of a currency after the decimal point (ISO 4217)
CURRENCY_DIGITS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
HUNDRED = Decimal(100)


class TaxedAmount(NamedTuple):
    """An amount without and with tax; the tax is the difference between both."""

    net: Decimal
    gross: Decimal

    @property
    def tax(self) -> Decimal:
        """The tax in the gross amount."""
        return self.gross - self.net


def to_decimal(number: float) -> Decimal:
    """Return a number of a JSON document as it is written there."""
    return Decimal(str(number))


def to_number(amount: Decimal) -> int | float:
    """Return an amount as a number for JSON; one without a fraction has no decimal point, unless it is huge."""
    is_whole = abs(amount) <= MAX_WHOLE_NUMBER and amount == amount.to_integral_value()
    return int(amount) if is_whole else float(max(-MAX_NUMBER, min(amount, MAX_NUMBER)))


def currency_digits(currency: str) -> int:
    """Return the number of digits after the decimal point that amounts in a currency have."""
    return CURRENCY_DIGITS.get(currency, DEFAULT_DIGITS)


def count_digits(amount: Decimal) -> int:
    """Return the number of digits after the decimal point that an amount needs."""
    exponent = amount.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def round_amount(amount: Decimal, digits: int) -> Decimal:
    """Return an amount with this number of digits after the decimal point, rounded half up."""
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, EXACT)


def round_money(amount: Decimal, currency: str) -> Decimal:
    """Return an amount rounded half up to the digits of its currency."""
    return round_amount(amount, currency_digits(currency))


def split_tax(amount: Decimal, rate: Decimal, digits: int, *, includes_tax: bool) -> TaxedAmount:
    """Return an amount without and with tax, the calculated one of both rounded to this number of digits.

    rate: the tax in percent of the net amount.
    includes_tax: whether the amount is the gross one.
    """
    factor = 1 + rate / HUNDRED
    if includes_tax:
        return TaxedAmount(round_amount(amount / factor, digits), amount)
    return TaxedAmount(amount, round_amount(amount * factor, digits))
