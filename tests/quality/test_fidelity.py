"""docs/fidelity.md says what is so: its tests, modules and switches exist, and no rule in the code is missing."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from mockserver.control.explain.fidelity import FidelityRule, load_fidelity_rules
from mockserver.settings import Switches
from tests.support.paths import PACKAGE, ROOT

ROWS = load_fidelity_rules()
TESTS = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
BASES = {"documented", "observed", "client code", "inferred", "assumed", "ours", "disputed", "documented (sizes)"}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_names_a_basis_a_place_and_a_test_that_exist(row: FidelityRule) -> None:
    assert row.text.endswith(".")
    undated = {re.sub(r" \d{4}-\d{2}(-\d{2})?$", "", basis) for basis in row.basis.split(", ")}
    assert undated <= BASES
    for place in row.where.split(", "):
        assert re.fullmatch(r"`[\w/.-]+`", place)
        path = place.strip("`")
        assert (ROOT / path if path.startswith("spec/") else PACKAGE / f"{path}.py").exists()
    assert f"def {row.test.strip('`')}(" in TESTS


def test_every_switch_has_a_row_and_every_row_a_switch_that_exists() -> None:
    named = {row.switch.strip("`") for row in ROWS.values() if row.switch}
    assert named == {switch.name for switch in fields(Switches)}


@pytest.mark.parametrize("name", [switch.name for switch in fields(Switches)])
def test_every_switch_is_turned_by_a_test(name: str) -> None:
    assert re.search(rf"simulator\([^)]*\b{name}=", TESTS)


def test_ids_come_once() -> None:
    ids = re.findall(r"^\| ([A-Z]\d\w*) \|", (ROOT / "docs" / "fidelity.md").read_text(), re.M)
    assert ids == list(ROWS)


def test_every_rule_that_the_code_names_has_a_row() -> None:
    code = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    cited = set(re.findall(r"\(([A-Z]\d{1,2})\b", code)) | set(re.findall(r", ([A-Z]\d{1,2})\)", code))
    cited |= set(re.findall(r'rule ?= ?"(\w+)"', code))
    assert cited <= ROWS.keys()
