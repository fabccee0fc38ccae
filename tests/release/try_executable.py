"""Use the executable without Python: `python -m tests.release.try_executable [FILE]`; `make executable` does.

For root on Linux, the file is below a root of its own, with a shell and tar, but no Python. Otherwise its environment
is that of the caller.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.request import urlopen

import mockserver
from mockserver.resources import data_folder
from release.build_executable import PROGRAMS
from release.platforms import find_own_target
from tests.support.installed_simulator import check_dashboard
from tests.support.live_server import run_command, send_request, start_server
from tests.support.paths import ROOT
from tests.support.samples import GOLDEN
from tests.support.without_python import HOME, can_change_root, changed_root_command, copy_system_libraries, make_root

GOLDEN_ITEMS = f"/customer-segment/acme/segments/{GOLDEN}/items"
LIBRARIES = ("libdl.so.2", "libm.so.6", "libpthread.so.0", "librt.so.1", "libutil.so.1", "libz.so.1")
SEED = ("seed", "--seed", "42", "--products", "30")
SAME_OUTPUT = (SEED, ("settings",), ("world-schema",), ("scenario-schema",), ("routes",))  # as in the checkout


def prepare(executable: Path, folder: Path) -> tuple[list[str], Path, str]:
    """Return the command, the folder that it sees, and that folder's name in its own file system."""
    if sys.platform == "linux" and can_change_root():
        make_root(folder)
        copy_system_libraries(folder, LIBRARIES)
        shutil.copy(executable, folder / "emporix-mockserver")
        return changed_root_command(folder, "/emporix-mockserver"), folder / HOME[1:], HOME
    return [str(executable)], folder, str(folder)


def check_commands(command: list[str]) -> None:
    """Compare the output of commands with that of the checkout."""
    done = run_command("--version", command=command)
    assert (done.returncode, done.stdout) == (0, f"mockserver, version {mockserver.__version__}\n"), done
    for arguments in SAME_OUTPUT:
        expected, done = run_command(*arguments), run_command(*arguments, command=command)
        assert (done.returncode, done.stdout) == (0, expected.stdout), (arguments, done.stderr)
    specs = run_command("spec", command=command)
    assert specs.returncode == 0, specs.stderr
    wrong = run_command("serve", "--prot", "0", command=command)
    assert wrong.returncode == 2, wrong
    assert "--port" in wrong.stderr


def check_server(command: list[str]) -> None:
    """Start the server, send requests, also those of a web page, and stop it with a signal to the process itself."""
    with start_server(command=command) as (process, ready):
        url, port = ready["url"], ready["url"].rpartition(":")[2]
        status, rows = send_request(url + GOLDEN_ITEMS)
        assert (status, len(rows)) == (200, 2), (status, rows)
        status, _ = send_request(url + GOLDEN_ITEMS, headers={"Origin": "http://localhost:3000"})
        assert status == 200
        assert run_command("healthcheck", "--port", port, command=command).returncode == 0
        report = run_command("coverage", "--url", url, "--format", "junit", command=command)
        assert report.returncode == 0, report.stderr
        assert "<testsuite" in report.stdout
        with urlopen(f"{url}/__admin/requests/export?format=python") as reply:
            assert b"\nSTEPS: List[str] = [\n" in reply.read()
        check_dashboard(url)
        stop(process)
    assert run_command("healthcheck", "--port", port, command=command).returncode == 1


def stop(process: subprocess.Popen[str]) -> None:
    """End a server with SIGTERM. Windows has no signals, so a process that is ended there has exit code 1."""
    process.terminate()
    assert process.wait(timeout=30) == (0 if os.name != "nt" else 1)


def check_own_files(command: list[str], folder: Path, seen_folder: str) -> None:
    """Start the server with a world and a spec of one's own, and with the reference validator."""
    (folder / "world.yaml").write_text(run_command(*SEED, command=command).stdout, encoding="utf-8")
    specs = folder / "specs"
    specs.mkdir()
    text = (data_folder("spec") / "customer-segment.yaml").read_text(encoding="utf-8")
    own_title = "A spec of our own"
    (title,) = [line for line in text.splitlines() if line.startswith("  title: ")]
    (specs / "customer-segment.yaml").write_text(text.replace(title, f"  title: {own_title}"), encoding="utf-8")
    options = ("--fixture", f"{seen_folder}/world.yaml", "--spec", f"{seen_folder}/specs", "--validator", "reference")
    with start_server(*options, command=command) as (process, ready):
        assert ready["world"] == "world"
        status, rows = send_request(ready["url"] + "/customer-segment/acme/segments")
        assert (status, bool(rows)) == (200, True), (status, rows)
        status, spec = send_request(ready["url"] + "/__admin/docs/specs/customer-segment.json")
        assert (status, spec["info"]["title"]) == (200, own_title)
        stop(process)


def check_cache(folder: Path) -> None:
    """All those commands have unpacked the program once."""
    unpacked = [path.name for path in (folder / ".cache" / "emporix-mockserver").iterdir()]
    assert len(unpacked) == 1, unpacked


def main() -> None:
    target = find_own_target()
    single_file = ROOT / "dist" / f"emporix-mockserver-{target.name}"
    default = single_file if target.os != "win32" else ROOT / "dist" / PROGRAMS / target.name / target.command
    executable = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else default
    with tempfile.TemporaryDirectory() as name:
        command, folder, seen_folder = prepare(executable, Path(name))
        check_commands(command)
        check_server(command)
        check_own_files(command, folder, seen_folder)
        if folder != Path(name):
            check_cache(folder)
    print(f"{executable.name}: ran its commands, served and stopped without Python", flush=True)


if __name__ == "__main__":
    main()
