"""`make serve` and `make dev` create `.venv` completely or not at all, with a Python that is new enough.

The tests run the real scripts and the real pip in a small checkout, whose only dependency is a wheel on disk.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.support.live_server import TIMEOUT_SECONDS
from tests.support.paths import ROOT
from tools.prepare_environment import ANNOUNCEMENTS, CHECKS_OF_SPECS, list_serving_needs, read_project

# Runs a command that Ctrl-C interrupts, even if the tests run in the background, where shells ignore it.
CATCH_CTRL_C = (
    "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])"
)
WITH_CTRL_C = (sys.executable, "-c", CATCH_CTRL_C)
PROJECT = """[project]
name = "emporix-mockserver"
dependencies = ["tiny @ {wheel}", "openapi-core>=99", "jsonschema>=99", "referencing>=99"]
[project.scripts]
mockserver = "mockserver.__main__:main"
"""
METADATA = "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
OLD_PYTHON = '#!/bin/sh\ncase "$2" in *platform*) echo 3.10.13;; *) exit 1;; esac\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with a space in its path."""
    root = tmp_path / "my checkout"
    (root / "mockserver").mkdir(parents=True)
    shutil.copytree(ROOT / "tools", root / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    (root / "mockserver" / "__init__.py").touch()
    (root / "mockserver" / "__main__.py").write_text("import tiny\ndef main(): print(tiny.NAME, 'serves')\n")
    wheel = tmp_path / "tiny-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("tiny.py", "NAME = 'tiny'\n")
        archive.writestr("tiny-1.0.dist-info/METADATA", METADATA)
        archive.writestr("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("tiny-1.0.dist-info/RECORD", "tiny.py,,\n")
    (root / "pyproject.toml").write_text(PROJECT.format(wheel=wheel.as_uri()))
    (root / "constraints.txt").touch()
    return root


def prepare(checkout: Path, *arguments: str, kind: str = "serve", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the script as the Makefile does, by default with the Python of the tests."""
    return subprocess.run(
        ["sh", "tools/prepare_environment.sh", kind, *arguments],
        cwd=checkout,
        env={"PATH": f"{Path(sys.executable).parent}:{os.defpath}", "PIP_NO_INDEX": "1"} | variables,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def run_simulator(checkout: Path) -> str:
    """Run the command of the environment from another folder. Return what it prints."""
    command = checkout / ".venv" / "bin" / "mockserver"
    done = subprocess.run([command], cwd="/", env={"PATH": os.defpath}, check=True, capture_output=True, text=True)
    return done.stdout


def test_it_says_what_it_does_and_does_it_once(checkout: Path) -> None:
    first = prepare(checkout)
    assert first.returncode == 0, first.stderr
    assert ANNOUNCEMENTS["serve"] in first.stderr.splitlines()[0]
    assert first.stdout == ""
    assert run_simulator(checkout) == "tiny serves\n"
    second = prepare(checkout)
    assert (second.returncode, second.stdout, second.stderr) == (0, "", "")


def test_a_failed_installation_leaves_nothing(checkout: Path) -> None:
    (checkout / "pyproject.toml").write_text(PROJECT.format(wheel="file:///no-such-folder/tiny-1.0-py3-none-any.whl"))
    done = prepare(checkout)
    assert done.returncode == 2
    assert "The installation is not complete" in done.stderr
    assert not (checkout / ".venv").exists()


def test_ctrl_c_leaves_nothing(checkout: Path) -> None:
    (checkout / "pyproject.toml").write_text('[project]\ndependencies = ["tiny"]\nscripts = {}\n')
    with socket.create_server(("127.0.0.1", 0)) as silent:  # pip waits for it
        silent.settimeout(TIMEOUT_SECONDS)
        variables = {"PATH": os.environ["PATH"], "PIP_INDEX_URL": f"http://127.0.0.1:{silent.getsockname()[1]}/"}
        with (
            subprocess.Popen(
                [*WITH_CTRL_C, "sh", "tools/prepare_environment.sh", "serve", sys.executable],
                cwd=checkout,
                env=variables,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            ) as process,
            silent.accept()[0],
        ):
            assert (checkout / ".venv").exists()
            os.killpg(process.pid, signal.SIGINT)
            _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 130
    assert "The installation is not complete" in errors
    assert not (checkout / ".venv").exists()


def test_an_installation_that_was_killed_starts_from_the_beginning(checkout: Path) -> None:
    prepare(checkout)
    (checkout / ".venv" / "unfinished").touch()
    shutil.rmtree(next((checkout / ".venv").glob("lib/*/site-packages")))
    assert prepare(checkout).returncode == 0
    assert run_simulator(checkout) == "tiny serves\n"


def test_a_failed_update_leaves_what_was_there(checkout: Path) -> None:
    prepare(checkout)
    good = (checkout / "pyproject.toml").read_text()
    (checkout / "pyproject.toml").write_text(good.replace("tiny @", "another @").replace("tiny-1.0", "another-1.0"))
    assert prepare(checkout).returncode == 2
    assert run_simulator(checkout) == "tiny serves\n"
    (checkout / "pyproject.toml").write_text(good)
    assert prepare(checkout).stderr == ""


def test_an_environment_follows_the_folder_of_its_checkout(checkout: Path) -> None:
    prepare(checkout)
    moved = checkout.rename(checkout.with_name("moved"))
    assert prepare(moved).returncode == 0
    assert run_simulator(moved) == "tiny serves\n"


def test_packages_that_the_user_added_stay(checkout: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", checkout / ".venv"], check=True)
    (site_packages,) = (checkout / ".venv").glob("lib/*/site-packages")
    (site_packages / "mine.py").touch()
    assert prepare(checkout).returncode == 0
    assert (site_packages / "mine.py").exists()


@pytest.mark.parametrize("named", [True, False], ids=["PYTHON=", "on the PATH"])
@pytest.mark.parametrize("kind", list(ANNOUNCEMENTS))
def test_an_old_python_is_named_before_anything_is_created(checkout: Path, kind: str, *, named: bool) -> None:
    old = add_command(checkout.parent / "bin", "python3", OLD_PYTHON)
    done = prepare(checkout, *[str(old)] * named, kind=kind, PATH=f"{old.parent}:{link_tools(checkout.parent)}")
    assert done.returncode == 2
    name = str(old) if named else "python3"
    assert done.stderr == (
        f"emporix-mockserver needs Python 3.11 or newer. {name} is Python 3.10.13. If another one is installed, "
        f"name it: make {kind} PYTHON=/path/to/python3.12\n"
    )
    assert not (checkout / ".venv").exists()


def test_no_python_at_all_is_said_too(checkout: Path) -> None:
    done = prepare(checkout, PATH=str(link_tools(checkout.parent)))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "needs Python 3.11 or newer. python3 is not a Python." in done.stderr


def test_a_newer_python_on_the_path_is_used_when_python3_is_old(checkout: Path) -> None:
    old = add_command(checkout.parent / "bin", "python3", OLD_PYTHON)
    add_command(old.parent, "python3.13", f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    done = prepare(checkout, PATH=f"{old.parent}:{link_tools(checkout.parent)}")
    assert done.returncode == 0, done.stderr
    assert run_simulator(checkout) == "tiny serves\n"


def add_command(folder: Path, name: str, script: str) -> Path:
    folder.mkdir(exist_ok=True)
    command = folder / name
    command.write_text(script)
    command.chmod(0o755)
    return command


def link_tools(folder: Path) -> Path:
    """Return a folder with the commands that the script needs, and without any Python."""
    tools = folder / "tools"
    tools.mkdir()
    for name in ("sh", "dirname"):
        (tools / name).symlink_to(shutil.which(name) or name)
    return tools


def test_serving_needs_everything_but_the_checkers_of_specs() -> None:
    dependencies = read_project(ROOT)["dependencies"]
    left_out = set(dependencies) - set(list_serving_needs(ROOT))
    assert {text.partition(">=")[0] for text in left_out} == CHECKS_OF_SPECS


def test_dependencies_have_no_ceilings() -> None:
    """A ceiling needs a test that shows what breaks above it; so far no test shows one."""
    assert [text for text in read_project(ROOT)["dependencies"] if "<" in text or "==" in text or "~" in text] == []
