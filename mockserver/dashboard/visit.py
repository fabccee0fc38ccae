"""A visit: a request to the dashboard, and what its page asks of the simulator and of the control plane."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

import orjson

from ..control.guard import CONTROL_PREFIX, DASHBOARD_PATH
from ..errors import ClientError
from ..messages import JSON_MEDIA_TYPE, Request, Response
from ..simulations.simulation_registry import Simulation, SimulationRegistry
from ..simulations.world_name import WORLD_PARAMETER
from ..store.collection import Collection


def read_number(text: str, max_digits: int = 9) -> int | str:
    """Return a natural number that a form or a header has; any other text as it is, which is then refused."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= max_digits else text


class ControlRefusal(ClientError):
    """What the control plane answered instead of doing something."""

    def __init__(self, response: Response) -> None:
        facts = orjson.loads(response.content)
        self.status, self.reason = response.status, str(facts.get("status", ""))
        self.details: Mapping[str, Any] = facts.get("details") or {}
        super().__init__(str(self.details.get("message") or facts.get("message", "")))

    @property
    def mistakes(self) -> list[Mapping[str, str]]:
        """What is wrong with a row: `field` and `message` of each mistake."""
        found = self.details.get("mistakes")
        if isinstance(found, list):
            return found
        return [{"field": str(self.details.get("field", "")), "message": self.message}]


@dataclass(frozen=True)
class Visit:
    """A request to a page or an action of the dashboard.

    ids: the variable parts of its path. query, form: the last value of each name.
    world: the name of the world that it shows; None for that of requests without a world.
    page_key: what the forms of our own pages send back.
    collections: the collections of the state, by name.
    """

    request: Request
    simulations: SimulationRegistry
    ids: Mapping[str, str]
    query: Mapping[str, str]
    form: Mapping[str, str]
    world: str | None
    page_key: str
    collections: Mapping[str, Collection]

    @cached_property
    def simulation(self) -> Simulation:
        """The world that the page shows, a new one if necessary."""
        return self.simulations.find_or_create(self.world) if self.world else self.simulations.default

    def list_shown_worlds(self) -> list[Simulation]:
        """Return the worlds whose calls the page shows: the one that the address names, or all."""
        return [self.simulation] if self.world else self.simulations.list_all()

    def list_world_names(self) -> list[str]:
        """Return the names of the worlds, and of the one that the page shows."""
        return sorted({*(simulation.name for simulation in self.simulations.list_named()), *filter(None, [self.world])})

    @property
    def tenant(self) -> str:
        """The tenant that the page shows."""
        return self.form.get("tenant") or self.query.get("tenant") or self.simulation.world.default_tenant

    @property
    def tenants(self) -> list[str]:
        """The tenants of the world, and the one that the page shows."""
        return sorted({self.tenant, *self.simulation.world.tenant_names})

    @property
    def own_url(self) -> str:
        """The URL of `/` as the browser wrote it; the guard has checked its host."""
        request = self.request
        return f"{request.client_scheme}://{request.headers.get('host', '')}{request.prefix}"

    def read(self, path: str, **query: Any) -> Any:
        """Return what a GET of the control plane answers, such as `/state`; ControlRefusal."""
        return self.call("GET", path, None, **query)

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Call the control plane for the world of the page, and return the JSON that it answers; ControlRefusal."""
        response = self.fetch(method, path, body, **query)
        return orjson.loads(response.content) if response.content else None

    def fetch(self, method: str, path: str, body: Any = None, **query: Any) -> Response:
        """Call the control plane for the world of the page, and return its response; ControlRefusal."""
        values = {name: value for name, value in query.items() if value not in (None, "")}
        if self.world:
            values[WORLD_PARAMETER] = self.world
        content = b"" if body is None else orjson.dumps(body)
        headers = {"content-type": JSON_MEDIA_TYPE} if content else {}
        request = Request(method, CONTROL_PREFIX + path, urlencode(values), headers, content, self.request.client)
        try:
            response = self.simulations.answer_control(request)
        except ClientError as error:
            response = Response(error.status, orjson.dumps(error.body()), {})
        if response.status >= 400:
            raise ControlRefusal(response)
        return response

    def link(self, path: str = "", **query: Any) -> str:
        """Return the address of a page, such as `calls`, for the same world and, unless the query says so, tenant."""
        values = {"tenant": self.query.get("tenant"), WORLD_PARAMETER: self.world} | query
        text = urlencode({name: value for name, value in values.items() if value not in (None, "")})
        return f"{self.request.prefix}{DASHBOARD_PATH}/{quote(path, safe='/')}{'?' if text else ''}{text}"


@dataclass(frozen=True, slots=True)
class PageView:
    """What a visit gets: a template with its values, and a status."""

    template: str
    values: Mapping[str, Any]
    status: int = 200


@dataclass(frozen=True, slots=True)
class Onward:
    """Where an action leads, and what it has done; `is_problem` if it has not."""

    address: str
    sentence: str
    is_problem: bool = False
