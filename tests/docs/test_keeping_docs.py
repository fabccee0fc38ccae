"""docs/keeping.md: its state file can be used as it stands, and its commands do what it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

from mockserver.settings import Switches
from mockserver.store.world import World
from mockserver.strict_yaml import load_yaml
from mockserver.worlds.state_file import StateFormat
from tests.support.live_server import run_command, start_server
from tests.support.paths import ROOT
from tests.support.samples import WORLDS

PAGE = (ROOT / "docs" / "keeping.md").read_text()
STATE_FILE, SWITCHES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.S | re.M)
SERVE, *TRANSFERS = re.findall(r"^mockserver .*$", PAGE, re.M)


def test_the_state_file_of_the_page_can_be_read() -> None:
    seed = WORLDS.load_seed("default")
    world = World(seed, Switches(), "acme", None, "vendor")
    (tenant,) = StateFormat(world, WORLDS).read(STATE_FILE.encode(), Path("state")).tenants
    assert (tenant.name, tenant.version, list(tenant.state.sites)) == ("acme", 1, ["main"])


def test_the_switches_of_the_page_are_valid() -> None:
    assert WORLDS.build_inline_seed("page", load_yaml(SWITCHES)).switches == {
        "active": "status-and-validity",
        "delete_missing": "404",
    }


def test_the_commands_of_the_page_work(tmp_path: Path) -> None:
    words = shlex.split(SERVE)
    assert words[:2] == ["mockserver", "serve"]
    assert len(TRANSFERS) == 2
    with start_server(*words[2:], folder=tmp_path) as (_, ready):
        for command in TRANSFERS:
            arguments = [str(tmp_path / word) if word.endswith(".yaml") else word for word in shlex.split(command)[1:]]
            done = run_command(*arguments, variables={"MOCKSERVER_URL": ready["url"]})
            assert (done.returncode, done.stderr) == (0, "")
    assert {path.name for path in tmp_path.iterdir()} >= {"shop.yaml", "shop.state.yaml"}
