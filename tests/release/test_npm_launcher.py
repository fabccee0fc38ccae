"""The npm package starts the program of its platform: arguments, exit codes, signals, and what it says without one."""

from __future__ import annotations

import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from release.build_npm import NAME, build_main_package, build_platform_package, main_manifest, platform_manifest
from release.platforms import TARGETS, find_own_target
from tests.support.live_server import TIMEOUT_SECONDS

pytestmark = pytest.mark.skipif(not shutil.which("node"), reason="needs Node.js")

PROGRAM = """#!/bin/sh
case $1 in
exit) exit "$2" ;;
wait) trap 'exit 7' "$2"; echo ready; while :; do sleep 0.05; done ;;
die) kill -KILL "$$" ;;
read) cat ;;
*) printf '<%s>' "$@" ;;
esac
"""
OTHER_PLATFORM = "Object.defineProperty(process, 'platform', { value: 'aix' })"
OTHER_C_LIBRARY = "process.report.getReport = () => ({ header: {} })"


@pytest.fixture
def launcher(tmp_path: Path) -> Path:
    """Return the installed launcher, with a shell script as its program."""
    program, modules = tmp_path / "program", tmp_path / "node_modules"
    program.mkdir()
    modules.mkdir()
    (program / "mockserver").write_text(PROGRAM)
    build_platform_package(find_own_target(), program, modules)
    return build_main_package(modules) / "bin" / "mockserver.js"


def run_launcher(path: Path, *arguments: str, preload: str = "", text: str = "") -> tuple[int, str, str]:
    """Run the launcher. Return exit code, output and errors. preload: JavaScript that runs before it."""
    options = []
    if preload:
        (path.parent / "preload.cjs").write_text(preload)
        options = ["--require", str(path.parent / "preload.cjs")]
    done = subprocess.run(
        ["node", *options, path, *arguments],
        input=text,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("code", [0, 1, 2, 129])
def test_the_exit_code_is_that_of_the_program(launcher: Path, code: int) -> None:
    assert run_launcher(launcher, "exit", str(code)) == (code, "", "")


def test_a_program_that_a_signal_ended_has_the_exit_code_of_shells(launcher: Path) -> None:
    assert run_launcher(launcher, "die") == (128 + signal.SIGKILL, "", "")


def test_arguments_and_input_pass_through(launcher: Path) -> None:
    assert run_launcher(launcher, "a b", "", "*") == (0, "<a b><><*>", "")
    assert run_launcher(launcher, "read", text="line\n") == (0, "line\n", "")


@pytest.mark.parametrize("name", ["INT", "TERM", "HUP"])
def test_signals_reach_the_program(launcher: Path, name: str) -> None:
    with subprocess.Popen(["node", launcher, "wait", name], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        process.send_signal(getattr(signal, f"SIG{name}"))
        assert process.wait(TIMEOUT_SECONDS) == 7


@pytest.mark.parametrize(
    ("preload", "reason"),
    [
        (OTHER_PLATFORM, f"there are {', '.join(TARGETS)}. With Python 3.11 or newer"),
        pytest.param(
            OTHER_C_LIBRARY,
            "needs glibc, and this system has another C library. With Python 3.11 or newer",
            marks=pytest.mark.skipif(find_own_target().os != "linux", reason="Linux only"),
        ),
    ],
    ids=["platform", "C library"],
)
def test_a_platform_without_a_package_is_told_what_to_do(launcher: Path, preload: str, reason: str) -> None:
    code, output, errors = run_launcher(launcher, preload=preload)
    assert (code, output, len(errors.splitlines())) == (2, "", 1)
    assert reason in errors


def test_a_missing_package_is_named(launcher: Path) -> None:
    name = f"{NAME}-{find_own_target().name}"
    shutil.rmtree(launcher.parents[2] / name)
    code, output, errors = run_launcher(launcher)
    assert (code, output, len(errors.splitlines())) == (2, "", 1)
    assert f"The package {name} is not installed." in errors


def test_a_program_that_cannot_start_is_one_line(launcher: Path) -> None:
    (launcher.parents[2] / f"{NAME}-{find_own_target().name}" / "program" / "mockserver").unlink()
    code, output, errors = run_launcher(launcher)
    assert (code, output, len(errors.splitlines())) == (2, "", 1)
    assert "cannot start" in errors


def test_the_main_package_depends_on_those_of_all_platforms() -> None:
    assert main_manifest()["optionalDependencies"] == {
        manifest["name"]: manifest["version"] for manifest in map(platform_manifest, TARGETS.values())
    }
