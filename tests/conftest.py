"""What the tests share: a simulator in process, a clock that stands, and a client that speaks like curl."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from werkzeug.test import TestResponse

from mockserver.app import App, build
from mockserver.resources import folder
from mockserver.services import collections_of, import_services
from mockserver.settings import Behaviour, Settings
from mockserver.strict_yaml import load
from mockserver.world import World
from mockserver.worlds.loading import WorldLibrary

# Histories and examples are the same in every run of the suite; `thorough` looks for new ones, for minutes, and
# `mutants` has few, which run thousands of times (tests/mutation), whatever else the machine does meanwhile.
settings.register_profile("suite", derandomize=True, deadline=None, max_examples=300, stateful_step_count=25)
settings.register_profile("thorough", deadline=None, max_examples=2000, stateful_step_count=60)
settings.register_profile(
    "mutants",
    derandomize=True,
    deadline=None,
    max_examples=15,
    stateful_step_count=25,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("suite")

TABLES = Path(__file__).parent / "tables"
PUBLISHED = Path(__file__).parent / "published"
GOLDEN = "628cd20c6e8b2432b6346ca6"
PLATINUM = "61ge81e13562e22001h6cf456"
TOOL_FANS = "628cd20c6e8b2432b6346ca7"
HAMMER, SCREWDRIVER = "12468504", "12849186"
NUMBERS = count(1)
ADMIN_SCOPES = (  # all that the specs declare, without those that end in _own
    "category.category_read_unpublished",
    "configuration.configuration_view",
    "customer.customer_read",
    "customermanagement.contactassignment_read",
    "customermanagement.legalentity_read",
    "customersegment.segment_manage",
    "customersegment.segment_read",
    "product.product_manage_by_vendor",
    "product.product_read_by_vendor",
    "product.product_read_unpublished",
    "site.site_manage",
    "site.site_read",
)
WORLDS = WorldLibrary(folder("fixtures"), collections_of(import_services()))
DEFAULT: dict[str, Any] = load((folder("fixtures") / "default.yaml").read_text())


def default_world(where: Path, **sections: Any) -> str:
    """Write a copy of the default world with other sections; return its path."""
    path = where / "world.yaml"
    kept = {name: section for name, section in DEFAULT.items() if name != "mixinSchemas"}
    path.write_text(json.dumps(kept | sections))  # JSON is YAML too
    return str(path)


@dataclass
class StandingClock:
    """A clock that moves only when a test moves it."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 1, 1, 12, tzinfo=UTC))

    def now(self) -> datetime:
        return self.moment

    def forward(self, **ahead: float) -> None:
        self.moment += timedelta(**ahead)


@dataclass
class Client:
    """Calls the service for one tenant with one token."""

    flask: Flask
    tenant: str
    token: str | None = "admin-token"

    def having(self, token: str | None) -> Client:
        return Client(self.flask, self.tenant, token)

    def send(self, method: str, path: str, **request: Any) -> TestResponse:
        """Send a request below /customer-segment/{tenant}/segments, or to a path that begins with //."""
        headers = dict(request.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        url = path[1:] if path.startswith("//") else f"/customer-segment/{self.tenant}/segments{path}"
        return self.flask.test_client(use_cookies=False).open(url, method=method, headers=headers, **request)

    def get(self, path: str, **request: Any) -> TestResponse:
        return self.send("GET", path, **request)

    def put(self, path: str, **request: Any) -> TestResponse:
        return self.send("PUT", path, **request)

    def post(self, path: str, **request: Any) -> TestResponse:
        return self.send("POST", path, **request)

    def delete(self, path: str, **request: Any) -> TestResponse:
        return self.send("DELETE", path, **request)

    def everything(self) -> Any:
        """All item assignments of the tenant: what a failed write must leave as it was."""
        return self.having("read-token").get("/items?pageSize=100000").get_json()


@pytest.fixture(scope="session", autouse=True)
def plain_environment() -> Iterator[None]:
    """Hide settings that the shell has: what runs in process would obey them, or refuse those that it does not know."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("MOCKSERVER_")]:
            patch.delenv(name)
        yield


@pytest.fixture
def clock() -> StandingClock:
    return StandingClock()


@pytest.fixture(scope="session")
def shared() -> App:
    return build(Settings(), StandingClock())


@pytest.fixture
def world(shared: App) -> World:
    return shared.world


@pytest.fixture
def client(shared: App) -> Client:
    """A client for a tenant that no other test knows, as admin."""
    return Client(shared.flask, f"test{next(NUMBERS)}")


@pytest.fixture
def simulator(clock: StandingClock) -> Callable[..., Client]:
    """Make a client of a simulator with switches of its own."""

    def make(fixture: str = "default", auth: Any = "on", **switches: Any) -> Client:
        settings = Settings(fixture=fixture, auth=auth, behaviour=Behaviour(**switches))
        return Client(build(settings, clock).flask, "acme")

    return make
