"""README.md, docs/commands.md and docs/settings.md: their commands and flags exist and do what the pages say."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from mockserver.cli.commands import commands, serve
from mockserver.cli.options import collect_settings
from mockserver.resources import data_folder
from tests.support.doc_scripts import run_page
from tests.support.live_server import TIMEOUT_SECONDS, clean_environment, run_command, start_server
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text()
COMMANDS, FIDELITY, SETTINGS = (
    (ROOT / "docs" / f"{name}.md").read_text() for name in ("commands", "fidelity", "settings")
)
SERVE_HELP = CliRunner().invoke(commands, ["serve", "--help"], terminal_width=200).output
BLOCKS = re.findall(r"```sh\n(.*?)```", README, re.S)


def test_every_curl_command_gets_the_status_shown(tmp_path: Path) -> None:
    with start_server() as (_, ready):
        documented, received = run_page(README, ready["url"], tmp_path)
    assert documented
    assert received == documented


def test_the_first_commands_are_make_serve_and_make_test() -> None:
    assert BLOCKS[0].split("\n")[:2] == ["make serve", "make test"]


@pytest.mark.skipif(
    not (ROOT / ".venv" / "installed").exists() or not shutil.which("make"), reason="make has not created .venv"
)
def test_make_serve_serves() -> None:
    with subprocess.Popen(
        ["make", "--silent", "serve"],
        cwd=ROOT,
        env=clean_environment(MOCKSERVER_PORT="0", PYTHONUNBUFFERED="1"),
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout
        assert "is ready at http://127.0.0.1:" in process.stdout.readline()
        subprocess.run(["pkill", "-TERM", "-s", str(process.pid)], check=True)
        process.wait(timeout=TIMEOUT_SECONDS)


def test_the_page_of_commands_names_all_of_them_and_no_others() -> None:
    rows = "\n".join(re.findall(r"^\| `mockserver .*", COMMANDS, re.M))
    assert set(re.findall(r"`mockserver ([a-z -]+)`", rows)) == set(list_command_names(commands))


def list_command_names(group: click.Group) -> Iterator[str]:
    """Yield the names of commands; those in a group follow its name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from (f"{name} {member}" for member in list_command_names(command))
        else:
            yield name


@pytest.mark.parametrize("page", [README, SETTINGS], ids=["README", "settings"])
def test_the_flags_that_a_page_names_exist(page: str) -> None:
    named = set(re.findall(r"`(--[a-z-]+)", page))
    assert named
    assert [flag for flag in named if flag not in SERVE_HELP] == []


def test_the_settings_page_names_every_flag() -> None:
    options = {option for parameter in serve.params for option in parameter.opts}
    assert options - set(re.findall(r"^\| `(--[a-z-]+)`", SETTINGS, re.M)) == set()


def test_every_switch_is_listed_with_an_alternative_that_the_command_accepts() -> None:
    named = [f"{flag}={value}" for flag, value in re.findall(r"`(--[a-z-]+) ([a-z0-9-]+)`", FIDELITY)]
    with serve.make_context("serve", named) as context:
        behaviour = collect_settings(context.params).behaviour
    assert [switch.name for switch in fields(behaviour) if getattr(behaviour, switch.name) == switch.default] == []


@pytest.mark.parametrize(
    "name", sorted(path.stem for path in data_folder("fixtures").glob("*.yaml") if path.stem != "access")
)
def test_every_shipped_world_is_named_in_help_readme_and_docs(name: str) -> None:
    (help_line,) = re.findall(r"World to start from: .*", SERVE_HELP)
    (line,) = re.findall(r".*`--fixture`.*", README)
    assert f" {name}," in help_line
    assert f"`{name}`" in line
    assert f"\n| `{name}` |" in (ROOT / "docs" / "worlds.md").read_text()


def test_the_tokens_that_it_names_are_those_of_the_ready_line() -> None:
    with start_server() as (_, ready):
        assert set(re.findall(r"^\| `([a-z][a-z0-9-]*-token)`", README, re.M)) == set(ready["tokens"])


def test_generate_makes_a_world_that_can_be_served(tmp_path: Path) -> None:
    (command,) = re.findall(r"`mockserver (world generate [^`>]*) > world.yaml`", COMMANDS)
    done = run_command(*command.split())
    assert done.returncode == 0, done.stderr
    (tmp_path / "world.yaml").write_text(done.stdout)
    with start_server("--fixture", str(tmp_path / "world.yaml")) as (_, ready):
        assert ready["world"] == "world"


def test_links_have_targets() -> None:
    for page in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/*.md")]:
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("page", ["docs/reliability.md", "SECURITY.md"])
def test_the_files_that_prove_a_promise_exist(page: str) -> None:
    named = re.findall(r"`((?:python )?(?:tests|benchmarks)/[\w./]+)", (ROOT / page).read_text())
    assert named
    assert [path for path in named if not (ROOT / path.removeprefix("python ")).exists()] == []
