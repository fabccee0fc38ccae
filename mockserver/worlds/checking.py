"""Find all mistakes of a world: those by its schema, and by references and rules as far as they can be checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any

from ..store.collection import Section, Sections, Violation
from .completion import complete_world
from .mistakes import MAX_MISTAKES, Steps, split_place
from .schema_mistakes import SchemaMistake
from .surroundings import Surroundings
from .violations import Doubts, find_structural_violations, find_violations

MoreChecks = Callable[[Sections], Iterable[Violation]]


def check_rows(
    world: Any,
    sections: Sequence[Section],
    schema_mistakes: Iterator[SchemaMistake],
    more_checks: MoreChecks,
    *,
    dangling: bool,
    surroundings: Surroundings | None = None,
) -> tuple[dict[str, Any], list[SchemaMistake]]:
    """Return a world without gaps and its mistakes, at most one more than MAX_MISTAKES.

    Rows that are not valid by the schema are left out of the world; neither they nor references to them are checked.
    dangling: whether keys may refer to missing rows.
    surroundings: the rest of the world, if this is a part of it.
    """
    mistakes = list(islice(schema_mistakes, MAX_MISTAKES + 1))
    judged = JudgedWorld(world, sections, [steps for steps, _ in mistakes])
    completed = complete_world(judged.sections, sections, surroundings)
    if len(mistakes) <= MAX_MISTAKES:
        find = find_structural_violations if dangling else find_violations
        violations = chain(find(completed, sections, judged.doubts, surroundings), more_checks(completed))
        places = ((judged.original_steps(split_place(place)), reason) for place, reason in violations)
        mistakes += islice(places, MAX_MISTAKES + 1 - len(mistakes))
    return completed, mistakes


class JudgedWorld:
    """The part of a world that is valid by the schema.

    sections: without broken sections and rows. A row without a broken field is kept if nothing depends on the field.
    doubts: what may refer to the rows and sections that were left out.
    """

    def __init__(self, world: Any, sections: Sequence[Section], places: Iterable[Steps]) -> None:
        self.sections: Sections = world if isinstance(world, Mapping) else {}
        self.doubts = Doubts()
        self._indexes: dict[str, list[int]] = {}
        places_by_section: dict[Any, list[Steps]] = defaultdict(list)
        for steps in places:
            if steps and self.sections:
                places_by_section[steps[0]].append(steps[1:])
        by_name = {section.name: section for section in sections}
        keys: set[str] = set()
        for name, row_places in places_by_section.items():
            if name in by_name and all(row_places):
                keys.update(self._leave_out(by_name[name], row_places))
            else:
                self.sections = {other: rows for other, rows in self.sections.items() if other != name}
        unjudged = {name for name in places_by_section if not self._indexes.get(name)}
        self.doubts = Doubts(frozenset(keys), frozenset(unjudged))

    def original_steps(self, steps: Steps) -> Steps:
        """Return the place in the world, where broken rows count too."""
        if len(steps) > 1 and steps[0] in self._indexes and isinstance(steps[1], int):
            return (steps[0], self._indexes[str(steps[0])][steps[1]], *steps[2:])
        return steps

    def _leave_out(self, section: Section, places: Iterable[Steps]) -> Iterator[str]:
        """Leave out broken fields, or rows; yield the keys of these rows, as far as they can be read."""
        rows: dict[Any, Any] = dict(enumerate(self.sections[section.name]))
        needed = {*section.schema.get("required", ()), *section.defaults, *section.all_references()}
        for index, *steps in places:
            if index not in rows:
                continue
            if steps and steps[0] not in needed:
                rows[index] = {name: value for name, value in rows[index].items() if name != steps[0]}
            else:
                yield from _read_key(section, rows.pop(index))
        self._indexes[section.name] = list(rows)
        self.sections = {**self.sections, section.name: list(rows.values())}


def _read_key(section: Section, row: Any) -> Iterator[str]:
    key = row.get(section.key) if isinstance(row, Mapping) and isinstance(section.key, str) else None
    if isinstance(key, str | int):
        yield str(key)
