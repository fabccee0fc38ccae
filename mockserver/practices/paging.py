"""Paging: `pageNumber` and `pageSize`, and the rows that they ask for (C1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from ..errors import PARAMETER_PROBLEM, BadRequest

DEFAULT_SIZE = 60
LARGEST = 10**9  # the live service refuses absurd numbers, 1e15 for one

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; the first has number 1."""

    number: int = 1
    size: int = DEFAULT_SIZE

    @property
    def start(self) -> int:
        """Index of the first row."""
        return (self.number - 1) * self.size

    @property
    def stop(self) -> int:
        """Index behind the last row of a full page."""
        return self.number * self.size

    def cut(self, rows: Sequence[Row]) -> Sequence[Row]:
        """Return the rows of this page: fewer at the end, none past it."""
        return rows[self.start : self.stop]


def page(size: str | None, number: str | None, maximum: int | None = None, default: int = DEFAULT_SIZE) -> Page:
    """Read both parameters; BadRequest if one is not an integer from 1 on. A size beyond the maximum is cut to it."""
    asked = _positive("pageSize", size, default)
    return Page(_positive("pageNumber", number, 1), asked if maximum is None else min(asked, maximum))


def _positive(name: str, text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.removeprefix("-").isdigit()):
        raise BadRequest(PARAMETER_PROBLEM, field=name, kind="type", detail="must be an integer", rule="C1")
    if text.startswith("-") or not text.strip("0"):
        raise BadRequest(PARAMETER_PROBLEM, field=name, kind="minimum", detail="must be at least 1", rule="C1")
    if len(text) > len(str(LARGEST)) or int(text) > LARGEST:
        raise BadRequest(PARAMETER_PROBLEM, field=name, kind="maximum", detail=f"must be at most {LARGEST}", rule="C1")
    return int(text)
