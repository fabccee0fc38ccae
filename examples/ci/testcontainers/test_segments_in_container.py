"""Testcontainers for Python: pip install pytest testcontainers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from urllib.request import Request, urlopen

import pytest
from testcontainers.core.container import DockerContainer
from testcontainers.core.wait_strategies import HttpWaitStrategy

IMAGE = "emporix-mockserver"
PORT = 8080


@pytest.fixture(scope="session")
def emporix_url() -> Iterator[str]:
    """The address of a simulator in a container, which is removed after the last test."""
    container = (
        DockerContainer(IMAGE)
        .with_exposed_ports(PORT)
        .with_env("MOCKSERVER_ADMIN_TOKEN", "only-for-these-tests")
        .waiting_for(HttpWaitStrategy(PORT, "/__admin/health").for_status_code(200))
    )
    with container:
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(PORT)}"


@pytest.fixture(autouse=True)
def start_from_the_world(emporix_url: str) -> None:
    headers = {"Authorization": "Bearer only-for-these-tests"}
    with urlopen(Request(f"{emporix_url}/__admin/reset?tenant=acme", headers=headers, method="POST"), timeout=10):
        pass


def test_there_are_segments(emporix_url: str) -> None:
    url = f"{emporix_url}/customer-segment/acme/segments"
    with urlopen(Request(url, headers={"Authorization": "Bearer admin-token"}), timeout=10) as response:
        assert json.load(response)
