"""Changes of stored quotes, which also make the order of an accepted one (I4, I5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...access import Principal
from ...domain.money import round_money, to_decimal, to_number
from ...domain.orders import CREATED, ORDERS, next_order_id
from ...domain.quote_validity import current_status
from ...errors import BadRequest, Forbidden
from ...messages import Validate
from ...practices import documents, writes
from ...store.clock import format_timestamp
from ...store.state import State
from ...store.tenant import Tenant
from .collections import QUOTE_ROWS, QUOTES
from .quote_creation import build_quote_item, check_quote
from .quote_history import add_change
from .quote_patches import Operation, apply_operations
from .quote_rows import MANAGE_QUOTES, QuoteCaller, find_address, find_quote, show_quote
from .quote_statuses import ACCEPTED, check_transition

Quote = Mapping[str, Any]
CUSTOMER_PATHS = ("/status", "/customerReference", "/customerComment")


def change_quote(
    tenant: Tenant,
    principal: Principal,
    caller: QuoteCaller,
    quote_id: str,
    operations: Sequence[Operation],
    *,
    validate_patched: Validate,
) -> None:
    """Apply operations to a quote, all of them or none (I4, I5); NotFound, BadRequest or Forbidden.

    validate_patched: finds what is wrong with the quote that they would leave.
    """

    def rule(state: State) -> tuple[State, None]:
        old = find_quote(state, caller, quote_id)
        _require_own_paths(caller, operations)
        changed = apply_operations(old, operations)
        error = validate_patched(changed.quote)
        if error is not None:
            raise error
        new: dict[str, Any] = changed.quote
        known = {item["id"]: item for item in old["items"]}
        ids = [item["id"] for item in new["items"] if "id" in item]
        if len(set(ids)) < len(ids):
            raise BadRequest(field="/items", error_type="unique", detail="Two items have the same id.", rule="I5")
        new["items"] = [
            item
            if known.get(item.get("id", "")) == item
            else build_quote_item(tenant, state, principal, item, new["currency"])
            for item in new["items"]
        ]
        if new["customerId"] not in state.customers:
            raise BadRequest(field="/customerId", error_type="reference", detail="No customer has this id.", rule="I5")
        check_quote(state, {name: value for name, value in new.items() if value != old.get(name)} | _customer_of(new))
        if new["status"] != old["status"]:
            before = current_status(old, tenant.clock.now())
            check_transition(state, before, new["status"], is_employee=caller.is_employee)
            if new["status"]["value"] == ACCEPTED:
                state, new = _order_quote(tenant, state, {**new, "id": quote_id})
        for change in changed.changes:
            new = add_change(tenant, state, new, caller, change)
        new["metadata"] = {"mixins": new.get("metadata", {}).get("mixins", {})}
        return documents.store_document(tenant, state, QUOTE_ROWS, quote_id, new), None

    tenant.change(rule)


def remove_quote(tenant: Tenant, quote_id: str) -> None:
    """Delete a quote; a missing one is deleted already (D9)."""
    documents.remove_document(tenant, QUOTE_ROWS, quote_id)


def list_history(state: State, quote_id: str) -> list[Mapping[str, Any]]:
    """Return what was changed of a quote, the oldest first; nothing for a missing one (I6)."""
    return list(state.collection(QUOTES).get(quote_id, {}).get("history", ()))


def _require_own_paths(caller: QuoteCaller, operations: Sequence[Operation]) -> None:
    """Raise Forbidden for a customer who changes more than status, reference and comment (I5)."""
    path = next((each["path"] for each in operations if each["path"] not in CUSTOMER_PATHS), None)
    if path is not None and not caller.is_employee:
        hint = f"customers change {', '.join(CUSTOMER_PATHS)}; the rest needs the scope {MANAGE_QUOTES}"
        raise Forbidden(hint=hint, scopes=(MANAGE_QUOTES,), rule="I5")


def _customer_of(quote: Quote) -> dict[str, Any]:
    return {"customerId": quote["customerId"]}


def _order_quote(tenant: Tenant, state: State, quote: Quote) -> tuple[State, dict[str, Any]]:
    """Return a state with the order of an accepted quote, and the quote, which names it (I4)."""
    now = tenant.clock.now()
    shown, order_id, time = show_quote(state, quote, now), next_order_id(state), format_timestamp(now)
    customer = {name: value for name, value in shown["customer"].items() if name in ("firstName", "lastName")}
    final = {name: shown["totalPrice"][name] for name in ("netValue", "grossValue", "taxValue")}
    addresses = {
        name: find_address(state, quote["customerId"], quote.get(f"{name}Id"))
        for name in ("billingAddress", "shippingAddress")
    }
    order = {
        "id": order_id,
        "status": CREATED,
        "created": time,
        "lastStatusChange": time,
        "history": [{"status": CREATED, "timestamp": time}],
        "checkout": False,
        "quoteId": quote["id"],
        "customer": {"id": quote["customerId"], "email": shown["customer"].get("contactEmail", ""), **customer},
        "siteCode": quote["siteCode"],
        "currency": quote["currency"],
        **{name: quote[name] for name in ("cartId", "legalEntityId") if name in quote},
        "entries": [_build_entry(item, quote["currency"]) for item in quote["items"]],
        **{name: _to_order_address(address) for name, address in addresses.items() if address},
        "totalPrice": final["grossValue"],
        "calculatedPrice": {"price": final, "finalPrice": final},
        "metadata": writes.next_revision(None, time).to_metadata(None),
    }
    return state.with_document(ORDERS, order_id, order), {**quote, "orderId": order_id}


def _build_entry(item: Quote, currency: str) -> dict[str, Any]:
    price, quantity = item["price"], item["quantity"]["quantity"]
    tax = {"taxRate": price["tax"]["taxRate"]} if "taxRate" in price["tax"] else {}
    tax |= {"taxCode": price["tax"]["taxClass"]} if "taxClass" in price["tax"] else {}
    total = {**_split_price(price["tax"]["prices"], currency), **tax}
    factor = to_decimal(quantity)
    parts = {name: to_decimal(price["tax"]["prices"][name]) / factor for name in ("netValue", "grossValue")}
    names = item["product"].get("name", {})
    product = {"id": item["product"]["productId"]} if "productId" in item["product"] else {}
    return {
        "id": item["id"],
        "amount": max(1, -int(-quantity // 1)),
        "effectiveQuantity": quantity,
        "unitPrice": price["newUnitPrice"],
        "totalPrice": price["totalNetValue"],
        "product": {**product, "name": str(next(iter(names.values()), ""))},
        "calculatedUnitPrice": {**_split_price(parts, currency), **tax},
        "calculatedPrice": {"price": total, "finalPrice": total},
    }


def _split_price(prices: Mapping[str, Any], currency: str) -> dict[str, Any]:
    """Return a net and a gross value, rounded to the digits of the currency, with the tax between them."""
    net, gross = (round_money(to_decimal(prices[name]), currency) for name in ("netValue", "grossValue"))
    return {"netValue": to_number(net), "grossValue": to_number(gross), "taxValue": to_number(gross - net)}


def _to_order_address(address: Quote) -> dict[str, Any]:
    fields = {
        "contactName": "name",
        "street": "addressLine1",
        "streetNumber": "addressLine2",
        "zipCode": "postcode",
        "city": "city",
        "state": "state",
        "country": "countryCode",
    }
    return {name: address[source] for name, source in fields.items()}
