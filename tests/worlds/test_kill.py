"""Killed at any time, a server leaves a whole state file, with everything that it had said to be saved."""

from __future__ import annotations

import re
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support.live_server import TIMEOUT_SECONDS, Connection, clean_environment, start_server
from tests.support.paths import ROOT
from tests.support.state_files import read_file

KILLS = 100
SERVER_KILLS = 3


@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_a_writer_that_is_killed_leaves_a_whole_file_that_is_not_too_old(tmp_path: Path, suffix: str) -> None:
    command = [
        sys.executable,
        "-m",
        "tests.support.state_writer",
        str(tmp_path / f"state{suffix}"),
        str(KILLS // 2),
        suffix,
    ]
    done = subprocess.run(
        command, env=clean_environment(), cwd=ROOT, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
    )
    results = [tuple(map(int, pair)) for pair in re.findall(r"^whole (\d+) saved (\d+)$", done.stdout, re.M)]
    assert len(results) == KILLS // 2, done.stderr
    assert [(whole, saved) for whole, saved in results if whole < saved] == []
    wholes = [whole for whole, _ in results]
    assert wholes == sorted(wholes)  # what a file had is never lost later
    assert len({*wholes}) > KILLS // 8  # most writers got as far as writing


def test_a_killed_server_has_every_write_that_was_answered_before_the_file_was_written(tmp_path: Path) -> None:
    path = tmp_path / "state.yaml"
    expected: set[str] = set()
    for turn in range(SERVER_KILLS):
        with start_server("--state", str(path)) as (process, ready), ExitStack() as closing:
            connection = Connection(int(ready["url"].rpartition(":")[2]), "acme", closing)
            assert expected <= {row["id"] for row in connection.send("GET", "?pageSize=100000")[1]}
            answers: list[tuple[str, datetime]] = []
            began_at = datetime.now(UTC)
            while not is_written_since(path, began_at) or len(answers) < 50 * turn:
                id_ = f"turn{turn}-{len(answers)}"
                assert connection.send("PUT", f"/{id_}", {"name": {"en": "S"}, "siteCode": "main"})[0] == 201
                answers.append((id_, datetime.now(UTC)))
            process.kill()
            process.wait(TIMEOUT_SECONDS)
        file = read_file(path)
        written_at = datetime.fromisoformat(file["writtenAt"])
        kept = {row["id"] for row in file["tenants"][0]["state"]["segments"]}
        expected |= {id_ for id_, time in answers if time < written_at}
        assert expected <= kept
        expected = {id_ for id_ in kept if id_.startswith("turn")}
    assert len(expected) > 50


def is_written_since(path: Path, time: datetime) -> bool:
    """Whether the file has a change since a time."""
    match = re.search(r'^writtenAt: "(.*)"$', path.read_text(), re.M)
    return match is not None and datetime.fromisoformat(match[1]) > time
