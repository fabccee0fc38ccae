"""Creates simulations: for each world its own state, and services, pipelines and a control plane for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from .. import resources, services
from ..access import Principal
from ..contract.operations import Operation
from ..contract.routing import Router
from ..contract.spec import Spec
from ..control import build_control_service
from ..control.context import ControlContext
from ..control.requests.recording import ControlLog, Recording
from ..faults.injector import FaultInjector
from ..faults.registry import FaultRegistry
from ..messages import Service
from ..pipeline import Pipeline, SecondOpinion
from ..records.exchange import Exchange
from ..records.journal import JournalBudget
from ..records.known_headers import collect_known_headers
from ..records.store import LoggedRecordStore, RecordStore
from ..scenarios.director import ScenarioDirector
from ..scenarios.scenario_library import ScenarioLibrary, UnknownScenario
from ..scenarios.scenario_mistakes import ScenarioError, ScenarioMistake
from ..scenarios.scenario_stage import ScenarioStage
from ..settings import Settings
from ..simulations.simulation_registry import Simulation, SimulationRegistry
from ..store.clock import Clock
from ..store.tenant import NO_LIMITS, Seed, TenantLimits
from ..store.world import World
from ..tls.certificates import Certificates
from ..worlds.loading import WorldLibrary
from .interfaces import CONTROL_SPEC, CompiledSpec, Interface, join_services

if TYPE_CHECKING:
    from ..worlds.world_file import WorldFile


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulationFactory:
    """Creates simulations. They share what never changes: specs, routers, validators and caches of immutable rows.

    loaded: the services of published files, which are the same in every simulation.
    seed: what the tenants of requests without a world start from.
    admin: the caller of every call with `--auth off`.
    """

    settings: Settings
    modules: Iterable[ModuleType]
    compiled_specs: Mapping[str, CompiledSpec]
    library: WorldLibrary
    seed: Seed
    clock: Clock | None
    admin: Principal
    certificates: Certificates
    loaded: Sequence[Service] = ()
    budget: JournalBudget = field(default_factory=JournalBudget)

    def create_simulation(self, name: str, registry: SimulationRegistry) -> Simulation:
        """Return a new simulation; one with a name starts from the world and the settings of that without one."""
        settings = self.settings
        world = self._create_world(registry.default.world if name else None)
        records = (LoggedRecordStore if settings.log == "requests" else RecordStore)(self.budget)
        faults = FaultRegistry(registry.note_faults)
        own = (services.create_service(module, world) for module in self.modules)
        api = join_services([*own, *self.loaded], self.compiled_specs)
        operations = {operation.id: operation for operation in api.operations}
        find_caller = partial(_caller_name, world, self._assumed_caller)
        collections = self.library.collections
        stage = ScenarioStage(world, faults, operations, collections, find_caller, is_auth_on=settings.auth == "on")
        library = registry.default.scenarios.library if name else self._create_scenario_library(operations)
        scenarios = ScenarioDirector(stage, library)
        recording = Recording(world, faults)
        records.watch_growth(recording.add_start)
        context = ControlContext(
            world=world,
            recording=recording,
            records=records,
            operations=operations,
            faults=faults,
            worlds=self.library,
            certificates=self.certificates,
            is_tls=settings.is_tls,
            scenarios=scenarios,
            simulations=registry,
            world_file=None if name else self._open_world_file(world),
        )
        control = join_services([build_control_service(context)], self.compiled_specs)
        injector = FaultInjector(faults, find_caller, obeys_prefer=True, watcher=scenarios)
        shared = registry.default.api_pipeline if name else self._create_api_pipeline(api, world, records)
        api_pipeline = replace(shared, world=world, records=records, handlers=api.handlers, fault_injector=injector)
        shared = registry.default.control_pipeline if name else self._create_control_pipeline(control, world)
        control_pipeline = replace(shared, world=world, records=ControlLog(recording), handlers=control.handlers)
        self._open_scenario(scenarios)
        return Simulation(name, world, records, faults, api_pipeline, control_pipeline, scenarios, context.world_file)

    def _create_scenario_library(self, operations: Mapping[str, Operation]) -> ScenarioLibrary:
        """Return the scenarios; ScenarioError if the user's own ones have mistakes."""
        control_root = self.compiled_specs[CONTROL_SPEC].spec.root
        folder = resources.data_folder("fixtures") / "scenarios"
        library = ScenarioLibrary(self.library, operations, control_root, folder, self.settings.scenarios)
        if self.settings.scenarios:
            library.check_own_files()
        return library

    def _open_scenario(self, director: ScenarioDirector) -> None:
        """Start the scenario of the settings, if they name one; ScenarioError."""
        if self.settings.scenario:
            try:
                director.open_with(director.library.load_named(self.settings.scenario))
            except UnknownScenario as error:
                raise ScenarioError("--scenario", [ScenarioMistake("", str(error))]) from None

    def _open_world_file(self, world: World) -> WorldFile | None:
        """Return the file of the world, which can change; None for a shipped one."""
        name = self.settings.fixture
        if name in self.library.names:
            return None
        from ..worlds.world_file import WorldFile  # noqa: PLC0415 - only a world of the user's own has a file

        return WorldFile(self.library, world, Path(name))

    @property
    def _assumed_caller(self) -> Principal | None:
        return self.admin if self.settings.auth == "off" else None

    def _create_world(self, template: World | None) -> World:
        settings = self.settings
        limits = NO_LIMITS if settings.state else TenantLimits(settings.max_tenants, settings.idle_seconds)
        return World(
            template.seed if template else self.seed,
            template.switches if template else settings.behaviour,
            settings.tenant,
            self.clock,
            template.strictness if template else settings.contract,
            admits_any_client=settings.any_client,
            limits=limits,
            collections=self.library.collections.values(),
        )

    def _create_api_pipeline(self, api: Interface, world: World, records: RecordStore) -> Pipeline:
        return Pipeline(
            world=world,
            router=Router(api.operations),
            handlers=api.handlers,
            records=records,
            is_auth_on=self.settings.auth == "on",
            second_opinion=_second_opinion(api.specs, self.settings),
            error_writers=api.error_writers,
            admin=self.admin,
            known_headers=collect_known_headers(self.settings.known_header),
        )

    def _create_control_pipeline(self, control: Interface, world: World) -> Pipeline:
        """Return the control plane's pipeline, which injects no faults and records only what changed something."""
        return Pipeline(
            world=world,
            router=Router(control.operations, demands_ids=True),
            handlers=control.handlers,
            records=RecordStore(is_recording=False),
            is_auth_on=False,
            second_opinion=_second_opinion(control.specs, self.settings),
        )


def _caller_name(world: World, assumed_caller: Principal | None, exchange: Exchange) -> str | None:
    """Return the name of the token's holder, even if the token is invalid; with `--auth off`, of the assumed caller."""
    if assumed_caller is not None:
        return assumed_caller.name
    holder = world.tokens.find_holder(exchange.request.headers.get("authorization"), exchange.tenant)
    return holder.name if holder else None


def _second_opinion(specs: Iterable[Spec], settings: Settings) -> SecondOpinion | None:
    """Return openapi-core as the second validator; None unless the settings request it."""
    if settings.validator != "reference":
        return None
    from ..contract.openapi_core_validator import OpenApiCoreValidator  # noqa: PLC0415 - openapi-core takes half a second to import

    return OpenApiCoreValidator(specs)
