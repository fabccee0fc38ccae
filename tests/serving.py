"""Start the real command as a process, and talk to it over a socket."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

COMMAND = [sys.executable, "-m", "mockserver"]
OPENER = build_opener(ProxyHandler({}))
ENOUGH = 60  # seconds after which a test gives up; nothing is timed


def environment(**more: str) -> dict[str, str]:
    """The tests' environment without settings of ours, but with these."""
    return {name: text for name, text in os.environ.items() if not name.startswith("MOCKSERVER_")} | more


def run(
    *arguments: str, command: list[str] | None = None, variables: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command of the program to its end."""
    return subprocess.run(
        [*(command or COMMAND), *arguments],
        env=environment(**(variables or {})),
        capture_output=True,
        text=True,
        timeout=ENOUGH,
        check=False,
    )


@contextmanager
def serving(
    *arguments: str, command: list[str] | None = None, where: Path | None = None, **more: str
) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """Serve on a free port; give the process and the facts of its ready line."""
    with subprocess.Popen(
        [*(command or COMMAND), "serve", "--port", "0", "--log-format", "json", *arguments],
        env=environment(**more),
        cwd=where,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout
        line = process.stdout.readline()
        try:
            assert line, process.stderr.read() if process.stderr else ""
            yield process, json.loads(line)
        finally:
            process.kill()


def ask(url: str, method: str = "GET", body: Any = None, headers: Mapping[str, str] | None = None) -> tuple[int, Any]:
    """Send a request; return status and JSON body."""
    data = None if body is None else json.dumps(body).encode()
    sent = {"Authorization": "Bearer admin-token", "Content-Type": "application/json", **(headers or {})}
    try:
        with OPENER.open(Request(url, data, sent, method=method), timeout=ENOUGH) as reply:
            text = reply.read()
            return reply.status, json.loads(text) if text else None
    except HTTPError as error:
        with error:
            return error.code, json.loads(error.read())
