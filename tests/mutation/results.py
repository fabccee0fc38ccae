"""Results of a mutmut run, read from the folder `mutants/`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.diff_apply import get_diff_for_mutant
from mutmut.stats import status_by_exit_code
from mutmut.utils.format_utils import orig_function_and_class_names_from_key

from .survivors import Mutant

FOLDER = Path("mutants")


@dataclass(frozen=True, slots=True)
class Result:
    """mutmut's name of a mutant, and its status, such as `killed`, `survived` or `timeout`."""

    name: str
    source: Path
    status: str

    @property
    def is_tested(self) -> bool:
        """Whether the run reached this mutant."""
        return self.status != "not checked"

    @property
    def is_killed(self) -> bool:
        """Whether a test failed, or did not end, as in an endless loop."""
        return self.status in {"killed", "timeout"}

    def read_mutant(self) -> Mutant:
        """Return the mutant by its lines, which stay the same when mutmut renumbers."""
        function, of_class = orig_function_and_class_names_from_key(self.name)
        steps = [*self.source.with_suffix("").parts, *([of_class] if of_class else []), function.rpartition(".")[2]]
        changed = get_diff_for_mutant(self.name, path=self.source).splitlines()[2:]
        return Mutant(".".join(steps), _changed_lines("-", changed), _changed_lines("+", changed))


def load_results() -> Iterator[Result]:
    """Yield all mutants of the last run, in the order of the files."""
    for path in sorted(FOLDER.rglob("*.meta")):
        source = path.relative_to(FOLDER).with_suffix("")
        for name, code in json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"].items():
            yield Result(name, source, status_by_exit_code[code])


def _changed_lines(sign: str, changed: list[str]) -> str:
    return "\n".join(line[1:].strip() for line in changed if line.startswith(sign))
