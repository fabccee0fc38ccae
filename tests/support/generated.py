"""Write every file that is generated from specs, collections and worlds: `python -m tests.support.generated`."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from click.testing import CliRunner

from mockserver.cli.commands import commands
from mockserver.control.explain.fidelity import FidelityRule, load_fidelity_rules
from tests.support import parsed_files
from tests.support.paths import ROOT

COMMANDS = {
    "fixtures/default.yaml": "seed --shipped default",
    "fixtures/catalogue.yaml": "seed --shipped catalogue",
    "fixtures/world.schema.json": "world-schema",
    "fixtures/scenario.schema.json": "scenario-schema",
    "docs/operations.md": "routes --format markdown",
    "docs/settings.md": "settings --format markdown",
}
FIDELITY = ROOT / "docs" / "fidelity.md"
KIND_ROW = re.compile(r"^(\| (?P<kind>[a-z ]+) \| [^|]+ \|) \d+ \| \d* ?\|", re.MULTILINE)
SOURCE = re.compile(r" \d{4}-\d\d(-\d\d)?$")
DISPUTED = "; disputed: "


def kinds_of_basis(row: FidelityRule) -> set[str]:
    """Return the kinds of a rule's sources, and `disputed` if there is another reading."""
    own, _, other = row.basis.partition(DISPUTED)
    return {SOURCE.sub("", source) for source in own.split(", ")} | ({"disputed"} if other else set())


def count_kinds(rows: Sequence[FidelityRule]) -> dict[str, tuple[int, int]]:
    """Return for each kind of basis how many rules have it, and how many have no other."""
    kinds = [kinds_of_basis(row) for row in rows]
    having = Counter(kind for some in kinds for kind in some)
    alone = Counter(kind for some in kinds if len(some) == 1 for kind in some)
    return {kind: (count, alone[kind]) for kind, count in having.items()}


def write_counts(page: str) -> str:
    """Return the page of the rules with the right numbers in its table of kinds."""
    counts = count_kinds(list(load_fidelity_rules().values()))

    def write_row(match: re.Match[str]) -> str:
        having, alone = counts[match["kind"]]
        return f"{match[1]} {having} | {alone if match['kind'] != 'disputed' else ''} |".replace("|  |", "| |")

    return KIND_ROW.sub(write_row, page)


def write_if_changed(path: Path, text: str) -> None:
    """Write a file, and say so, unless it has this text."""
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")
        print(f"wrote {path.relative_to(ROOT)}")


def main() -> None:
    """Write all generated files that are not up to date."""
    for name, command in COMMANDS.items():
        result = CliRunner().invoke(commands, command.split())
        if result.exit_code:
            sys.exit(f"mockserver {command}: {result.output}{result.exception or ''}")
        write_if_changed(ROOT / name, result.output)
    write_if_changed(FIDELITY, write_counts(FIDELITY.read_text(encoding="utf-8")))
    parsed_files.main()


if __name__ == "__main__":
    main()
