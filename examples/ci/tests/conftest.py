"""Fixtures for tests against the simulator: a server, a tenant for each worker, and a reset before each test.

EMPORIX_URL is the address of a server that is already running, and MOCKSERVER_ADMIN_TOKEN its admin token, if it has
one. Without EMPORIX_URL, each worker starts its own server.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest

Call = Callable[..., Any]


def send(url: str, method: str, token: str, body: object = None) -> Any:
    """Send a request. Return the JSON of the response, or None; HTTPError for a status of 400 and above."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(url, data, headers, method=method), timeout=10) as response:
        content = response.read()
    return json.loads(content) if content else None


@pytest.fixture(scope="session")
def emporix_url() -> Iterator[str]:
    """The address of the server."""
    if "EMPORIX_URL" in os.environ:
        yield os.environ["EMPORIX_URL"]
        return
    command = ["mockserver", "serve", "--port", "0", "--log-format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as server:
        assert server.stdout
        yield json.loads(server.stdout.readline())["url"]
        server.terminate()


@pytest.fixture(scope="session")
def tenant() -> str:
    """The worker's own tenant. It has its own state, so workers do not disturb each other."""
    return "worker" + os.environ.get("PYTEST_XDIST_WORKER", "0").removeprefix("gw")


@pytest.fixture
def emporix(emporix_url: str, tenant: str) -> Call:
    """Call the segment service: `emporix("GET", "/segments")`. The tenant starts from the world in each test."""
    send(f"{emporix_url}/__admin/reset?tenant={tenant}", "POST", os.environ.get("MOCKSERVER_ADMIN_TOKEN", ""))

    def call(method: str, path: str, body: object = None, token: str = "admin-token") -> Any:
        return send(f"{emporix_url}/customer-segment/{tenant}{path}", method, token, body)

    return call
