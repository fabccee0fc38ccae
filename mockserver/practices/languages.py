"""Languages: `Accept-Language` cuts each localized map to its best language (C8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Any

from ..errors import BadRequest
from . import paths
from .caching import cache_parsed
from .paths import PathTree

MAX_LANGUAGE_RANGES = 100
LANGUAGE_RANGE = re.compile(
    r"(?P<range>\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)"
    r"(?:[ \t]*;[ \t]*[qQ]=(?P<quality>0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class LanguagePreferences:
    """Language ranges in lower case: the preferred ones, best first, and the excluded ones (`q=0`).

    `preferred` ends before `*`, which matches every language.
    """

    preferred: tuple[str, ...]
    excluded: frozenset[str] = frozenset()


def parse_accept_language(header: str | None) -> LanguagePreferences | None:
    """Parse an `Accept-Language` header; None if maps stay whole, BadRequest if it is malformed.

    Syntax: RFC 9110, 12.5.4; it allows empty elements in the list.
    """
    return _parse_accept_language(header) if header else None


@cache_parsed
def _parse_accept_language(header: str) -> LanguagePreferences | None:
    ranges = [_parse_part(part) for part in header.split(",") if part.strip(" \t")]
    if len(ranges) > MAX_LANGUAGE_RANGES:
        raise _header_error(f"has more than {MAX_LANGUAGE_RANGES} languages")
    if all(name == "*" and quality > 0 for name, quality in ranges):
        return None
    ranges.sort(key=lambda pair: -pair[1])  # stable: the first of equal quality wins
    preferred = takewhile(lambda name: name != "*", (name for name, quality in ranges if quality > 0))
    excluded = frozenset(name for name, quality in ranges if quality == 0)
    return LanguagePreferences(tuple(preferred), excluded - {"*"})


def check_supported(header: str, supported: Iterable[str]) -> None:
    """Raise BadRequest if a header accepts a language that none of the supported ones matches (K7).

    A language matches as in `localize_map`: `de` and `de-AT` match each other, `de-AT` and `de-CH` do not.
    """
    names = sorted(_normalize(language) for language in supported)
    parts = [part for part in header.split(",") if part.strip(" \t")]
    accepted = [part.partition(";")[0].strip(" \t") for part in parts if _parse_part(part)[1] > 0]
    unsupported = [name for name in accepted if name != "*" and _match_range(name.lower(), names) is None]
    if unsupported:
        detail = f"Following languages are not supported: {', '.join(map(repr, dict.fromkeys(unsupported)))}"
        raise BadRequest("Accept-Language validation failed.", error_type="language", detail=detail, rule="K7")


def localize_map(value: Mapping[str, str], preferences: LanguagePreferences, default_language: str) -> dict[str, str]:
    """Cut a localized map to one language: the best preferred one, else the default, else the first when sorted."""
    if not value:
        return {}
    best = _best_language(value, preferences, default_language)
    return {best: value[best]}


def localize_document(
    document: Mapping[str, Any],
    localized_paths: Iterable[str],
    preferences: LanguagePreferences,
    default_language: str,
    *,
    recursive_field: str | None = None,
) -> dict[str, Any]:
    """Return a copy of a document in which each localized map at these dotted paths is cut to one language.

    recursive_field: the field that contains documents with the same paths, such as `subcategories`.
    """
    return _localize_object(
        document, _path_tree(tuple(localized_paths), recursive_field), preferences, default_language
    )


def fill_plain_texts(document: dict[str, Any], plain_text_sources: Mapping[str, str]) -> dict[str, Any]:
    """Replace localized maps by plain text in a document that has been cut to one language (C8a).

    plain_text_sources: the dotted paths of the fields to fill, with the localized field next to each that has the text,
    which may be the same.
    """
    for path, source in plain_text_sources.items():
        *parents, name = path.split(".")
        for node in _list_objects(document, parents):
            value = node.get(source)
            if isinstance(value, Mapping) and value:
                node[name] = next(iter(value.values()))
    return document


def _list_objects(value: Any, steps: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Yield the objects at a path, also those in lists."""
    if isinstance(value, list):
        for part in value:
            yield from _list_objects(part, steps)
    elif isinstance(value, dict) and steps:
        yield from _list_objects(value.get(steps[0]), steps[1:])
    elif isinstance(value, dict):
        yield value


@lru_cache(maxsize=256)
def _path_tree(localized_paths: tuple[str, ...], recursive_field: str | None) -> PathTree:
    tree = paths.build_path_tree(localized_paths)
    if recursive_field is not None:
        tree[recursive_field] = tree
    return tree


def _localize_object(
    node: Mapping[str, Any], tree: PathTree, preferences: LanguagePreferences, default_language: str
) -> dict[str, Any]:
    def localize_value(value: Any, subtree: PathTree | None) -> Any:
        if isinstance(value, (list, tuple)):
            return [localize_value(element, subtree) for element in value]
        if not isinstance(value, Mapping):
            return value
        if subtree is None:
            return localize_map(value, preferences, default_language)
        return _localize_object(value, subtree, preferences, default_language)

    return {name: localize_value(value, tree[name]) if name in tree else value for name, value in node.items()}


def _best_language(value: Mapping[str, str], preferences: LanguagePreferences, default_language: str) -> str:
    """Return the key of the best language; an excluded one only if all are excluded."""
    names = {_normalize(name): name for name in sorted(value, reverse=True)}
    allowed = sorted(name for name in names if not _is_excluded(name, preferences)) or sorted(names)
    matches = (_match_range(range_, allowed) for range_ in (*preferences.preferred, _normalize(default_language)))
    return names[next((name for name in matches if name is not None), allowed[0])]


def _match_range(language_range: str, allowed: list[str]) -> str | None:
    """Return the language that a range matches: itself, else a shorter form (`de` for `de-at`), else a longer one."""
    steps = language_range.split("-")
    for length in range(len(steps), 0, -1):
        shorter = "-".join(steps[:length])
        if shorter in allowed:
            return shorter
    return next((name for name in allowed if name.startswith(f"{language_range}-")), None)


def _is_excluded(name: str, preferences: LanguagePreferences) -> bool:
    """Whether an excluded range covers a language that is not preferred by its full name."""
    return name not in preferences.preferred and any(
        name == excluded or name.startswith(f"{excluded}-") for excluded in preferences.excluded
    )


def _normalize(language: str) -> str:
    return language.lower().replace("_", "-")


def _parse_part(part: str) -> tuple[str, float]:
    """Return the range, in lower case, and the quality in a part of the header; the part may have spaces around it."""
    match = LANGUAGE_RANGE.fullmatch(part.strip(" \t"))
    if match is None:
        raise _header_error("must be a list of languages such as de-AT, de;q=0.9, *;q=0.5")
    return match["range"].lower(), float(match["quality"] or 1)


def _header_error(detail: str) -> BadRequest:
    message = "Language header validation failed"
    return BadRequest(message, field="Accept-Language", error_type="format", detail=detail, rule="C8")
