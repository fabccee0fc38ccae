"""Reports on published files: how many of their operations are stateful, answered by example, or built in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .defects import Defect, list_lines, summarize_defects


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """What became of one published file.

    service: its name here; "" if nothing of it was added. built_in_by: the services that serve its operations already.
    stateful: the collection of each operation, by its method and path. by_example, built_in: methods and paths.
    """

    service: str
    path: Path
    stateful: Mapping[str, str]
    by_example: Sequence[str]
    built_in: Sequence[str]
    built_in_by: Sequence[str]
    defects: Sequence[Defect]

    @property
    def total(self) -> int:
        """The number of operations in the file."""
        return len(self.stateful) + len(self.by_example) + len(self.built_in)

    @property
    def shown_path(self) -> str:
        """The path of the file, relative to the current folder if it is in there."""
        folder = Path.cwd()
        return str(self.path.relative_to(folder) if self.path.is_relative_to(folder) else self.path)

    @property
    def sentence(self) -> str:
        """One line with all counts."""
        own = f"{len(self.stateful)} of {self.total} operations stateful, {len(self.by_example)} by example"
        built_in = f", {len(self.built_in)} built in ({', '.join(self.built_in_by)})" if self.built_in else ""
        defects = summarize_defects(self.defects)
        counts = "; ".join(filter(None, (own + built_in, defects)))
        return f"{self.service or 'nothing'} from {self.shown_path}: {counts}"

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON, with the defects."""
        return {
            "service": self.service,
            "file": self.shown_path,
            "stateful": len(self.stateful),
            "byExample": len(self.by_example),
            "builtIn": len(self.built_in),
            "defects": list_lines(self.defects),
        }

    def write_text(self) -> str:
        """Return the report with every operation and every defect, a line each."""
        return "\n".join(
            [
                self.sentence,
                *(f"  stateful    {operation} ({name})" for operation, name in self.stateful.items()),
                *(f"  by example  {operation}" for operation in self.by_example),
                *(f"  built in    {operation}" for operation in self.built_in),
                *(f"  defect      {line}" for line in list_lines(self.defects)),
            ]
        )
