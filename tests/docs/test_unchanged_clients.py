"""The recipes of docs/unchanged-clients.md, each in its client: curl, Python, Node, Chromium, Playwright."""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.support.live_server import start_server
from tests.support.recipes import APP, FETCH, Servers

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = f"no browser: install Debian's package chromium, or anything that provides one of {', '.join(NAMES)}"
REQUIRED = os.environ.get("MOCKSERVER_BROWSER_TESTS") == "required"


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    folder = tmp_path_factory.mktemp("client")
    kept = ("--tls-folder", str(folder / "authority"))
    with start_server(*kept) as (_, plain), start_server("--tls", *kept) as (_, encrypted):
        servers = Servers(folder, plain, encrypted)
        servers.run(servers.blocks("", "sh")[-1])
        yield servers


def test_curl(servers: Servers) -> None:
    assert servers.run(servers.blocks("curl, and what reads the usual variables", "sh")[0]).startswith("[{")


def test_python_libraries(servers: Servers) -> None:
    (servers.folder / "app.py").write_text(servers.blocks("Python", "python")[0])
    for script in servers.blocks("Python", "sh"):
        assert servers.run(script).split() == ["200"] * 3


def test_a_host_that_is_not_the_vendors_is_refused_in_words(servers: Servers) -> None:
    script = "import urllib.request as u; u.urlopen('https://example.com/')"
    shell = f"export HTTPS_PROXY={servers.plain}; python -c {shlex.quote(script)} 2>&1 || true"
    assert "403 This proxy answers for api.emporix.io:443 only, let others bypass it (NO_PROXY)" in servers.run(shell)


def test_node(servers: Servers) -> None:
    if shutil.which("node") is None:
        pytest.skip("no node")
    (servers.folder / "vendor.cjs").write_text(servers.blocks("Node", "js")[0])
    (servers.folder / "app.mjs").write_text(APP)
    assert servers.run(servers.blocks("Node", "sh")[1]).split() == ["200", "200"]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    if find_browser() is None:
        pytest.fail(MISSING) if REQUIRED else pytest.skip(MISSING)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=find_browser())
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of an empty page, from whose origin the tests call the vendor."""
    folder = tmp_path_factory.mktemp("page")
    (folder / "index.html").write_text("<!doctype html><title>shop</title><link rel=icon href=data:,>")
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        serving = Thread(target=server.serve_forever)
        serving.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        serving.join()


def find_browser() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


@pytest.mark.parametrize("number", [0, 1], ids=["proxy file", "other address"])
def test_chromium(servers: Servers, playwright: Playwright, application: str, tmp_path: Path, number: int) -> None:
    assignment, first = servers.blocks("Chromium", "sh")[0].splitlines()
    command = first if number == 0 else servers.blocks("Chromium", "sh")[1]
    printed = servers.run(f"{assignment}\nprintf '%s\\n' {command.partition(' ')[2]}")
    flags = printed.splitlines()
    assert f"--ignore-certificate-errors-spki-list={servers.spki}" in flags
    folder = flags.pop()
    assert folder == "--user-data-dir=profile"
    with playwright.chromium.launch_persistent_context(tmp_path, executable_path=find_browser(), args=flags) as context:
        page = context.new_page()
        page.goto(application)
        assert page.evaluate(FETCH) == 200


def test_playwrights_proxy(servers: Servers, browser: Browser, application: str) -> None:
    names: dict[str, Any] = {}
    exec(servers.blocks("Playwright", "python")[0], names)
    with names["open_context"](browser) as context:
        page = context.new_page()
        page.goto(application)
        assert page.evaluate(FETCH) == 200


def test_playwrights_routes(servers: Servers, browser: Browser, application: str) -> None:
    names: dict[str, Any] = {}
    exec(servers.blocks("Playwright", "python")[1], names)
    with browser.new_context() as context:
        page = context.new_page()
        names["route_vendor"](page)
        page.goto(application)
        assert page.evaluate(FETCH) == 200
