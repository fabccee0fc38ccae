"""What customers of the shipped worlds have beyond carts and orders, such as returns, quotes and approvals."""

from __future__ import annotations

from typing import Any

from .published_ids import (
    ANOTHER_COMPANY,
    JACK,
    JOHN,
    JOHNS_ADDRESS,
    PUBLISHED_METADATA,
    PUBLISHED_TIME,
    SOME_COMPANY,
    SUBMITTED_CART,
)

RETURN, APPROVED_RETURN = "88b1779c-a8bf-4b94-b1be-b0edd149bba5", "7ba2f2b6-7dc8-45ff-9f20-4e6163c14c2e"

APPROVAL, QUOTE_APPROVAL = "64e241ced632aa413a27a318", "64e241ced632aa413a27a319"
QUOTE, CUSTOMER_QUOTE = "5b3188dc-9a5c-4163-8756-4f228c295a59", "e241dc9e-a3f6-4573-bb01-a8ae21d2d4ae"
REASONS = (  # the vendor's, of every tenant
    ("DECLINE", "PRICE_TOO_HIGH", "The price is too high"),
    ("DECLINE", "NO_LONGER_NEEDED", "It is not needed any more"),
    ("DECLINE", "DELIVERY_TIME_LATE", "The delivery is too late"),
    ("DECLINE", "OTHER", "Other"),
    ("CHANGE", "WRONG_MATERIAL", "The material is wrong"),
    ("CHANGE", "PROVIDED_PRICE_TO_HIGH", "The price is too high"),
    ("CHANGE", "DELIVERY_TIME_LATE", "The delivery is too late"),
    ("CHANGE", "OTHER", "Other"),
)


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


def _build_quote(
    quote_id: str, status: str, customer_id: str, price_id: str, amounts: tuple[int, float]
) -> dict[str, Any]:
    """Return a quote of a quantity of one product, at a price without tax."""
    (quantity, unit), product_id = amounts, price_id.partition("-")[0]
    net = round(unit * quantity, 2)
    prices = {"grossValue": round(net * 1.19, 2), "netValue": net}
    names = {"12468504": "Hammer", "12849186": "Screwdriver"}
    return {
        "id": quote_id,
        "customerId": customer_id,
        "siteCode": "main",
        "currency": "EUR",
        "status": {"value": status},
        "items": [
            {
                "id": "0",
                "quantity": {"quantity": quantity, "unitCode": "piece"},
                "price": {
                    "type": "INTERNAL",
                    "priceId": price_id,
                    "unitPrice": unit,
                    "newUnitPrice": unit,
                    "totalNetValue": net,
                    "tax": {"prices": prices, "taxClass": "STANDARD", "taxRate": 19},
                },
                "product": {"type": "INTERNAL", "productId": product_id, "name": {"en": names[product_id]}},
            }
        ],
        "history": [],
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
    "quoteReasons": [
        {
            "id": f"642c1ff3c78f9b2958d17c{number:02}",
            "type": kind,
            "code": code,
            "message": {"en": message},
            "metadata": PUBLISHED_METADATA,
        }
        for number, (kind, code, message) in enumerate(REASONS, start=18)
    ],
    "quotes": [
        _build_quote(QUOTE, "OPEN", JOHN, "12468504-EUR", (10, 9.9))
        | {"companyName": "SomeCompany", "legalEntityId": SOME_COMPANY, "billingAddressId": "b05c20e034"}
        | {"shippingAddressId": "b05c20e034", "shipping": {"value": 4.9, "methodId": "standard", "zoneId": "DE"}},
        _build_quote(CUSTOMER_QUOTE, "AWAITING", JACK, "12849186-EUR", (20, 5.45)),
    ],
    "approvals": [
        {
            "id": APPROVAL,
            "status": "PENDING",
            "resourceType": "CART",
            "resourceId": SUBMITTED_CART,
            "action": "CHECKOUT",
            "requestorId": JOHN,
            "approverId": JACK,
            "legalEntityId": SOME_COMPANY,
            "comment": "Hammers for the new site.",
            "expiryDate": "2099-10-12T12:00:00.000Z",
            "details": {
                "currency": "EUR",
                "paymentMethods": [{"provider": "none", "method": "invoice"}],
                "shipping": {"zoneId": "DE", "methodId": "standard", "methodName": "Standard", "amount": 0},
                "addresses": [{**JOHNS_ADDRESS, "type": kind} for kind in ("SHIPPING", "BILLING")],
            },
            "metadata": PUBLISHED_METADATA,
        },
        {
            "id": QUOTE_APPROVAL,
            "status": "DECLINED",
            "resourceType": "QUOTE",
            "resourceId": CUSTOMER_QUOTE,
            "action": "CHECKOUT",
            "requestorId": JACK,
            "approverId": JOHN,
            "legalEntityId": ANOTHER_COMPANY,
            "approverComment": "Not this year.",
            "expiryDate": "2024-11-11T12:00:00.000Z",
            "metadata": PUBLISHED_METADATA,
        },
    ],
    "rewardPoints": [
        {
            "customerId": customer,
            "addedPointsList": [
                {
                    "id": f"points-of-{customer}",
                    "reference-id": order,
                    "description": f"For the order {order}",
                    "points": points,
                    "createdAt": PUBLISHED_TIME,
                    "allPointsAfterCreation": points,
                    "usedPoints": 0,
                    "validUntil": "2099-10-12T12:00:00.000Z",
                    "usedWith": [],
                }
            ],
            "redeemedPointsList": [],
            "metadata": PUBLISHED_METADATA,
        }
        for customer, order, points in ((JOHN, "EON1001", 200), (JACK, "EON1002", 60))
    ],
    "redeemOptions": [
        {
            "id": option,
            "type": "coupon",
            "name": f"{amount} EUR",
            "description": f"{amount} EUR off for {points} points",
            "points": points,
            "coupon": {
                "name": f"{amount} EUR off",
                "discountType": "ABSOLUTE",
                "discountAbsolute": {"amount": amount, "currency": "EUR"},
                "maxRedemptions": 1,
            },
            "metadata": PUBLISHED_METADATA,
        }
        for option, points, amount in (("5f905280df6b3b0013b6c541", 90, 10), ("5f905280df6b3b0013b6c542", 150, 20))
    ],
}
