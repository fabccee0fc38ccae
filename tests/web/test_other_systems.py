"""The server on a system without the modules of Unix, such as Windows."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from mockserver.web.descriptors import connection_limit
from mockserver.web.limits import MAX_CONNECTIONS
from tests.support.live_server import run_command, send_request, start_server

MODULES_OF_UNIX = ("resource", "fcntl", "grp", "pwd", "termios", "pty", "syslog")


@pytest.fixture
def path_without_unix(tmp_path: Path) -> str:
    """A PYTHONPATH with which none of these modules can be imported."""
    for name in MODULES_OF_UNIX:
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError('no {name}', name='{name}')")
    return os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])


@pytest.mark.parametrize("flags", [[], ["--tls"]], ids=str)
def test_the_server_runs_without_the_modules_of_unix(tmp_path: Path, path_without_unix: str, flags: list[str]) -> None:
    kept = {"MOCKSERVER_TLS_FOLDER": str(tmp_path / "authority"), "PYTHONPATH": path_without_unix}
    with start_server(*flags, command=None, folder=None, **kept) as (_, ready):
        if not flags:
            assert send_request(f"{ready['url']}/__admin/health")[0] == 200
        done = run_command("healthcheck", "--url", ready["url"], variables=kept)
        assert (done.returncode, done.stderr) == (0, "")


def test_windows_gets_no_more_connections_than_it_can_wait_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "resource", None)
    assert connection_limit(MAX_CONNECTIONS) == 448
    assert connection_limit(100) == 100
