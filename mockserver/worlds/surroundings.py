"""What a change of a row leaves as it is: the rest of the state, which defaults and references of a part depend on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..store.collection import Collection, Key, Row
from ..store.state import State
from .exporting import export_rows


class RowReplacement(NamedTuple):
    """A row that replaces an older one; None if there was no row with its key, or if the row is removed."""

    collection: Collection
    key_text: str
    old_row: Row | None
    row: Row | None

    def apply_to(self, rows: list[Row]) -> tuple[list[Row], int]:
        """Return the rows of the collection after the change, and the position of the change among them."""
        position = len(rows) if self.old_row is None else rows.index(self.old_row)
        return [*rows[:position], *([] if self.row is None else [self.row]), *rows[position + 1 :]], position


class Surroundings(Mapping[str, list[Row]]):
    """The rows of a state after a change, by collection; each collection is exported when it is first needed."""

    def __init__(self, state: State, collections: Mapping[str, Collection], change: RowReplacement) -> None:
        self._state, self._collections, self._change = state, collections, change

    def __getitem__(self, name: str) -> list[Row]:
        """Return the rows of a collection, the changed one as it was sent."""
        rows = export_rows(self._state, self._collections[name])
        return self._change.apply_to(rows)[0] if name == self._change.collection.name else rows

    def __iter__(self) -> Iterator[str]:
        """Yield the names of the collections."""
        return iter(self._collections)

    def __len__(self) -> int:
        """Return the number of collections."""
        return len(self._collections)

    def has_key(self, name: str, key: str) -> bool:
        """Whether a row other than the changed one has this key, which is a single id."""
        return not self._is_changed(name, key) and self._state.has_document(name, key)

    def find_row(self, name: str, key: str) -> Row | None:
        """Return the row with a key, which is a single id; None for the changed one."""
        return next(iter(self._collections[name].find(self._state, key)), None) if self.has_key(name, key) else None

    def list_keys(self, name: str) -> Iterator[str]:
        """Yield the keys of all rows but the changed one; each is a single id."""
        return (
            str(key) for key, _ in self._collections[name].export(self._state) if not self._is_changed(name, str(key))
        )

    def find_twin(self, name: str, row: Row, field: str) -> Key | None:
        """Return the key of another row with the same text in a field; None if the row had this text before."""
        collection, text = self._collections.get(name), row[field].casefold()
        if collection is not self._change.collection or collection.key_of(row) != self._change.key_text:
            return None
        if _read_text(self._change.old_row, field) == text:
            return None
        others = ((key, other) for key, other in collection.export(self._state) if key != self._change.key_text)
        return next((key for key, other in others if _read_text(other, field) == text), None)

    def _is_changed(self, name: str, key: str) -> bool:
        return name == self._change.collection.name and key == self._change.key_text


def _read_text(row: Row | None, field: str) -> str | None:
    return None if row is None or field not in row else row[field].casefold()
