"""Paging: `pageNumber` and `pageSize`, and the rows that they ask for (C1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..errors import INVALID_PARAMETERS, BadRequest

DEFAULT_PAGE_SIZE = 60
MAX_PAGING_NUMBER = 10**9  # the live service refuses absurd numbers, 1e15 for one

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; the first has number 1."""

    number: int = 1
    size: int = DEFAULT_PAGE_SIZE

    @property
    def start(self) -> int:
        """Index of the first row."""
        return (self.number - 1) * self.size

    @property
    def stop(self) -> int:
        """Index behind the last row of a full page."""
        return self.number * self.size

    def slice_rows(self, rows: Sequence[RowT]) -> Sequence[RowT]:
        """Return the rows of this page: fewer at the end, none past it."""
        return rows[self.start : self.stop]


def parse_page(
    size: str | None, number: str | None, max_size: int | None = None, default_size: int = DEFAULT_PAGE_SIZE
) -> Page:
    """Read both parameters; BadRequest if one is not an integer from 1 on. A size beyond the maximum is cut to it."""
    requested_size = _parse_positive("pageSize", size, default_size)
    return Page(
        _parse_positive("pageNumber", number, 1), requested_size if max_size is None else min(requested_size, max_size)
    )


def _parse_positive(name: str, text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise BadRequest(INVALID_PARAMETERS, field=name, error_type="type", detail="must be an integer", rule="C1")
    if text.startswith("-") or not text.strip("0"):
        raise BadRequest(INVALID_PARAMETERS, field=name, error_type="minimum", detail="must be at least 1", rule="C1")
    if len(text) > len(str(MAX_PAGING_NUMBER)) or int(text) > MAX_PAGING_NUMBER:
        raise BadRequest(
            INVALID_PARAMETERS,
            field=name,
            error_type="maximum",
            detail=f"must be at most {MAX_PAGING_NUMBER}",
            rule="C1",
        )
    return int(text)
