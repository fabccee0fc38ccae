"""A simulator with the files of this folder, and a client for a tenant of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from mockserver.app import App, build
from mockserver.settings import Settings
from tests.support.client import TENANT_NUMBERS, Client
from tests.support.clock import ManualClock

FILES = Path(__file__).parent / "files"
WAREHOUSE, BADGE = FILES / "warehouse.yml", FILES / "badge.yml"


@pytest.fixture(scope="session")
def published() -> App:
    return build(Settings(service=(str(WAREHOUSE), str(BADGE)), contract="warn"), ManualClock())


@pytest.fixture
def client(published: App) -> Client:
    published.world.tenant(published.settings.tenant).reset()
    return Client(published.flask, f"published{next(TENANT_NUMBERS)}")
