"""A cache of encoded rows, so that a reply need not validate, project and encode the same rows again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any, TypeVar

from .derived_cache import DerivedCache

MAX_CACHE_BYTES = 16 * 1024 * 1024  # of all rows together
ROW_OVERHEAD_BYTES = 300  # of a row, in addition to its encoded bytes
BUCKET_OVERHEAD_BYTES = 1000  # of a bucket, in addition to its rows and its variant
MAX_CACHED_LIST_ROWS = 1000  # of one list; a longer one is probably read once, and would displace hot rows

SourceT = TypeVar("SourceT", bound=Hashable)
EncodedRows = dict[Any, bytes]  # a bucket: the encoded rows of one variant by their sources


class RowCache(DerivedCache[EncodedRows]):
    """Encoded rows by source, in a bucket for each combination of dependencies and variant.

    A cached row is never stale: a write replaces the source, and a change of a dependency leads to another bucket.
    Tenants that start from the same world share its sources, and therefore cached rows.
    """

    def __init__(self) -> None:
        super().__init__(MAX_CACHE_BYTES)

    def encode_rows(
        self,
        sources: Sequence[SourceT],
        depends_on: tuple[object, ...],
        variant: Hashable,
        encode: Callable[[SourceT], bytes],
    ) -> Sequence[bytes]:
        """Return the encoded rows of the sources, from the cache as far as possible.

        depends_on: what else the rows are made of, compared by identity; a bucket lives no longer than these objects.
        variant: everything else that the bytes depend on, such as schema, languages and fields.
        encode: makes and encodes the row of a source.
        """
        encoded_rows = self._bucket_for(depends_on, variant)
        if len(sources) > 1:  # only then an itemgetter returns a tuple
            with suppress(KeyError):
                found: Sequence[bytes] = itemgetter(*sources)(encoded_rows)  # the usual case, at 15 ns a row
                return found
        return [
            encoded_rows[source] if source in encoded_rows else self._encode_row(encoded_rows, source, encode)
            for source in sources
        ]

    def encode_row(
        self,
        source: SourceT,
        depends_on: tuple[object, ...],
        variant: Hashable,
        encode: Callable[[SourceT], bytes],
    ) -> bytes:
        """Return the encoded row of one source; the arguments are those of `encode_rows`."""
        encoded_rows = self._bucket_for(depends_on, variant)
        encoded = encoded_rows.get(source)
        return self._encode_row(encoded_rows, source, encode) if encoded is None else encoded

    def _bucket_for(self, depends_on: tuple[object, ...], variant: Hashable) -> EncodedRows:
        bucket = self.find_entry(depends_on, variant)
        if bucket is None:
            variant_size = len(repr(variant))  # clients choose the length of languages and fields
            bucket = self.add_entry(depends_on, variant, {}, BUCKET_OVERHEAD_BYTES + variant_size)
        return bucket

    def _encode_row(self, encoded_rows: dict[Any, bytes], source: SourceT, encode: Callable[[SourceT], bytes]) -> bytes:
        encoded = encode(source)
        # Times 4, since the cache also keeps the source alive, which may have left the state.
        self.make_room(ROW_OVERHEAD_BYTES + 4 * len(encoded))
        encoded_rows[source] = encoded
        return encoded
