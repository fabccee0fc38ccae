"""docs/fidelity.md says what is so: its tests, modules, switches and sources exist, and no rule is missing."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from mockserver.control.explain.fidelity import FidelityRule, load_fidelity_rules
from mockserver.settings import Switches
from tests.support.generated import count_kinds, kinds_of_basis
from tests.support.paths import PACKAGE, ROOT

ROWS = load_fidelity_rules()
PAGE = (ROOT / "docs" / "fidelity.md").read_text()
TESTS = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
SPECS = sorted((ROOT / "spec").glob("*.yaml"))
DATED = "documented|measured|client code"
UNDATED = "inferred|no evidence|ours"
KINDS = f"{DATED}|{UNDATED}".split("|")  # in the order of the page
SOURCE = re.compile(rf"(?P<dated>{DATED}) \d{{4}}-\d\d(-\d\d)?|(?P<undated>{UNDATED})")
DISPUTED = "; disputed: "
SOURCES = set(re.findall(rf"^\| ((?:{DATED}) [\d-]+) \|", PAGE, re.M))  # those that the section Sources explains


def split_basis(basis: str) -> tuple[list[str], list[str]]:
    """Return the sources of a rule and those of the other reading, each as a kind and its date."""
    own, _, other = basis.partition(DISPUTED)
    return own.split(", "), other.split(", ") if other else []


def kind_of(source: str) -> str:
    match = SOURCE.fullmatch(source)
    assert match, f"not a kind of basis with its date: {source!r}"
    return match["dated"] or match["undated"]


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_row_names_a_place_and_a_test_that_exist(row: FidelityRule) -> None:
    assert row.text.endswith(".")
    for place in row.where.split(", "):
        assert re.fullmatch(r"`[\w/.-]+`", place)
        path = place.strip("`")
        assert (ROOT / path if path.startswith("spec/") else PACKAGE / f"{path}.py").exists()
    assert f"def {row.test.strip('`')}(" in TESTS


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_basis_has_kinds_and_dates_that_the_page_explains(row: FidelityRule) -> None:
    own, other = split_basis(row.basis)
    for sources in (own, other):
        assert len(sources) == len(set(sources))
        order = [KINDS.index(kind_of(source)) for source in sources]
        assert order == sorted(order)
        assert {source for source in sources if re.match(DATED, source)} <= SOURCES
    assert all(re.match(DATED, source) for source in other)


@pytest.mark.parametrize("row", [row for row in ROWS.values() if DISPUTED in row.basis], ids=lambda row: row.id)
def test_a_disputed_rule_has_a_switch_or_says_why_not(row: FidelityRule) -> None:
    assert bool(row.switch) != ("the rule has no switch, because" in row.text)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_detail_without_evidence_is_marked_in_the_basis_too(row: FidelityRule) -> None:
    assert "assumed" not in row.text
    assert {kind for kind in ("inferred", "no evidence") if f"({kind})" in row.text} <= kinds_of_basis(row)


@pytest.mark.parametrize(
    "source", ["documented", "measured 2026", "client code", "ours 2026-08-21", "observed", "assumed"]
)
def test_other_words_and_missing_dates_are_found(source: str) -> None:
    with pytest.raises(AssertionError, match="not a kind of basis"):
        kind_of(source)


def test_every_source_that_the_page_explains_is_the_basis_of_a_row() -> None:
    assert {source for row in ROWS.values() for sources in split_basis(row.basis) for source in sources} >= SOURCES


def test_the_page_says_how_many_rules_have_each_kind_of_basis() -> None:
    said = {
        kind: (int(having), int(alone or 0))
        for kind, having, alone in re.findall(r"^\| ([a-z ]+) \| [^|]+ \| (\d+) \| (\d*) ?\|", PAGE, re.M)
    }
    assert said == count_kinds(list(ROWS.values()))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_the_specs_name_the_basis_in_the_same_words(path: Path) -> None:
    bases = re.findall(r"^ *x-basis: (.*?)(?:  #.*)?$", path.read_text(), re.M)
    for basis in bases:
        assert all(kind_of(source) for source in basis.split(", "))
        assert {source for source in basis.split(", ") if re.match(DATED, source)} <= SOURCES


def test_every_switch_has_a_row_and_every_row_a_switch_that_exists() -> None:
    named = {row.switch.strip("`") for row in ROWS.values() if row.switch}
    assert named == {switch.name for switch in fields(Switches)}


@pytest.mark.parametrize("name", [switch.name for switch in fields(Switches)])
def test_every_switch_is_turned_by_a_test(name: str) -> None:
    assert re.search(rf"simulator\([^)]*\b{name}=", TESTS)


def test_ids_come_once() -> None:
    assert re.findall(r"^\| ([A-Z]\d\w*) \|", PAGE, re.M) == list(ROWS)


def test_every_rule_that_the_code_names_has_a_row() -> None:
    code = "\n".join(path.read_text() for path in PACKAGE.rglob("*.py"))
    cited = set(re.findall(r"\(([A-Z]\d{1,2})\b", code)) | set(re.findall(r", ([A-Z]\d{1,2})\)", code))
    cited |= set(re.findall(r'rule ?= ?"(\w+)"', code))
    assert cited <= ROWS.keys()
