"""The mistakes in a world: each with its line, its row, its place and what would be right."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from ..store.collection import Section, format_key

MAX_MISTAKES = 20  # that are reported at once
MAX_KNOWN_NAMES = 15  # that a reason lists; no row has more fields
MAX_COMPARED_NAMES = 2000  # a millisecond for each hundred
MAX_NEAR_NAMES = 3

Steps = tuple[str | int, ...]


class Mistake(NamedTuple):
    """A mistake at a place, which is a JSON pointer without escapes.

    row: the row as people name it, such as `product hammer`; "" outside of rows.
    line: from 1; None if the world has no text.
    """

    place: str
    reason: str
    row: str = ""
    line: int | None = None

    def describe(self, path: Path) -> str:
        """Return one line with the file, and its line if it is known."""
        file = f"{path}:{self.line}" if self.line else str(path)
        return ": ".join(filter(None, (file, self.row, self.place, self.reason)))


class WorldError(Exception):
    """A world is invalid; the message has a line for each mistake, after a headline if there are several.

    has_more: whether there are more mistakes than those listed.
    """

    def __init__(self, path: Path, mistakes: Sequence[Mistake], *, has_more: bool = False) -> None:
        self.path, self.mistakes, self.has_more = path, tuple(mistakes), has_more
        lines = [mistake.describe(path) for mistake in mistakes]
        if len(mistakes) > 1:
            lines.insert(
                0,
                f"{path} has more than {len(mistakes)} mistakes; these are the first:"
                if has_more
                else f"{path} has {len(mistakes)} mistakes:",
            )
        super().__init__("\n".join(lines))

    @classmethod
    def at(cls, path: Path, place: str, reason: str, line: int | None = None) -> WorldError:
        """Return the error for a single mistake; the place is "" for the whole file."""
        return cls(path, [Mistake(place, " ".join(reason.split()), line=line)])

    @property
    def place(self) -> str:
        """The place of the first mistake."""
        return self.mistakes[0].place

    @property
    def reason(self) -> str:
        """The reason of the first mistake."""
        return self.mistakes[0].reason


def split_place(place: str) -> Steps:
    """Return the steps of a JSON pointer without escapes; a number is an index."""
    return tuple(int(step) if step.isdecimal() else step for step in place.split("/")[1:])


def name_row(world: Any, sections: Iterable[Section], steps: Steps) -> str:
    """Return the row that a place is in, such as `product hammer`, or `the 2nd product` if it has no key."""
    if len(steps) < 2 or not isinstance(steps[1], int):
        return ""
    section = next((section for section in sections if section.name == steps[0]), None)
    rows = world.get(steps[0])
    if section is None or not isinstance(rows, list) or steps[1] >= len(rows):
        return ""
    row, kind = rows[steps[1]], name_kind(section.name)
    keys = [row.get(field) for field in section.key_fields] if isinstance(row, dict) else []
    texts = [str(key) for key in keys if type(key) in (str, int) and key != ""]
    return f"{kind} {format_key(tuple(texts))[:100]}" if texts else f"{kind} number {steps[1] + 1}"


def name_kind(section: str, count: int = 1) -> str:
    """Return what this many rows of a section are: a `legal entity` for `legalEntities`."""
    words = re.sub("[A-Z]", lambda letter: f" {letter[0].lower()}", section)
    return words if count != 1 else re.sub("s$", "", re.sub("ies$", "y", words))


def suggest_names(name: Any, known: Collection[str]) -> str:
    """Return the known names that are nearest to an unknown one, or the first ones if none is near."""
    compared = known if len(known) <= MAX_COMPARED_NAMES else ()
    near = get_close_matches(str(name)[:100], compared, n=MAX_NEAR_NAMES, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(near)}?"
    listed = list(islice(known, MAX_KNOWN_NAMES))
    more = ", …" if len(known) > len(listed) else ""
    return f"there are {', '.join(listed)}{more}" if listed else "there is nothing to choose from"
