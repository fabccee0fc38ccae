"""The items of a cart: how they are added, changed and removed (Q6 to Q9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...access import Principal
from ...domain.cart_lines import build_price_row, match_item
from ...domain.carts import build_cart_context, product_id_of, yrn_of
from ...domain.money import to_decimal, to_number
from ...errors import ClientError
from ...practices import writes
from ...store.state import Document, State
from ...store.tenant import Tenant
from .cart_access import change_cart
from .cart_errors import CartItemNotFound, UnusableInput

Body = Mapping[str, Any]
KEPT_FIELDS = ("keepAsSeparateLineItem", "taxCode", "mixins", "metadata")
MAX_QUANTITY = 1_000_000_000  # of one item, so that amounts can be calculated exactly
EXTERNAL_FIELDS = ("externalFees", "externalDiscounts", "linePrice", "lineTax")


def add_item(tenant: Tenant, principal: Principal, cart_id: str, body: Body) -> Document:
    """Add an item and return it; one for the same product and price grows instead (Q6)."""

    def change(state: State, cart: Document) -> tuple[Document, Document]:
        return with_added_item(tenant, state, cart, body)

    return change_cart(tenant, principal, cart_id, change, body)


def add_items(tenant: Tenant, principal: Principal, cart_id: str, bodies: Sequence[Body]) -> list[dict[str, Any]]:
    """Add several items, each on its own, and return a result for each (Q10)."""

    def change(state: State, cart: Document) -> tuple[Document, list[dict[str, Any]]]:
        results: list[dict[str, Any]] = []
        for index, body in enumerate(bodies):
            try:
                cart, item = with_added_item(tenant, state, cart, body)
            except ClientError as error:
                results.append({"index": index, "status": error.status, "errorMessage": explain(error)})
            else:
                location = {"location": f"/carts/{cart_id}/items/{item['id']}"}
                shown = {"id": item["id"], "headers": location, "yrn": yrn_of(tenant, item)}
                results.append({"index": index, "status": 201, **shown})
        return cart, results

    return change_cart(tenant, principal, cart_id, change)


def update_item(
    tenant: Tenant, principal: Principal, cart_id: str, item_id: str, body: Body, *, is_partial: bool
) -> None:
    """Replace an item, or with `is_partial` only the fields in the body (Q9)."""

    def change(state: State, cart: Document) -> tuple[Document, None]:
        return with_updated_item(tenant, state, cart, item_id, body, is_partial=is_partial), None

    change_cart(tenant, principal, cart_id, change, body)


def update_items(
    tenant: Tenant,
    principal: Principal,
    cart_id: str,
    bodies: Sequence[Body],
    element_errors: Mapping[int, ClientError],
) -> writes.BulkEntries:
    """Replace several items, each on its own, and return a result for each (Q10)."""

    def change(state: State, cart: Document) -> tuple[Document, writes.BulkEntries]:
        def write_element(body: Body) -> writes.ElementOutcome:
            nonlocal cart
            cart = with_updated_item(tenant, state, cart, body["id"], body, is_partial=False)
            return 204, body["id"]

        def id_of(body: Any) -> str | None:
            id_ = body.get("id") if isinstance(body, dict) else None
            return id_ if isinstance(id_, str) else None

        entries = writes.run_bulk(bodies, element_errors, write_element, 0, id_of)
        for position, entry in enumerate(entries):
            error = entries.errors.get(position)
            entry.update({"status": "No Content"} if error is None else {"message": explain(error)})
        return cart, entries

    return change_cart(tenant, principal, cart_id, change)


def remove_item(tenant: Tenant, principal: Principal, cart_id: str, item_id: str) -> None:
    """Remove an item; CartItemNotFound for a missing one (Q9)."""

    def change(_: State, cart: Document) -> tuple[Document, None]:
        find_item(cart, item_id)
        return {**cart, "items": [item for item in cart["items"] if item["id"] != item_id]}, None

    change_cart(tenant, principal, cart_id, change)


def remove_items(tenant: Tenant, principal: Principal, cart_id: str) -> None:
    """Remove all items; discounts stay."""
    change_cart(tenant, principal, cart_id, lambda _, cart: ({**cart, "items": []}, None))


def find_item(cart: Document, item_id: str) -> Document:
    """Return an item of a cart; CartItemNotFound (Q9)."""
    item = next((each for each in cart["items"] if each["id"] == item_id), None)
    if item is None:
        raise CartItemNotFound(cart["id"], item_id)
    return item  # type: ignore[no-any-return]


def with_added_item(tenant: Tenant, state: State, cart: Document, body: Body) -> tuple[Document, Document]:
    """Return a cart with another item, or with a larger quantity of the one that it already has, and this item (Q6)."""
    draft = _read_item(state, body)
    twin = None if draft.get("keepAsSeparateLineItem") else _find_twin(cart, draft)
    quantity = to_number(to_decimal(draft["quantity"]) + to_decimal(twin["quantity"] if twin else 0))
    item = _with_price(tenant, state, cart, {**(twin or {"id": next_item_id(cart)}), **draft, "quantity": quantity})
    return with_item(cart, item), item


def with_updated_item(
    tenant: Tenant, state: State, cart: Document, item_id: str, body: Body, *, is_partial: bool
) -> Document:
    """Return a cart with a changed item. Without a price in the body, the item's own price counts (Q9)."""
    old = find_item(cart, item_id)
    _refuse_external(body)
    completed = {"itemYrn": yrn_of(tenant, old), "price": old.get("price", {}), "quantity": old["quantity"], **body}
    draft = _read_item(state, completed)
    kept = {name: old[name] for name in KEPT_FIELDS if name in old and is_partial}
    return with_item(cart, _with_price(tenant, state, cart, {"id": item_id, **kept, **draft}))


def with_item(cart: Document, item: Document) -> Document:
    """Return a cart with this item, in the place of the one with its id, or else at the end."""
    if any(each["id"] == item["id"] for each in cart["items"]):
        return {**cart, "items": [item if each["id"] == item["id"] else each for each in cart["items"]]}
    return {**cart, "items": [*cart["items"], item]}


def next_item_id(cart: Document) -> str:
    """Return the id of the next item of a cart: items count from 0 (Q9)."""
    return str(1 + max((int(item["id"]) for item in cart["items"] if item["id"].isdecimal()), default=-1))


def explain(error: ClientError) -> str:
    """Return the message of an error with its detail."""
    detail = getattr(error, "detail", "")
    return f"{error.message} {detail}".strip()


def _read_item(state: State, body: Body) -> dict[str, Any]:
    """Return what a cart stores of an item; UnusableInput for one that cannot be bought (Q6)."""
    _refuse_external(body)
    yrn, price = body.get("itemYrn") or body.get("product", {}).get("yrn"), body.get("price", {})
    if not yrn:
        raise UnusableInput("itemYrn must be set.", "Q6", field="itemYrn", error_type="required")
    product_id = product_id_of(yrn)
    if product_id not in state.products:
        raise UnusableInput(
            f"itemYrn must end in a semicolon and the id of a product; {yrn} names none.", "Q6", field="itemYrn"
        )
    if not price.get("priceId"):
        raise UnusableInput("Internal type must have priceId set.", "Q6", field="price.priceId", error_type="required")
    if not 0 < body["quantity"] <= MAX_QUANTITY:
        message = f"Quantity must be greater than zero, and at most {MAX_QUANTITY}."
        raise UnusableInput(message, "Q6", field="quantity", error_type="minimum")
    kept = {name: body[name] for name in KEPT_FIELDS if name in body}
    stored_price = {"priceId": price["priceId"]}
    return {"productId": product_id, "itemYrn": yrn, "quantity": body["quantity"], "price": stored_price, **kept}


def _refuse_external(body: Body) -> None:
    """Raise UnusableInput for prices, fees and discounts from other systems, which are not simulated (Q11)."""
    used = [name for name in EXTERNAL_FIELDS if body.get(name)]
    if body.get("itemType") == "EXTERNAL" or used:
        what = used[0] if used else "itemType EXTERNAL"
        raise UnusableInput(
            f"{what} is not simulated: prices come from the Price Service.", "Q11", error_type="unsupported"
        )


def _find_twin(cart: Document, draft: Body) -> Document | None:
    """Return the item of a cart for the same product and price, unless it is kept separately (Q6)."""
    for item in cart["items"]:
        is_same = (
            item["productId"] == draft["productId"]
            and item.get("price", {}).get("priceId") == draft["price"]["priceId"]
        )
        if is_same and not item.get("keepAsSeparateLineItem"):
            return item  # type: ignore[no-any-return]
    return None


def _with_price(tenant: Tenant, state: State, cart: Document, item: Body) -> dict[str, Any]:
    """Return an item with the price that it names, for its quantity; UnusableInput if it does not apply (Q6)."""
    context = build_cart_context(tenant, state, cart)
    match = match_item(tenant, state, item, context)
    if match is None:
        reason = (
            f"Price {item['price']['priceId']} does not apply to {item['quantity']} of product {item['productId']} "
            f"on site {cart['siteCode']} in {cart['currency']} for the country {context.country}."
        )
        raise UnusableInput(reason, "Q6", field="price.priceId")
    return {**item, "price": build_price_row(match)}
