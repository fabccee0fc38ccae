"""What customers of the shipped worlds have beyond carts and orders: returns and shopping lists."""

from __future__ import annotations

from typing import Any

from .published_ids import JACK, JOHN, PUBLISHED_METADATA

RETURN, APPROVED_RETURN = "88b1779c-a8bf-4b94-b1be-b0edd149bba5", "7ba2f2b6-7dc8-45ff-9f20-4e6163c14c2e"


def _build_return(
    return_id: str, status: str, customer_id: str, names: tuple[str, str], returned: tuple[str, str]
) -> dict[str, Any]:
    """Return a return of one item: the order, and why it comes back."""
    (first, last), (order_id, reason) = names, returned
    return {
        "id": return_id,
        "approvalStatus": status,
        "received": False,
        "orders": [{"id": order_id, "items": [{"id": "0", "quantity": 1, "reason": {"code": "001"}}]}],
        "reason": {"code": "001", "details": reason},
        "requestor": {"customerId": customer_id},
        "submitter": {
            "userType": "CUSTOMER",
            "firstName": first,
            "lastName": last,
            "email": f"{first}.{last}@email.com".lower(),
        },
        "expiryDate": "2024-11-11T12:00:00.000Z",
        "metadata": PUBLISHED_METADATA,
    }


ACCOUNT_ROWS: dict[str, list[dict[str, Any]]] = {
    "returns": [
        _build_return(RETURN, "PENDING", JOHN, ("John", "Doe"), ("EON1001", "The items do not work.")),
        _build_return(APPROVED_RETURN, "APPROVED", JACK, ("Jack", "Smith"), ("EON1002", "It is too small.")),
    ],
    "shoppingLists": [
        {
            "id": f"{customer}:{name}",
            "customerId": customer,
            "name": name,
            "items": [{"id": 1, "productId": product, "quantity": 1, "comment": "fragile"}],
        }
        for customer, name, product in (
            (JOHN, "default", "12468504"),
            (JOHN, "weekly", "12849186"),
            (JACK, "default", "12849186"),
        )
    ],
}
