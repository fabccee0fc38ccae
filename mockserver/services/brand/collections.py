"""What the service stores: brands."""

from __future__ import annotations

from typing import Any

from ...store.collection import Collection
from ...store.row_defaults import DefaultOf
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import CHOSEN_ID, CHOSEN_TEXTS, METADATA, TEXT, closed_object, describe

NAMES = ("Anvil & Sons", "Blauwerk", "Nordeisen", "Timberline")  # of generated brands
MEDIA_FIELDS = ("image", "cloudinaryUrl", "mediaId")


def _default_texts(plain: str) -> DefaultOf:
    """Return a default that is a plain text of the row, in the default language; None without one."""
    return lambda row, draft: {draft.language: row[plain]} if plain in row else None


def _default_text(localized: str) -> DefaultOf:
    """Return a default that is a text of the row in the default language, or else in the first one."""
    return lambda row, draft: pick_text(row.get(localized, {}), draft.language)


def pick_text(texts: Any, language: str) -> str | None:
    """Return a text in a language, or else in the first one; None without texts."""
    return texts if isinstance(texts, str) else texts.get(language, next(iter(texts.values()), None))


def _generate_brand(context: RowContext) -> GeneratedRow | None:
    if context.number >= len(NAMES):
        return None
    name, language = NAMES[context.number], context.languages[0]
    return {"id": f"brand-{context.number}", "name": name, "localizedName": {language: name}}


BRANDS = Collection(
    name="brands",
    description="Brands, to which products refer.",
    defaults={
        "localizedName": _default_texts("name"),
        "name": _default_text("localizedName"),
        "localizedDescription": _default_texts("description"),
        "description": _default_text("localizedDescription"),
    },
    generator=RowGenerator(make_row=_generate_brand, default_count=2),
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Id of the brand.", examples=["anvil"]),
            "name": describe(TEXT, "Its plain name; that in the default language if left out."),
            "description": describe(TEXT, "Its plain description; that in the default language if left out."),
            "localizedName": describe(CHOSEN_TEXTS, "Name by language; the plain one if left out."),
            "localizedDescription": describe(CHOSEN_TEXTS, "Description by language; the plain one if left out."),
            "image": describe(TEXT, "URL of its picture."),
            "cloudinaryUrl": describe(TEXT, "Path of its picture."),
            "mediaId": describe(TEXT, "Id of its picture."),
            "metadata": METADATA,
        },
        ("id",),
    ),
)

COLLECTIONS = (BRANDS,)
