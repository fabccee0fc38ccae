"""Languages: `Accept-Language` cuts each localized map to the best language that it has (C8)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from ..errors import BadRequest
from . import paths
from .memo import remembered
from .paths import Tree

MOST_RANGES = 100
RANGE = re.compile(
    r"(?P<range>\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)"
    r"(?:[ \t]*;[ \t]*[qQ]=(?P<quality>0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Languages:
    """Language ranges in lower case: the wanted ones, best first, and those that are refused (`q=0`).

    `*` ends the wanted ones: what comes behind it is less wanted than any language at all.
    """

    wanted: tuple[str, ...]
    refused: frozenset[str] = frozenset()


def preferences(header: str | None) -> Languages | None:
    """Read an `Accept-Language` header; None for full maps, BadRequest if it is malformed.

    Syntax: RFC 9110, 12.5.4; empty list elements are skipped as it demands.
    """
    return _preferences(header) if header else None


@remembered
def _preferences(header: str) -> Languages | None:
    parts = [part.strip(" \t") for part in header.split(",")]
    ranges = [_range(part) for part in parts if part]
    if len(ranges) > MOST_RANGES:
        raise _problem(f"has more than {MOST_RANGES} languages")
    if all(name == "*" and quality > 0 for name, quality in ranges):
        return None
    ranges.sort(key=lambda pair: -pair[1])  # stable: of equal quality, the first one wins
    wanted = [name for name, quality in ranges if quality > 0]
    refused = frozenset(name for name, quality in ranges if quality == 0)
    return Languages(tuple(wanted[: wanted.index("*")] if "*" in wanted else wanted), refused - {"*"})


def localize(value: Mapping[str, str], wanted: Languages, default: str) -> dict[str, str]:
    """Cut a localized map to one language.

    The best one wanted, else the default, else the first one in sorted order; only an empty map stays empty.
    """
    if not value:
        return {}
    best = _best(value, wanted, default)
    return {best: value[best]}


def localized(
    document: Mapping[str, Any],
    localized_paths: Iterable[str],
    wanted: Languages,
    default: str,
    *,
    recursive_under: str | None = None,
) -> dict[str, Any]:
    """Return a copy of a document in which every localized map at these dotted paths is cut.

    recursive_under: the field with documents of the same shape, such as `subcategories`.
    """
    return _cut(document, _tree(tuple(localized_paths), recursive_under), wanted, default)


def spoken(document: dict[str, Any], texts_of: Mapping[str, str]) -> dict[str, Any]:
    """Give the fields that are plain text in one language the text of a localized field that was cut to it (C8a).

    texts_of: names of such fields, with the name of the localized field, which may be the same one.
    """
    for name, source in texts_of.items():
        value = document.get(source)
        if isinstance(value, Mapping) and value:
            document[name] = next(iter(value.values()))
    return document


@lru_cache(maxsize=256)
def _tree(localized_paths: tuple[str, ...], recursive_under: str | None) -> Tree:
    tree = paths.tree(localized_paths)
    if recursive_under is not None:
        tree[recursive_under] = tree
    return tree


def _cut(node: Mapping[str, Any], tree: Tree, wanted: Languages, default: str) -> dict[str, Any]:
    def part(value: Any, below: Tree | None) -> Any:
        if isinstance(value, (list, tuple)):
            return [part(element, below) for element in value]
        if not isinstance(value, Mapping):
            return value
        return localize(value, wanted, default) if below is None else _cut(value, below, wanted, default)

    return {name: part(value, tree[name]) if name in tree else value for name, value in node.items()}


def _best(value: Mapping[str, str], wanted: Languages, default: str) -> str:
    """Return the key of the best language; what is refused is taken only where nothing else is left."""
    names = {_normal(name): name for name in sorted(value, reverse=True)}
    allowed = sorted(name for name in names if not _is_refused(name, wanted)) or sorted(names)
    found = (_found(range_, allowed) for range_ in (*wanted.wanted, _normal(default)))
    return names[next((name for name in found if name is not None), allowed[0])]


def _found(range_: str, allowed: list[str]) -> str | None:
    """Return the language that a range asks for: itself, else a shorter form (`de` for `de-at`), else a longer one."""
    steps = range_.split("-")
    for length in range(len(steps), 0, -1):
        shorter = "-".join(steps[:length])
        if shorter in allowed:
            return shorter
    return next((name for name in allowed if name.startswith(f"{range_}-")), None)


def _is_refused(name: str, wanted: Languages) -> bool:
    """Whether a refused range covers this language, and it is not wanted by its full name."""
    return name not in wanted.wanted and any(name == each or name.startswith(f"{each}-") for each in wanted.refused)


def _normal(language: str) -> str:
    return language.lower().replace("_", "-")


def _range(text: str) -> tuple[str, float]:
    match = RANGE.fullmatch(text)
    if match is None:
        raise _problem("must be a list of languages such as de-AT, de;q=0.9, *;q=0.5")
    return match["range"].lower(), float(match["quality"] or 1)


def _problem(detail: str) -> BadRequest:
    message = "Accept-Language validation failed."
    return BadRequest(message, field="Accept-Language", kind="format", detail=detail, rule="C8")
