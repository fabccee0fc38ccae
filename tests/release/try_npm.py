"""Install the npm packages from their tarballs into an empty project, and use them as people do: `make npm` does.

The tarballs are in dist/npm/, or in the folder that the command line names. npm is offline, so the packages of other
platforms cannot be had.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import mockserver
from release.build_npm import NAME
from release.platforms import find_own_target
from tests.support.live_server import run_command, send_request, start_server
from tests.support.paths import ROOT
from tests.support.samples import GOLDEN

GOLDEN_ITEMS = f"/customer-segment/acme/segments/{GOLDEN}/items"


def install(project: Path, *tarballs: Path) -> None:
    """Install the tarballs into a new project."""
    shutil.rmtree(project, ignore_errors=True)
    project.mkdir()
    (project / "package.json").write_text('{"private": true}')
    npm = ("npm", "install", "--offline", "--no-audit", "--no-fund", "--loglevel", "error")
    subprocess.run([*npm, *map(str, tarballs)], check=True, cwd=project, stdout=subprocess.DEVNULL)


def check_commands(command: list[str]) -> None:
    """Exit codes, standard output and standard error are those of the program."""
    done = run_command("--version", command=command)
    assert (done.returncode, done.stdout) == (0, f"mockserver, version {mockserver.__version__}\n"), done
    wrong = run_command("serve", "--prot", "0", command=command)
    assert (wrong.returncode, wrong.stdout) == (2, ""), wrong
    assert "--port" in wrong.stderr
    assert run_command("healthcheck", "--port", "1", command=command).returncode == 1


def check_server(command: list[str], folder: Path) -> None:
    """Each signal stops the server behind the launcher, with its exit code."""
    for number, code in ((signal.SIGTERM, 0), (signal.SIGINT, 0), (signal.SIGHUP, 128 + signal.SIGHUP)):
        with start_server(command=command, folder=folder) as (process, ready):
            status, rows = send_request(ready["url"] + GOLDEN_ITEMS)
            assert (status, len(rows)) == (200, 2), (status, rows)
            process.send_signal(number)
            assert process.wait(timeout=30) == code, number
        port = ready["url"].rpartition(":")[2]
        assert run_command("healthcheck", "--port", port, command=command).returncode == 1, number


def check_npx(project: Path) -> None:
    """`npx emporix-mockserver serve` serves until its process group gets a signal, as Ctrl-C sends it."""
    arguments = ["npx", "--offline", NAME, "serve", "--port", "0", "--log-format", "json"]
    with subprocess.Popen(arguments, cwd=project, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        assert send_request(url + GOLDEN_ITEMS)[0] == 200
        os.killpg(process.pid, signal.SIGINT)
        process.wait(timeout=30)
        assert process.stdout.read() == ""


def main() -> None:
    folder = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT / "dist" / "npm"
    launcher, program = (
        folder / f"{name}-{mockserver.__version__}.tgz" for name in (NAME, f"{NAME}-{find_own_target().name}")
    )
    with tempfile.TemporaryDirectory() as name:
        project = Path(name) / "project"
        install(project, launcher, program)
        command = [str(project / "node_modules" / ".bin" / NAME)]
        check_commands(command)
        check_server(command, project)
        check_npx(project)
        install(project, launcher)
        missing = run_command("--version", command=command)
        assert missing.returncode == 2, missing
        assert f"The package {NAME}-{find_own_target().name} is not installed." in missing.stderr, missing
    print(f"{launcher.name}: installed, served, stopped by each signal", flush=True)


if __name__ == "__main__":
    main()
