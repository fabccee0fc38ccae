"""What an installed simulator must do, whatever versions of its dependencies are installed with it."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from urllib.request import Request

from mockserver.dashboard.page_routes import NAVIGATION
from tests.support.doc_scripts import run_page
from tests.support.live_server import OPENER, TIMEOUT_SECONDS, run_command, start_server
from tests.support.paths import ROOT

# Their commands use every library of a running server: Faker, PyJWT, jsonpatch, jinja2, junitparser, regex, and so on.
PAGES = ("README.md", "docs/control.md", "docs/storefront.md")
ORIGIN = "http://localhost:3000"


def check_installed(command: Path) -> None:
    """Run the pages of the documentation, a web page's requests and the other commands; AssertionError if one fails."""
    with tempfile.TemporaryDirectory() as folder:
        for page in PAGES:
            _check_page(command, page, Path(folder))
        _check_web_pages(command, Path(folder))
        world = _run(command, "seed", "--seed", "42")
        (Path(folder) / "world.yaml").write_text(world)
        with start_server("--fixture", "world.yaml", command=[str(command)], folder=Path(folder), PYTHONPATH=""):
            pass
        assert "operations, good" in _run(command, "spec")


def _check_page(command: Path, page: str, folder: Path) -> None:
    with start_server(command=[str(command)], folder=folder, PYTHONPATH="") as (_, ready):
        documented, received = run_page((ROOT / page).read_text(), ready["url"], folder)
    assert received == documented, [pair for pair in zip(received, documented, strict=False) if pair[0] != pair[1]]


def _check_web_pages(command: Path, folder: Path) -> None:
    """Check what Flask and its extensions answer, with openapi-core as the validator of all requests and replies."""
    arguments = ("--validator", "reference")
    with start_server(*arguments, command=[str(command)], folder=folder, PYTHONPATH="") as (_, ready):
        url = f"{ready['url']}/customer-segment/acme/segments/items"
        headers = {"Origin": ORIGIN, "Authorization": "Bearer admin-token"}
        with OPENER.open(Request(url, headers=headers), timeout=TIMEOUT_SECONDS) as reply:
            assert (reply.status, reply.headers["Access-Control-Allow-Origin"]) == (200, ORIGIN)
        preflight = {"Origin": ORIGIN, "Access-Control-Request-Method": "PUT"}
        with OPENER.open(Request(url, method="OPTIONS", headers=preflight), timeout=TIMEOUT_SECONDS) as reply:
            assert "PUT" in reply.headers["Access-Control-Allow-Methods"]
        docs = f"{ready['url']}/__admin/docs/"
        with OPENER.open(docs, timeout=TIMEOUT_SECONDS) as reply:
            (script,) = re.findall(r'src="([^"]*swagger-ui-bundle.js)"', reply.read().decode())
        with OPENER.open(
            f"{docs}{script.removeprefix('/__admin/docs/').removeprefix('./')}", timeout=TIMEOUT_SECONDS
        ) as reply:
            assert reply.status == 200
        check_dashboard(ready["url"])


def check_dashboard(url: str) -> None:
    """Open each page of the navigation, and the files that it needs."""
    for name, label in NAVIGATION:
        page = _read(f"{url}/__admin/ui/{name}")
        assert f">{label}</a>" in page, name
        for file in re.findall(r'(?:src|href)="(/__admin/ui/assets/[^"]+)"', page):
            assert _read(url + file), file


def _read(url: str) -> str:
    with OPENER.open(url, timeout=TIMEOUT_SECONDS) as reply:
        text: str = reply.read().decode()
    return text


def _run(command: Path, *arguments: str) -> str:
    done = run_command(*arguments, command=[str(command)], variables={"PYTHONPATH": ""})
    assert done.returncode == 0, done.stderr
    return done.stdout
