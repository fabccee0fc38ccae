"""What the service stores: sites."""

from __future__ import annotations

from typing import Any

from ...store.collection import Collection, Row
from ...store.row_defaults import Draft, copy_field
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import (
    BOOLEAN,
    COUNTRY,
    CURRENCY,
    ID,
    LANGUAGE,
    METADATA,
    MIXINS,
    TEXT,
    Schema,
    closed_object,
    describe,
    unique_list,
)

DEFAULT_ADDRESS: Row = {"country": "DE", "zipCode": "10115"}  # of a site, which the contract requires (N2)
DEFAULT_CURRENCY = "EUR"
PLUGIN_FIELDS = ("shipping", "payment", "tax")
ADDRESS = closed_object(
    {
        "street": describe(TEXT, "Street."),
        "streetNumber": describe(TEXT, "Number in the street."),
        "zipCode": describe(TEXT, "Postal code.", default=DEFAULT_ADDRESS["zipCode"]),
        "city": describe(TEXT, "City."),
        "country": describe(COUNTRY, "Country.", default=DEFAULT_ADDRESS["country"]),
        "state": describe(TEXT, "State or province."),
        "streetAppendix": describe(TEXT, "What follows the number."),
        **{f"extraLine{number}": describe(TEXT, "Another line of the address.") for number in range(1, 5)},
    }
)
HOME_BASE = closed_object(
    {
        "address": describe(ADDRESS, "Address of the site."),
        "location": describe(
            closed_object(
                {
                    "latitude": describe({"type": "number"}, "Degrees north."),
                    "longitude": describe({"type": "number"}, "Degrees east."),
                }
            ),
            "Where it is on a map.",
        ),
        "timezone": describe(TEXT, "Such as Europe/Berlin."),
    }
)
PLUGINS: Schema = {
    "type": "array",
    "items": closed_object(
        {
            "id": describe(TEXT, "Id of the service."),
            "name": describe(TEXT, "Name of the service."),
            "serviceType": describe(TEXT, "What kind of service it is."),
            "serviceUrl": describe(TEXT, "URL of the service, which is not called."),
            "active": describe(BOOLEAN, "Whether it is used; true if left out."),
            "configuration": {"description": "What the service is told.", "type": "object"},
        }
    ),
}

NAMED_SITES = (
    ("main", "Main", "EUR"),
    ("export", "Export", "USD"),
    ("outlet", "Outlet", "EUR"),
    ("pro", "Professional", "CHF"),
)


def _default_language(row: Row, draft: Draft) -> str:
    """Return the tenant's default language, or the site's first one if the site does not have it."""
    languages = row.get("languages") or [draft.language]
    return draft.language if draft.language in languages else languages[0]


def _default_languages(row: Row, draft: Draft) -> list[str]:
    """Return the languages of the tenant, and the site's default language."""
    return list(dict.fromkeys((*draft.languages, row["defaultLanguage"])))


def _default_currency(row: Row, _: Draft) -> str:
    currencies = row.get("availableCurrencies") or [DEFAULT_CURRENCY]
    return currencies[0]  # type: ignore[no-any-return]


def _is_default_site(row: Row, draft: Draft) -> bool | None:
    """Return True for the first site if none says that it is the default one; otherwise None, for no value."""
    sites = draft.rows("sites")
    return True if row.get("code") == sites[0].get("code") and not any(site.get("default") for site in sites) else None


def complete_home_base(home: Any, _: Row, __: Draft) -> Any:
    """Return the home of a site with the fields of the address that the contract requires (N2)."""
    address = home.get("address", {})
    return home if DEFAULT_ADDRESS.keys() <= address.keys() else {**home, "address": {**DEFAULT_ADDRESS, **address}}


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
        **({"mixins": {"generalShopSettings": {"active": True}}} if number == 0 else {}),
    }


SITES = Collection(
    name="sites",
    description="Sites: the shops of the tenant. Segments belong to one.",
    defaults={
        "name": copy_field("code"),
        "default": _is_default_site,
        "defaultLanguage": _default_language,
        "languages": _default_languages,
        "currency": _default_currency,
    },
    completions={"homeBase": complete_home_base},
    choices={"defaultLanguage": "languages", "currency": "availableCurrencies"},
    key="code",
    generator=RowGenerator(make_row=_generate_site, default_count=2, min_count=1),
    schema=closed_object(
        {
            "code": describe(ID, "Id of the site; segments name it as `siteCode`.", examples=["main"]),
            "name": describe(TEXT, "Name of the site; the code if left out."),
            "default": describe(BOOLEAN, "Whether it is the default site; the first one is if none says so."),
            "defaultLanguage": describe(LANGUAGE, "The site's default language; the tenant's if left out."),
            "languages": {
                "description": "The site's languages; those of the tenant if left out.",
                "type": "array",
                "minItems": 1,
                "items": LANGUAGE,
            },
            "currency": describe(CURRENCY, "The site's currency; the first available one if left out, or else EUR."),
            "active": describe(BOOLEAN, "Whether everybody sees the site; true if left out."),
            "includesTax": describe(BOOLEAN, "Whether prices include taxes; not shown if left out."),
            "availableCurrencies": unique_list(
                CURRENCY, description="The site's currencies; only its `currency` if left out."
            ),
            "homeBase": describe(HOME_BASE, "Where the site is based; Germany if left out."),
            "shipToCountries": unique_list(
                COUNTRY, description="Where the site ships to; its own country if left out."
            ),
            "taxDeterminationBasedOn": {
                "description": "Whose taxes count, for show; BILLING_ADDRESS if left out.",
                "enum": ["BILLING_ADDRESS", "SHIPPING_ADDRESS"],
            },
            "cartCalculationScale": describe({"type": "integer", "minimum": 0}, "Digits of totals, for show."),
            **{name: describe(PLUGINS, f"Services for {name}, for show.") for name in PLUGIN_FIELDS},
            "assistedBuying": describe(
                closed_object({"storefrontUrl": describe(TEXT, "URL of the storefront.")}), "For show."
            ),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("code",),
    ),
)

COLLECTIONS = (SITES,)
