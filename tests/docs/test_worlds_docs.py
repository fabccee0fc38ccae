"""docs/worlds.md: its worlds can be used as they stand, and its commands do what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mockserver.cli.commands import commands
from mockserver.resources import data_folder
from mockserver.strict_yaml import load_yaml
from mockserver.worlds.mistakes import WorldError
from mockserver.worlds.reading import MAX_FILE_MB, MAX_YAML_MB
from mockserver.worlds.sections import all_sections
from tests.support.doc_scripts import run_page
from tests.support.live_server import start_server
from tests.support.paths import ROOT
from tests.support.samples import WORLDS

PAGE = (ROOT / "docs" / "worlds.md").read_text()
WORLD_BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.S | re.M)
FIRST = WORLD_BLOCKS[0]
(MISTAKES,) = re.findall(r"^```text\n(.*?)^```", PAGE, re.S | re.M)
COMMANDS = [
    line.replace("\\\n", "")
    for block in re.findall(r"^```sh\n(.*?)^```", PAGE, re.S | re.M)
    for line in re.findall(r"^mockserver (?:\\\n|[^\n])*", block, re.M)
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas" / "loyalty.json").write_text("{}")
    (tmp_path / "shop.yaml").write_text(FIRST)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_begins_with_a_world_of_fifteen_lines_that_works(folder: Path) -> None:
    assert len(FIRST.splitlines()) <= 15
    assert (data_folder("fixtures") / "start" / "small.yaml").read_text() == FIRST
    world = load_yaml(FIRST)
    assert {"sites", "products", "segments", "customers", "customerAssignments", "itemAssignments"} <= world.keys()
    with start_server("--fixture", "shop.yaml") as (_, ready):
        documented, received = run_page(PAGE, ready["url"], folder)
    assert received == documented != []


@pytest.mark.parametrize("text", WORLD_BLOCKS)
def test_every_other_world_is_valid_except_for_the_one_with_mistakes(text: str, folder: Path) -> None:
    path = folder / "world.yaml"
    path.write_text(text)
    if "nmae" not in text:
        WORLDS.load(path)
        return
    with pytest.raises(WorldError) as caught:
        WORLDS.load(path)
    assert str(caught.value).replace(str(path), "shop.yaml") + "\n" == MISTAKES


@pytest.mark.parametrize("command", [command for command in COMMANDS if not command.startswith("mockserver serve")])
def test_the_commands_work(command: str, folder: Path) -> None:
    words = shlex.split(command.partition(">")[0])[1:]
    done = CliRunner().invoke(commands, words)
    assert done.exit_code == 0
    if words[:2] == ["world", "generate"]:
        path = folder / "generated.yaml"
        path.write_text(done.stdout)
        assert WORLDS.load(path)["products"]


def test_the_page_says_what_must_be_written_in_each_section() -> None:
    table = PAGE.partition("| section | you write |")[2].partition("\n\n")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (`\w+`(?:, `\w+`)*)", table, re.M))
    required: dict[str, Any] = {
        section.name: section.schema["required"] for section in all_sections(WORLDS.collections)
    }
    assert {name: re.findall(r"\w+", rows[name]) for name in required} == required


def test_the_page_names_the_limits_of_files() -> None:
    assert re.search(rf"YAML can have\s+{MAX_YAML_MB} MB, JSON {MAX_FILE_MB} MB\.", PAGE)
