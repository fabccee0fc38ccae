"""What the service stores: sites."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import BOOLEAN, COUNTRY, CURRENCY, ID, LANGUAGE, TEXT, closed_object, unique_list

ADDRESS = closed_object(
    {"street": TEXT, "streetNumber": TEXT, "zipCode": TEXT, "city": TEXT, "country": COUNTRY, "state": TEXT},
    ("country", "zipCode"),
)
HOME_BASE = closed_object({"address": ADDRESS, "timezone": TEXT}, ("address",))

NAMED_SITES = (
    ("main", "Main", "EUR"),
    ("export", "Export", "USD"),
    ("outlet", "Outlet", "EUR"),
    ("pro", "Professional", "CHF"),
)


def _generate_site(context: RowContext) -> GeneratedRow:
    """Return a site; the first one is the default site."""
    number, languages = context.number, context.languages
    unnamed_site = f"site{number}", f"Site {number}", "EUR"
    code, name, currency = NAMED_SITES[number] if number < len(NAMED_SITES) else unnamed_site
    default_language = languages[number % len(languages)]
    return {
        "code": code,
        "name": name,
        "default": number == 0,
        "defaultLanguage": default_language,
        "languages": sorted({default_language, languages[0], languages[(number + 1) % len(languages)]}),
        "currency": currency,
    }


SITES = Collection(
    name="sites",
    key="code",
    generator=RowGenerator(make_row=_generate_site, default_count=2, min_count=1),
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
            "homeBase": {"description": "Where the site is based; Germany if left out.", **HOME_BASE},
            "shipToCountries": unique_list(COUNTRY),
        },
        ("code", "name", "defaultLanguage", "languages", "currency"),
    ),
)

COLLECTIONS = (SITES,)
