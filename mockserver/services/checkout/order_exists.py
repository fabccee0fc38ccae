"""The conflict of a second order for a cart, in the words of the contract (X3)."""

from __future__ import annotations

from typing import Any

from ...errors import ClientError, Conflict
from ...practices.error_shapes import write_resource_error


class OrderExists(Conflict):
    """A cart of which an order has been made already (X3)."""

    rule = "X3"

    def __init__(self, cart_id: str, order_id: str) -> None:
        message = f"Order with cartId '{cart_id}' and checkout=true already exists (order id: {order_id})"
        super().__init__(message)
        self.cart_id, self.order_id = cart_id, order_id

    def list_details(self) -> list[dict[str, Any]]:
        """Return which cart it is, and which order."""
        index = {"type": "unique_checkout_cartId_index", "moreInfo": None}
        return [
            {"field": "cartId", "message": self.cart_id, **index},
            {"field": "existingOrderId", "message": self.order_id, **index},
        ]


def write_checkout_error(error: ClientError) -> dict[str, Any]:
    """Return an error of the Checkout Service; a second order is named in the details (X3)."""
    body = write_resource_error(error)
    if isinstance(error, OrderExists):
        body |= {"type": "Conflict", "moreInfo": None, "details": error.list_details()}
    return body
