"""Handlers of the Brand Service."""

from __future__ import annotations

from typing import Any

from ...messages import Call, Handler
from ...practices import texts
from ...practices.document_handlers import (
    change_document,
    create_document,
    delete_document,
    list_documents,
    read_document,
    replace_document,
)
from ...practices.documents import Body
from .collections import BRANDS, MEDIA_FIELDS, pick_text

LOCALIZED_FIELDS = {"name": "localizedName", "description": "localizedDescription"}
WRITABLE = frozenset({"id", "metadata", *LOCALIZED_FIELDS, *LOCALIZED_FIELDS.values()})


def complete_brand(call: Call, body: Body) -> dict[str, Any]:
    """Return what is stored of a new brand, with both forms of its texts; BadRequest for an unknown language (T2)."""
    state, content = call.tenant.state, name_texts(call, body)
    for plain, localized in LOCALIZED_FIELDS.items():
        text = pick_text(content.get(localized, {}), state.default_language)
        if plain not in content and text is not None:
            content[plain] = text
    return content


def change_brand(call: Call, body: Body) -> dict[str, Any]:
    """Return what changes in a brand: a text in the default language is its plain text, too (T2)."""
    state, content = call.tenant.state, name_texts(call, body)
    for plain, localized in LOCALIZED_FIELDS.items():
        if plain not in content and state.default_language in content.get(localized, {}):
            content[plain] = content[localized][state.default_language]
    return content


def name_texts(call: Call, body: Body) -> dict[str, Any]:
    """Return a body whose plain texts are in the language of the body too; BadRequest for an unknown language (D20)."""
    content = {name: value for name, value in body.items() if name in WRITABLE}
    for plain, localized in LOCALIZED_FIELDS.items():
        if plain in content and localized not in content:
            content[localized] = content[plain]
    language = call.header.get("Content-Language")
    return texts.name_fields(call.tenant.state, LOCALIZED_FIELDS.values(), content, language)


HANDLERS: dict[str, Handler] = {
    "GET-brand-list-brands": list_documents(BRANDS),
    "POST-brand-create-brand": create_document(BRANDS, prepare=complete_brand, shows_all=True),
    "GET-brand-retrieve-brand": read_document(BRANDS, "brandId"),
    "PUT-brand-update-brand": replace_document(
        BRANDS, "brandId", prepare=complete_brand, creates=False, keeps=MEDIA_FIELDS, status=200, shows_all=True
    ),
    "PATCH-brand-update-brand": change_document(
        BRANDS, "brandId", prepare=change_brand, fields=WRITABLE - {"id"}, status=200, shows_all=True
    ),
    "DELETE-brand-remove-brand": delete_document(BRANDS, "brandId", needs_document=True),
}
