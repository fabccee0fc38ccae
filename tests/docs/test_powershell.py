"""The commands for PowerShell: the README has the calls of its curl lines, and other pages commands that exist."""

from __future__ import annotations

import re
import shlex
from itertools import pairwise

import pytest

from mockserver.cli.commands import commands
from mockserver.settings import list_settings
from tests.support.doc_scripts import CURL, parse_steps
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text()
BLOCK = re.compile(r"^```powershell\n(.*?)^```", re.S | re.M)
CALL = re.compile(r"^Call (GET|POST|PUT|PATCH) (\"[^\"]+\"|'[^']+')(?: ([\w-]+|''))?(?: '(.*)')? # (\d{3})$", re.M)
SHELL_VARIABLES = {"S": "http://127.0.0.1:8080/customer-segment/acme/segments"}
PAGES = sorted(path for path in ROOT.glob("docs/*.md") if BLOCK.search(path.read_text()))


def read_curl(command: str) -> tuple[str, str, str]:
    """Return method, URL without query, and JSON of a curl line."""
    for name, text in SHELL_VARIABLES.items():
        command = command.replace(f"${name}", text)
    match = CURL.fullmatch(command)
    words = shlex.split(match[1] if match else command)
    bodies = [after for word, after in pairwise(words) if word == "-d"]
    method = words[words.index("-X") + 1] if "-X" in words else "POST" if bodies else "GET"
    (url,) = [word for word in words if word.startswith("http")]
    return method, url.partition("?")[0], bodies[0] if bodies and bodies[0][0] in "[{" else ""


def test_powershell_makes_the_calls_of_the_curl_lines_with_the_same_statuses() -> None:
    curls = [step for step in parse_steps(README) if step.status]
    (script,) = [text for text in BLOCK.findall(README) if "Call GET" in text]
    calls = [
        (method, url.strip("\"'").replace("$S", SHELL_VARIABLES["S"]).partition("?")[0], json or "", status)
        for method, url, _, json, status in CALL.findall(script)
    ]
    assert calls == [(*read_curl(step.command), step.status) for step in curls]
    assert len(calls) == script.count("\nCall ")


def test_some_pages_have_commands_for_powershell() -> None:
    assert [path.name for path in PAGES] == ["commands.md", "installation.md"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_commands_for_powershell_exist(path: object) -> None:
    text = "".join(BLOCK.findall((ROOT / str(path)).read_text()))
    lines = re.findall(r"^(?:\.venv\\Scripts\\)?mockserver ([a-z-]+)(.*?)(?: \|.*)?$", text, re.M)
    assert lines
    for name, arguments in lines:
        commands.commands[name].make_context(name, shlex.split(arguments)).close()
    variables = set(re.findall(r"\$env:(\w+)", text))
    assert variables <= {setting.variable for setting in list_settings()}
