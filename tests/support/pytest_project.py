"""A folder with tests of somebody who uses the pytest plugin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.support.live_server import TIMEOUT_SECONDS, clean_environment
from tests.support.paths import ROOT

PLUGINS = ("-p", "mockserver.testing.pytest_plugin", "-p", "xdist.plugin", "-p", "no:cacheprovider")


class Project:
    """A folder with tests of somebody who uses the plugin."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, **files: str) -> None:
        """Write modules with tests, by name."""
        for name, text in files.items():
            (self.folder / f"{name}.py").write_text(text)

    def run(self, *arguments: str, **variables: str) -> tuple[int, str]:
        """Run pytest, with more environment variables; return its exit code and its output."""
        command = [sys.executable, "-W", "error", "-m", "pytest", *PLUGINS, *arguments]
        environment = clean_environment(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1", PYTHONPATH=str(ROOT), **variables)
        done = subprocess.run(
            command,
            check=False,
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
        return done.returncode, done.stdout + done.stderr
