"""What can be bought in the shipped worlds, and what was: prices, stock, coupons, carts and orders."""

from __future__ import annotations

from typing import Any

from .published_ids import (
    GOLDEN,
    JACK,
    JOHN,
    PUBLISHED_METADATA,
    PUBLISHED_TIME,
    SOME_COMPANY,
    SUBMITTED_CART,
)
from .published_settings import SETTING_ROWS

CUSTOMER_CART, VISITOR_CART = "65141d687308095e25ca0671", "60effb93e5545f246574fde2"
OPEN_CART = {"siteCode": "main", "currency": "EUR", "status": "OPEN"}


def _build_order(
    order_id: str, status: str, customer_id: str, names: tuple[str, str], entry: dict[str, Any]
) -> dict[str, Any]:
    """Return an order of a single entry."""
    first, last = names
    return {
        "id": order_id,
        "status": status,
        "created": PUBLISHED_TIME,
        "history": [{"status": status, "timestamp": PUBLISHED_TIME}],
        "checkout": False,
        "customer": {
            "id": customer_id,
            "email": f"{first}.{last}@email.com".lower(),
            "firstName": first,
            "lastName": last,
        },
        "siteCode": "main",
        "countryCode": "DE",
        "currency": "EUR",
        "entries": [entry],
        "totalPrice": entry["totalPrice"],
        "calculatedPrice": entry["calculatedPrice"],
    }


def _build_entry(product_id: str, name: str, amount: int, unit_price: float) -> dict[str, Any]:
    """Return what was ordered of a product, at a price that includes 19 % tax."""
    total = round(unit_price * amount, 2)
    price = _split_price(total)
    return {
        "id": "0",
        "amount": amount,
        "unitPrice": unit_price,
        "totalPrice": total,
        "product": {"id": product_id, "name": name},
        "calculatedUnitPrice": _split_price(unit_price),
        "calculatedPrice": {"price": price, "finalPrice": price},
    }


def _split_price(gross: float) -> dict[str, Any]:
    net = round(gross / 1.19, 2)
    tax = {"taxCode": "STANDARD", "taxRate": 19}
    return {"netValue": net, "grossValue": gross, "taxValue": round(gross - net, 2), **tax}


def _build_zone(
    site: str, country: str, name: dict[str, str], currency: str, *, is_default: bool = False
) -> dict[str, Any]:
    """Return a zone with two methods; the standard one is free from 50 on."""
    standard = [_build_fee(0, 4.9, currency), _build_fee(50, 0, currency)]
    return {
        "id": f"{site}:{country}",
        "zoneId": country,
        "site": site,
        "name": name,
        "default": is_default,
        "shipTo": [{"country": country}],
        "methods": [
            {"id": "standard", "name": {"en": "Standard", "de": "Standard"}, "active": True, "fees": standard},
            {
                "id": "express",
                "name": {"en": "Express", "de": "Express"},
                "active": True,
                "fees": [_build_fee(0, 9.9, currency)],
            },
        ],
    }


def _build_fee(from_value: float, cost: float, currency: str) -> dict[str, Any]:
    return {
        "minOrderValue": {"amount": from_value, "currency": currency},
        "cost": {"amount": cost, "currency": currency},
    }


SHOP_ROWS: dict[str, list[dict[str, Any]]] = {
    **SETTING_ROWS,
    "brands": [
        {
            "id": "anvil",
            "name": "Anvil & Sons",
            "description": "Tools to hit with.",
            "localizedName": {"en": "Anvil & Sons", "de": "Amboss & Söhne"},
            "localizedDescription": {"en": "Tools to hit with.", "de": "Werkzeug zum Schlagen."},
        }
    ],
    "productTemplates": [
        {
            "id": "tool",
            "name": {"en": "Tool", "de": "Werkzeug"},
            "attributes": [
                {"key": "length", "name": {"en": "Length"}, "type": "TEXT", "metadata": {"mandatory": False}}
            ],
        }
    ],
    "catalogs": [
        {
            "id": "tools",
            "name": {"en": "Tools", "de": "Werkzeug"},
            "visibility": {"visible": True},
            "publishedSites": ["main"],
            "categoryIds": ["12468504"],
        }
    ],
    "labels": [
        {
            "id": "sale",
            "name": "Sale",
            "description": {"en": "At a lower price.", "de": "Zu einem niedrigeren Preis."},
            "overlay": {"position": 1, "isTrue": True},
        }
    ],
    "prices": [
        {
            "id": f"{product}-{currency}",
            "itemId": {"itemType": "PRODUCT", "id": product},
            "currency": currency,
            "location": {"countryCode": "DE"},
            "tierValues": [{"priceValue": value}],
        }
        for product, values in (("12468504", {"EUR": 12.95, "USD": 14.25}), ("12849186", {"EUR": 6.49, "USD": 7.15}))
        for currency, value in values.items()
    ],
    "sessionContexts": [
        {
            "sessionId": f"customer:{JOHN}",
            "customerId": JOHN,
            "siteCode": "main",
            "currency": "EUR",
            "targetLocation": "DE",
            "metadata": PUBLISHED_METADATA,
        }
    ],
    "availabilities": [
        {"id": f"{site}:{product}", "productId": product, "site": site, "available": True, "stockLevel": 50}
        for product in ("12468504", "12849186")
        for site in ("main", "export")
    ],
    "coupons": [
        {
            "code": "WELCOME10",
            "name": "10 % for everybody",
            "discountType": "PERCENT",
            "discountPercentage": 10,
            "allowAnonymous": True,
        },
        {
            "code": "GOLD20",
            "name": "20 % for the Golden Segment",
            "discountType": "PERCENT",
            "discountPercentage": 20,
            "segmentRestricted": True,
            "restrictions": {"segments": [GOLDEN]},
        },
        {
            "code": "FIVEOFF",
            "name": "5 EUR off orders from 20 EUR",
            "discountType": "ABSOLUTE",
            "discountAbsolute": {"amount": 5, "currency": "EUR"},
            "maxRedemptionsPerCustomer": 1,
            "restrictions": {"minOrderValue": {"amount": 20, "currency": "EUR"}},
        },
        {
            "code": "FREESHIP",
            "name": "Free shipping for everybody",
            "discountType": "FREE_SHIPPING",
            "allowAnonymous": True,
        },
    ],
    "carts": [
        {
            "id": CUSTOMER_CART,
            "type": "shopping",
            "customerId": "20000000",
            **OPEN_CART,
            "items": [{"id": "0", "productId": "12849186", "quantity": 2}],
            "discounts": [{"code": "WELCOME10"}],
        },
        {
            "id": VISITOR_CART,
            "sessionId": "0b8cf5d4-8f3c-4d5e-9a55-6f0b3f1c2a77",
            **OPEN_CART,
            "items": [{"id": "0", "productId": "12468504", "quantity": 1}],
            "discounts": [],
        },
        {
            "id": SUBMITTED_CART,
            "customerId": JOHN,
            "legalEntityId": SOME_COMPANY,
            **OPEN_CART,
            "status": "CLOSED",
            "items": [{"id": "0", "productId": "12468504", "quantity": 50}],
            "discounts": [],
        },
    ],
    "paymentModes": [
        {
            "id": "9a33c7a5-9535-42af-a936-2fa6ece27579",
            "code": "invoice",
            "active": True,
            "provider": "INVOICE",
            "configuration": {},
        },
        {
            "id": "ef48f439-1c3c-42ff-807d-ef4cac237745",
            "code": "paypal",
            "active": True,
            "provider": "SPREEDLY",
            "configuration": {
                "Spreedly/PaymentMethodType": "paypal",
                "Spreedly/EnvironmentKey": "environment",
                "Spreedly/AccessSecret": "secret",
                "Spreedly/RedirectURL": "https://shop.example.com/payment",
            },
        },
    ],
    "shippingZones": [
        _build_zone("main", "DE", {"en": "Germany", "de": "Deutschland"}, "EUR", is_default=True),
        _build_zone("main", "AT", {"en": "Austria", "de": "Österreich"}, "EUR"),
        _build_zone("export", "US", {"en": "United States", "de": "Vereinigte Staaten"}, "USD", is_default=True),
    ],
    "orders": [
        _build_order("EON1001", "CREATED", JOHN, ("John", "Doe"), _build_entry("12468504", "Hammer", 1, 12.95))
        | {"legalEntityId": SOME_COMPANY},
        _build_order("EON1002", "CONFIRMED", JACK, ("Jack", "Smith"), _build_entry("12849186", "Screwdriver", 2, 6.49))
        | {"shipments": [{"shippedDate": PUBLISHED_TIME, "carrier": "UPS", "trackingNumber": "123456"}]},
    ],
}
