"""Checks of a world that a JSON Schema cannot express: duplicate keys, unknown keys, cycles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from ..practices import paths
from ..store.collection import MAX_LEVELS, Row, Section, Sections, Violation, format_key


def find_violations(world: Sections, sections: Iterable[Section]) -> Iterator[Violation]:
    """Yield the violations in a world that is valid by its schema."""
    sections = list(sections)
    keys = {section.name: {section.key_of(row) for row in _rows(world, section)} for section in sections}
    yield from _duplicate_keys(world, sections)
    yield from _unsupported_languages(world)
    for section in sections:
        yield from _unknown_keys(world, section, keys)
    for section in sections:
        yield from section.check(world) if section.check else ()
    yield from _misplaced_rows(world, sections)


def find_structural_violations(world: Sections, sections: Iterable[Section]) -> Iterator[Violation]:
    """Yield the violations that count even if keys may refer to missing rows."""
    sections = list(sections)
    yield from _duplicate_keys(world, sections)
    yield from _misplaced_rows(world, sections)


def _duplicate_keys(world: Sections, sections: Iterable[Section]) -> Iterator[Violation]:
    """Yield the rows that have the same key as an earlier row."""
    for section in sections:
        earlier_keys = set()
        for index, row in enumerate(_rows(world, section)):
            key = section.key_of(row)
            if key in earlier_keys:
                yield f"/{section.name}/{index}", f"{format_key(key)!r} comes twice"
            earlier_keys.add(key)


def _rows(world: Sections, section: Section) -> list[Row]:
    rows: list[Row] = world.get(section.name, [])
    return rows


def _unsupported_languages(world: Sections) -> Iterator[Violation]:
    languages = world.get("languages")
    if languages and languages["default"] not in languages["supported"]:
        yield "/languages/default", f"{languages['default']!r} is not among the supported languages"


def _unknown_keys(world: Sections, section: Section, keys: Mapping[str, set[Any]]) -> Iterator[Violation]:
    for path in section.all_references():
        for index, row in enumerate(_rows(world, section)):
            target = section.target_of(path, row)
            if target is None:
                continue
            for key in paths.keys_at(row, path):
                if key not in keys[target]:
                    place = path.replace(".", "/")
                    yield f"/{section.name}/{index}/{place}", f"{key!r} is not among the {target}"


def _misplaced_rows(world: Sections, sections: Iterable[Section]) -> Iterator[Violation]:
    for section in sections:
        if section.parent is not None:
            yield from _misplaced_row(world, section, section.parent)


def _misplaced_row(world: Sections, section: Section, parent: str) -> Iterator[Violation]:
    """Yield the first row that is in a cycle, below one, or on a level that is too deep."""
    parents = {section.key_of(row): row.get(parent) for row in _rows(world, section)}
    levels: dict[Any, int] = {None: 0}
    for index, start in enumerate(parents):
        path: list[Any] = []
        key: Any = start
        while key not in levels and len(path) <= MAX_LEVELS:
            if key in path:
                yield f"/{section.name}/{index}/{parent}", f"{start!r} is its own ancestor, or below a cycle"
                return
            path.append(key)
            key = parents.get(key)
        top_level = levels.get(key, 0)
        if top_level + len(path) > MAX_LEVELS:
            yield f"/{section.name}/{index}/{parent}", f"{start!r} is on a level below the {MAX_LEVELS}th"
            return
        levels.update((descendant, top_level + steps) for steps, descendant in enumerate(reversed(path), 1))
