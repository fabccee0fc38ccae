"""Texts in bodies: a plain one is in the language of `Content-Language` (D20)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import BadRequest
from ..store.collection import Collection
from ..store.row_schemas import CHOSEN_TEXTS, LOCALIZED
from ..store.state import State
from ..wording import json_pointer
from . import languages

UNSUPPORTED_LOCALE = (
    "Unsupported locale format. Please provide one of: 'fr-CH, fr;q=0.9, en;q=0.8, de;q=0.7, *;q=0.5 or en-EN or en'"
)
TEXT_SCHEMAS = (LOCALIZED["$ref"], CHOSEN_TEXTS["$ref"])


def name_languages(state: State, collection: Collection, body: Mapping[str, Any], header: str | None) -> dict[str, Any]:
    """Return a body whose texts by language are all maps; BadRequest for a language that the tenant lacks (D20).

    header: `Content-Language`; without it, and for `*`, a plain text is in the default language.
    """
    properties = collection.schema["properties"]
    localized = [name for name, schema in properties.items() if schema.get("$ref") in TEXT_SCHEMAS]
    return name_fields(state, localized, body, header)


def name_fields(state: State, fields: Iterable[str], body: Mapping[str, Any], header: str | None) -> dict[str, Any]:
    """Return a body whose texts in these fields are maps by language; BadRequest as in `name_languages` (D20)."""
    language = header if header not in (None, "", "*") else state.default_language
    present = [name for name in fields if name in body]
    texts = {name: {language: body[name]} if isinstance(body[name], str) else body[name] for name in present}
    for name, by_language in texts.items():
        check_languages(state, name, by_language)
    return {**body, **texts}


def check_languages(state: State, field: str, by_language: Mapping[str, str] | None) -> None:
    """Raise BadRequest for a text in a language that the tenant does not have (D20)."""
    for language in by_language or ():
        if language not in state.languages:
            detail = f"The tenant has the languages {', '.join(state.languages)}."
            raise BadRequest(field=json_pointer([field, language]), error_type="language", detail=detail, rule="D20")


def check_named_languages(fields: Iterable[str], body: Mapping[str, Any], header: str | None, *, rule: str) -> None:
    """Raise BadRequest for a text in a language that `Content-Language` does not name; without it, it may be any.

    rule: the id of the rule that says so.
    """
    try:
        preferences = languages.parse_accept_language(header)
    except BadRequest:
        raise BadRequest(UNSUPPORTED_LOCALE, field="Content-Language", error_type="format", rule=rule) from None
    if preferences is None or "*" in (header or ""):
        return
    for name in fields:
        for language in body.get(name) or ():
            if language.lower() not in preferences.preferred:
                detail = "Content-Language does not name this language."
                raise BadRequest(field=json_pointer([name, language]), error_type="language", detail=detail, rule=rule)
