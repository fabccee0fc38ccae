"""The errors of the Cart Service, in its own words."""

from __future__ import annotations

from ...errors import BadRequest, NotFound


class CartNotFound(NotFound):
    """A cart that does not exist (Q2)."""

    rule = "Q2"

    def __init__(self, cart_id: str, message: str | None = None) -> None:
        super().__init__(cart_id)
        self.message = message or f"Cart with code {cart_id} not found."


class CartItemNotFound(NotFound):
    """An item that its cart does not have (Q9)."""

    rule = "Q9"

    def __init__(self, cart_id: str, item_id: str) -> None:
        super().__init__(item_id)
        self.message = f"Cart item not found in cart {cart_id} with code {item_id}"


class DiscountNotFound(NotFound):
    """A discount that its cart does not have (Q12)."""

    rule = "Q12"

    def __init__(self, cart_id: str, name: str) -> None:
        super().__init__(name)
        self.message = f"Discount not found in cart {cart_id} with code {name}"


class UnusableInput(BadRequest):
    """A request that a rule of carts refuses; the message says why."""

    def __init__(self, message: str, rule: str, *, field: str = "", error_type: str = "reference") -> None:
        super().__init__(message, field=field, error_type=error_type, rule=rule)
