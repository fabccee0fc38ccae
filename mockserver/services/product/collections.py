"""What the service stores: products."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import BOOLEAN, COUNTRY, ID, LOCALIZED, MIXINS, TEXT, closed_object, unique_list
from ...worlds.sample_values import GRADES, sample_tool_names

FIRST_PRODUCT_ID = 30_000_000  # of generated products


def _generate_product(context: RowContext) -> GeneratedRow:
    """Return a product with texts in some languages, in one or two categories; every tenth is not published."""
    number, random, categories = context.number, context.random, context.rows["categories"]
    languages = context.languages[: random.randint(1, len(context.languages))]
    product_categories = random.sample(categories, min(len(categories), random.randint(1, 2)))
    return {
        "id": str(FIRST_PRODUCT_ID + number),
        "code": f"{random.choice(GRADES)[:3].upper()}-{number:04d}",
        "name": sample_tool_names(random, languages, f" {random.choice(GRADES)} {random.randrange(100, 1000)}"),
        **({"published": False} if number % 10 == 9 else {}),
        **({"categories": [category["id"] for category in product_categories]} if product_categories else {}),
    }


PRODUCTS = Collection(
    name="products",
    references={"categories": "categories"},
    generator=RowGenerator(make_row=_generate_product, default_count=60),
    schema=closed_object(
        {
            "id": ID,
            "code": TEXT,
            "name": LOCALIZED,
            "description": LOCALIZED,
            "published": {"description": "true if left out.", **BOOLEAN},
            "categories": unique_list(ID),
            "media": {"type": "array", "items": closed_object({"id": ID, "url": TEXT, "contentType": TEXT}, ("url",))},
            "mixins": MIXINS,
            "taxClasses": {
                "description": "The tax class in each country.",
                "type": "object",
                "propertyNames": COUNTRY,
                "additionalProperties": TEXT,
            },
        },
        ("id", "code", "name"),
    ),
)

COLLECTIONS = (PRODUCTS,)
