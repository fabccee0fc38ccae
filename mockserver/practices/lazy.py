"""Rows that are made when they are looked at, so that a list costs what its page costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

Source = TypeVar("Source")
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LazyRows(Sequence[Row], Generic[Source]):
    """A row for each of the sources, in their order."""

    sources: Sequence[Source]
    make: Callable[[Source], Row]

    def __len__(self) -> int:
        return len(self.sources)

    def __iter__(self) -> Iterator[Row]:
        return map(self.make, self.sources)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, int):
            return self.make(self.sources[index])
        return [self.make(source) for source in self.sources[index]]
