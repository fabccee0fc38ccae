"""What the service stores: sites."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_schemas import BOOLEAN, COUNTRY, CURRENCY, ID, LANGUAGE, TEXT, closed_object, unique_list

ADDRESS = closed_object(
    {"street": TEXT, "streetNumber": TEXT, "zipCode": TEXT, "city": TEXT, "country": COUNTRY, "state": TEXT},
    ("country", "zipCode"),
)
HOME_BASE = closed_object({"address": ADDRESS, "timezone": TEXT}, ("address",))

SITES = Collection(
    name="sites",
    key="code",
    schema=closed_object(
        {
            "code": ID,
            "name": TEXT,
            "default": BOOLEAN,
            "defaultLanguage": LANGUAGE,
            "languages": {"type": "array", "minItems": 1, "items": LANGUAGE},
            "currency": CURRENCY,
            "active": {"description": "true if left out.", **BOOLEAN},
            "includesTax": BOOLEAN,
            "availableCurrencies": unique_list(CURRENCY),
            "homeBase": {"description": "Where the site is at home; in Germany if left out.", **HOME_BASE},
            "shipToCountries": unique_list(COUNTRY),
        },
        ("code", "name", "defaultLanguage", "languages", "currency"),
    ),
)

COLLECTIONS = (SITES,)
