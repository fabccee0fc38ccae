"""What the service stores: prices and their models, price lists and their prices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from ...domain.price_matching import PRICES, PRODUCT
from ...domain.price_values import DEFAULT_MODEL, DEFAULT_TIER, PIECE, PRICE_MODELS
from ...domain.shopping_context import country_of_site
from ...store.collection import Collection, Row, Sections, Violation
from ...store.row_defaults import Draft, WrittenRow, copy_field
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_removal import delete_referring, delete_without
from ...store.row_schemas import (
    BOOLEAN,
    CHOSEN_ID,
    COUNTRY,
    CURRENCY,
    LOCALIZED,
    METADATA,
    MIXINS,
    TEXT,
    VALIDITY,
    closed_object,
    describe,
    unique_list,
)
from .list_collections import PRICE_LISTS, PRICES_OF_LISTS
from .price_parts import (
    AMOUNT,
    ITEM,
    VALUES,
    check_value_counts,
    complete_item,
    complete_location,
    complete_values,
    or_text,
)

DEFAULT_CURRENCY, DEFAULT_COUNTRY = "EUR", "DE"  # of a world without sites
TIER_TYPES = ("BASIC", "VOLUME", "TIERED")
PRINCIPAL_TYPES = ("CUSTOMER", "GROUP")
CENTS_OF_ENDINGS = (0, 49, 95, 99)  # of generated prices
FOREIGN_FACTOR = 1.1  # of generated prices in other currencies


MEASURE = closed_object(
    {
        "quantity": describe(AMOUNT, "How much."),
        "unitCode": describe(TEXT, "In which unit, such as pc or kg."),
    },
    ("quantity", "unitCode"),
)
TIER = closed_object(
    {
        "id": describe(CHOSEN_ID, "Id of the tier; its position if left out."),
        "minQuantity": describe(MEASURE, "Where the tier begins; the first one begins at 0."),
    },
    ("minQuantity",),
)


def complete_tiers(definition: Any, row: WrittenRow, _: Draft) -> Any:
    """Return the tiers of a price model, each with an id; a model without tiers has one (P3)."""
    if definition.get("tiers") and all("id" in tier for tier in definition["tiers"]):
        return definition
    return definition | {"tiers": name_tiers(definition.get("tiers"), row["measurementUnit"]["unitCode"])}


def name_tiers(tiers: Sequence[Any] | None, unit_code: str) -> list[Any]:
    """Return tiers that all have an id: their own one, or else their position; one tier from 0 for none (P3)."""
    written = tiers or [{"id": DEFAULT_TIER["id"], "minQuantity": {"quantity": 0, "unitCode": unit_code}}]
    return [{"id": str(position), **tier} for position, tier in enumerate(written)]


def find_tier_mistake(definition: Any) -> tuple[str, str] | None:
    """Return what is wrong with the tiers of a model: a place below `tierDefinition` and a reason; None if nothing."""
    tiers = definition.get("tiers", ())
    starts = [tier["minQuantity"]["quantity"] for tier in tiers]
    if starts and starts[0] != 0:
        return "/tiers/0/minQuantity/quantity", "the first tier begins at 0"
    if definition["tierType"] == "BASIC" and len(tiers) > 1:
        return "/tiers", "a BASIC model has one tier"
    if any(start >= following for start, following in pairwise(starts)):
        return "/tiers", "the tiers are not in ascending order"
    if len({tier["minQuantity"]["unitCode"] for tier in tiers}) > 1:
        return "/tiers", "all tiers have the same unit"
    ids = [tier["id"] for tier in tiers if "id" in tier]
    return ("/tiers", "each tier has an id of its own") if len(ids) > len(set(ids)) else None


def check_tiers(world: Sections) -> Iterator[Violation]:
    """Yield what is wrong with the tiers of price models (P3)."""
    for index, model in enumerate(world.get(PRICE_MODELS, ())):
        mistake = find_tier_mistake(model["tierDefinition"])
        if mistake is not None:
            yield f"/{PRICE_MODELS}/{index}/tierDefinition{mistake[0]}", mistake[1]


def check_prices(world: Sections) -> Iterator[Violation]:
    """Yield what is wrong with price models, and prices that do not have a value for each tier (P3)."""
    yield from check_tiers(world)
    yield from check_value_counts(world, PRICES)


def _site_of(row: Row, draft: Draft) -> Row:
    """Return the site that a price is for: the first one that it names, one with its currency, or the default one."""
    sites, codes = draft.rows("sites"), row.get("restrictions", {}).get("siteCodes", ())
    by_code = [site for code in codes for site in sites if site["code"] == code]
    by_currency = [site for site in sites if site.get("currency") == row.get("currency")]
    default = [site for site in sites if site.get("default")]
    return next(iter((*by_code, *by_currency, *default, *sites)), {})


def _default_currency(row: Row, draft: Draft) -> str:
    currency: str = _site_of(row, draft).get("currency", DEFAULT_CURRENCY)
    return currency


def _default_location(row: Row, draft: Draft) -> Row:
    return {"countryCode": country_of_site(_site_of(row, draft))}


def _generate_price(context: RowContext) -> GeneratedRow | None:
    """Return the price of a product in the currency of a site; a product has one for each of the first two sites."""
    sites, products = context.rows["sites"][:2], context.rows["products"]
    index, site_index = divmod(context.number, max(1, len(sites)))
    if index >= len(products) or not sites:
        return None
    product_id, currency = products[index]["id"], sites[site_index]["currency"]
    value = 5 + 7 * index % 90 + CENTS_OF_ENDINGS[index % len(CENTS_OF_ENDINGS)] / 100
    return {
        "id": f"{product_id}-{currency}",
        "itemId": {"itemType": PRODUCT, "id": product_id},
        "currency": currency,
        "location": {"countryCode": country_of_site(sites[site_index])},
        "tierValues": [{"priceValue": round(value * (1 if currency == DEFAULT_CURRENCY else FOREIGN_FACTOR), 2)}],
    }


MODELS = Collection(
    name=PRICE_MODELS,
    description="How prices are defined: gross or net, for which unit, and in which tiers of quantity.",
    defaults={
        "name": copy_field("id"),
        "includesTax": DEFAULT_MODEL["includesTax"],
        "includesMarkup": False,
        "isDefault": False,
        "measurementUnit": PIECE,
        "tierDefinition": {"tierType": "BASIC"},
    },
    completions={"tierDefinition": complete_tiers},
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Id of the price model.", examples=["bulk-discount"]),
            "name": describe(LOCALIZED, "Name by language, or a plain text; the id if left out."),
            "description": describe(LOCALIZED, "Description by language, or a plain text."),
            "includesTax": describe(BOOLEAN, "Whether prices are gross; true if left out."),
            "includesMarkup": describe(BOOLEAN, "For show."),
            "isDefault": describe(BOOLEAN, "Whether it is the model of prices that name none."),
            "measurementUnit": describe(MEASURE, "What a price is for; one piece if left out."),
            "tierDefinition": describe(
                closed_object(
                    {
                        "tierType": describe(
                            {"enum": list(TIER_TYPES)},
                            "BASIC: one value. VOLUME: that of the tier reached. TIERED: each tier has its own.",
                        ),
                        "tiers": describe({"type": "array", "items": TIER}, "From which quantity each value is for."),
                    },
                    ("tierType",),
                ),
                "The tiers of quantity; one for all quantities if left out.",
            ),
            "metadata": METADATA,
        },
        ("id",),
    ),
)

PRICES_OF_ITEMS = Collection(
    name=PRICES,
    description="Prices of products, by currency; a product without one cannot be bought.",
    defaults={"currency": _default_currency, "location": _default_location},
    completions={"itemId": complete_item, "location": complete_location, "tierValues": complete_values},
    references={"itemId.id": "products", "restrictions.siteCodes": "sites", "priceModelId": PRICE_MODELS},
    loose_references={"currency": "currencies"},
    on_delete={"restrictions.siteCodes": delete_without("restrictions.siteCodes"), "priceModelId": delete_referring},
    generator=RowGenerator(make_row=_generate_price, default_count=120),
    check=check_prices,
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Id of the price.", examples=["hammer-EUR"]),
            "itemId": ITEM,
            "currency": describe(CURRENCY, "Currency of the price; that of its site if left out."),
            "location": describe(
                or_text(
                    closed_object({"countryCode": describe(COUNTRY, "Code of the country.")}, ("countryCode",)), COUNTRY
                ),
                "Country whose taxes the price has; that of its site if left out.",
                examples=["DE"],
            ),
            "tierValues": VALUES,
            "salePrice": describe(
                closed_object(
                    {
                        "discountAmount": describe(AMOUNT, "Discount on one unit, in the currency."),
                        "discountRate": describe({**AMOUNT, "maximum": 100}, "Discount in percent."),
                        "description": describe(TEXT, "Why, for show."),
                    }
                ),
                "A discount on the price.",
            ),
            "restrictions": describe(
                closed_object(
                    {
                        "siteCodes": unique_list(CHOSEN_ID, description="Sites that have the price; all if left out."),
                        "validity": describe(VALIDITY, "When the price applies."),
                        "principals": describe(
                            {
                                "type": "array",
                                "items": closed_object(
                                    {
                                        "type": describe({"enum": list(PRINCIPAL_TYPES)}, "Type of the id."),
                                        "id": describe(CHOSEN_ID, "Id of a customer, or of an IAM group."),
                                    },
                                    ("type", "id"),
                                ),
                            },
                            "Customers and groups that have the price; all if left out.",
                        ),
                        "priceListId": describe(TEXT, "For show."),
                    }
                ),
                "Where, when and for whom the price applies.",
            ),
            "priceModelId": describe(CHOSEN_ID, "Id of the price model; the default one if left out."),
            "itemYrn": describe(TEXT, "Name of the product in the vendor's form, for show."),
            "vendorId": describe(TEXT, "Id of a vendor, for show."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("id", "itemId", "tierValues"),
    ),
)

COLLECTIONS = (MODELS, PRICES_OF_ITEMS, PRICE_LISTS, PRICES_OF_LISTS)
