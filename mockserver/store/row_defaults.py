"""What rows of world files get if people leave it out: defaults of fields, and of what fields contain."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

WrittenRow = Mapping[str, Any]

FIRST_TIME = "2024-01-01T08:00:00.000Z"  # when a row was created that does not say so; nothing generated is older


@dataclass(frozen=True, slots=True)
class Draft:
    """A world whose rows are being completed: what the default of a field can depend on.

    language: the default one. languages: all of the tenant.
    sections: the rows by section; those of sections that a row refers to are complete.
    """

    language: str
    languages: Sequence[str]
    sections: Mapping[str, Sequence[WrittenRow]]
    _rows_by_id: dict[str, dict[Any, WrittenRow]] = field(default_factory=dict)

    def rows(self, section: str) -> Sequence[WrittenRow]:
        """Return the rows of a section, none if the world lacks it."""
        return self.sections.get(section, ())

    def find_row(self, section: str, id_: str) -> WrittenRow | None:
        """Return the row of a section with this id, or None."""
        if section not in self._rows_by_id:
            self._rows_by_id[section] = {row["id"]: row for row in self.rows(section)}
        return self._rows_by_id[section].get(id_)


DefaultOf = Callable[[WrittenRow, Draft], Any]  # returns the default of a field; None for no value
Completion = Callable[[Any, WrittenRow, Draft], Any]  # returns what a field contains, with all that was left out


def copy_field(name: str) -> DefaultOf:
    """Return a default that is the value of another field of the row."""
    return lambda row, _: row[name]


def complete_text(text: Any, _: WrittenRow, draft: Draft) -> Any:
    """Return a text by language; a plain text is in the default language."""
    return {draft.language: text} if isinstance(text, str) else text


def complete_metadata(metadata: Mapping[str, Any], _: WrittenRow, __: Draft) -> Mapping[str, Any]:
    """Return metadata with version and times; what was never modified is as old as it is."""
    if "createdAt" in metadata and "modifiedAt" in metadata and "version" in metadata:
        return metadata
    created = metadata.get("createdAt", metadata.get("modifiedAt", FIRST_TIME))
    return {"createdAt": created, "modifiedAt": created, "version": 1, **metadata}
