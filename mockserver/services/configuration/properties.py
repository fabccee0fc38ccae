"""Properties of a tenant: its languages and currencies, as JSON in a text (N4, N5)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Any

import orjson

from ...errors import NotFound
from ...store.state import Document, State
from .names import CURRENCY_NAMES, LANGUAGE_NAMES


def read_property(state: State, key: str) -> dict[str, Any]:
    """Return a property by its key; NotFound for any other key (N4)."""
    list_values = PROPERTIES.get(key)
    if list_values is None:
        raise NotFound(key, rule="N4")
    value = orjson.dumps(list_values(state)).decode()
    return {"key": key, "value": value, "version": 1, "secured": False, "restricted": False, "readOnly": False}


def list_properties(state: State, keys: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Return the properties with these keys, or all, by key; unknown keys are ignored (N6)."""
    wanted = PROPERTIES.keys() if keys is None else PROPERTIES.keys() & {key.strip() for key in keys}
    return [read_property(state, key) for key in sorted(wanted)]


def list_languages(state: State) -> list[dict[str, Any]]:
    """Return the languages of the tenant, in the order of its world (N5)."""
    return _property_options(state.languages, state.default_language, LANGUAGE_NAMES)


def list_currencies(state: State) -> list[dict[str, Any]]:
    """Return the currencies of all sites, in alphabetical order; the default is that of the default site (N5)."""
    sites = list(state.sites.values())
    currencies = {site["currency"] for site in sites}.union(*(site.get("availableCurrencies", ()) for site in sites))
    default_site: Document = next(chain((site for site in sites if site.get("default")), sites), {})
    return _property_options(sorted(currencies), default_site.get("currency"), CURRENCY_NAMES)


def _property_options(ids: Iterable[str], default: str | None, names: Mapping[str, str]) -> list[dict[str, Any]]:
    return [
        {"id": id_, "label": names.get(id_, id_), "default": id_ == default, "required": id_ == default} for id_ in ids
    ]


PROPERTIES: Mapping[str, Callable[[State], list[dict[str, Any]]]] = {
    "project_lang": list_languages,
    "project_curr": list_currencies,
}
