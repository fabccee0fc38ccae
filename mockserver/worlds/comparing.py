"""Compare two states: which rows were added, removed and changed, and which of their fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Literal, NamedTuple

from ..store.collection import Collection, RowChange, format_key
from ..store.state import State
from .sections import LANGUAGES

ChangeKind = Literal["added", "removed", "changed"]
KINDS: tuple[ChangeKind, ...] = ("added", "removed", "changed")
ABSENT = object()  # in place of the value of a field that is missing


class FieldChange(NamedTuple):
    """A field that differs: its JSON pointer, and its values before and after, which are ABSENT for none."""

    pointer: str
    before: Any
    after: Any

    def to_json(self) -> dict[str, Any]:
        """Return the difference without absent values."""
        values = {"pointer": self.pointer, "before": self.before, "after": self.after}
        return {name: value for name, value in values.items() if value is not ABSENT}


def compare_states(
    before: State, after: State, collections: Mapping[str, Collection]
) -> Iterator[tuple[str, list[RowChange]]]:
    """Yield the names of the sections that differ, with their differing rows.

    Languages are compared as rows that say whether each is the default one.
    """
    yield from ((name, changes) for name, changes in _compare_sections(before, after, collections) if changes)


def diff_states(
    before: State, after: State, collections: Mapping[str, Collection], *, with_fields: bool = False
) -> dict[str, dict[str, Any]]:
    """Return the keys of added, removed and changed rows by collection; collections without changes are left out.

    with_fields: whether to add the `fields` of changed rows by key, with their values before and after.
    """
    differences: dict[str, dict[str, Any]] = {}
    for name, changes in compare_states(before, after, collections):
        keys = {kind: [format_key(change[0]) for change in changes if kind_of(change) == kind] for kind in KINDS}
        differences[name] = {kind: changed for kind, changed in keys.items() if changed}
        if with_fields and keys["changed"]:
            differences[name]["fields"] = {
                format_key(key): [field.to_json() for field in compare_values(old, new)]
                for key, old, new in changes
                if kind_of((key, old, new)) == "changed"
            }
    return differences


def kind_of(change: RowChange) -> ChangeKind:
    """Return what happened to a row."""
    return "added" if change[1] is None else "removed" if change[2] is None else "changed"


def compare_values(before: Any, after: Any, pointer: str = "") -> Iterator[FieldChange]:
    """Yield the fields that differ; arrays of different lengths differ as a whole."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in dict.fromkeys(chain(before, after)):
            place = f"{pointer}/{_escape_step(name)}"
            yield from compare_values(before.get(name, ABSENT), after.get(name, ABSENT), place)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from compare_values(old, new, f"{pointer}/{index}")
    elif before != after or type(before) is not type(after):
        yield FieldChange(pointer, before, after)


def _escape_step(name: str) -> str:
    """Return a name as a step of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _compare_sections(
    before: State, after: State, collections: Mapping[str, Collection]
) -> Iterator[tuple[str, list[RowChange]]]:
    yield LANGUAGES, _compare_languages(before, after)
    for name, collection in collections.items():
        yield name, list(collection.compare(before, after))


def _compare_languages(before: State, after: State) -> list[RowChange]:
    """Return the languages that differ; one is changed if it becomes the default one, or is no longer it."""
    old, new = (
        {language: {"default": language == state.default_language} for language in state.languages}
        for state in (before, after)
    )
    names = dict.fromkeys(chain(new, old))
    return [(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)]
