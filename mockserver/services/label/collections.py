"""What the service stores: labels."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_defaults import copy_field
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import BOOLEAN, CHOSEN_ID, METADATA, TEXT, closed_object, describe

NAMES = ("New", "Sale", "Last pieces", "Made to last")  # of generated labels
MEDIA_FIELDS = ("image", "cloudinaryUrl", "mediaId")


def _generate_label(context: RowContext) -> GeneratedRow | None:
    if context.number >= len(NAMES):
        return None
    name = NAMES[context.number]
    overlay = {"overlay": {"position": context.number, "isTrue": True}} if context.number else {}
    return {"id": f"label-{context.number}", "name": name, "description": f"<p>{name}</p>", **overlay}


LABELS = Collection(
    name="labels",
    description="Labels, with which products are marked.",
    defaults={"name": copy_field("id")},
    generator=RowGenerator(make_row=_generate_label, default_count=2),
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Id of the label.", examples=["sale"]),
            "name": describe(TEXT, "Name of the label; the id if left out."),
            "description": {
                "description": "A text, or a text by language.",
                "type": ["string", "object"],
                "additionalProperties": TEXT,
            },
            "overlay": describe(
                closed_object(
                    {
                        "isTrue": describe(BOOLEAN, "Whether the label is printed on the picture of a product."),
                        "position": {"description": "Where; 0 for nowhere.", "type": "number"},
                    },
                    ("position",),
                ),
                "How the label is printed on the picture of a product.",
            ),
            "image": describe(TEXT, "URL of its picture."),
            "cloudinaryUrl": describe(TEXT, "Path of its picture."),
            "mediaId": describe(TEXT, "Id of its picture."),
            "metadata": METADATA,
        },
        ("id",),
    ),
)

COLLECTIONS = (LABELS,)
