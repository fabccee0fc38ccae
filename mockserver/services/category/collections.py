"""What the service stores: categories."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_generation import CountRange, GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import BOOLEAN, ID, LOCALIZED, TEXT, VALIDITY, closed_object
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
    parent="parentId",
    generator=RowGenerator(
        make_row=_generate_category, default_count=30, parameters={"depth": CountRange(4, minimum=1)}
    ),
    schema=closed_object(
        {
            "id": ID,
            "parentId": ID,
            "code": TEXT,
            "name": LOCALIZED,
            "localizedDescription": LOCALIZED,
            "localizedSlug": LOCALIZED,
            "ecn": {"type": "array", "items": TEXT},
            "validity": VALIDITY,
            "position": {"type": "integer", "minimum": 0},
            "published": BOOLEAN,
        },
        ("id", "code", "name", "position", "published"),
    ),
)

COLLECTIONS = (CATEGORIES,)
