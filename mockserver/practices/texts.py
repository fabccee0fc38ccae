"""Texts in bodies: a plain one is in the language of `Content-Language` (D20)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import BadRequest
from ..store.collection import Collection
from ..store.row_schemas import CHOSEN_TEXTS, LOCALIZED
from ..store.state import State
from ..wording import json_pointer

TEXT_SCHEMAS = (LOCALIZED["$ref"], CHOSEN_TEXTS["$ref"])


def name_languages(state: State, collection: Collection, body: Mapping[str, Any], header: str | None) -> dict[str, Any]:
    """Return a body whose texts by language are all maps; BadRequest for a language that the tenant lacks (D20).

    header: `Content-Language`; without it, and for `*`, a plain text is in the default language.
    """
    language = header if header not in (None, "", "*") else state.default_language
    properties = collection.schema["properties"]
    localized = [name for name in body if properties.get(name, {}).get("$ref") in TEXT_SCHEMAS]
    texts = {name: {language: body[name]} if isinstance(body[name], str) else body[name] for name in localized}
    for name, by_language in texts.items():
        check_languages(state, name, by_language)
    return {**body, **texts}


def check_languages(state: State, field: str, by_language: Mapping[str, str] | None) -> None:
    """Raise BadRequest for a text in a language that the tenant does not have (D20)."""
    for language in by_language or ():
        if language not in state.languages:
            detail = f"The tenant has the languages {', '.join(state.languages)}."
            raise BadRequest(field=json_pointer([field, language]), error_type="language", detail=detail, rule="D20")
