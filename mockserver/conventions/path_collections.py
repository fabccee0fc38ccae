"""Collections whose rows are identified by the ids in a path: those of published services."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ..store.collection import Collection, Row, RowChange, differs, format_key
from ..store.row_defaults import Draft, WrittenRow, complete_metadata
from ..store.row_schemas import CHOSEN_ID
from ..store.state import State

METADATA_SCHEMA: Mapping[str, Any] = {
    "description": "Version and times of the row; all of it may be left out.",
    "type": "object",
    "properties": {
        "version": {"type": "integer", "minimum": 0},
        "createdAt": {"type": "string"},
        "modifiedAt": {"type": "string"},
    },
}


class PathCollection(Collection):
    """Rows with a key of one or several fields, stored by a text that has the parts of the key."""

    @property
    def key_fields(self) -> tuple[str, ...]:
        """The fields of the key, in the order of the ids in a path."""
        return (self.key,) if isinstance(self.key, str) else self.key

    def text_of(self, parts: Sequence[str]) -> str:
        """Return the text under which a row with these ids is stored: the id itself if there is one only."""
        return parts[0] if len(parts) == 1 else "/".join(quote(part, safe="") for part in parts)

    def parts_of(self, row: Row) -> tuple[str, ...]:
        """Return the ids of a row, in the order of a path."""
        return tuple(str(row[field]) for field in self.key_fields)

    def get(self, state: State, parts: Sequence[str]) -> Row | None:
        """Return the row with these ids, or None."""
        return self.table(state).get(self.text_of(parts))

    def find(self, state: State, key_text: str) -> list[Row]:
        """Return the rows whose key is written like this: none, one, or several if ids contain slashes."""
        if len(self.key_fields) == 1:
            return Collection.find(self, state, key_text)
        split = key_text.split("/")
        if len(split) == len(self.key_fields):
            row = self.get(state, split)
            return [] if row is None else [row]
        return [row for key, row in self.export(state) if format_key(key) == key_text]

    def compare(self, before: State, after: State) -> Iterator[RowChange]:
        """Yield the rows that differ between two states, in the order of the keys."""
        for _, old, new in self.table(before).compare(self.table(after)):
            row = new or old
            if row is not None and differs(old, new):
                yield self.key_of(row), old, new

    def put_row(self, state: State, row: Row) -> State:
        """Return a state with this row, which may replace an older one; it is not checked."""
        return state.with_table(self.name, self.table(state).set(self.text_of(self.parts_of(row)), row))

    def drop_row(self, state: State, row: Row) -> State:
        """Return a state without the row with this key."""
        return state.with_table(self.name, self.table(state).delete(self.text_of(self.parts_of(row))))

    def load(self, state: State, rows: Iterable[Row]) -> State:
        """Return a state in which these rows replace those of the collection."""
        return state.with_collection(self.name, {self.text_of(self.parts_of(row)): row for row in rows})


def declare_collection(name: str, key_fields: Sequence[str], description: str) -> PathCollection:
    """Return a collection of documents with any fields, whose key has these."""
    return PathCollection(
        name=name,
        description=description,
        key=key_fields[0] if len(key_fields) == 1 else tuple(key_fields),
        defaults={"metadata": _first_metadata},
        completions={"metadata": complete_metadata},
        schema={
            "type": "object",
            "required": list(key_fields),
            "properties": {**dict.fromkeys(key_fields, CHOSEN_ID), "metadata": METADATA_SCHEMA},
        },
    )


def _first_metadata(row: WrittenRow, draft: Draft) -> Mapping[str, Any]:
    return complete_metadata({}, row, draft)
