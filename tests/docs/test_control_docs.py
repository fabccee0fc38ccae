"""docs/control.md: its commands get the statuses and replies shown; it covers every operation and setting."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from mockserver.app import App
from mockserver.contract.operations import Operation
from mockserver.contract.routing import Router
from mockserver.settings import Switches
from tests.support.doc_scripts import parse_steps, run_page
from tests.support.live_server import start_server
from tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "control.md").read_text()
CALLS = [step.command for step in parse_steps(PAGE) if step.status and "$A/" in step.command]


def test_every_command_gets_its_status_and_the_reply_that_is_shown(tmp_path: Path) -> None:
    with start_server() as (_, ready):
        documented, received = run_page(PAGE, ready["url"], tmp_path)
    assert received == documented


def operation_of(router: Router, command: str) -> Operation:
    method = re.search(r"-X (\w+)", command)
    path = re.search(r"\$A(/[^\"? ]*)", command)
    assert path, command
    default_method = "POST" if " -d " in command else "GET"
    return router.route(method[1] if method else default_method, f"/__admin{path[1]}")[0]


def test_every_operation_has_an_example(shared: App) -> None:
    router = Router(shared.control_operations)
    operation_ids = {operation_of(router, command).id for command in CALLS}
    assert operation_ids == {operation.id for operation in shared.control_operations}


@pytest.mark.parametrize("name", ["contract", *(switch.name for switch in fields(Switches))])
def test_every_setting_is_described_with_its_values(name: str) -> None:
    row = re.search(rf"^\| `{name}` \| (.*?) \| (.*?) \|$", PAGE, re.M)
    assert row, name
    assert row[2].endswith(")")
