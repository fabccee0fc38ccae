"""The package manager uv, and the interpreters of this machine: for the checks of `make package`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.support.paths import ROOT

PYTHONS = ("3.11", "3.12", "3.13", "3.14")  # that we support
PYENV = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))


def run_uv(*arguments: str | Path) -> str:
    """Return what uv prints; RuntimeError with its messages if it fails."""
    command = [Path(sys.executable).with_name("uv"), "--quiet", *arguments]
    variables = os.environ | {"UV_PYTHON_DOWNLOADS": "never"}
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"uv {' '.join(map(str, arguments))}\n{done.stderr}")
    return done.stdout


def resolve_requirements(resolution: str, python: str | Path = sys.executable) -> str:
    """Return the requirements of the package, resolved to one version each.

    resolution: `lowest-direct` or `highest`. uv must resolve the project itself: for a wheel, the versions of its
    dependencies would not be direct ones, so they would be the highest.
    """
    form = ["--no-header", "--no-annotate", "--only-binary", ":all:"]
    return run_uv(
        "pip", "compile", "--python", python, "--resolution", resolution, "--extra", "tls", *form, "pyproject.toml"
    )


def find_interpreters() -> dict[str, Path]:
    """Return the interpreters of this machine by version, as far as we support them."""
    folders = [*map(Path, os.get_exec_path()), *PYENV.glob("versions/*/bin")]
    return {version: path for version in PYTHONS if (path := _find_working(version, folders))}


def _find_working(version: str, folders: Iterable[Path]) -> Path | None:
    """Return the first interpreter of a version that runs; one of pyenv's may be a stub that does not."""
    for candidate in (folder / f"python{version}" for folder in folders):
        if (
            candidate.exists()
            and subprocess.run([candidate, "-c", "import ensurepip"], stderr=subprocess.DEVNULL, check=False).returncode
            == 0
        ):
            return candidate
    return None


def create_environment(where: Path, *requirements: str | Path, python: str | Path = sys.executable) -> Path:
    """Create an environment with these packages, or options of `uv pip install`. Return its folder of commands."""
    run_uv("venv", "--clear", "--python", python, where)
    run_uv("pip", "install", "--only-binary", ":all:", "--python", where / "bin" / "python", *requirements)
    run_uv("pip", "check", "--python", where / "bin" / "python")
    return where / "bin"
