"""docs/installation.md names the Pythons, commands and versions that the project has, and shows PowerShell too."""

from __future__ import annotations

import re

import pytest
import yaml

from tests.quality.uv import PYTHONS
from tests.support.paths import ROOT
from tools.prepare_environment import ANNOUNCEMENTS, read_project

PAGE = (ROOT / "docs" / "installation.md").read_text()
README = (ROOT / "README.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
PROJECT = read_project(ROOT)
FLOORS = dict(text.split(">=") for text in PROJECT["dependencies"])
NEIGHBOURS = yaml.safe_load((ROOT / "tests/tables/neighbours.yaml").read_text())["neighbours"]
BLOCK = re.compile(r"^```(sh|powershell)\n(.*?)```", re.S | re.M)


def test_it_names_the_supported_pythons() -> None:
    classifiers = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if " :: Python :: 3." in line]
    assert tuple(classifiers) == PYTHONS
    assert tuple(re.findall(r"3\.1\d", PAGE.partition("on Linux")[0])) == PYTHONS
    assert PROJECT["requires-python"] == f">={PYTHONS[0]}"


def test_both_names_are_the_same_command() -> None:
    assert set(PROJECT["scripts"]) == {"mockserver", PROJECT["name"]}
    assert len(set(PROJECT["scripts"].values())) == 1


@pytest.mark.parametrize(("library", "name"), [("flask", "Flask"), ("pyjwt", "PyJWT"), ("jsonschema", "jsonschema")])
def test_the_floors_that_it_names_are_declared(library: str, name: str) -> None:
    assert f"{name} from {FLOORS[library]}" in " ".join(PAGE.split())


@pytest.mark.parametrize("library", ["faker", "flask", "jsonschema", "pyjwt"])
def test_the_floor_and_the_newest_release_are_tried_as_neighbours(library: str) -> None:
    rows = [row[0] for row in NEIGHBOURS if row[0].partition("=")[0] == library]
    assert f"{rows[0]}.".startswith(f"{library}=={FLOORS[library]}.")
    assert rows[-1] == library


def test_it_says_what_make_installs() -> None:
    for kind, announcement in ANNOUNCEMENTS.items():
        (row,) = re.findall(rf"^\|.*\| `make {kind}` \| (\d+) \| (\d+) MB \|$", PAGE, re.M)
        assert re.match(rf"{row[0]} packages .* takes {row[1]} MB on disk", announcement)


@pytest.mark.parametrize("page", [PAGE, README], ids=["installation", "README"])
def test_every_environment_is_shown_for_powershell_too(page: str) -> None:
    blocks = [(language, text) for language, text in BLOCK.findall(page) if "venv" in text]
    shell = [text for language, text in blocks if language == "sh"]
    windows = [text for language, text in blocks if language == "powershell"]
    assert len(windows) == len(shell) == 1
    translated = windows[0].replace("\\", "/").replace("py -m", "python3 -m").replace(".venv/Scripts/", ".venv/bin/")
    lines = [line.replace("--editable '.[dev]'", ".") for line in shell[0].splitlines()]
    assert translated.splitlines() == lines[:3]


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/installation.md"])
def test_the_targets_of_make_exist(page: str) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / page).read_text(), re.M))
    assert named
    assert [name for name in named if not re.search(rf"^{name}:", MAKEFILE, re.M)] == []
