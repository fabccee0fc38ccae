"""Declarations of stored resources; world files, exports, checks and the control plane are built from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from typing import Any, NamedTuple

from orjson import OPT_SORT_KEYS, dumps

from .assignment_tables import NO_ASSIGNMENTS
from .row_defaults import Completion, DefaultOf, Draft, complete_metadata, complete_text
from .row_generation import RowGenerator
from .row_schemas import CHOSEN_TEXTS, LOCALIZED, METADATA
from .state import State
from .table import Table

Row = Mapping[str, Any]  # a document as in world files
Key = str | tuple[str | None, ...]
Sections = Mapping[str, Any]  # a world by the names of its sections
MAX_LEVELS = 100  # of trees of rows, because trees are built and written by recursion

Violation = tuple[str, str]  # place as a JSON pointer, and reason
RowChange = tuple[Key, Row | None, Row | None]  # key, row before and row after; None for no row
OnDelete = Callable[[Row], Row | None]  # takes a row that has lost a reference; None if the row goes too


@dataclass(frozen=True, slots=True)
class TargetByField:
    """A reference whose target depends on another field of the row; with other values there, it refers to nothing."""

    field: str
    targets: Mapping[str, str]


Target = str | TargetByField  # the name of a section


def target_names(target: Target) -> Iterable[str]:
    """Return the names of the sections that a reference can lead to."""
    return (target,) if isinstance(target, str) else target.targets.values()


class ChangeText(NamedTuple):
    """How a change is told: `one` for one row, `many` for several that have the same value in the field `told_by`.

    `{field}` stands for the row that a field refers to, `{count}` for the number of rows. What is in brackets is left
    out if the row lacks the field.
    """

    one: str
    many: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A list of rows in a world file.

    schema: JSON Schema of a row as people may write it; `row_schemas` has what many rows share.
    defaults: of fields that may be left out, by name: a value, or a function of the row; in this order.
    completions: what complete the contents of fields, by name; texts by language and metadata need none.
    key: the field that identifies a row, or several fields, some of which may be absent.
    references: the section that a dotted path refers to; the path leads to a key or to a list of keys.
    loose_references: like references, but the rows may be missing; only a deletion follows them.
    on_delete: for the path of a reference, what is left of a row when what it refers to is deleted (`row_removal`); by
        default, the row loses the smallest part that it can be without.
    needs_targets: whether references count even in a world without rows, which adds to another one.
    unique_fields: those apart from the key whose text no two rows share, in upper or lower case.
    choices: for a field, the field with the list that its value is from.
    parent: the field with the key of the parent row, if the rows form trees.
    check: yields violations that references cannot express, such as rows that must belong together. It checks each row
        alone and against rows that it refers to.
    change_texts: how changes are told, by kind (added, removed, changed); those that are left out have a general text.
    told_by: the field by which many changes at once are told together; "" for all of the section.
    """

    name: str
    schema: Row
    key: str | tuple[str, ...] = "id"
    references: Mapping[str, Target] = field(default_factory=dict)
    loose_references: Mapping[str, Target] = field(default_factory=dict)
    on_delete: Mapping[str, OnDelete] = field(default_factory=dict)
    needs_targets: bool = True
    unique_fields: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)
    parent: str | None = None
    description: str = ""
    defaults: Mapping[str, Any | DefaultOf] = field(default_factory=dict)
    completions: Mapping[str, Completion] = field(default_factory=dict)
    check: Callable[[Sections], Iterable[Violation]] | None = None
    change_texts: Mapping[str, ChangeText] = field(default_factory=dict)
    told_by: str = ""

    @property
    def plural(self) -> str:
        """What people call the rows, such as `legal entities`."""
        return re.sub("[A-Z]", lambda letter: f" {letter[0].lower()}", self.name)

    @property
    def noun(self) -> str:
        """What people call a row, such as `legal entity` or `tax`."""
        return re.sub("(x|ss|sh|ch)es$|s$", r"\1", re.sub("ies$", "y", self.plural))

    @property
    def key_fields(self) -> tuple[str, ...]:
        """The names of the fields that are the key."""
        return (self.key,) if isinstance(self.key, str) else self.key

    def key_of(self, row: Row) -> Key:
        """Return the key of a row."""
        return row[self.key] if isinstance(self.key, str) else tuple(row.get(name) for name in self.key)

    def all_references(self) -> Mapping[str, Target]:
        """Return the references, including the one to the parent row."""
        return self.references if self.parent is None else {**self.references, self.parent: self.name}

    def complete_rows(self, rows: Iterable[Row], draft: Draft) -> list[Row]:
        """Return rows with all that was left out; one from which nothing was left out is returned itself."""
        completions = {**_shared_completions(self.schema), **self.completions}
        return [self._complete_row(row, completions, draft) for row in rows]

    def _complete_row(self, row: Row, completions: Mapping[str, Completion], draft: Draft) -> Row:
        complete: Row = row
        for name, default in self.defaults.items():
            if name not in complete:
                value = default(complete, draft) if callable(default) else default
                complete = complete if value is None else {**complete, name: value}
        for name, completion in completions.items():
            if name in complete:
                value = completion(complete[name], complete, draft)
                complete = complete if value is complete[name] else {**complete, name: value}
        if complete is row:
            return row
        return {name: complete[name] for name in (*self.schema["properties"], *complete) if name in complete}

    def target_of(self, path: str, row: Row) -> str | None:
        """Return the name of the section that the reference at a path leads to; None if it refers to nothing."""
        target = self.all_references().get(path) or self.loose_references[path]
        return target if isinstance(target, str) else target.targets.get(row[target.field])


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection(Section):
    """Documents that a tenant's state stores by their key, which is one field.

    A subclass stores its rows in another table of the state, or in another form, of which `row_of` makes rows.

    generator: how rows of generated worlds are made; None to leave the collection out of them.
    """

    generator: RowGenerator | None = None

    def table(self, state: State) -> Table[str, Row]:
        """Return the rows by key."""
        return state.collection(self.name)

    def tables(self, state: State) -> Iterable[Table[Any, Any]]:
        """Return the tables with what is stored, in the order of the keys."""
        return (self.table(state),)

    def row_of(self, stored: Any) -> Row:
        """Return what a table stores under one key as a row."""
        row: Row = stored
        return row

    def count_rows(self, state: State) -> int:
        """Return the number of rows, without building them."""
        return sum(len(table) for table in self.tables(state))

    def export(self, state: State) -> Iterator[tuple[Key, Row]]:
        """Yield each row with its key, in the order of the keys."""
        for table in self.tables(state):
            for stored in table.values():
                row = self.row_of(stored)
                yield self.key_of(row), row

    def compare(self, before: State, after: State) -> Iterator[RowChange]:
        """Yield the rows that differ between two states, in the order of the keys."""
        return (change for change in self.table(before).compare(self.table(after)) if differs(*change[1:]))

    def find(self, state: State, key_text: str) -> list[Row]:
        """Return the rows whose key is written like this: none, one, or several if ids contain slashes."""
        row = self.table(state).get(key_text)
        return [] if row is None else [row]

    def with_table(self, state: State, table: Table[str, Row]) -> State:
        """Return a state in which the rows are those of this table."""
        return state.with_table(self.name, table)

    def put_row(self, state: State, row: Row) -> State:
        """Return a state with this row, which may replace an older one; it is not checked."""
        return self.with_table(state, self.table(state).set(str(self.key_of(row)), row))

    def drop_row(self, state: State, row: Row) -> State:
        """Return a state without the row with this key; rows that refer to it stay."""
        return self.with_table(state, self.table(state).delete(str(self.key_of(row))))

    def load(self, state: State, rows: Iterable[Row]) -> State:
        """Return a state in which these rows replace those of the collection."""
        return self.with_table(state, Table.from_pairs((str(self.key_of(row)), row) for row in rows))


class DividedCollection(Collection):
    """Rows that a state stores in a table for each value of the first field of their key.

    They go with any row that they refer to, and no row refers to them.
    """

    def tables_by_first(self, state: State) -> Table[str, Table[Any, Any]]:
        """Return the tables, by that field."""
        raise NotImplementedError

    def tables(self, state: State) -> Iterable[Table[Any, Any]]:
        """Return the tables with what is stored, in the order of the keys."""
        return self.tables_by_first(state).values()

    def drop_referring(self, state: State, path: str, target: str, keys: frozenset[str]) -> State:
        """Return a state without the rows that refer to rows of the target by this path."""
        raise NotImplementedError

    def compare(self, before: State, after: State) -> Iterator[RowChange]:
        """Yield the rows that differ between two states, in the order of the keys."""
        for _, old_table, new_table in self.tables_by_first(before).compare(self.tables_by_first(after)):
            for _, old, new in (old_table or NO_ASSIGNMENTS).compare(new_table or NO_ASSIGNMENTS):
                old_row, new_row = (None if entry is None else self.row_of(entry) for entry in (old, new))
                row = new_row or old_row
                if row is not None and differs(old_row, new_row):
                    yield self.key_of(row), old_row, new_row

    def find(self, state: State, key_text: str) -> list[Row]:
        """Return the rows whose key is written like this."""
        return [
            self.row_of(entry)
            for first, table in self.tables_by_first(state).items()
            if key_text.startswith(f"{first}/")
            for rest in _read_keys(key_text.removeprefix(f"{first}/"), next(iter(table)))
            if (entry := table.get(rest)) is not None
        ]


def _read_keys(text: str, sample: str | tuple[str, str]) -> list[Any]:
    """Return the keys that are written like this, in order: texts or pairs, as the sample is."""
    if isinstance(sample, str):
        return [text]
    slashes = [match.start() for match in re.finditer("/", text)]
    pairs = [(text[:place], text[place + 1 :]) for place in slashes if 0 < place < len(text) - 1]
    return sorted([*pairs, (text, ""), ("", text)])


SHARED_COMPLETIONS: Mapping[str, Completion] = {
    LOCALIZED["$ref"]: complete_text,
    CHOSEN_TEXTS["$ref"]: complete_text,
    METADATA["$ref"]: complete_metadata,
}


def _shared_completions(schema: Row) -> dict[str, Completion]:
    """Return how fields with shared schemas are completed, by the names of the fields."""
    properties = schema["properties"].items()
    return {
        name: SHARED_COMPLETIONS[field_schema["$ref"]]
        for name, field_schema in properties
        if field_schema.get("$ref") in SHARED_COMPLETIONS
    }


def index_collections(collections: Iterable[Collection]) -> Mapping[str, Collection]:
    """Return collections by name, each after those that it refers to.

    ValueError if two have the same name, if references form a cycle, or if one leads to an unknown collection.
    """
    by_name: dict[str, Collection] = {}
    for collection in collections:
        if collection.name in by_name:
            raise ValueError(f"two services declare the collection {collection.name!r}")
        by_name[collection.name] = collection
    targets = {name: _targets(collection) - {name} for name, collection in sorted(by_name.items())}
    unknown = set().union(*targets.values()) - by_name.keys()
    if unknown:
        raise ValueError(f"no service declares the collections {sorted(unknown)}, to which others refer")
    return {name: by_name[name] for name in TopologicalSorter(targets).static_order()}


def _targets(section: Section) -> set[str]:
    """Return the names of the sections that a section refers to."""
    return {name for target in section.references.values() for name in target_names(target)}


def differs(old: Row | None, new: Row | None) -> bool:
    """Whether two rows are different JSON; to Python, true equals 1, and 1 equals 1.0."""
    if old is new:
        return False
    return old != new or dumps(old, option=OPT_SORT_KEYS) != dumps(new, option=OPT_SORT_KEYS)


def format_key(key: Key) -> str:
    """Return a key as people read it; the parts of a composed one are joined by slashes."""
    return key if isinstance(key, str) else "/".join(filter(None, key))
