"""Net and gross values of a price, by the tax classes of countries (P16)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from hashlib import blake2b
from typing import Any
from uuid import UUID

from ...domain.money import HUNDRED, round_amount, to_decimal, to_number
from ...errors import BadRequest
from ...store.state import State
from .collections import TAXES_OF_COUNTRIES

Body = Mapping[str, Any]
NET_DIGITS = 10  # of a net value that is calculated, as in the published examples


def calculate_taxes(state: State, body: Body) -> dict[str, Any]:
    """Return a command with its output; BadRequest for a country or a class without a rate (P16).

    A gross price loses the tax of its source, or of the target without one; with a source, it gets that of the target.
    """
    given = body["input"]
    price, target_rate = to_decimal(given["price"]), _find_rate(state, given, "target")
    if not given.get("includesTax", False):
        output = {"netPrice": price, "grossPrice": _add_tax(price, target_rate), "targetTaxRate": target_rate}
    elif "sourceLocation" not in given and "sourceTaxClass" not in given:
        output = {"netPrice": _without_tax(price, target_rate), "grossPrice": price, "sourceTaxRate": target_rate}
    else:
        source_rate = _find_rate(state, given, "source")
        net = _without_tax(price, source_rate)
        output = {"netPrice": net, "grossPrice": _add_tax(net, target_rate)}
        output |= {"sourceTaxRate": source_rate, "targetTaxRate": target_rate}
    shown = {name: to_number(value) for name, value in output.items()}
    return {"commandUuid": body.get("commandUuid") or _derive_uuid(given), "input": given, "output": shown}


def _find_rate(state: State, given: Body, kind: str) -> Decimal:
    """Return the rate of the source or the target; BadRequest if its country or its class is missing."""
    for name in (f"{kind}Location", f"{kind}TaxClass"):
        if name not in given:
            detail = "A source has a location and a tax class."
            raise BadRequest(field=f"/input/{name}", error_type="required", detail=detail, rule="P16")
    country, code = given[f"{kind}Location"]["countryCode"], given[f"{kind}TaxClass"]
    classes = state.collection(TAXES_OF_COUNTRIES.name).get(country, {}).get("taxClasses", ())
    for tax_class in classes:
        if tax_class["code"] == code:
            return to_decimal(tax_class["rate"])
    field, detail = f"/input/{kind}TaxClass", f"{country} has no tax class with this code."
    if not classes:
        field, detail = f"/input/{kind}Location/countryCode", "This country has no tax classes."
    raise BadRequest(field=field, error_type="reference", detail=detail, rule="P16")


def _add_tax(net: Decimal, rate: Decimal) -> Decimal:
    return net * (1 + rate / HUNDRED)


def _without_tax(gross: Decimal, rate: Decimal) -> Decimal:
    return round_amount(gross / (1 + rate / HUNDRED), NET_DIGITS)


def _derive_uuid(given: Body) -> str:
    """Return an id for a command, the same for the same input."""
    return str(UUID(bytes=blake2b(repr(sorted(given.items())).encode(), digest_size=16).digest()))
