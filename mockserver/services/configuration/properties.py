"""Properties of a tenant, made from its world: languages and currencies, as JSON in a text (N4, N5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

import orjson

from ...errors import NotFound
from ...state import Document, State
from .names import CURRENCIES, LANGUAGES


def read(state: State, key: str) -> dict[str, Any]:
    """Return a property by its key; NotFound for any other key (N4)."""
    made = PROPERTIES.get(key)
    if made is None:
        raise NotFound(key, rule="N4")
    value = orjson.dumps(made(state)).decode()
    return {"key": key, "value": value, "version": 1, "secured": False, "restricted": False, "readOnly": False}


def languages(state: State) -> list[dict[str, Any]]:
    """Return the languages of the tenant, in the order of its world (N5)."""
    return _choices(state.languages, state.default_language, LANGUAGES)


def currencies(state: State) -> list[dict[str, Any]]:
    """Return the currencies of all sites, in alphabetical order; the default one is that of the default site (N5)."""
    sites = [site for _, site in sorted(state.sites.items())]
    known = {site["currency"] for site in sites}.union(*(site.get("availableCurrencies", ()) for site in sites))
    first: Document = next(chain((site for site in sites if site.get("default")), sites), {})
    return _choices(sorted(known), first.get("currency"), CURRENCIES)


def _choices(ids: Iterable[str], default: str | None, names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"id": id_, "label": names.get(id_, id_), "default": id_ == default, "required": id_ == default} for id_ in ids
    ]


PROPERTIES: Mapping[str, Callable[[State], list[dict[str, Any]]]] = {
    "project_lang": languages,
    "project_curr": currencies,
}
