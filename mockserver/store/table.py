"""A persistent map with sorted keys: a change returns a new table that shares most of its data with the old one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate, chain, islice
from typing import Any, Generic, TypeVar, overload

KeyT = TypeVar("KeyT", bound=Any)
ValueT = TypeVar("ValueT")
DefaultT = TypeVar("DefaultT")

CHUNK_SIZE = 170  # entries of a new chunk, at most: as many as fit a dict of 256 slots
MAX_CHUNK_SIZE = 341  # as many as fit a dict of 512 slots
LARGE_TABLE_CHUNKS = 500  # a table with more has chunks that are twice as long, because each change copies their list


class Table(Generic[KeyT, ValueT]):
    """An immutable map with sorted keys.

    The entries are in chunks: dicts in the order of their keys. A change copies one chunk and the list of chunks, so it
    takes about O(sqrt(n)); a get and a slice at any offset take O(log n). The bounds separate the chunks: each is at
    most the first key of the chunk after it, and greater than all keys before it. A table never changes its chunks.
    """

    __slots__ = ("__weakref__", "_bounds", "_chunks", "_ends", "_size")

    def __init__(
        self, chunks: list[dict[KeyT, ValueT]] | None = None, bounds: list[KeyT] | None = None, size: int = 0
    ) -> None:
        self._chunks: list[dict[KeyT, ValueT]] = chunks or [{}]
        self._bounds: list[KeyT] = bounds or []
        self._size = size
        self._ends: list[int] | None = None  # the positions after the last entry of each chunk, once a slice needs them

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[KeyT, ValueT]]) -> Table[KeyT, ValueT]:
        """Build a table in O(n log n); the last one of equal keys wins."""
        entries = dict(pairs)
        chunks = _split_entries({key: entries[key] for key in sorted(entries)}, len(entries) // CHUNK_SIZE)
        return cls(chunks, _first_keys(chunks[1:]), len(entries))

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[KeyT]:
        return chain.from_iterable(self._chunks)

    def __contains__(self, key: object) -> bool:
        try:
            return key in self._chunks[bisect_right(self._bounds, key)]
        except TypeError:  # a key of another type, such as None
            return False

    def __getitem__(self, key: KeyT) -> ValueT:
        return self._chunks[bisect_right(self._bounds, key)][key]

    @overload
    def get(self, key: KeyT) -> ValueT | None: ...
    @overload
    def get(self, key: KeyT, default: DefaultT) -> ValueT | DefaultT: ...
    def get(self, key: KeyT, default: Any = None) -> Any:
        """Return the value under this key, or the default."""
        try:
            return self._chunks[bisect_right(self._bounds, key)].get(key, default)
        except TypeError:  # as above
            return default

    def get_many(self, keys: Iterable[KeyT]) -> list[ValueT | None]:
        """Return the value under each key, or None; faster than getting one after the other."""
        chunks, bounds = self._chunks, self._bounds
        if not bounds:
            return list(map(chunks[0].get, keys))
        return [chunks[bisect_right(bounds, key)].get(key) for key in keys]

    def values(self) -> Iterable[ValueT]:
        """Return all values, in the order of their keys."""
        if not self._bounds:
            return self._chunks[0].values()
        return chain.from_iterable(map(dict.values, self._chunks))

    def items(self) -> Iterator[tuple[KeyT, ValueT]]:
        """Iterate over all keys and values, in the order of the keys."""
        return chain.from_iterable(map(dict.items, self._chunks))

    @property
    def chunks(self) -> Sequence[Mapping[KeyT, ValueT]]:
        """The entries in the order of the keys, in parts that this table shares with others and that never change."""
        return self._chunks

    def slice(self, start: int, stop: int) -> list[ValueT]:
        """Return the values at these positions, in the order of their keys; earlier chunks are skipped."""
        index = 0
        if start > 0:
            if self._ends is None:
                self._ends = list(accumulate(map(len, self._chunks)))
            index = bisect_right(self._ends, start)
            skipped = self._ends[index - 1] if index else 0
            start, stop = start - skipped, stop - skipped
        values: list[ValueT] = []
        while len(values) < stop and index < len(self._chunks):
            values += self._chunks[index].values()
            index += 1
        return values[max(0, start) : stop]

    def set(self, key: KeyT, value: ValueT) -> Table[KeyT, ValueT]:
        """Return a table in which the key has this value."""
        index = bisect_right(self._bounds, key)
        chunk, chunks = self._chunks[index], self._chunks.copy()
        if key in chunk:
            chunks[index] = chunk | {key: value}
            return Table(chunks, self._bounds, self._size)
        keys, values = list(chunk), list(chunk.values())
        position = bisect_left(keys, key)
        keys.insert(position, key)
        values.insert(position, value)
        chunks[index] = dict(zip(keys, values, strict=True))
        is_too_long = len(keys) > MAX_CHUNK_SIZE * _length_factor(len(chunks))
        bounds = _split_chunk(chunks, self._bounds, index) if is_too_long else self._bounds
        return Table(chunks, bounds, self._size + 1)

    def update(self, entries: Mapping[KeyT, ValueT]) -> Table[KeyT, ValueT]:
        """Return a table in which these keys have these values, or this table itself for none; copies a chunk once."""
        if not entries:
            return self
        by_chunk: dict[int, dict[KeyT, ValueT]] = {}
        for key, value in entries.items():
            by_chunk.setdefault(bisect_right(self._bounds, key), {})[key] = value
        chunks, bounds, size = self._chunks.copy(), self._bounds, self._size
        for index in sorted(by_chunk, reverse=True):  # from the end, because a long chunk becomes several
            chunk = chunks[index] | by_chunk[index]
            added_count = len(chunk) - len(chunks[index])
            chunks[index] = {key: chunk[key] for key in sorted(chunk)} if added_count else chunk
            size += added_count
            if len(chunk) > MAX_CHUNK_SIZE * _length_factor(len(chunks)):
                bounds = _split_chunk(chunks, bounds, index)
        return Table(chunks, bounds, size)

    def delete(self, key: KeyT) -> Table[KeyT, ValueT]:
        """Return a table without the key, or this table itself if the key is missing."""
        index = bisect_right(self._bounds, key)
        if key not in self._chunks[index]:
            return self
        chunks, bounds = self._chunks.copy(), self._bounds
        chunk = chunks[index] = chunks[index].copy()
        del chunk[key]
        if not chunk and bounds:
            del chunks[index]
            bounds = bounds[: max(0, index - 1)] + bounds[max(1, index) :]
        return Table(chunks, bounds, self._size - 1)

    def delete_many(self, keys: Iterable[KeyT]) -> Table[KeyT, ValueT]:
        """Return a table without these keys, or this table itself if all are missing; copies a chunk once."""
        by_chunk: dict[int, set[KeyT]] = {}
        for key in keys:
            if key in self._chunks[index := bisect_right(self._bounds, key)]:
                by_chunk.setdefault(index, set()).add(key)
        if not by_chunk:
            return self
        chunks, bounds = self._chunks.copy(), self._bounds.copy()
        for index in sorted(by_chunk, reverse=True):  # from the end, because an empty chunk goes
            chunks[index] = chunks[index].copy()
            for key in by_chunk[index]:
                del chunks[index][key]
            if not chunks[index] and bounds:
                del chunks[index], bounds[max(0, index - 1)]
        return Table(chunks, bounds, self._size - sum(map(len, by_chunk.values())))

    def compare(self, newer: Table[KeyT, ValueT]) -> Iterator[tuple[KeyT, ValueT | None, ValueT | None]]:
        """Yield key, old and new value of the entries that a newer table has as other objects; None for no value.

        It takes no time for the chunks that both tables share.
        """
        shared = {id(chunk) for chunk in self._chunks} & {id(chunk) for chunk in newer._chunks}
        old, new = (
            dict(chain.from_iterable(chunk.items() for chunk in table._chunks if id(chunk) not in shared))
            for table in (self, newer)
        )
        for key in sorted(old.keys() | new.keys()):
            old_value, new_value = old.get(key), new.get(key)
            if old_value is not new_value:
                yield key, old_value, new_value


def _split_chunk(chunks: list[dict[KeyT, ValueT]], bounds: list[KeyT], index: int) -> list[KeyT]:
    """Split the chunk that is too long in a list that no table has yet, and return the new bounds."""
    parts = _split_entries(chunks[index], len(chunks))
    chunks[index : index + 1] = parts
    return [*bounds[:index], *_first_keys(parts[1:]), *bounds[index:]]


def _split_entries(entries: dict[KeyT, ValueT], table_chunks: int) -> list[dict[KeyT, ValueT]]:
    """Return entries as chunks of equal length, in the same order, for a table with this number of chunks."""
    chunk_count = -(-len(entries) // (CHUNK_SIZE * _length_factor(table_chunks)))
    size, pairs = -(-len(entries) // max(1, chunk_count)), iter(entries.items())
    return [dict(islice(pairs, size)) for _ in range(chunk_count)]


def _length_factor(table_chunks: int) -> int:
    return 2 if table_chunks > LARGE_TABLE_CHUNKS else 1


def _first_keys(chunks: list[dict[KeyT, ValueT]]) -> list[KeyT]:
    return [next(iter(chunk)) for chunk in chunks]
