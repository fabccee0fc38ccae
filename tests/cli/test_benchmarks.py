"""The benchmark scripts start: their imports resolve, and `--help` describes them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

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
