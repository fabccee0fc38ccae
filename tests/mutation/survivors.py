"""The mutants that no test detects, with reasons, read from `survivors.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

SURVIVORS_FILE = Path(__file__).with_name("survivors.yaml")


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of one function: the removed lines, and the lines in their place.

    mutmut numbers its mutants, and the numbers shift with each edit of the function. These lines do not.
    """

    function: str
    was: str
    now: str

    def __str__(self) -> str:
        """Return the mutant as an entry of the list."""
        entry = {"in": self.function, "was": self.was, "now": self.now}
        return yaml.safe_dump([entry], sort_keys=False, allow_unicode=True, width=10_000).strip()


def load_survivors() -> dict[str, list[Mutant]]:
    """Return the known survivors, grouped by the reason why they survive."""
    groups = yaml.safe_load(SURVIVORS_FILE.read_text(encoding="utf-8"))
    return {
        group["why"]: [Mutant(mutant["in"], mutant["was"], mutant["now"]) for mutant in group["mutants"]]
        for group in groups
    }
