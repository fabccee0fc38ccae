"""How the shipped worlds are set up: properties, price models and price lists."""

from __future__ import annotations

from typing import Any

from .published_ids import ANOTHER_COMPANY, REGULARS_GROUP

PRICE_LIST = "example-id-1"
UNRESTRICTED = {"version": 1, "secured": False, "restricted": False, "readOnly": False}  # properties

SETTING_ROWS: dict[str, list[dict[str, Any]]] = {
    "configurations": [
        {"key": "theme", "value": "light", **UNRESTRICTED},
        {"key": "newsletter", "value": True, **UNRESTRICTED},
    ],
    "clientConfigurations": [
        {"id": f"{client}/theme", "client": client, "key": "theme", "value": "dark", **UNRESTRICTED}
        for client in ("storefront", "app")
    ],
    "globalConfigurations": [
        {"key": "maintenance", "value": False, **UNRESTRICTED},
        {"key": "region", "value": {"code": "EU"}, **UNRESTRICTED},
    ],
    "priceModels": [
        {
            "id": id_,
            "name": {"en": name},
            "includesTax": True,
            "includesMarkup": False,
            "isDefault": False,
            "measurementUnit": {"quantity": 1, "unitCode": unit},
            "tierDefinition": {
                "tierType": tier_type,
                "tiers": [
                    {"id": str(position), "minQuantity": {"quantity": start, "unitCode": unit}}
                    for position, start in enumerate(starts)
                ],
            },
        }
        for id_, name, unit, tier_type, starts in (
            ("6245a8f578a8576e338fa9c2", "By the piece", "pc", "BASIC", (0,)),
            ("6245a8f578a8576e338fa9c3", "By weight", "kg", "TIERED", (0, 5, 10)),
        )
    ],
    "priceLists": [
        {
            "id": PRICE_LIST,
            "name": {"en": "Prices of AnotherCompany"},
            "siteCode": "main",
            "currency": "EUR",
            "legalEntityId": ANOTHER_COMPANY,
        },
        {
            "id": "example-id-2",
            "name": {"en": "Exports to regulars"},
            "siteCode": "export",
            "customerGroups": [REGULARS_GROUP],
        },
    ],
    "priceListPrices": [
        {
            "id": f"another-{product}",
            "priceListId": PRICE_LIST,
            "itemId": {"itemType": "PRODUCT", "id": product},
            "priceModelId": "6245a8f578a8576e338fa9c2",
            "tierValues": [{"priceValue": value}],
        }
        for product, value in (("12468504", 9.5), ("12849186", 4.75))
    ],
}
