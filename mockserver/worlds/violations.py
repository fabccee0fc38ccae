"""Checks of a world that a JSON Schema cannot express: duplicate keys, unknown keys, cycles."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..practices import paths
from ..store.collection import MAX_LEVELS, Key, Row, Section, Sections, Violation, format_key
from .mistakes import suggest_names


class Doubts(NamedTuple):
    """What cannot be checked, because rows were left out.

    keys: those of the rows. sections: those without any other row.
    """

    keys: Container[str] = frozenset()
    sections: Container[str] = frozenset()


NO_DOUBTS = Doubts()


def find_violations(world: Sections, sections: Iterable[Section], doubts: Doubts = NO_DOUBTS) -> Iterator[Violation]:
    """Yield the violations in a world that is valid by its schema."""
    sections = list(sections)
    keys = {section.name: {section.key_of(row) for row in _rows(world, section)} for section in sections}
    yield from _duplicate_keys(world, sections)
    yield from _unsupported_languages(world)
    for section in sections:
        yield from _unknown_keys(world, section, keys, doubts)
    for section in sections:
        yield from section.check(world) if section.check else ()
    yield from _misplaced_rows(world, sections)


def find_structural_violations(
    world: Sections, sections: Iterable[Section], _: Doubts = NO_DOUBTS
) -> Iterator[Violation]:
    """Yield the violations that count even if keys may refer to missing rows."""
    sections = list(sections)
    yield from _duplicate_keys(world, sections)
    yield from _misplaced_rows(world, sections)


def _duplicate_keys(world: Sections, sections: Iterable[Section]) -> Iterator[Violation]:
    """Yield the rows that have the same key as an earlier row."""
    for section in sections:
        earlier_keys: dict[Key, int] = {}
        for index, row in enumerate(_rows(world, section)):
            key = section.key_of(row)
            earlier = earlier_keys.setdefault(key, index)
            if earlier != index:
                reason = f"{format_key(key)!r} comes twice; it is also number {earlier + 1} of the {section.name}"
                yield f"/{section.name}/{index}", reason


def _rows(world: Sections, section: Section) -> list[Row]:
    rows: list[Row] = world.get(section.name, [])
    return rows


def _unsupported_languages(world: Sections) -> Iterator[Violation]:
    languages = world.get("languages")
    if languages and languages["default"] not in languages["supported"]:
        yield "/languages/default", f"{languages['default']!r} is not among the supported languages"


def _unknown_keys(
    world: Sections, section: Section, keys: Mapping[str, set[Any]], doubts: Doubts
) -> Iterator[Violation]:
    for path in section.all_references():
        for index, row in enumerate(_rows(world, section)):
            target = section.target_of(path, row)
            if target is None or target in doubts.sections or not (section.needs_targets or target in world):
                continue
            for key in paths.keys_at(row, path):
                if key not in keys[target] and key not in doubts.keys:
                    place = path.replace(".", "/")
                    yield f"/{section.name}/{index}/{place}", _describe_unknown_key(key, target, keys[target])


def _describe_unknown_key(key: str, target: str, known: Collection[str]) -> str:
    if not known:
        return f"{key!r} is not among the {target}: the world has none"
    return f"{key!r} is not among the {target}; {suggest_names(key, sorted(known))}"


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
