"""docs/fidelity.md says what is so: its tests, modules and switches exist, and no rule in the code is missing."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

import mockserver
from mockserver.settings import Behaviour

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = Path(mockserver.__file__).parent
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs" / "fidelity.md").read_text().splitlines()
    if re.match(r"\| [A-F]\d", line)
]
TESTS = "\n".join(path.read_text() for path in (ROOT / "tests").glob("test_*.py"))
BASES = {"documented", "observed", "inferred", "assumed", "ours", "disputed", "documented (sizes)"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_a_row_names_a_basis_a_place_and_a_test_that_exist(row: list[str]) -> None:
    _, rule, basis, _, where, test = row
    assert rule.endswith(".")
    assert set(basis.split(", ")) <= BASES
    place = where.strip("`")
    found = ROOT / place if place.startswith("spec/") else PACKAGE / f"{place}.py"
    assert found.exists() or (PACKAGE / place).is_dir()
    assert f"def {test.strip('`')}(" in TESTS


def test_every_switch_has_a_row_and_every_row_a_switch_that_exists() -> None:
    named = {row[3].strip("`") for row in ROWS if row[3]}
    assert named == {each.name for each in fields(Behaviour)}


@pytest.mark.parametrize("name", [each.name for each in fields(Behaviour)])
def test_every_switch_is_turned_by_a_test(name: str) -> None:
    assert re.search(rf"simulator\([^)]*\b{name}=", TESTS)


def test_ids_come_once() -> None:
    ids = [row[0] for row in ROWS]
    assert len(ids) == len(set(ids))


def test_every_rule_that_the_code_names_has_a_row() -> None:
    code = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    cited = set(re.findall(r"\(([A-F]\d{1,2})\b", code)) | set(re.findall(r", ([A-F]\d{1,2})\)", code))
    assert cited <= {row[0] for row in ROWS}
