"""Rows of several tables as one lazy sequence, for listings of any size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, overload

from ...table import Table

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Rows(Sequence[Row]):
    """The values of the tables, one table after the other; a row is made when it is looked at."""

    tables: Sequence[Table[Any, Any]]
    make: Callable[[Any], Row]

    def __len__(self) -> int:
        return sum(map(len, self.tables))

    def __iter__(self) -> Iterator[Row]:
        return map(self.make, chain.from_iterable(table.values() for table in self.tables))

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, int):
            index = range(len(self))[index]
            return self[index : index + 1][0]
        start, stop, _ = index.indices(len(self))
        return [self.make(value) for value in self._between(start, stop)]

    def _between(self, start: int, stop: int) -> Iterator[Any]:
        for table in self.tables:
            yield from table.slice(max(start, 0), stop)
            start, stop = start - len(table), stop - len(table)
            if stop <= 0:
                return
