"""Rows as the bytes that they left as, kept while there is room, so that a list need not judge and write them again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from threading import Lock
from typing import Any, NamedTuple, TypeVar
from weakref import ref

BYTES_AT_MOST = 16 * 1024 * 1024  # of all rows together
BYTES_OF_A_ROW = 300  # without its text
BYTES_OF_A_SHEET = 1000  # without its rows, and without what the client said
ROWS_AT_ONCE = 1000  # of one list; who wants more reads everything once, and would crowd out what is asked for often

Source = TypeVar("Source", bound=Hashable)


class Sheet(NamedTuple):
    """The texts of rows that are made of the same things and seen alike, by their sources."""

    texts: dict[Any, bytes]
    made_of: list[ref[Any]]


class Texts:
    """The texts of rows, a sheet for each way of making and seeing them.

    A change of a row makes another source, and a change of what else rows are made of another sheet, so no text is ever
    out of date. Tenants that start from one world share the sources, and so the texts.
    """

    def __init__(self) -> None:
        self._sheets: dict[tuple[Hashable, ...], Sheet] = {}
        self._bytes = 0
        self._counting = Lock()

    def of(
        self,
        sources: Sequence[Source],
        made_of: tuple[object, ...],
        seen_as: Hashable,
        write: Callable[[Source], bytes],
    ) -> list[bytes]:
        """Return the texts of rows.

        made_of: what the rows are made of beside their sources, told apart by identity; texts go with it.
        seen_as: how they are made of it, and seen. write: makes the text of a row that is not kept.
        """
        texts = self._sheet(made_of, seen_as).texts
        try:
            return [texts[source] for source in sources]  # the usual case, at 50 ns a row
        except KeyError:
            return [texts[source] if source in texts else self._written(texts, source, write) for source in sources]

    def _sheet(self, made_of: tuple[object, ...], seen_as: Hashable) -> Sheet:
        key = (*map(id, made_of), seen_as)
        found = self._sheets.get(key)
        if found is None:
            said = len(repr(seen_as))  # languages and fields, which clients may write at any length
            self._make_room(BYTES_OF_A_SHEET + said)
            kept = [ref(each, lambda _: self._sheets.pop(key, None)) for each in made_of]  # an id may come again later
            found = self._sheets[key] = Sheet({}, kept)
        return found

    def _written(self, texts: dict[Any, bytes], source: Source, write: Callable[[Source], bytes]) -> bytes:
        text = write(source)
        self._make_room(BYTES_OF_A_ROW + 4 * len(text))  # the source, which may have gone from its state, is kept too
        texts[source] = text
        return text

    def _make_room(self, size: int) -> None:
        """Begin anew if there is too much: what is asked for often is soon back."""
        with self._counting:
            self._bytes += size
            if self._bytes > BYTES_AT_MOST:
                self._sheets.clear()
                self._bytes = size
