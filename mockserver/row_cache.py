"""Rows as the bytes that they left as, kept while there is room, so that a list need not judge and write them again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Any, NamedTuple, TypeVar
from weakref import ref

MAX_CACHE_BYTES = 16 * 1024 * 1024  # of all rows together
ROW_OVERHEAD_BYTES = 300  # without its text
BUCKET_OVERHEAD_BYTES = 1000  # without its rows, and without what the client said
MAX_CACHED_LIST_ROWS = (
    1000  # of one list; who wants more reads everything once, and would crowd out what is asked for often
)

SourceT = TypeVar("SourceT", bound=Hashable)


class RowBucket(NamedTuple):
    """The texts of rows that are made of the same things and seen alike, by their sources."""

    encoded_rows: dict[Any, bytes]
    depends_on: list[ref[Any]]


class RowCache:
    """The texts of rows, a sheet for each way of making and seeing them.

    A change of a row makes another source, and a change of what else rows are made of another sheet, so no text is ever
    out of date. Tenants that start from one world share the sources, and so the texts.
    """

    def __init__(self) -> None:
        self._buckets: dict[tuple[Hashable, ...], RowBucket] = {}
        self._size = 0
        self._size_lock = Lock()

    def encode_rows(
        self,
        sources: Sequence[SourceT],
        depends_on: tuple[object, ...],
        variant: Hashable,
        encode: Callable[[SourceT], bytes],
    ) -> list[bytes]:
        """Return the texts of rows.

        made_of: what the rows are made of beside their sources, told apart by identity; texts go with it.
        seen_as: how they are made of it, and seen. write: makes the text of a row that is not kept.
        """
        encoded_rows = self._bucket_for(depends_on, variant).encoded_rows
        try:
            return [encoded_rows[source] for source in sources]  # the usual case, at 50 ns a row
        except KeyError:
            return [
                encoded_rows[source] if source in encoded_rows else self._encode_row(encoded_rows, source, encode)
                for source in sources
            ]

    def _bucket_for(self, depends_on: tuple[object, ...], variant: Hashable) -> RowBucket:
        key = (*map(id, depends_on), variant)
        bucket = self._buckets.get(key)
        if bucket is None:
            variant_size = len(repr(variant))  # languages and fields, which clients may write at any length
            self._make_room(BUCKET_OVERHEAD_BYTES + variant_size)
            references = [
                ref(each, lambda _: self._buckets.pop(key, None)) for each in depends_on
            ]  # an id may come again later
            bucket = self._buckets[key] = RowBucket({}, references)
        return bucket

    def _encode_row(self, encoded_rows: dict[Any, bytes], source: SourceT, encode: Callable[[SourceT], bytes]) -> bytes:
        encoded = encode(source)
        self._make_room(
            ROW_OVERHEAD_BYTES + 4 * len(encoded)
        )  # the source, which may have gone from its state, is kept too
        encoded_rows[source] = encoded
        return encoded

    def _make_room(self, size: int) -> None:
        """Begin anew if there is too much: what is asked for often is soon back."""
        with self._size_lock:
            self._size += size
            if self._size > MAX_CACHE_BYTES:
                self._buckets.clear()
                self._size = size
