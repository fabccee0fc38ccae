"""What the service stores of price lists: the lists, and their prices."""

from __future__ import annotations

from collections.abc import Iterator

from ...domain.price_lists import LIST_PRICES, PRICE_LIST_ID
from ...domain.price_lists import PRICE_LISTS as LISTS
from ...domain.price_values import PRICE_MODELS
from ...store.collection import Collection, Sections, Violation
from ...store.row_defaults import copy_field
from ...store.row_removal import delete_referring
from ...store.row_schemas import (
    CHOSEN_ID,
    COUNTRY,
    CURRENCY,
    LOCALIZED,
    METADATA,
    MIXINS,
    VALIDITY,
    closed_object,
    describe,
    unique_list,
)
from .price_parts import ITEM, VALUES, check_value_counts, complete_item, complete_values

GROUPS_OR_ENTITY = "a price list is for groups of customers or for a legal entity, not for both"


def check_customers(world: Sections) -> Iterator[Violation]:
    """Yield the price lists that are for groups and for a legal entity (P14)."""
    for index, row in enumerate(world.get(LISTS, ())):
        if row.get("customerGroups") and "legalEntityId" in row:
            yield f"/{LISTS}/{index}/customerGroups", GROUPS_OR_ENTITY


def check_list_prices(world: Sections) -> Iterator[Violation]:
    """Yield the prices of price lists that do not have a value for each tier of their model (P3)."""
    yield from check_value_counts(world, LIST_PRICES)


PRICE_LISTS = Collection(
    name=LISTS,
    description="Prices of some customers on a site; where they apply, other prices do not count.",
    defaults={"name": copy_field("id")},
    references={"siteCode": "sites", "legalEntityId": "legalEntities"},
    on_delete={"legalEntityId": delete_referring},
    check=check_customers,
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Id of the price list.", examples=["golden"]),
            "name": describe(LOCALIZED, "Name by language, or a plain text; the id if left out."),
            "siteCode": describe(CHOSEN_ID, "Code of the site.", examples=["main"]),
            "currency": describe(CURRENCY, "Currency of its prices; that of the site if left out."),
            "countries": unique_list(COUNTRY, description="Countries that have the prices; all if left out."),
            "regions": unique_list(CHOSEN_ID, description="Codes of regions that have the prices; all if left out."),
            "customerGroups": unique_list(
                CHOSEN_ID, description="Ids of IAM groups whose customers have the prices; everybody if left out."
            ),
            "legalEntityId": describe(
                CHOSEN_ID, "Id of the legal entity that has the prices, as those below it; everybody if left out."
            ),
            "validity": describe(VALIDITY, "When the prices apply."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("id", "siteCode"),
    ),
)

PRICES_OF_LISTS = Collection(
    name=LIST_PRICES,
    description="Prices of price lists; their values are net.",
    completions={"itemId": complete_item, "tierValues": complete_values},
    references={PRICE_LIST_ID: LISTS, "itemId.id": "products", "priceModelId": PRICE_MODELS},
    on_delete={"priceModelId": delete_referring},
    check=check_list_prices,
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Id of the price; no two price lists share one.", examples=["golden-hammer"]),
            "priceListId": describe(CHOSEN_ID, "Id of the price list.", examples=["golden"]),
            "itemId": ITEM,
            "priceModelId": describe(CHOSEN_ID, "Id of the price model; the default one if left out."),
            "tierValues": VALUES,
            "metadata": METADATA,
        },
        ("id", "priceListId", "itemId", "tierValues"),
    ),
)
