"""Checks of a world that a JSON Schema cannot express: keys that come twice or are unknown, shared values, cycles."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..practices import paths
from ..store.collection import MAX_LEVELS, Key, Row, Section, Sections, Violation, format_key
from .mistakes import suggest_names
from .surroundings import Surroundings

MAX_CYCLE_KEYS = 10  # that a reason lists


class Doubts(NamedTuple):
    """What cannot be checked, because rows were left out.

    keys: those of the rows. sections: those without any other row.
    """

    keys: Container[str] = frozenset()
    sections: Container[str] = frozenset()


NO_DOUBTS = Doubts()


def find_violations(
    world: Sections,
    sections: Iterable[Section],
    doubts: Doubts = NO_DOUBTS,
    surroundings: Surroundings | None = None,
) -> Iterator[Violation]:
    """Yield the violations in a world that is valid by its schema; references may lead to its surroundings."""
    sections = list(sections)
    keys = {section.name: {section.key_of(row) for row in _rows(world, section)} for section in sections}
    yield from _duplicate_keys(world, sections)
    yield from _unsupported_languages(world)
    has_rows = any(section.needs_targets and world.get(section.name) for section in sections)
    for section in sections:
        if section.needs_targets or has_rows:
            yield from _unknown_keys(world, section, keys, doubts, surroundings)
    yield from _wrong_values(world, sections, surroundings)
    for section in sections:
        yield from section.check(world) if section.check else ()


def find_structural_violations(
    world: Sections, sections: Iterable[Section], _: Doubts = NO_DOUBTS, surroundings: Surroundings | None = None
) -> Iterator[Violation]:
    """Yield the violations that count even if keys may refer to missing rows."""
    sections = list(sections)
    yield from _duplicate_keys(world, sections)
    yield from _wrong_values(world, sections, surroundings)


def _wrong_values(
    world: Sections, sections: Iterable[Section], surroundings: Surroundings | None
) -> Iterator[Violation]:
    """Yield the values that do not fit others of their own row or collection."""
    for section in sections:
        yield from _repeated_values(world, section, surroundings)
        yield from _unlisted_choices(world, section)
        if section.parent is not None:
            yield from _misplaced_rows_of(world, section, section.parent)


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
    world: Sections,
    section: Section,
    keys: Mapping[str, set[Any]],
    doubts: Doubts,
    surroundings: Surroundings | None,
) -> Iterator[Violation]:
    reasons: dict[tuple[str, str], str] = {}  # by target and key, since suggestions take milliseconds
    for path in section.all_references():
        for index, row in enumerate(_rows(world, section)):
            target = section.target_of(path, row)
            if target is None or target in doubts.sections:
                continue
            for key in paths.keys_at(row, path):
                if key in keys[target] or key in doubts.keys or (surroundings and surroundings.has_key(target, key)):
                    continue
                if (target, key) not in reasons:
                    known = keys[target].union(surroundings.list_keys(target) if surroundings else ())
                    reasons[target, key] = _describe_unknown_key(key, target, known)
                yield f"/{section.name}/{index}/{path.replace('.', '/')}", reasons[target, key]


def _describe_unknown_key(key: str, target: str, known: Collection[str]) -> str:
    if not known:
        return f"{key!r} is not among the {target}: the world has none"
    return f"{key!r} is not among the {target}; {suggest_names(key, sorted(known))}"


def _repeated_values(world: Sections, section: Section, surroundings: Surroundings | None) -> Iterator[Violation]:
    """Yield the rows that share the text of a unique field with an earlier row, or with one of the surroundings."""
    for name in section.unique_fields:
        earlier_keys: dict[str, Key] = {}
        for index, row in enumerate(_rows(world, section)):
            if name in row:
                key = section.key_of(row)
                earlier = earlier_keys.setdefault(row[name].casefold(), key)
                if earlier == key and surroundings:
                    earlier = surroundings.find_twin(section.name, row, name) or key
                if earlier != key:
                    reason = (
                        f"{row[name]!r} is also the {name} of {section.noun} {format_key(earlier)!r}; give each its own"
                    )
                    yield f"/{section.name}/{index}/{name}", reason


def _unlisted_choices(world: Sections, section: Section) -> Iterator[Violation]:
    """Yield the values that are not in the list of another field of their row."""
    for name, list_name in section.choices.items():
        for index, row in enumerate(_rows(world, section)):
            value, choices = row.get(name), row.get(list_name)
            if value is not None and choices is not None and value not in choices:
                reason = f"{value!r} is not among the {list_name}: {', '.join(choices) or 'the list is empty'}"
                yield f"/{section.name}/{index}/{name}", reason


def _misplaced_rows_of(world: Sections, section: Section, parent: str) -> Iterator[Violation]:
    """Yield the first row of each cycle, and the first one that is on a level that is too deep."""
    parents = {section.key_of(row): row.get(parent) for row in _rows(world, section)}
    indexes: dict[Any, int] = {}
    for index, row in enumerate(_rows(world, section)):
        indexes.setdefault(section.key_of(row), index)
    levels: dict[Any, int] = {None: 0}  # 0 below a cycle, too
    has_deep_row = False
    for start in parents:
        path: dict[Any, None] = {}
        key: Any = start
        while key not in levels and key not in path:
            path[key] = None
            key = parents.get(key)
        if key in path:
            keys = list(path)
            cycle = keys[keys.index(key) :]
            yield _describe_cycle(cycle, indexes, section, parent)
            levels.update(dict.fromkeys(keys, 0))
            continue
        level = levels[key]
        for descendant in reversed(path):
            level += 1
            levels[descendant] = level
            if level > MAX_LEVELS and not has_deep_row:
                has_deep_row = True
                place = f"/{section.name}/{indexes[descendant]}/{parent}"
                yield place, f"{descendant!r} is on a level below the {MAX_LEVELS}th"


def _describe_cycle(cycle: list[Any], indexes: Mapping[Any, int], section: Section, parent: str) -> Violation:
    """Return the violation for a cycle of keys, each before its parent, at the first row of it."""
    first = min(range(len(cycle)), key=lambda number: indexes[cycle[number]])
    keys = [*cycle[first:], *cycle[:first]]
    others = keys[1:MAX_CYCLE_KEYS] + (["…"] if len(keys) > MAX_CYCLE_KEYS else [])
    path = " > ".join(map(str, (keys[0], *others, keys[0])))
    place = f"/{section.name}/{indexes[keys[0]]}/{parent}"
    return place, f"{keys[0]!r} is its own ancestor: {path}; leave out the {parent} of one"
