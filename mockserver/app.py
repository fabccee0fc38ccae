"""The composition root: the only place where the parts are wired together."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from secrets import token_urlsafe
from types import ModuleType
from typing import TYPE_CHECKING

from . import resources, services
from .access import assume_admin
from .assembly.interfaces import CONTROL_SPEC, compile_spec, find_spec, list_service_specs
from .assembly.simulation_factory import SimulationFactory
from .contract.operations import Operation
from .contract.spec import Spec
from .control.guard import Guard, is_loopback_address
from .faults.registry import FaultRegistry
from .pipeline import Pipeline
from .records.store import RecordStore
from .scenarios.director import ScenarioDirector
from .settings import Settings
from .simulations.simulation_registry import SimulationRegistry
from .store.clock import Clock
from .store.world import World
from .tls.certificates import CertificateFiles, Certificates
from .web.application import Answer, CorsRules
from .web.entrances import Entrances
from .worlds.loading import WorldLibrary

if TYPE_CHECKING:
    from .web.flask_app import SimulatorFlask
    from .web.server import Server
    from .worlds.world_file import WorldFile

HOST_NAME = re.compile(r"[\w.-]*[a-z][\w.-]*|\d+(\.\d+){3}|[\da-f:]*:[\da-f:]*", re.ASCII | re.IGNORECASE)
ALL_ADDRESSES = {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A simulator that is ready to serve: the simulated API (`api_…`) and the control plane (`control_…`).

    specs: those of the API, then that of the control plane.
    """

    settings: Settings
    simulations: SimulationRegistry
    worlds: WorldLibrary
    guard: Guard
    api_operations: tuple[Operation, ...]
    control_operations: tuple[Operation, ...]
    specs: tuple[Spec, ...]
    entrances: Entrances
    certificates: Certificates

    @property
    def world(self) -> World:
        """The world of requests that name none."""
        return self.simulations.default.world

    @property
    def records(self) -> RecordStore:
        """The records of requests that name no world."""
        return self.simulations.default.records

    @property
    def scenarios(self) -> ScenarioDirector:
        """The scenarios of requests that name no world."""
        return self.simulations.default.scenarios

    @property
    def world_file(self) -> WorldFile | None:
        """The file of the world; None if a shipped world is served."""
        return self.simulations.default.world_file

    @property
    def faults(self) -> FaultRegistry:
        """The faults for requests that name no world."""
        return self.simulations.default.faults

    @property
    def api_pipeline(self) -> Pipeline:
        """The pipeline of the simulated API, for requests that name no world."""
        return self.simulations.default.api_pipeline

    @property
    def control_pipeline(self) -> Pipeline:
        """The pipeline of the control plane, for requests that name no world."""
        return self.simulations.default.control_pipeline

    def create_server(self, host: str, port: int) -> Server:
        """Return a server that is bound to the addresses of a host; OSError or TlsError if that is impossible."""
        from .web.server import Server  # noqa: PLC0415 - a WSGI application needs no server

        return Server(
            self.entrances.answer,
            host,
            port,
            self.simulations,
            certificates=self.certificates,
            is_tls=self.settings.is_tls,
            base_path=self.settings.base_path,
        )

    @property
    def services(self) -> list[str]:
        """The names of the simulated services, sorted."""
        return sorted({operation.service for operation in self.api_operations})

    @property
    def flask(self) -> SimulatorFlask:
        """The simulator as a WSGI application, with Flask's test client."""
        return self.entrances.flask


def build(settings: Settings, clock: Clock | None = None, more_services: Iterable[ModuleType] = ()) -> App:
    """Return a simulator; SpecError, WorldError or ScenarioError if a spec, a world or a scenario cannot be used.

    clock: the system's clock by default.
    more_services: packages with a folder for each additional service.
    """
    packages = (services.SHIPPED, *more_services)
    modules = services.import_services(packages)
    compiled_specs = {path.name: compile_spec(path, settings) for path in list_service_specs(packages, settings)}
    scopes = frozenset(scope for compiled in compiled_specs.values() for scope in compiled.spec.scopes)
    library = WorldLibrary(resources.data_folder("fixtures"), services.collections_of(modules), scopes)
    control_spec = compile_spec(find_spec(CONTROL_SPEC, settings), settings)
    factory = SimulationFactory(
        settings=settings,
        modules=modules,
        compiled_specs={**compiled_specs, CONTROL_SPEC: control_spec},
        library=library,
        seed=library.load_seed(settings.fixture),
        clock=clock,
        admin=assume_admin(library.scopes),
        certificates=_find_certificates(settings),
    )
    simulations = SimulationRegistry(
        factory.create_simulation,
        max_worlds=settings.max_worlds,
        idle_seconds=settings.idle_seconds,
        requires_world=settings.require_world,
    )
    gc.freeze()  # the garbage collector need not walk what stays for the life of the process
    default = simulations.default
    operations = default.api_pipeline.router.operations
    service_names = list(dict.fromkeys(operation.service for operation in operations))
    specs = (*(compiled_specs[f"{name}.yaml"].spec for name in service_names), control_spec.spec)
    guard = Guard(allowed_hosts=settings.allowed_host, token=_admin_token(settings), is_closed=settings.no_admin)
    entrances = Entrances(
        api=simulations.answer_call,
        control=simulations.answer_control,
        guard=guard,
        specs={spec.path.stem: spec.root for spec in specs},
        count_headers={name for operation in operations for name in operation.count_headers},
        services=sorted(service_names),
        tenant=settings.tenant,
        list_tokens=partial(_list_tokens, default.world, settings),
        example_ids=partial(_map_example_ids, default.world, library, settings),
        cors=CorsRules(settings.cors_origin, settings.cors_credentials),
        base_path=settings.base_path,
        create_dashboard=partial(_create_dashboard, simulations, guard, library),
    )
    return App(
        settings=settings,
        simulations=simulations,
        worlds=library,
        guard=guard,
        api_operations=operations,
        control_operations=control_spec.operations,
        specs=specs,
        entrances=entrances,
        certificates=factory.certificates,
    )


def _create_dashboard(simulations: SimulationRegistry, guard: Guard, library: WorldLibrary) -> Answer:
    """Return what answers below /__admin/ui; Jinja and the pages are imported with the first of them."""
    from .dashboard.dashboard import Dashboard  # noqa: PLC0415

    return Dashboard(simulations, guard, library.collections).answer


def _list_tokens(world: World, settings: Settings) -> list[str]:
    """Return the tokens that the default tenant offers; none if no token is needed."""
    offered = world.tokens.list_offered(settings.tenant) if settings.auth == "on" else ()
    return [token for token, _ in offered]


def _map_example_ids(world: World, worlds: WorldLibrary, settings: Settings, spec_name: str) -> dict[str, str]:
    """Return what the examples of a spec name instead of the default tenant and ids of the default world."""
    default_tenant = Settings().tenant
    tenant = {} if settings.tenant == default_tenant else {default_tenant: settings.tenant}
    return tenant | worlds.map_example_ids(world, settings.tenant, spec_name)


def _admin_token(settings: Settings) -> str:
    """Return the token that the control plane requires: the configured one, or a random one beyond loopback."""
    return settings.admin_token or ("" if is_loopback_address(settings.host) else token_urlsafe(24))


def _find_certificates(settings: Settings) -> Certificates:
    """Return the certificates, for the names under which clients know this server."""
    hosts = [
        name
        for name in (settings.host, *settings.allowed_host)
        if name not in ALL_ADDRESSES and HOST_NAME.fullmatch(name)
    ]
    return Certificates(CertificateFiles(settings.tls_cert, settings.tls_key, settings.tls_folder, hosts))
