"""Fixtures of all tests: a simulator in process, its clock, and a client; and the profiles of hypothesis."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from mockserver.app import App, build
from mockserver.settings import Settings, Switches
from mockserver.store.world import World
from tests.support.client import TENANT_NUMBERS, Client
from tests.support.clock import ManualClock
from tests.support.live_server import start_server
from tests.support.vendor_files import BADGE, WAREHOUSE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# Histories and examples are the same in every run of the suite; `thorough` looks for new ones, for minutes, and
# `mutants` has few, which run thousands of times (tests/mutation), whatever else the machine does meanwhile. There,
# the first example that fails is enough, so none is shrunk.
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=300, stateful_step_count=25)
settings.register_profile("thorough", deadline=None, max_examples=2000, stateful_step_count=60)
settings.register_profile(
    "mutants",
    derandomize=True,
    deadline=None,
    max_examples=15,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
    phases=[phase for phase in Phase if phase not in {Phase.shrink, Phase.explain}],
)
settings.load_profile("suite")


@pytest.fixture(scope="session", autouse=True)
def plain_environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hide settings that the shell has: what runs in process would obey them, or refuse those that it does not know.

    The certificate authority of the tests is kept in a folder of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("MOCKSERVER_")]:
            patch.delenv(name)
        for name in ("XDG_DATA_HOME", "LOCALAPPDATA"):
            patch.setenv(name, str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's browser, for all tests of a module."""
    with import_module("tests.support.browser").launch_browser() as browser:  # late: most tests need no browser
        yield browser


@pytest.fixture(scope="module")
def server(browser: Browser) -> Iterator[str]:
    """The URL of a server for all tests of a module that use the browser; without a browser none starts."""
    with start_server() as (_, ready):
        yield ready["url"]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def shared() -> App:
    return build(Settings(), ManualClock())


@pytest.fixture
def world(shared: App) -> World:
    return shared.world


@pytest.fixture
def client(shared: App) -> Client:
    """A client for a tenant that no other test knows, as admin."""
    return Client(shared.flask, f"test{next(TENANT_NUMBERS)}")


@pytest.fixture(scope="session")
def published() -> App:
    """A simulator with two published files of our own; what breaks their schemas is reported in a header."""
    return build(Settings(service=(str(WAREHOUSE), str(BADGE)), contract="warn"), ManualClock())


@pytest.fixture
def published_client(published: App) -> Client:
    """A client of that simulator, for a tenant that no other test knows."""
    published.world.tenant(published.settings.tenant).reset()
    return Client(published.flask, f"published{next(TENANT_NUMBERS)}")


@pytest.fixture
def simulator(clock: ManualClock) -> Callable[..., Client]:
    """Make a client of a simulator with switches of its own."""

    def make(fixture: str = "default", auth: Any = "on", **switches: Any) -> Client:
        settings = Settings(fixture=fixture, auth=auth, behaviour=Switches(**switches))
        return Client(build(settings, clock).flask, "acme")

    return make
