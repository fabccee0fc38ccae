"""The benchmark scripts start: their imports resolve, and `--help` describes them."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from benchmarks.builds import name_build
from tests.support.live_server import TIMEOUT_SECONDS, clean_environment
from tests.support.paths import ROOT

SCRIPTS = [path for path in sorted((ROOT / "benchmarks").glob("*.py")) if "def main()" in path.read_text()]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_benchmark_answers_help(script: Path) -> None:
    done = subprocess.run(
        [sys.executable, script, "--help"],
        env=clean_environment(PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    first_words = script.read_text().removeprefix('"""').split()[:3]
    assert " ".join(first_words) in " ".join(done.stdout.split())


def test_all_benchmarks_are_found() -> None:
    names = {script.stem for script in SCRIPTS}
    assert {"attack", "compare", "control", "ledger", "load", "modules", "servers", "size", "soak"} <= names


# CONFIG_ARGS of the official Docker image, and of pyenv.
OPTIMIZED = "'--build=x86_64-linux-gnu' '--enable-optimizations' '--enable-shared' '--with-lto' '--with-ensurepip'"
PLAIN = "'--prefix=/root/.pyenv/versions/3.11.7' '--enable-shared'"


@pytest.mark.parametrize(
    ("variables", "name"),
    [
        ({"CONFIG_ARGS": OPTIMIZED}, "CPython 3.12.1 with PGO, with LTO"),
        ({"CONFIG_ARGS": PLAIN}, "CPython 3.12.1 without PGO, without LTO"),
        ({"CONFIG_ARGS": f"{PLAIN} '--with-lto=no'"}, "CPython 3.12.1 without PGO, without LTO"),
        ({"PY_CFLAGS_NODIST": "-fprofile-use -fprofile-correction"}, "CPython 3.12.1 with PGO, without LTO"),
        ({"CONFIG_ARGS": None, "PGO_PROF_USE_FLAG": "-fprofile-use"}, "CPython 3.12.1 without PGO, without LTO"),
    ],
)
def test_the_build_of_python_is_named(variables: dict[str, object], name: str) -> None:
    assert name_build("3.12.1", variables) == name


def test_debian_hides_how_it_builds() -> None:
    assert name_build("3.11.2", {}, is_debian_package=True) == "CPython 3.11.2 with PGO and LTO (Debian's package)"


def test_the_image_is_built_only_on_a_python_with_pgo(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert len(set(re.findall(r"^FROM (\S+)", text, re.M))) == 1
    (check,) = re.findall(r'python -c "(.*?)"', text.rpartition("\nFROM ")[2])
    for arguments, expected in ((OPTIMIZED, None), (PLAIN, "no PGO")):
        monkeypatch.setattr(sysconfig, "get_config_var", {"CONFIG_ARGS": arguments}.get)
        if expected is None:
            exec(check, {})
        else:
            with pytest.raises(AssertionError, match=expected):
                exec(check, {})
