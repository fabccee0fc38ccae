"""Paging: `pageNumber` and `pageSize`, and the rows of a page (C1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import INVALID_PARAMETERS, BadRequest
from .columns import RowT

DEFAULT_PAGE_SIZE = 60
MAX_PAGING_NUMBER = 2**31 - 1  # the format int32 of most published specs; the live service refuses 1e15 (C1)


@dataclass(slots=True)
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
        """Index after the last row of a full page."""
        return self.number * self.size

    def slice_rows(self, rows: Sequence[RowT]) -> Sequence[RowT]:
        """Return the rows of this page: fewer on the last page, none after it."""
        return rows[self.start : self.stop]


def parse_page(
    size: str | None, number: str | None, max_size: int | None = None, default_size: int = DEFAULT_PAGE_SIZE
) -> Page:
    """Parse both parameters; BadRequest if one is not an integer of at least 1. A size is cut to `max_size`."""
    page_size = _parse_positive("pageSize", size, default_size)
    page_number = _parse_positive("pageNumber", number, 1)
    return Page(page_number, page_size if max_size is None else min(page_size, max_size))


def _parse_positive(name: str, text: str | None, default: int) -> int:
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) < len(str(MAX_PAGING_NUMBER)) and (number := int(text)):
        return number  # nearly always
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise _paging_error(name, "type", "must be an integer")
    if text.startswith("-") or not text.strip("0"):
        raise _paging_error(name, "minimum", "must be at least 1")
    if len(text) > len(str(MAX_PAGING_NUMBER)) or int(text) > MAX_PAGING_NUMBER:
        raise _paging_error(name, "maximum", f"must be at most {MAX_PAGING_NUMBER}")
    return int(text)


def _paging_error(name: str, error_type: str, detail: str) -> BadRequest:
    return BadRequest(INVALID_PARAMETERS, field=name, error_type=error_type, detail=detail, rule="C1")
