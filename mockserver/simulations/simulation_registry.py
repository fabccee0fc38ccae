"""The simulations of a server: one for requests without a world, and one for each world that requests name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic
from typing import TYPE_CHECKING

from ..errors import BadRequest
from ..faults.registry import FaultRegistry
from ..messages import Request, Response
from ..pipeline import Pipeline
from ..records.store import RecordStore
from ..scenarios.director import ScenarioDirector
from ..store.world import World
from .world_name import WAYS, WORLD_HEADER, read_parameter, read_world_name

if TYPE_CHECKING:
    from ..worlds.world_file import WorldFile

DEFAULT_NAME = ""  # of the simulation for requests without a world
WORLD_REQUIRED = f"This server requires a world (--require-world): {WAYS}."
VARY = {"Vary": WORLD_HEADER}


@dataclass(slots=True)
class Simulation:
    """A world with all that belongs to it: tenants, clock, tokens, faults, scenarios, journal, coverage and settings.

    api_pipeline, control_pipeline: answer calls of the simulated API, and of the control plane.
    used_at: when a request last named it, by the monotonic clock.
    """

    name: str
    world: World
    records: RecordStore
    faults: FaultRegistry
    api_pipeline: Pipeline
    control_pipeline: Pipeline
    scenarios: ScenarioDirector
    world_file: WorldFile | None = None
    used_at: float = field(default_factory=monotonic)


class SimulationRegistry:
    """Returns the simulation of each request, and drops the worlds that have not been used for long.

    has_timed_faults: whether a fault of any world can make calls wait.
    """

    def __init__(
        self,
        create: Callable[[str, SimulationRegistry], Simulation],
        *,
        max_worlds: int,
        idle_seconds: float,
        requires_world: bool,
    ) -> None:
        """Create the simulation for requests without a world.

        create: returns a new simulation, given its name and this registry.
        max_worlds, idle_seconds: how many worlds are kept, and for how long after their last use.
        requires_world: whether calls of the simulated API must name a world.
        """
        self.max_worlds, self.idle_seconds, self._requires_world = max_worlds, idle_seconds, requires_world
        self.has_timed_faults = False
        self.dropped_count = 0
        self._create = create
        self._simulations: dict[str, Simulation] = {}
        self._lock = Lock()
        self._is_complete = False
        self.default = create(DEFAULT_NAME, self)
        self._is_complete = True
        self.note_faults()

    def answer_call(self, request: Request) -> Response:
        """Answer a call of the simulated API in the world that it names; BadRequest if it must name one."""
        name = read_world_name(request)
        if name is None:
            if self._requires_world and request.method != "OPTIONS":
                message = f"The header {WORLD_HEADER} is missing."
                raise BadRequest(message, field=WORLD_HEADER, error_type="world", detail=WORLD_REQUIRED)
            return self.default.api_pipeline.handle_request(request)
        response = self.find_or_create(name).api_pipeline.handle_request(request)
        response.headers = VARY | dict(response.headers)
        return response

    def answer_control(self, request: Request) -> Response:
        """Answer a call of the control plane, for the world that it names."""
        name = read_parameter(request) or read_world_name(request)
        simulation = self.default if name is None else self.find_or_create(name)
        return simulation.control_pipeline.handle_request(request)

    def find_or_create(self, name: str) -> Simulation:
        """Return the simulation of a world, a new one if necessary."""
        simulation = self._simulations.get(name)
        if simulation is None:
            with self._lock:
                simulation = self._simulations.get(name)
                if simulation is None:
                    simulation = self._simulations[name] = self._create(name, self)
                    self.note_faults()
                    self._drop_unused()
        simulation.used_at = monotonic()
        return simulation

    def list_named(self) -> list[Simulation]:
        """Return the simulations of worlds with a name, in alphabetical order."""
        return [simulation for _, simulation in sorted(self._simulations.items())]

    def list_all(self) -> list[Simulation]:
        """Return all simulations, that of requests without a world first."""
        return [self.default, *self.list_named()]

    def drop_simulation(self, name: str) -> bool:
        """Drop a world; False if it is unknown."""
        with self._lock:
            is_known = name in self._simulations
            if is_known:
                self._drop(name)
            return is_known

    def end_watches(self, thread: Thread | None = None) -> None:
        """Wake a thread that waits for requests, or all because the server stops."""
        for simulation in self.list_all():
            simulation.records.end_watches(thread)

    def note_faults(self) -> None:
        """Find out whether a fault can make calls wait; called when the faults of a world have changed."""
        if self._is_complete:
            self.has_timed_faults = any(simulation.faults.has_timed_faults for simulation in self.list_all())

    def _drop_unused(self) -> None:
        """Drop the worlds that have been idle for too long, and the one used least recently if there are too many."""
        idle_since = monotonic() - self.idle_seconds
        by_use = sorted(self._simulations.values(), key=lambda simulation: simulation.used_at)
        surplus = len(by_use) - self.max_worlds
        for position, simulation in enumerate(by_use[:-1]):  # the last one is new
            if position < surplus or simulation.used_at < idle_since:
                self._drop(simulation.name)
                self.dropped_count += 1

    def _drop(self, name: str) -> None:
        """Remove a world; what its tests covered still counts, and its held calls end."""
        simulation = self._simulations.pop(name)
        self.default.records.absorb_store(simulation.records)
        simulation.records.end_watches()
        simulation.faults.abandon_calls(None)
