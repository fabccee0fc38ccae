"""docs/scenarios.md: its commands get the statuses and replies shown, and each shipped scenario has a section."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mockserver.app import App
from mockserver.resources import data_folder
from mockserver.strict_yaml import load_yaml
from tests.support.doc_scripts import run_page
from tests.support.live_server import start_server
from tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "scenarios.md").read_text()
NAMES = sorted(path.stem for path in (data_folder("fixtures") / "scenarios").glob("*.yaml"))


def test_every_command_gets_its_status_and_the_reply_that_is_shown(tmp_path: Path) -> None:
    with start_server() as (_, ready):
        documented, received = run_page(PAGE, ready["url"], tmp_path)
    assert received == documented


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_scenario_has_a_section_that_starts_it(name: str) -> None:
    (section,) = re.findall(rf"^## {name}\n(.*?)(?=^## )", PAGE, re.M | re.S)
    assert f'curl -X POST "$A/scenarios/{name}' in section
    assert f"[{name}](#{name})" in PAGE


def test_the_scenario_of_the_page_has_no_mistakes(shared: App) -> None:
    (text,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.M | re.S)
    scenario = shared.scenarios.library.read_inline("shown", load_yaml(text))
    assert [run.list_progress() for run in shared.scenarios.start(scenario, "shown")] == [
        [
            {
                "step": "A day passes",
                "when": "after call 1 of GET-customer-segment-retrieve-segments by John",
                "state": "waiting",
                "calls": 0,
            },
            {
                "step": "A colleague takes John out of the Golden Segment",
                "when": "at 2026-12-25T09:00:00Z",
                "state": "waiting",
            },
        ]
    ]
    shared.scenarios.stop("shown")
