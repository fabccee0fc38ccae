"""Run the curl lines of a documentation page in order, and compare each response with what the page shows."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.support.live_server import TIMEOUT_SECONDS, clean_environment

DOCUMENTED_URL = "http://127.0.0.1:8080"  # the server's address in the pages
BLOCK = re.compile(r"^```(sh|json)\n(.*?)^```", re.S | re.M)
CURL = re.compile(r"(curl .*) # (\d{3})", re.S)
TIME = re.compile(r'("(?:createdAt|modifiedAt|time)": ?)"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"')
JOURNAL_ID = re.compile(r"00000000-0000-4000-8000-[0-9a-f]{12}")
ShownResponse = tuple[str, str, Any]  # command, status, and the body if the page shows one


@dataclass(frozen=True)
class Step:
    """A command of a page. A curl also has the status in its comment, and the JSON of its response if shown."""

    command: str
    status: str = ""
    reply: str = ""


def parse_steps(page: str) -> list[Step]:
    """Return the commands of the shell blocks that call the server. A JSON block belongs to the command before it."""
    parsed: list[Step] = []
    for language, text in BLOCK.findall(page):
        if language == "json":
            parsed[-1] = replace(parsed[-1], reply=text)
        elif "curl " in text:
            parsed += map(_parse_step, _split_commands(text))
    return parsed


def run_page(page: str, url: str, folder: Path) -> tuple[list[ShownResponse], list[ShownResponse]]:
    """Run a page's commands in one shell. Return the documented responses of its curls, and the received ones."""
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
    """Split a block into commands. Quotes and backslashes continue a command on the next line."""
    return re.findall(r"(?:'[^']*'|\"[^\"]*\"|\\\n|[^\n])+", text)


def _parse_step(command: str) -> Step:
    if not command.startswith("curl "):
        return Step(command)
    match = CURL.fullmatch(command)
    assert match, f"no status after {command}"
    return Step(*match.groups())


def _record_response(step: Step, path: Path) -> str:
    """Return the command to run. A curl writes the response body to the path and prints the status.

    For a broken connection curl prints 000 and fails. A page may show that, so the failure is ignored.
    """
    if not step.status:
        return step.command
    fails = " || true" if step.status == "000" else ""
    return f"{step.command} -s -o '{path}' -w '%{{http_code}}\\n'{fails}"


def _parse_json(text: str) -> Any:
    """Parse JSON. Times and ids of calls differ from run to run or with each change of a page, so all are the same."""
    return json.loads(JOURNAL_ID.sub("an id", TIME.sub(r'\1"a time"', text)))
