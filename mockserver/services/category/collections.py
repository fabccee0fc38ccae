"""What the service stores: categories."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_defaults import copy_field
from ...store.row_generation import CountRange, GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import BOOLEAN, ID, LOCALIZED, METADATA, MIXINS, TEXT, VALIDITY, closed_object, describe
from ...worlds.sample_values import sample_tool_names

FIRST_CATEGORY_ID = 40_000_000  # of generated categories


def _generate_category(context: RowContext) -> GeneratedRow:
    """Return a category: the levels take turns, and the parent is a random category one level up."""
    number, random, depth = context.number, context.random, context.counts["depth"]
    level = number % depth
    parent = random.choice(range(level - 1, number, depth)) if level else None
    return {
        "id": str(FIRST_CATEGORY_ID + number),
        **({} if parent is None else {"parentId": str(FIRST_CATEGORY_ID + parent)}),
        "code": f"cat-{number}",
        "name": sample_tool_names(random, context.languages, suffix=f" {number}"),
        "position": random.randrange(10),
        "published": random.random() < 0.9,
    }


CATEGORIES = Collection(
    name="categories",
    description="Categories, in trees of up to 100 levels. The order of siblings is that of their positions.",
    defaults={"code": copy_field("id"), "name": copy_field("id"), "position": 0, "published": True},
    parent="parentId",
    generator=RowGenerator(
        make_row=_generate_category, default_count=30, parameters={"depth": CountRange(4, minimum=1)}
    ),
    schema=closed_object(
        {
            "id": describe(ID, "Id of the category.", examples=["tools"]),
            "parentId": describe(ID, "Id of the category above it; without it, the category is a root."),
            "code": describe(TEXT, "A name for programs; the id if left out."),
            "name": describe(LOCALIZED, "Name by language, or a plain text; the id if left out."),
            "localizedDescription": describe(LOCALIZED, "Description by language, or a plain text."),
            "localizedSlug": describe(LOCALIZED, "The category's part of a URL, by language, or a plain text."),
            "ecn": {"description": "External category numbers.", "type": "array", "items": TEXT},
            "validity": describe(VALIDITY, "When the category is valid."),
            "position": {"description": "Place among its siblings.", "type": "integer", "minimum": 0},
            "published": describe(BOOLEAN, "Whether everybody sees the category."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("id",),
    ),
)

COLLECTIONS = (CATEGORIES,)
