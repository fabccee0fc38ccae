"""Create or update `.venv`: `sh tools/prepare_environment.sh serve`, or `dev`; `make` calls it for every target.

`serve` installs what a server needs, `dev` the package with all that its tests and tools need. A file in `.venv` says
what is installed, so this ends at once if there is nothing to do. An installation that fails or is interrupted leaves
no `.venv`. One that was killed is removed by the next, which starts from the beginning.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tomllib
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
# Only `mockserver spec`, your own specs and `--validator reference` use these, which bring half of all packages.
CHECKS_OF_SPECS = {"jsonschema", "openapi-core", "referencing"}
INSTALLED, UNFINISHED = "installed", "unfinished"  # files in the environment
FIRST_PIP_FOR_OTHERS = (22, 3)  # that can install into another environment
ANNOUNCEMENTS = {
    "serve": "20 packages that a server needs. This downloads 12 MB, takes 45 MB on disk, and about 15 seconds.",
    "dev": "100 packages that tests and tools need. This downloads 130 MB, takes 500 MB on disk, and about a minute.",
}
LAUNCHER = """#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from mockserver.__main__ import main

sys.exit(main())
"""


class Environment:
    """The virtual environment of a checkout."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.installed, self.unfinished = self.folder / INSTALLED, self.folder / UNFINISHED
        digest = sha256((root / "pyproject.toml").read_bytes() + (root / "constraints.txt").read_bytes()).hexdigest()
        self.stamps = {kind: f"{root}\n{kind} {digest}\n" for kind in ANNOUNCEMENTS}

    def is_ready(self, kind: str) -> bool:
        """Whether all that this kind needs is installed; `dev` includes `serve`."""
        return self._is_finished() and self._read_stamp() in (self.stamps[kind], self.stamps["dev"])

    def prepare(self, kind: str) -> None:
        """Install this kind. CalledProcessError if a step fails: the environment is as before, or does not exist."""
        report(f"Installing into {self.folder}, once: {ANNOUNCEMENTS[kind]}")
        is_update = self._is_finished() and self._is_usable()
        try:
            if not is_update:
                self._create(with_pip=kind == "dev" or not can_install_elsewhere())
            self.unfinished.touch()
            self._install(kind)
        except BaseException as error:
            if is_update and isinstance(error, subprocess.CalledProcessError):
                self.unfinished.unlink()  # a pip that fails has undone its changes
            else:
                shutil.rmtree(self.folder, ignore_errors=True)
                report(f"The installation is not complete, so {self.folder} was removed. Run the command again.")
            raise
        self.installed.write_text(self.stamps[kind])
        self.unfinished.unlink()
        report("Installed.")

    def _is_finished(self) -> bool:
        return self.python.exists() and not self.unfinished.exists()

    def _is_usable(self) -> bool:
        """Whether the environment was made for this folder, and its Python is new enough."""
        stamp = self._read_stamp()
        if stamp and not stamp.startswith(f"{self.root}\n"):
            return False  # its commands name the folder that the checkout was in
        check = "import sys; sys.exit(sys.version_info < (3, 11))"
        return subprocess.run([self.python, "-c", check], check=False).returncode == 0

    def _read_stamp(self) -> str:
        """Return what a finished installation has written; empty for an environment that somebody else made."""
        return self.installed.read_text() if self.installed.exists() else ""

    def _create(self, *, with_pip: bool) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.unfinished.touch()
        run_step(sys.executable, "-m", "venv", *([] if with_pip else ["--without-pip"]), str(self.folder))

    def _install(self, kind: str) -> None:
        constraints = ["--constraint", str(self.root / "constraints.txt")]
        if kind == "dev":
            if not self._has_pip():
                run_step(str(self.python), "-m", "ensurepip")
            run_step(*self._pip(), "install", *constraints, "--editable", f"{self.root}[dev]")
        else:
            # Python compiles what a start imports; compiling everything would take longer than the download.
            run_step(*self._pip(), "install", "--no-compile", *constraints, *list_serving_needs(self.root))
            self._add_commands()

    def _has_pip(self) -> bool:
        return any(self.folder.glob("lib/python*/site-packages/pip"))

    def _pip(self) -> list[str]:
        if self._has_pip():
            return [str(self.python), "-m", "pip"]
        return [sys.executable, "-m", "pip", "--python", str(self.python)]

    def _add_commands(self) -> None:
        """Write the commands of the package, which run the checkout."""
        (site_packages,) = self.folder.glob("lib/python*/site-packages")
        (site_packages / "mockserver_checkout.pth").write_text(f"{self.root}\n")
        for name in read_project(self.root)["scripts"]:
            command = self.folder / "bin" / name
            command.write_text(LAUNCHER.format(python=self.python))
            command.chmod(0o755)


def read_project(root: Path) -> dict[str, Any]:
    """Return the table `project` of `pyproject.toml`."""
    project: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    return project


def list_serving_needs(root: Path) -> list[str]:
    """Return the requirements of the package that a server needs."""
    requirements = read_project(root)["dependencies"]
    return [text for text in requirements if re.split(r"[^\w-]", text)[0] not in CHECKS_OF_SPECS]


def can_install_elsewhere() -> bool:
    """Whether the pip of this Python can install into another environment, so that this one needs none."""
    try:
        return tuple(map(int, version("pip").split(".")[:2])) >= FIRST_PIP_FOR_OTHERS
    except (PackageNotFoundError, ValueError):
        return False


def run_step(*command: str) -> None:
    """Run a command; CalledProcessError if it fails. It prints to stderr: stdout starts with the ready line."""
    variables = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    subprocess.run(command, check=True, stdout=sys.stderr, env=variables)


def report(line: str) -> None:
    """Say what happens."""
    print(line, file=sys.stderr, flush=True)


def main() -> int:
    """Return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=ANNOUNCEMENTS)
    parser.add_argument("--check", action="store_true", help="only say with the exit code whether it is ready")
    options = parser.parse_args()
    environment = Environment(ROOT)
    if environment.is_ready(options.kind):
        return 0
    if options.check:
        return 1
    try:
        environment.prepare(options.kind)
    except subprocess.CalledProcessError as error:
        report(f"This failed: {' '.join(error.cmd[:5])} ...")
        return 2
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
