"""Quotes that customers ask for from a cart, and quotes that employees make (I3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ...access import Principal
from ...domain.carts import CARTS, close_cart
from ...domain.carts import OPEN as OPEN_CART
from ...domain.money import to_number
from ...domain.price_matching import PRICES
from ...domain.priced_carts import price_cart
from ...domain.quote_items import complete_quote_item
from ...domain.quote_validity import OPEN
from ...errors import BadRequest, Conflict, Forbidden
from ...practices import documents
from ...store.clock import format_timestamp
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import QUOTE_ROWS, QUOTES
from .quote_history import add_change
from .quote_rows import QuoteCaller, find_address
from .quote_statuses import AWAITING

Body = Mapping[str, Any]
EXTERNAL = "EXTERNAL"
EXTERNAL_PRICES = "cart.cart_manage_external_prices"
DAYS_OF_VALIDITY = 30
FROM_CART = ("employeeId", "billingAddressId", "shippingAddressId", "shipping", "customerReference", "customerComment")
REQUIRED_OF_EMPLOYEES = ("customerId", "siteCode", "currency", "billingAddressId", "shippingAddressId")
FROM_EMPLOYEE = (*REQUIRED_OF_EMPLOYEES, "employeeId", "companyName", "validTo", "shipping", "restriction", "mixins")


def create_quote(tenant: Tenant, principal: Principal, caller: QuoteCaller, body: Body) -> str:
    """Create a quote and return its id (I3).

    BadRequest for what is missing or does not exist; Forbidden for a customer without a cart, or for external prices
    without their scope; Conflict for an id that is taken.
    """

    def rule(state: State) -> tuple[State, str]:
        quote_id = body.get("id") or tenant.ids.next_document_id(state.collection(QUOTES))
        if quote_id in state.collection(QUOTES):
            raise Conflict
        if "cartId" in body:
            state, draft = _draft_from_cart(tenant, state, caller, body, quote_id)
        else:
            draft = _draft_of_employee(tenant, state, principal, caller, body)
        now = tenant.clock.now()
        draft = {"validTo": format_timestamp(now + timedelta(days=DAYS_OF_VALIDITY)), **draft, "history": []}
        draft["status"] = {"value": OPEN if caller.is_employee else AWAITING}
        check_quote(state, draft)
        draft = add_change(tenant, state, draft, caller, {"op": "CREATE", "path": "/quote"})
        return documents.store_document(tenant, state, QUOTE_ROWS, quote_id, draft), quote_id

    return tenant.change(rule)


def check_quote(state: State, draft: Body) -> None:
    """Raise BadRequest for addresses that are not the customer's; the rest is checked as references (D7)."""
    for name in ("billingAddressId", "shippingAddressId"):
        if name in draft and find_address(state, draft["customerId"], draft[name]) is None:
            detail = "The customer has no address with this id."
            raise BadRequest(field=f"/{name}", error_type="reference", detail=detail, rule="I3")


def build_quote_item(tenant: Tenant, state: State, principal: Principal, given: Body, currency: str) -> dict[str, Any]:
    """Return an item as it is stored (I3); BadRequest, or Forbidden for external prices without their scope."""
    product, price = given.get("product", {}), given.get("price", {})
    if EXTERNAL in (product.get("type"), price.get("type")) and EXTERNAL_PRICES not in principal.scopes:
        raise Forbidden(hint=f"external prices need the scope {EXTERNAL_PRICES}", scopes=(EXTERNAL_PRICES,), rule="I3")
    product_id = product.get("productId")
    if product.get("type") != EXTERNAL:
        known = state.products.get(product_id or "")
        if known is None:
            raise _refuse("/items/product/productId", "No product has this id.")
        name = known["name"]
        product = {**product, "name": name if isinstance(name, Mapping) else {state.default_language: name}}
    if price.get("type") != EXTERNAL and price.get("priceId") not in state.collection(PRICES):
        raise _refuse("/items/price/priceId", "No price has this id.")
    item = {
        "id": given.get("itemId") or given.get("id") or tenant.ids.next_document_id(()),
        "quantity": given.get("quantity", {"quantity": 1, "unitCode": "piece"}),
        "price": price,
        "product": product,
        **{name: given[name] for name in ("mixins", "metadata") if name in given},
    }
    if item["quantity"].get("quantity", 0) <= 0:
        raise _refuse("/items/quantity/quantity", "A quantity is above 0.")
    return complete_quote_item(item, currency)


def _draft_from_cart(
    tenant: Tenant, state: State, caller: QuoteCaller, body: Body, quote_id: str
) -> tuple[State, dict[str, Any]]:
    """Return a state in which the cart is closed, and the quote of it."""
    cart = state.collection(CARTS).get(body["cartId"])
    owner = None if cart is None else cart.get("customerId")
    if cart is None or owner is None or (not caller.is_employee and owner != caller.customer_id):
        raise _refuse("/cartId", "The customer has no cart with this id.")
    if cart["status"] != OPEN_CART:
        raise _refuse("/cartId", "The cart is CLOSED.")
    if not cart["items"]:
        raise _refuse("/cartId", "The cart has no items.")
    priced = price_cart(tenant, state, cart)
    entity_id = cart.get("legalEntityId")
    company = state.legal_entities.get(entity_id or "", {})
    draft = {
        "customerId": owner,
        "cartId": cart["id"],
        "siteCode": cart["siteCode"],
        "currency": priced.totals.currency,
        **{name: body[name] for name in FROM_CART if name in body},
        **({"legalEntityId": entity_id, "companyName": str(company.get("name", ""))} if entity_id else {}),
        "items": [_item_of_line(state, each.line) for each in priced.totals.lines],
    }
    return close_cart(tenant, state, cart, quoteId=quote_id), draft


def _item_of_line(state: State, line: Any) -> dict[str, Any]:
    """Return the item of a quote for a line of a cart; coupons are not taken over."""
    product: Document = state.products[line.product_id]
    name = product["name"]
    texts = name if isinstance(name, Mapping) else {state.default_language: name}
    unit, total = to_number(line.unit.net), to_number(line.total.net)
    tax = {"taxClass": line.tax.code, "taxRate": to_number(line.tax.rate)} if line.tax else {}
    return {
        "id": line.item["id"],
        "quantity": {"quantity": to_number(line.quantity), "unitCode": "piece"},
        "price": {
            "type": "INTERNAL",
            **({"priceId": line.price["priceId"]} if "priceId" in line.price else {}),
            "unitPrice": unit,
            "newUnitPrice": unit,
            "totalNetValue": total,
            "tax": {**tax, "prices": {"grossValue": to_number(line.total.gross), "netValue": total}},
        },
        "product": {"type": "INTERNAL", "productId": line.product_id, "name": dict(texts)},
    }


def _draft_of_employee(
    tenant: Tenant, state: State, principal: Principal, caller: QuoteCaller, body: Body
) -> dict[str, Any]:
    if not caller.is_employee:
        scope = "quote.quote_manage"
        raise Forbidden(hint=f"without cartId, needs the scope {scope}", scopes=(scope,), rule="I3")
    missing = next((name for name in REQUIRED_OF_EMPLOYEES if name not in body), None)
    if missing is not None:
        raise BadRequest(
            field=f"/{missing}",
            error_type="required",
            detail=f"A quote has cartId, or {', '.join(REQUIRED_OF_EMPLOYEES)}.",
            rule="I3",
        )
    if body["customerId"] not in state.customers:
        raise _refuse("/customerId", "No customer has this id.")
    items = [build_quote_item(tenant, state, principal, item, body["currency"]) for item in body.get("items", ())]
    draft = {name: body[name] for name in (*FROM_EMPLOYEE, "metadata") if name in body}
    return {**draft, "items": items}


def _refuse(field: str, detail: str) -> BadRequest:
    return BadRequest(field=field, error_type="reference", detail=detail, rule="I3")
