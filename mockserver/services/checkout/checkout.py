"""A checkout: all checks, then the order, the coupons and the closed cart in one change of the state (X1 to X4)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from ...access import Principal
from ...domain.approvals import (
    APPROVED,
    CART,
    PENDING,
    list_approvals_of,
    status_at,
    with_finished_approval,
)
from ...domain.cart_lines import build_price_row, match_item
from ...domain.carts import BILLING, CARTS, OPEN, SHIPPING, close_cart, may_use_cart
from ...domain.coupon_rules import COUPONS, REDEMPTIONS, grants_free_shipping
from ...domain.money import to_decimal, to_number
from ...domain.orders import ORDERS, find_order_of_cart, next_order_id
from ...domain.payment_modes import PAYMENT_GATEWAY, PAYMENT_MODES, begin_payment, find_active_mode, is_paid_elsewhere
from ...domain.priced_carts import PricedCart, price_cart
from ...domain.purchase_roles import find_company, needs_approval
from ...domain.saas_tokens import read_saas_token
from ...domain.stock import take_stock
from ...errors import BadRequest, Forbidden
from ...store.clock import format_timestamp
from ...store.state import Document, State
from ...store.tenant import Tenant
from .order_building import build_order
from .order_exists import OrderExists

Body = Mapping[str, Any]
ADDRESS_TYPES = (SHIPPING, BILLING)


class PlacedOrder(NamedTuple):
    """The order that a checkout made; `payment_details` says where the buyer pays, None if nowhere."""

    id: str
    payment_details: dict[str, Any] | None


def place_order(tenant: Tenant, principal: Principal, body: Body, saas_token: str | None) -> PlacedOrder:
    """Make an order of a cart: all of it, or nothing (X1). Return its id, and how it is paid for.

    BadRequest for what cannot be ordered, Forbidden for somebody else's cart, OrderExists for a second order (X3).
    """

    def rule(state: State) -> tuple[State, PlacedOrder]:
        approval = next(list_approvals_of(state, CART, body["cartId"]), None)
        cart = _find_cart(state, principal, body["cartId"], approval)
        _check_customer(cart.get("customerId") or principal.customer_id, body["customer"])
        if principal.customer_id is not None:
            _check_saas_token(tenant, principal.customer_id, saas_token)
        _check_request(state, cart, body)
        priced = price_cart(tenant, state, cart)
        _check_approval(tenant, state, principal, priced, approval)
        _check_prices(tenant, state, priced)
        _check_discounts(priced, body)
        order_id = next_order_id(state)
        order = build_order(tenant, state, priced, body, order_id)
        state = _take_stock(state.with_document(ORDERS, order_id, order), priced)
        state = _redeem_coupons(tenant, state, priced, order)
        if approval is not None:
            state = with_finished_approval(state, approval, order_id, tenant.clock.now())
        details = _describe_payment(state, body["paymentMethods"][0], order_id)
        return close_cart(tenant, state, cart, orderId=order_id), PlacedOrder(order_id, details)

    return tenant.change(rule)


def _find_cart(state: State, principal: Principal, cart_id: str, approval: Document | None) -> Document:
    """Return the open cart of a checkout (X2, X3), which may be the cart of an approval that the caller gives (J7)."""
    cart = state.collection(CARTS).get(cart_id)
    if cart is None:
        raise _refuse("cartId", f"No cart has the id {cart_id}.")
    is_approver = approval is not None and principal.customer_id == approval["approverId"]
    if not is_approver and not may_use_cart(cart, principal):
        raise Forbidden(hint="the cart is somebody else's", rule="X2")
    earlier = find_order_of_cart(state, cart_id)
    if earlier is not None:
        raise OrderExists(cart_id, earlier["id"])
    if cart["status"] != OPEN and approval is None:
        raise _refuse("cartId", "The cart is CLOSED.")
    if not cart["items"]:
        raise _refuse("cartId", "The cart is empty.")
    return cart


def _check_customer(customer_id: str | None, customer: Body) -> None:
    """Raise BadRequest unless the request names who buys: the customer of the cart, or a guest without an id (X2).

    customer_id: the customer of the cart, or else the calling customer; None for a visitor.
    """
    if customer_id is None:
        if not customer.get("guest", False) or "id" in customer:
            raise _refuse("customer.guest", "A visitor orders as a guest: customer.guest must be true, without an id.")
    elif customer.get("id") != customer_id:
        raise _refuse("customer.id", f"The id of the customer who orders is {customer_id}.")
    if not any(customer.get(name) for name in ("firstName", "lastName", "name")):
        raise _refuse("customer.lastName", "The customer needs firstName or lastName.")


def _check_approval(
    tenant: Tenant, state: State, principal: Principal, priced: PricedCart, approval: Document | None
) -> None:
    """Raise Forbidden for a customer who needs an approval that is not given (J7); the approver can give it by this."""
    customer_id, cart, totals = principal.customer_id, priced.cart, priced.totals
    if customer_id is None:
        return
    if approval is not None:
        status = status_at(approval, tenant.clock.now())
        if status != APPROVED and (status != PENDING or customer_id != approval["approverId"]):
            raise Forbidden(hint=f"the approval of the cart is {status}", rule="J7")
        return
    company = find_company(state, customer_id, principal.legal_entity_id, cart.get("legalEntityId"))
    if company is not None and needs_approval(state, customer_id, company, totals.final.gross, totals.currency):
        raise Forbidden(hint="this customer needs an approval for the cart", rule="J7")


def _check_saas_token(tenant: Tenant, customer_id: str, saas_token: str | None) -> None:
    """Raise BadRequest unless the header has the `saas_token` of the calling customer (X2)."""
    if read_saas_token(saas_token, tenant.clock.now()) != customer_id:
        raise _refuse("saas-token", "A customer's checkout needs the saas_token of the login in this header.")


def _check_request(state: State, cart: Document, body: Body) -> None:
    """Raise BadRequest for the wrong number of payment methods, a missing address, or another currency (X2)."""
    if len(body["paymentMethods"]) != 1:
        raise _refuse("paymentMethods", "There must be exactly one payment method.")
    _check_payment(state, body["paymentMethods"][0])
    missing = [kind for kind in ADDRESS_TYPES if kind not in {address["type"] for address in body["addresses"]}]
    if missing:
        raise _refuse("addresses", f"An address of the type {missing[0]} is missing.")
    site = state.sites.get(cart["siteCode"], {})
    currencies = {site.get("currency"), *site.get("availableCurrencies", ())}
    if body.get("currency", cart["currency"]) != cart["currency"] or cart["currency"] not in currencies:
        raise _refuse("currency", f"The currency must be that of the cart, {cart['currency']}, and one of the site.")


def _check_payment(state: State, method: Body) -> None:
    """Raise BadRequest for a payment mode that is off or does not exist, unless the world has none at all (Y5)."""
    mode_id = method.get("customAttributes", {}).get("modeId")
    is_known = find_active_mode(state, mode_id) is not None or not state.collection(PAYMENT_MODES)
    if method["provider"] == PAYMENT_GATEWAY and mode_id is not None and not is_known:
        raise _refuse("paymentMethods[0].customAttributes.modeId", f"No active payment mode has the id {mode_id}.")


def _describe_payment(state: State, method: Body, order_id: str) -> dict[str, Any] | None:
    """Return where the buyer pays; None if nowhere, or if the payment is deferred (Y5)."""
    attributes = method.get("customAttributes", {})
    mode = find_active_mode(state, attributes.get("modeId"))
    is_now = method["provider"] == PAYMENT_GATEWAY and not attributes.get("deferred", False)
    return begin_payment(mode, order_id) if mode is not None and is_now and is_paid_elsewhere(mode) else None


def _check_prices(tenant: Tenant, state: State, priced: PricedCart) -> None:
    """Raise BadRequest for an item whose product is gone, or whose price does not apply any more (X2)."""
    for totals in priced.totals.lines:
        item, price = totals.line.item, totals.line.price
        if item["productId"] not in state.products:
            raise _refuse("cartId", f"Product {item['productId']} of item {item['id']} does not exist any more.")
        match = match_item(tenant, state, item, priced.context)
        if match is None or not price or build_price_row(match)["effectiveAmount"] != price["effectiveAmount"]:
            raise _refuse("cartId", f"The price of item {item['id']} is not valid any more; refresh the cart.")


def _check_discounts(priced: PricedCart, body: Body) -> None:
    """Raise BadRequest for a coupon that does not apply, and for shipping costs despite a free-shipping coupon (X2)."""
    for discount in priced.discounts:
        if discount.refusal is not None:
            raise _refuse("cartId", discount.refusal)
    if any(grants_free_shipping(coupon) for coupon in priced.totals.coupons) and body["shipping"]["amount"]:
        raise _refuse("shipping.amount", "A coupon of the cart pays for the shipping, so the amount must be 0.")


def _take_stock(state: State, priced: PricedCart) -> State:
    """Return a state without what is sold; BadRequest for a product that is not in stock (X2)."""
    for totals in priced.totals.lines:
        line = totals.line
        less = take_stock(state, line.product_id, priced.context.site_code, line.quantity)
        if less is None:
            raise _refuse("cartId", f"Product {line.product_id} is not in stock.")
        state = less
    return state


def _redeem_coupons(tenant: Tenant, state: State, priced: PricedCart, order: Document) -> State:
    """Return a state in which the coupons of the order are redeemed."""
    currency, now = priced.totals.currency, format_timestamp(tenant.clock.now())
    for coupon in priced.totals.coupons:
        count = coupon.get("redemptionCount", 0) + 1
        state = state.with_document(COUPONS, coupon["code"], {**coupon, "redemptionCount": count})
        redemption_id = tenant.ids.next_document_id(state.collection(REDEMPTIONS))
        discount = priced.totals.basis_of(priced.totals.sum_coupon(coupon))
        redemption = {
            "id": redemption_id,
            "couponCode": coupon["code"],
            **_name_owner(priced.cart),
            "orderCode": order["id"],
            "orderTotal": _show_money(priced.totals.final.gross, currency),
            "discount": _show_money(discount, currency),
            "redeemedAt": now,
        }
        state = state.with_document(REDEMPTIONS, redemption_id, redemption)
    return state


def _name_owner(cart: Document) -> dict[str, str]:
    names = {"customerNumber": cart.get("customerId"), "legalEntityId": cart.get("legalEntityId")}
    return {name: value for name, value in names.items() if value is not None}


def _show_money(amount: Decimal, currency: str) -> dict[str, Any]:
    return {"amount": to_number(to_decimal(float(amount))), "currency": currency}


def _refuse(field: str, detail: str) -> BadRequest:
    return BadRequest(detail, field=field, error_type="validation", detail=detail, rule="X2")
