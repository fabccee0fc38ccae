"""Localized fields: texts by language, found in the schemas and examples of a published file (G11)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ..contract.spec import Spec, SpecNode
from ..store.collection import Row
from .declared_fields import alternatives_of

LANGUAGE = re.compile(r"[a-z]{2}([-_][A-Za-z]{2,4})?")


class LocalizedFields(NamedTuple):
    """The fields with texts by language, and those that are plain texts for clients that want one language."""

    localized: tuple[str, ...]
    plain: frozenset[str]


def find_localized_fields(spec: Spec, fields: Mapping[str, SpecNode], examples: Iterable[Row]) -> LocalizedFields:
    """Return the localized fields: those that some example shows as a map by language, or a schema allows as one.

    If another example shows the same field as a text, or its schema allows one, that is what one language looks like.
    """
    values: dict[str, list[Any]] = {}
    for example in examples:
        for name, value in example.items():
            values.setdefault(name, []).append(value)
    types = {name: _list_types(spec, schema) for name, schema in fields.items()}
    localized = tuple(
        name
        for name in {**fields, **values}
        if any(map(_is_text_by_language, values.get(name, ()))) or types.get(name) == {"string", "texts"}
    )
    plain = (
        name
        for name in localized
        if any(isinstance(value, str) for value in values.get(name, ())) or "string" in types.get(name, ())
    )
    return LocalizedFields(localized, frozenset(plain))


def _list_types(spec: Spec, schema: SpecNode) -> set[str]:
    """Return the types that a field can have, `texts` for an object with texts under any names."""
    types = set()
    for part in alternatives_of(spec, schema):
        names = part.get("additionalProperties")
        is_texts = isinstance(names, dict) and names.get("type") == "string" and not part.get("properties")
        if "type" in part:
            types.add("texts" if part["type"] == "object" and is_texts else str(part["type"]))
    return types


def _is_text_by_language(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and bool(value)
        and all(LANGUAGE.fullmatch(name) and isinstance(text, str) for name, text in value.items())
    )
