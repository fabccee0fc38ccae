"""What the service stores: products and product templates."""

from __future__ import annotations

from typing import Any

from ...store.collection import Collection
from ...store.row_defaults import copy_field
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_removal import drop_empty
from ...store.row_schemas import (
    BOOLEAN,
    COUNTRY,
    ID,
    LOCALIZED,
    METADATA,
    MIXINS,
    TEXT,
    closed_object,
    describe,
    unique_list,
)
from ...worlds.sample_values import GRADES, sample_tool_names

PRODUCT_TYPES = ("BASIC", "BUNDLE")  # those of variants are not simulated
FIRST_PRODUCT_ID = 30_000_000  # of generated products


def _generate_product(context: RowContext) -> GeneratedRow:
    """Return a product with texts in some languages, in one or two categories; every tenth is not published.

    Brands take turns, and every fifth product has a label.
    """
    number, random, categories = context.number, context.random, context.rows["categories"]
    brands, labels = context.rows["brands"], context.rows["labels"]
    languages = context.languages[: random.randint(1, len(context.languages))]
    product_categories = random.sample(categories, min(len(categories), random.randint(1, 2)))
    return {
        "id": str(FIRST_PRODUCT_ID + number),
        "code": f"{random.choice(GRADES)[:3].upper()}-{number:04d}",
        "name": sample_tool_names(random, languages, f" {random.choice(GRADES)} {random.randrange(100, 1000)}"),
        **({"published": False} if number % 10 == 9 else {}),
        **({"categories": [category["id"] for category in product_categories]} if product_categories else {}),
        **({"brandId": brands[number % len(brands)]["id"]} if brands else {}),
        **({"labelIds": [labels[number % len(labels)]["id"]]} if labels and number % 5 == 0 else {}),
    }


PRODUCTS = Collection(
    name="products",
    description="Products of the catalogue.",
    defaults={"code": copy_field("id"), "name": copy_field("id")},
    references={
        "categories": "categories",
        "brandId": "brands",
        "labelIds": "labels",
        "template.id": "productTemplates",
    },
    loose_references={"relatedItems.refId": "products", "bundledProducts.productId": "products"},
    on_delete={"categories": drop_empty("categories"), "labelIds": drop_empty("labelIds")},
    generator=RowGenerator(make_row=_generate_product, default_count=60),
    schema=closed_object(
        {
            "id": describe(ID, "Id of the product.", examples=["hammer"]),
            "code": describe(TEXT, "Article number; the id if left out."),
            "name": describe(LOCALIZED, "Name by language, or a plain text; the id if left out."),
            "description": describe(LOCALIZED, "Description by language, or a plain text."),
            "published": describe(BOOLEAN, "Whether everybody sees the product; true if left out."),
            "categories": unique_list(ID, description="Ids of the categories that the product is in."),
            "brandId": describe(ID, "Id of its brand."),
            "labelIds": unique_list(ID, description="Ids of its labels."),
            "productType": {
                "description": "BASIC, or BUNDLE with `bundledProducts`; BASIC if left out.",
                "enum": [*PRODUCT_TYPES],
            },
            "weightDependent": describe(BOOLEAN, "Whether the price can change when the product is weighed."),
            "vendor": describe(
                closed_object(
                    {
                        "id": describe(TEXT, "Id of the vendor."),
                        "name": describe(TEXT, "Name."),
                    },
                    ("id",),
                ),
                "Who sells the product.",
            ),
            "template": describe(
                closed_object(
                    {
                        "id": describe(ID, "Id of the product template."),
                        "version": describe(TEXT, "Its version."),
                    },
                    ("id", "version"),
                ),
                "The product template, and which version of it.",
            ),
            "relatedItems": {
                "description": "Products that go with it, each with the type of the relation.",
                "type": "array",
                "items": closed_object(
                    {
                        "refId": describe(ID, "Id of the other product."),
                        "type": describe(TEXT, "What the other product is to this one."),
                    },
                    ("refId", "type"),
                ),
            },
            "bundledProducts": {
                "description": "The products in a bundle, and how many of each.",
                "type": "array",
                "items": closed_object(
                    {
                        "productId": describe(ID, "Id of the product."),
                        "amount": describe({"type": "integer"}, "How many."),
                    },
                    ("productId", "amount"),
                ),
            },
            "media": {
                "description": "Pictures and other files.",
                "type": "array",
                "items": closed_object(
                    {
                        "id": describe(ID, "Id of the file."),
                        "url": describe(TEXT, "Where the file is."),
                        "contentType": describe(TEXT, "Media type.", examples=["image/png"]),
                    },
                    ("url",),
                ),
            },
            "mixins": MIXINS,
            "taxClasses": {
                "description": "The tax class in each country.",
                "type": "object",
                "propertyNames": COUNTRY,
                "additionalProperties": TEXT,
            },
            "metadata": METADATA,
        },
        ("id",),
    ),
)

TEMPLATE_PARTS: dict[str, Any] = {
    "name": describe(LOCALIZED, "Name by language, or a plain text; the id if left out."),
    "attributes": {
        "description": "The attributes of the products that are made from it.",
        "type": "array",
        "items": {
            "type": "object",
            "required": ["key", "name", "type", "metadata"],
            "properties": {"key": describe(TEXT, "Key of the attribute.")},
        },
    },
}
TEMPLATES = Collection(
    name="productTemplates",
    description="Product templates: attributes that products have in common.",
    defaults={"name": copy_field("id"), "attributes": []},
    schema=closed_object(
        {
            "id": describe(ID, "Id of the product template.", examples=["tool"]),
            **TEMPLATE_PARTS,
            "earlierVersions": {
                "description": "What the template was before it was changed, the oldest version first.",
                "type": "array",
                "items": closed_object({**TEMPLATE_PARTS, "metadata": METADATA}, ("name", "attributes", "metadata")),
            },
            "metadata": METADATA,
        },
        ("id",),
    ),
)

COLLECTIONS = (PRODUCTS, TEMPLATES)
