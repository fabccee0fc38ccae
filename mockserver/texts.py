"""Rows as the bytes that they left as, kept while there is room, so that a list need not judge and write them again."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any, TypeVar

BYTES_AT_MOST = 16 * 1024 * 1024  # of all rows together
BYTES_OF_A_ROW = 300  # without its text
BYTES_OF_A_SHEET = 1000
ROWS_AT_ONCE = 1000  # of one list; who wants more reads everything once, and would crowd out what is asked for often

Source = TypeVar("Source", bound=Hashable)
Sheet = dict[Any, bytes]


class Texts:
    """The texts of rows by their sources, a sheet for each way of making and seeing them.

    A change of a row makes another source, and a change of what else rows are made of another sheet, so no text is ever
    out of date. Tenants that start from one world share the sources, and so the texts.
    """

    def __init__(self) -> None:
        self._sheets: dict[tuple[Hashable, ...], tuple[Sheet, tuple[object, ...]]] = {}
        self._bytes = 0

    def of(
        self,
        sources: Sequence[Source],
        made_of: tuple[object, ...],
        seen_as: Hashable,
        write: Callable[[Source], bytes],
    ) -> list[bytes]:
        """Return the texts of rows.

        made_of: what the rows are made of beside their sources; it is told apart by identity, so it is kept alive.
        seen_as: how they are seen. write: makes the text of one that is not kept.
        """
        sheet = self._sheet(made_of, seen_as)
        try:
            return [sheet[source] for source in sources]  # the usual case, at 50 ns a row
        except KeyError:
            return [sheet[source] if source in sheet else self._written(sheet, source, write) for source in sources]

    def _sheet(self, made_of: tuple[object, ...], seen_as: Hashable) -> Sheet:
        key = (*map(id, made_of), seen_as)
        found = self._sheets.get(key)
        if found is None:
            self._make_room(BYTES_OF_A_SHEET)
            found = self._sheets[key] = ({}, made_of)
        return found[0]

    def _written(self, sheet: Sheet, source: Source, write: Callable[[Source], bytes]) -> bytes:
        text = write(source)
        self._make_room(BYTES_OF_A_ROW + 4 * len(text))  # the source, which may have gone from its state, is kept too
        sheet[source] = text
        return text

    def _make_room(self, size: int) -> None:
        """Begin anew if there is too much: what is asked for often is soon back."""
        self._bytes += size
        if self._bytes > BYTES_AT_MOST:
            self._sheets.clear()
            self._bytes = size
