"""docs/services.md: its file is served as it says, its commands get the statuses shown, its overlay and code work."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

from mockserver.app import build
from mockserver.conventions.overlay import ROLES, SCHEMA
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.doc_scripts import run_page
from tests.support.live_server import run_command, start_server
from tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "services.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.S | re.M)
FILE, WORLD, OVERLAY = (text for language, text in BLOCKS if language == "yaml")
(CODE,) = (text for language, text in BLOCKS if language == "python")
(REPORT,) = (text for language, text in BLOCKS if language == "text")
SERVE, SERVICES, SERVE_REFINED = (shlex.split(line)[1:] for line in re.findall(r"^mockserver .*$", PAGE, re.M))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the page works in."""
    (tmp_path / "rules").mkdir()
    files = {"wishes.yml": FILE, "world.yaml": WORLD, "wishes.overlay.yml": OVERLAY, "rules/wishes.py": CODE}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_command_gets_its_status(folder: Path) -> None:
    assert SERVE[0] == "serve"
    with start_server(*SERVE[1:], folder=folder) as (_, ready):
        documented, received = run_page(PAGE, ready["url"], folder)
    assert received == documented


def test_the_report_is_the_one_that_is_shown(folder: Path) -> None:
    done = run_command(*SERVICES)
    assert (done.returncode, done.stdout) == (0, REPORT)
    assert folder.name not in done.stdout


def test_the_world_can_be_loaded(folder: Path) -> None:
    app = build(Settings(service=("wishes.yml",), fixture=str(folder / "world.yaml")))
    assert Client(app.flask, "acme").get("//wish/acme/wishes/W1").get_json()["title"] == "A bicycle"
    check, schema = (shlex.split(command)[1:] for command in re.findall(r"`(mockserver world [^`]*)`", PAGE))
    assert run_command(*check).returncode == 0
    assert run_command(*check[:-2]).returncode == 1
    assert "wishes" in json.loads(run_command(*schema).stdout)["properties"]


def test_the_overlay_and_the_code_refine_the_service(folder: Path) -> None:
    options = dict(zip(SERVE_REFINED[1::2], SERVE_REFINED[2::2], strict=True))
    client = Client(build(Settings(service=(options["--service"],), service_code=Path("rules"))).flask, "acme")
    assert (folder / options["--service-code"]).is_dir()
    for colour in ("red", "blue"):
        created = client.post("//wish/acme/wishes", json={"title": f"A {colour} kite", "colour": colour})
        assert created.status_code == 201
    assert client.get("//wish/acme/wishes/A red kite").get_json()["metadata"]["version"] == 0
    assert [row["colour"] for row in client.get("//wish/acme/wishes/colours/blue").get_json()] == ["blue"]
    assert [row["colour"] for row in client.get("//wish/acme/wishes?shade=red").get_json()] == ["red"]
    refused = client.post("//wish/acme/wishes", json={"title": "A very long wish for a bicycle"})
    assert refused.status_code == 400
    forbidden = client.with_token("no-scope-token").delete("//wish/acme/wishes/x")
    assert forbidden.headers["X-Mock-Hint"] == "needs one of the scopes wish.wish_delete"


def test_the_page_names_every_word_of_an_overlay() -> None:
    words = {*SCHEMA["properties"], *ROLES}
    for name in ("collections", "operations"):
        words |= SCHEMA["properties"][name]["additionalProperties"]["properties"].keys()
    assert {word for word in words if f"`{word}`" not in PAGE} == set()
