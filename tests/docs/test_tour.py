"""docs/tour.md: each command gets the status and the reply shown."""

from __future__ import annotations

import re
from pathlib import Path

from tests.support.doc_scripts import parse_steps, run_page
from tests.support.live_server import start_server
from tests.support.paths import ROOT

TOUR = (ROOT / "docs" / "tour.md").read_text()
(SERVE,) = re.findall(r"^\.venv/bin/mockserver serve (.*)$", TOUR, re.M)


def test_every_command_of_the_tour_gets_the_status_and_the_reply_shown(tmp_path: Path) -> None:
    with start_server(*SERVE.split()) as (_, ready):
        documented, received = run_page(TOUR, ready["url"], tmp_path)
    assert received == documented


def test_the_tour_shows_the_replies_that_matter() -> None:
    curls = [step for step in parse_steps(TOUR) if step.status]
    assert {step.status for step in curls} == {"200", "201", "204", "207", "400", "404", "409"}
    assert [step.command for step in curls if step.status[0] == "4" and not step.reply] == []
    assert TOUR.count("```json") == sum(bool(step.reply) for step in curls)
