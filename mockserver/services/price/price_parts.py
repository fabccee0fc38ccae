"""What rows of prices and of price lists share: the item, the values, and what completes them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from ...domain.price_matching import PRODUCT
from ...domain.price_values import DEFAULT_TIER, PRICE_MODELS
from ...store.collection import Sections, Violation
from ...store.row_defaults import Draft, WrittenRow
from ...store.row_schemas import CHOSEN_ID, Schema, closed_object, describe

AMOUNT: Schema = {"type": "number", "minimum": 0}


def or_text(schema: Schema, text: Schema = CHOSEN_ID) -> Schema:
    """Return the schema of an object that people may write as one text."""
    return {"anyOf": [text, schema]}


TIER_VALUE = closed_object(
    {
        "id": describe(CHOSEN_ID, "Id of the tier; that at the same position if left out."),
        "priceValue": describe(AMOUNT, "Value of one unit, gross or net as the model says."),
    },
    ("priceValue",),
)
ITEM = describe(
    or_text(
        closed_object(
            {
                "itemType": describe({"enum": [PRODUCT]}, "Type of the item."),
                "id": describe(CHOSEN_ID, "Id of the product."),
            },
            ("id",),
        )
    ),
    "Id of the product, alone or as in the API.",
    examples=["hammer"],
)
VALUES = describe(
    {"type": "array", "minItems": 1, "items": or_text(TIER_VALUE, AMOUNT)},
    "A value for each tier of the price model; one if it has no tiers.",
    examples=[[9.95]],
)


def complete_item(item: Any, _: WrittenRow, __: Draft) -> Any:
    """Return the item of a price; a text is the id of a product."""
    if isinstance(item, str):
        return {"itemType": PRODUCT, "id": item}
    return item if "itemType" in item else {"itemType": PRODUCT, **item}


def complete_location(location: Any, _: WrittenRow, __: Draft) -> Any:
    """Return the location of a price; a text is the code of a country."""
    return {"countryCode": location} if isinstance(location, str) else location


def complete_values(values: Sequence[Any], _: WrittenRow, __: Draft) -> Sequence[Any]:
    """Return the values of a price; a number is the value of the tier at its position."""
    if all(isinstance(value, dict) for value in values):
        return values
    return [value if isinstance(value, dict) else {"priceValue": value} for value in values]


def check_value_counts(world: Sections, section: str) -> Iterator[Violation]:
    """Yield the rows of a section that do not have a value for each tier of their price model (P3)."""
    models = world.get(PRICE_MODELS, ())
    tier_counts = {model["id"]: len(model["tierDefinition"].get("tiers") or (DEFAULT_TIER,)) for model in models}
    default_id = next((model["id"] for model in models if model.get("isDefault")), None)
    for index, price in enumerate(world.get(section, ())):
        model_id = price.get("priceModelId", default_id)
        expected = 1 if model_id is None else tier_counts.get(model_id, len(price["tierValues"]))
        if len(price["tierValues"]) != expected:
            yield f"/{section}/{index}/tierValues", f"its price model has {expected} tiers, so it needs as many values"
