"""Complete a world: give its rows, languages, clients and tokens all that people may leave out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..store.collection import Row, Section, Sections
from ..store.row_defaults import Draft
from .sections import LANGUAGES

DEFAULT_LANGUAGE = "en"


def complete_world(
    world: Sections, sections: Iterable[Section], surroundings: Sections | None = None
) -> dict[str, Any]:
    """Return a world without gaps, whose rows are valid by the schema; complete rows stay the same objects.

    sections: each after those that it refers to.
    surroundings: the rows of the whole world, if this one is a part of it.
    """
    languages = _complete_languages(world.get(LANGUAGES, {}), world.get("sites", ()))
    completed: dict[str, Any] = {**world, LANGUAGES: languages}
    draft = Draft(languages["default"], languages["supported"], completed if surroundings is None else surroundings)
    for section in sections:
        if section.name in world:
            completed[section.name] = section.complete_rows(world[section.name], draft)
    return completed


def _complete_languages(written: Any, sites: Iterable[Row]) -> Mapping[str, Any]:
    """Return the default language and all supported ones; those of the sites if the world does not say."""
    if isinstance(written, list):
        return {"default": written[0], "supported": written}
    if "default" in written and "supported" in written:
        return written  # type: ignore[no-any-return]
    languages = [written["default"]] if "default" in written else []
    languages += written.get("supported") or _languages_of(sites)
    supported = list(dict.fromkeys(languages)) or [DEFAULT_LANGUAGE]
    return {"default": supported[0], "supported": supported}


def _languages_of(sites: Iterable[Row]) -> list[str]:
    """Return the languages of sites, those of the default site first."""
    rows = sorted(sites, key=lambda site: not site.get("default"))
    return [
        language
        for site in rows
        for language in (site.get("defaultLanguage"), *site.get("languages", ()))
        if language is not None
    ]
