"""The single file unpacks the program once, and then is the program: its arguments, exit code and signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from release.build_executable import pack_single_file
from release.platforms import Target
from tests.support.live_server import TIMEOUT_SECONDS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows gets a zip file")

PROGRAM = """#!/bin/sh
[ "$1" = wait ] && { trap 'exit 7' TERM; echo "$$"; while :; do sleep 0.05; done; }
printf '<%s>' "$@"
exit 3
"""
Pack = Callable[..., Path]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    """Return a function that packs a program that shows its arguments, for a system with this loader."""

    def write(loader: str = "", program: str = PROGRAM) -> Path:
        folder = tmp_path / "program"
        folder.mkdir(exist_ok=True)
        (folder / "mockserver").write_text(program)
        (folder / "mockserver").chmod(0o755)
        return pack_single_file(Target("linux", "x64", loader), folder, tmp_path)

    return write


def run_file(path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(path.parent / "cache"), **variables}
    return subprocess.run(
        [path, *arguments], env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )


def list_cache(folder: Path) -> list[str]:
    return [path.name for path in folder.glob("*/*")]


def test_arguments_and_exit_code_pass_through(pack: Pack) -> None:
    done = run_file(pack(), "serve", "a b", "", "*")
    assert (done.returncode, done.stdout, done.stderr) == (3, "<serve><a b><><*>", "")


def test_it_unpacks_once(pack: Pack, tmp_path: Path) -> None:
    path = pack()
    run_file(path)
    (name,) = list_cache(tmp_path / "cache")
    unpacked = tmp_path / "cache" / "emporix-mockserver" / name / "mockserver"
    unpacked.write_text("#!/bin/sh\necho unpacked before\n")
    assert run_file(path).stdout == "unpacked before\n"


def test_another_build_has_another_folder(pack: Pack, tmp_path: Path) -> None:
    run_file(pack())
    assert run_file(pack(program="#!/bin/sh\necho newer\n")).stdout == "newer\n"
    assert len(list_cache(tmp_path / "cache")) == 2


def test_several_may_unpack_at_the_same_time(pack: Pack, tmp_path: Path) -> None:
    path = pack()
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda number: run_file(path, str(number)), range(8)))
    assert [(each.returncode, each.stdout, each.stderr) for each in done] == [(3, f"<{n}>", "") for n in range(8)]
    assert len(list_cache(tmp_path / "cache")) == 1


def test_a_signal_reaches_the_program(pack: Pack, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": str(tmp_path / "cache")}
    with subprocess.Popen([pack(), "wait"], env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert int(process.stdout.readline()) == process.pid
        process.send_signal(signal.SIGTERM)
        assert process.wait(TIMEOUT_SECONDS) == 7


def test_a_damaged_file_is_one_line_and_leaves_nothing(pack: Pack, tmp_path: Path) -> None:
    path = pack()
    content = path.read_bytes()
    path.write_bytes(content[:-40])
    done = run_file(path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "file damaged" in done.stderr.splitlines()[-1]
    assert list_cache(tmp_path / "cache") == []
    path.write_bytes(content)
    assert run_file(path).returncode == 3


def test_a_system_without_glibc_is_one_line(pack: Pack) -> None:
    done = run_file(pack(loader="/nowhere/ld-linux.so.2"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("mockserver: this system has no glibc")


def test_without_a_home_it_uses_a_private_folder(pack: Pack, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    done = run_file(pack(), XDG_CACHE_HOME="/dev/null", TMPDIR=str(temporary))
    assert done.returncode == 3
    (cache,) = temporary.iterdir()
    assert cache.stat().st_mode & 0o777 == 0o700


@pytest.mark.skipif(os.name == "nt" or os.geteuid() != 0, reason="only root can give files away")
def test_a_folder_of_somebody_else_is_not_used(pack: Pack, tmp_path: Path) -> None:
    theirs = tmp_path / f"emporix-mockserver-{os.geteuid()}"
    theirs.mkdir(mode=0o777)
    os.chown(theirs, 12345, 12345)
    done = run_file(pack(), XDG_CACHE_HOME="/dev/null", TMPDIR=str(tmp_path))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "mockserver: no folder to unpack into; set XDG_CACHE_HOME to one that you may write to\n"
