"""What the service stores: catalogs."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_defaults import copy_field
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import BOOLEAN, CHOSEN_ID, CHOSEN_TEXTS, ID, METADATA, TIME, closed_object, describe
from ...worlds.sample_values import sample_tool_names


def _generate_catalog(context: RowContext) -> GeneratedRow:
    """Return a catalog with the categories that have no parent, for all sites; every third is not visible."""
    roots = [category["id"] for category in context.rows["categories"] if "parentId" not in category]
    return {
        "id": f"catalog-{context.number}",
        "name": sample_tool_names(context.random, context.languages, suffix=f" {context.number}"),
        "visibility": {"visible": context.number % 3 != 2},
        "publishedSites": [site["code"] for site in context.rows["sites"]],
        "categoryIds": roots,
    }


CATALOGS = Collection(
    name="catalogs",
    description="Catalogs: categories that are shown on sites.",
    defaults={"name": copy_field("id")},
    references={"publishedSites": "sites", "categoryIds": "categories"},
    generator=RowGenerator(make_row=_generate_catalog, default_count=1),
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Id of the catalog.", examples=["tools"]),
            "name": describe(CHOSEN_TEXTS, "Name by language, or a plain text; the id if left out."),
            "description": describe(CHOSEN_TEXTS, "Description by language, or a plain text."),
            "visibility": describe(
                closed_object(
                    {
                        "visible": describe(BOOLEAN, "Whether the catalog can be visible; it is not if left out."),
                        "from": describe(TIME, "The start, which is inside."),
                        "to": describe(TIME, "The end, which is outside."),
                    }
                ),
                "When the catalog is visible.",
            ),
            "publishedSites": {"description": "Codes of the sites that show it.", "type": "array", "items": ID},
            "categoryIds": {"description": "Ids of its topmost categories.", "type": "array", "items": ID},
            "metadata": METADATA,
        },
        ("id",),
    ),
)

COLLECTIONS = (CATALOGS,)
