"""A persistent map with sorted keys: a change returns a new table that shares most of its data with the old one."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Generic, TypeVar

from immutables import Map

KeyT = TypeVar("KeyT", bound=Any)
ValueT = TypeVar("ValueT")

CHUNK_SIZE = 512  # keys; a change copies one chunk and the list of chunks


class Table(Generic[KeyT, ValueT]):
    """An immutable map with sorted keys; a get takes O(1), a change and a slice at any offset about O(sqrt(n))."""

    __slots__ = ("_chunks", "_values")

    def __init__(self, values: Map[KeyT, ValueT] | None = None, chunks: tuple[tuple[KeyT, ...], ...] = ()) -> None:
        self._values: Map[KeyT, ValueT] = Map() if values is None else values
        self._chunks = chunks

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[KeyT, ValueT]]) -> Table[KeyT, ValueT]:
        """Build a table in O(n log n); the last one of equal keys wins."""
        values = Map(pairs)
        keys = sorted(values)
        return cls(values, tuple(tuple(keys[start : start + CHUNK_SIZE]) for start in range(0, len(keys), CHUNK_SIZE)))

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[KeyT]:
        return chain.from_iterable(self._chunks)

    def get(self, key: KeyT) -> ValueT | None:
        """Return the value under this key, or None."""
        return self._values.get(key)

    def values(self) -> Iterator[ValueT]:
        """Iterate over all values, in the order of their keys."""
        return map(self._values.__getitem__, self)

    def slice(self, start: int, stop: int) -> list[ValueT]:
        """Return the values at these positions, in the order of their keys; earlier chunks are skipped."""
        values: list[ValueT] = []
        for chunk in self._chunks:
            size = len(chunk)
            if start < size:
                keys = chunk if start <= 0 and stop >= size else chunk[max(0, start) : max(0, stop)]
                values.extend(map(self._values.__getitem__, keys))
            start, stop = start - size, stop - size
            if stop <= 0:
                break
        return values

    def set(self, key: KeyT, value: ValueT) -> Table[KeyT, ValueT]:
        """Return a table in which the key has this value."""
        chunks = self._chunks if key in self._values else self._insert_key(key)
        return Table(self._values.set(key, value), chunks)

    def delete(self, key: KeyT) -> Table[KeyT, ValueT]:
        """Return a table without the key, or this table itself if the key is missing."""
        if key not in self._values:
            return self
        return Table(self._values.delete(key), self._remove_key(key))

    def _chunk_index(self, key: KeyT) -> int:
        """Return the position of the chunk that contains the key or would contain it."""
        return max(0, bisect_right(self._chunks, key, key=lambda chunk: chunk[0]) - 1)

    def _insert_key(self, key: KeyT) -> tuple[tuple[KeyT, ...], ...]:
        if not self._chunks:
            return ((key,),)
        index = self._chunk_index(key)
        chunk = self._chunks[index]
        position = bisect_left(chunk, key)
        return self._replace_chunk(index, (*chunk[:position], key, *chunk[position:]))

    def _remove_key(self, key: KeyT) -> tuple[tuple[KeyT, ...], ...]:
        index = self._chunk_index(key)
        chunk = self._chunks[index]
        position = bisect_left(chunk, key)
        return self._replace_chunk(index, chunk[:position] + chunk[position + 1 :])

    def _replace_chunk(self, index: int, chunk: tuple[KeyT, ...]) -> tuple[tuple[KeyT, ...], ...]:
        """Return the chunks with one replaced: by nothing if the new one is empty, by two if it is too long."""
        middle = len(chunk) // 2
        parts: tuple[tuple[KeyT, ...], ...] = ()
        if len(chunk) > 2 * CHUNK_SIZE:
            parts = (chunk[:middle], chunk[middle:])
        elif chunk:
            parts = (chunk,)
        return (*self._chunks[:index], *parts, *self._chunks[index + 1 :])
