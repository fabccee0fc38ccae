"""The values of several tables as one sequence, for listings of any size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, overload

from ...table import Table


@dataclass(frozen=True, slots=True)
class ConcatenatedTables(Sequence[Any]):
    """The values of several tables; a slice of them costs what it has."""

    tables: Sequence[Table[Any, Any]]

    def __len__(self) -> int:
        return sum(map(len, self.tables))

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(table.values() for table in self.tables)

    @overload
    def __getitem__(self, index: int) -> Any: ...
    @overload
    def __getitem__(self, index: slice) -> list[Any]: ...
    def __getitem__(self, index: int | slice) -> Any:
        if isinstance(index, int):
            index = range(len(self))[index]
            return self[index : index + 1][0]
        start, stop, _ = index.indices(len(self))
        found: list[Any] = []
        for table in self.tables:
            size = len(table)
            if start < size:
                found += table.slice(max(start, 0), stop)
            start, stop = start - size, stop - size
            if stop <= 0:
                break
        return found
