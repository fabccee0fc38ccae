"""Run the core of the tests with the lowest and the newest versions of all dependencies.

It uses the oldest and the newest Python of this machine. The lowest versions are the floors in `pyproject.toml`. On a
newer Python they are the lowest that have a wheel for it.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from tests.quality.uv import create_environment, find_interpreters, resolve_requirements
from tests.support.paths import ROOT

RESOLUTIONS = {"lowest": "lowest-direct", "newest": "highest"}
TEST_TOOLS = ("pytest", "pytest-xdist", "hypothesis", "httpx", "wiremock==2.7.0")
CORE = (
    "tests/services",
    "tests/worlds",
    "tests/contract/test_refusals.py",
    "tests/contract/test_statuses.py",
    "tests/contract/test_text_replies.py",
    "tests/control",
    "tests/docs",
    "--ignore=tests/docs/test_unchanged_clients.py",  # needs a browser
    "tests/practices/test_practices_tables.py",
    "tests/web/test_entrances.py",
)


def try_versions(where: Path, name: str, python: Path) -> None:
    """Run the core of the tests in an environment with these versions."""
    requirements = where / "requirements.txt"
    requirements.write_text(resolve_requirements(RESOLUTIONS[name], python))
    commands = create_environment(where / "environment", "-r", requirements, *TEST_TOOLS, python=python)
    core = [str(commands / "python"), "-m", "pytest", "-q", "-n", "auto", "-p", "no:cacheprovider", *CORE]
    subprocess.run(core, check=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})


def main() -> None:
    interpreters = find_interpreters()
    for version in sorted({min(interpreters), max(interpreters)}):
        for name in RESOLUTIONS:
            with tempfile.TemporaryDirectory() as folder:
                print(f"try_versions: the {name} versions of all dependencies on Python {version}", flush=True)
                try_versions(Path(folder), name, interpreters[version])


if __name__ == "__main__":
    main()
