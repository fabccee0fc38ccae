"""Pages of the documentation as scripts: their curl lines, run in order, and what they say of each reply."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.support.live_server import TIMEOUT_SECONDS, clean_environment

DOCUMENTED_URL = "http://127.0.0.1:8080"  # where the pages say that the server is
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```", re.S | re.M)
CURL = re.compile(r"(curl .*) # (\d{3})", re.S)
TIME = re.compile(r'("(?:createdAt|modifiedAt)": ?)"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"')
ShownResponse = tuple[str, str, Any]  # command, status, reply if the page shows it


@dataclass(frozen=True)
class Step:
    """A command of a page; if it is a curl, the status behind it and the JSON that the page shows for the reply."""

    command: str
    status: str = ""
    reply: str = ""


def parse_steps(page: str) -> list[Step]:
    """Return the commands of the shell blocks that call the server; a JSON block belongs to the one before it."""
    parsed: list[Step] = []
    for language, text in BLOCK.findall(page):
        if language == "json":
            parsed[-1] = replace(parsed[-1], reply=text)
        elif "curl " in text:
            parsed += map(_parse_step, _split_commands(text))
    return parsed


def run_page(page: str, url: str, folder: Path) -> tuple[list[ShownResponse], list[ShownResponse]]:
    """Run a page's commands in one shell; return what the page says of its curls, and what came."""
    page_steps = parse_steps(page)
    script = "\n".join(_record_response(step, folder / str(number)) for number, step in enumerate(page_steps))
    completed = subprocess.run(
        ["bash", "-ec", script.replace(DOCUMENTED_URL, url)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
        env=clean_environment(HOME=str(folder)),
    )
    assert completed.returncode == 0, completed.stderr
    curls = [(folder / str(number), step) for number, step in enumerate(page_steps) if step.status]
    documented = [(step.command, step.status, step.reply and _parse_json(step.reply)) for _, step in curls]
    received = [
        (step.command, status, step.reply and _parse_json(path.read_text()))
        for (path, step), status in zip(curls, completed.stdout.split(), strict=True)
    ]
    return documented, received


def _split_commands(text: str) -> list[str]:
    """Split a block into commands, each with the lines that its quotes and backslashes hold together."""
    return re.findall(r"(?:'[^']*'|\"[^\"]*\"|\\\n|[^\n])+", text)


def _parse_step(command: str) -> Step:
    if not command.startswith("curl "):
        return Step(command)
    found = CURL.fullmatch(command)
    assert found, f"no status stands behind {command}"
    return Step(*found.groups())


def _record_response(step: Step, path: Path) -> str:
    """Return the command as the shell shall run it: a curl writes its reply to the path and prints its status.

    000 is curl's status of a connection that broke, which is what a page may want to show, and fails as a command.
    """
    if not step.status:
        return step.command
    fails = " || true" if step.status == "000" else ""
    return f"{step.command} -s -o '{path}' -w '%{{http_code}}\\n'{fails}"


def _parse_json(text: str) -> Any:
    """Read JSON; the times of writes, which differ from run to run, are all the same."""
    return json.loads(TIME.sub(r'\1"a time"', text))
