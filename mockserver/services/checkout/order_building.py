"""The order that a checkout makes of a cart (X4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ...domain.calculated_prices import show_amount, show_cart_price, show_line_price
from ...domain.cart_totals import LineTotals, add_up
from ...domain.carts import BILLING, SHIPPING
from ...domain.money import TaxedAmount, currency_digits, round_money, split_tax, to_decimal, to_number
from ...domain.orders import CREATED, IN_CHECKOUT
from ...domain.priced_carts import PricedCart
from ...domain.tax_rates import TAXES
from ...practices import writes
from ...store.clock import format_timestamp
from ...store.state import State
from ...store.tenant import Tenant

Body = Mapping[str, Any]
COPIED_CART_FIELDS = ("legalEntityId", "channel", "mixins")
CUSTOM_PROVIDER = "custom"  # whose orders wait for the payment


def build_order(tenant: Tenant, state: State, priced: PricedCart, body: Body, order_id: str) -> dict[str, Any]:
    """Return the order of a cart: what it costs is what the cart costs, and the shipping."""
    cart, totals, now = priced.cart, priced.totals, format_timestamp(tenant.clock.now())
    provider = body["paymentMethods"][0]["provider"]
    status = IN_CHECKOUT if provider == CUSTOM_PROVIDER else CREATED
    shipping = _price_shipping(state, priced, body["shipping"])
    final = add_up((totals.final, shipping))
    addresses = {address["type"]: _show_address(address) for address in reversed(body["addresses"])}
    calculated = show_cart_price(totals)
    calculated["totalShipping"] = show_amount(shipping)
    calculated["finalPrice"] = {**calculated["finalPrice"], **show_amount(final)}
    return {
        "id": order_id,
        "status": status,
        "created": now,
        "lastStatusChange": now,
        "history": [{"status": status, "timestamp": now}],
        "cartId": cart["id"],
        "checkout": True,
        "customer": {name: value for name, value in body["customer"].items() if name != "guest"},
        "siteCode": cart["siteCode"],
        "countryCode": priced.context.country,
        "currency": totals.currency,
        **{name: cart[name] for name in COPIED_CART_FIELDS if name in cart},
        "entries": [_build_entry(tenant, state, each, totals.currency) for each in totals.lines],
        "discounts": [_build_discount(priced, coupon) for coupon in totals.coupons],
        "billingAddress": addresses[BILLING],
        "shippingAddress": addresses[SHIPPING],
        "payments": [_build_payment(body["paymentMethods"][0], final.gross, totals.currency)],
        "shipping": _build_shipping(body["shipping"], totals.currency),
        "tax": _build_tax(priced),
        "subTotalPrice": to_number(totals.basis_of(totals.subtotal)),
        "totalPrice": to_number(totals.final.gross),
        "totalAuthorizedAmount": to_number(final.gross),
        "calculatedPrice": calculated,
        "metadata": writes.next_revision(None, now).to_metadata(None),
    }


def _build_entry(tenant: Tenant, state: State, totals: LineTotals, currency: str) -> dict[str, Any]:
    line, product_id = totals.line, totals.line.product_id
    name = state.products[product_id]["name"]
    product = {"id": product_id, "code": state.products[product_id]["code"], "published": True, "productType": "BASIC"}
    texts = name if isinstance(name, Mapping) else {state.default_language: name}
    made = f"urn:yaas:saasag:caasproduct:product:{tenant.name};{product_id}"
    quantity = to_number(line.quantity)
    return {
        "id": line.item["id"],
        "itemYrn": line.item.get("itemYrn", made),
        "amount": quantity if isinstance(quantity, int) else int(quantity + 1),
        "orderedAmount": quantity if isinstance(quantity, int) else int(quantity + 1),
        "effectiveQuantity": quantity,
        "unitPrice": to_number(line.basis_of(line.unit)),
        "calculatedUnitPrice": show_amount(line.unit, line.tax),
        "totalPrice": to_number(line.basis_of(line.total)),
        "product": {**product, "name": str(next(iter(texts.values()), "")), "localizedName": texts},
        "price": {name: line.price[name] for name in ("priceId", "originalAmount", "effectiveAmount")}
        | {"currency": currency},
        "calculatedPrice": show_line_price(totals),
    }


def _build_discount(priced: PricedCart, coupon: Mapping[str, Any]) -> dict[str, Any]:
    amount = priced.totals.basis_of(priced.totals.sum_coupon(coupon))
    return {
        "code": coupon["code"],
        "name": coupon["name"],
        "discountType": coupon["discountType"],
        "amount": to_number(amount),
        "currency": priced.totals.currency,
    }


def _build_payment(method: Body, amount: Decimal, currency: str) -> dict[str, Any]:
    return {
        "status": "PENDING",
        "provider": method["provider"],
        "method": method.get("method", method["provider"]),
        "paidAmount": 0,
        "authorizedAmount": to_number(amount),
        "currency": currency,
    }


def _price_shipping(state: State, priced: PricedCart, shipping: Body) -> TaxedAmount:
    """Return what the shipping costs, with the tax of its tax code in the country of the cart, if there is one."""
    amount = round_money(to_decimal(shipping["amount"]), priced.totals.currency)
    classes = state.collection(TAXES).get(priced.context.country, {}).get("taxClasses", ())
    rates = [to_decimal(each["rate"]) for each in classes if each["code"] == shipping.get("shippingTaxCode")]
    digits = currency_digits(priced.totals.currency)
    rate = rates[0] if rates else Decimal(0)
    return split_tax(amount, rate, digits, includes_tax=priced.totals.includes_tax)


def _build_shipping(shipping: Body, currency: str) -> dict[str, Any]:
    amount = {"amount": shipping["amount"], "currency": currency}
    tax_code = {"shippingTaxCode": shipping["shippingTaxCode"]} if "shippingTaxCode" in shipping else {}
    return {
        "total": amount,
        "lines": [{"code": shipping["methodId"], "name": shipping["methodName"], **amount, **tax_code}],
    }


def _build_tax(priced: PricedCart) -> dict[str, Any]:
    totals, is_inclusive = priced.totals, priced.totals.includes_tax
    lines = [
        {
            "code": tax.code,
            "name": tax.code,
            "rate": to_number(tax.rate),
            "amount": to_number(amount.tax),
            "taxable": to_number(totals.basis_of(amount)),
            "currency": totals.currency,
            "sequenceId": number,
            "inclusive": is_inclusive,
        }
        for number, (tax, amount) in enumerate(totals.sum_by_tax(is_final=True).items())
    ]
    total = to_number(totals.final.tax)
    return {"lines": lines, "total": {"amount": total, "currency": totals.currency, "inclusive": is_inclusive}}


def _show_address(address: Body) -> dict[str, Any]:
    return {name: value for name, value in address.items() if name != "type"}
