"""A cache of what is derived from immutable objects; an entry is dropped with the objects that it was derived from."""

from __future__ import annotations

from collections.abc import Hashable
from threading import Lock
from typing import Generic, NamedTuple, TypeVar
from weakref import ref

EntryT = TypeVar("EntryT")


class _Slot(NamedTuple, Generic[EntryT]):
    entry: EntryT
    depends_on: list[ref[object]]


class DerivedCache(Generic[EntryT]):
    """An entry for each combination of objects, compared by identity, and variant.

    An entry must not refer to these objects, since it would keep them alive.

    max_size: of all entries together, in a unit that the user chooses; the cache is emptied when it exceeds this.
    """

    def __init__(self, max_size: int) -> None:
        self.max_size = max_size
        self._slots: dict[tuple[Hashable, ...], _Slot[EntryT]] = {}
        self._size = 0
        self._size_lock = Lock()

    def find_entry(self, depends_on: tuple[object, ...], variant: Hashable) -> EntryT | None:
        """Return the entry for these objects and this variant, or None."""
        slot = self._slots.get((*map(id, depends_on), variant))
        return None if slot is None else slot.entry

    def add_entry(self, depends_on: tuple[object, ...], variant: Hashable, entry: EntryT, size: int) -> EntryT:
        """Keep an entry, and return it; it lives no longer than the objects."""
        self.make_room(size)
        key = (*map(id, depends_on), variant)
        # A dead object removes the entry, since its id may be reused.
        references = [ref(dependency, lambda _: self._slots.pop(key, None)) for dependency in depends_on]
        self._slots[key] = _Slot(entry, references)
        return entry

    def make_room(self, size: int) -> None:
        """Count an addition to an entry, and empty the cache if it is full."""
        with self._size_lock:
            self._size += size
            if self._size > self.max_size:
                self._slots.clear()
                self._size = size
