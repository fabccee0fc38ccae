"""The composition root: the only place where the parts are wired together."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from types import ModuleType
from typing import TYPE_CHECKING

from . import resources, services
from .access import Principal, admin_scopes, assume_admin
from .contract.operations import Operation, compile_operations
from .contract.routing import Router
from .contract.spec import Spec, SpecError, check_spec, load_spec
from .control import build_control_service
from .control.context import ControlContext
from .control.guard import Guard, is_loopback_address
from .control.requests.recording import ControlLog, Recording
from .faults.injector import FaultInjector
from .faults.registry import FaultRegistry
from .messages import ErrorWriter, Handler, Service
from .pipeline import Pipeline, SecondOpinion
from .records.exchange import Exchange
from .records.known_headers import collect_known_headers
from .records.request_log import LoggedRecordStore
from .records.store import RecordStore
from .settings import Settings
from .store.clock import Clock
from .store.world import World
from .tls.certificates import CertificateFiles, Certificates
from .web.application import CorsRules
from .web.entrances import Entrances
from .worlds.loading import WorldLibrary

if TYPE_CHECKING:
    from .web.flask_app import SimulatorFlask

CONTROL_SPEC = "control.yaml"
HOST_NAME = re.compile(r"[\w.-]*[a-z][\w.-]*|\d+(\.\d+){3}|[\da-f:]*:[\da-f:]*", re.ASCII | re.IGNORECASE)
ALL_ADDRESSES = {"0.0.0.0", "::"}  # noqa: S104 - compared, not bound


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A simulator that is ready to serve: the simulated API (`api_…`) and the control plane (`control_…`).

    specs: those of the API, then that of the control plane.
    """

    settings: Settings
    world: World
    records: RecordStore
    faults: FaultRegistry
    guard: Guard
    api_pipeline: Pipeline
    control_pipeline: Pipeline
    api_operations: tuple[Operation, ...]
    control_operations: tuple[Operation, ...]
    specs: tuple[Spec, ...]
    entrances: Entrances
    certificates: Certificates

    @property
    def services(self) -> list[str]:
        """The names of the simulated services, sorted."""
        return sorted({operation.service for operation in self.api_operations})

    @property
    def flask(self) -> SimulatorFlask:
        """The simulator as a WSGI application, with Flask's test client."""
        return self.entrances.flask


def build(settings: Settings, clock: Clock | None = None, more_services: Iterable[ModuleType] = ()) -> App:
    """Return a simulator; SpecError or WorldError if a spec or a world cannot be used.

    clock: the system's clock by default.
    more_services: packages with a folder for each additional service.
    """
    packages = (services.SHIPPED, *more_services)
    modules = services.import_services(packages)
    compiled_specs = {path.name: _compile_spec(path, settings) for path in _service_spec_paths(packages, settings)}
    scopes = admin_scopes(scope for compiled in compiled_specs.values() for scope in compiled.spec.scopes)
    worlds = WorldLibrary(resources.data_folder("fixtures"), services.collections_of(modules), scopes)
    seed = worlds.load_seed(settings.fixture)
    world = World(seed, settings.behaviour, settings.tenant, clock, settings.contract)
    records = LoggedRecordStore() if settings.log == "requests" else RecordStore()
    faults = FaultRegistry()
    api = _join_services([services.create_service(module, world) for module in modules], compiled_specs)
    certificates = _find_certificates(settings)
    recording = Recording(world, faults)
    records.watch_growth(recording.add_start)
    context = ControlContext(
        world=world,
        recording=recording,
        records=records,
        operations={operation.id: operation for operation in api.operations},
        faults=faults,
        worlds=worlds,
        certificates=certificates,
        is_tls=settings.is_tls,
    )
    control_spec = _compile_spec(_spec_path(CONTROL_SPEC, settings), settings)
    control = _join_services([build_control_service(context)], {CONTROL_SPEC: control_spec})
    api_pipeline = _create_api_pipeline(
        api, world, settings, records=records, faults=faults, admin=assume_admin(scopes)
    )
    control_pipeline = _create_control_pipeline(control, world, settings, recording)
    gc.freeze()  # the garbage collector need not walk what stays for the life of the process
    guard = Guard(allowed_hosts=settings.allowed_host, token=_admin_token(settings), is_closed=settings.no_admin)
    specs = (*api.specs, *control.specs)
    entrances = Entrances(
        api=api_pipeline.handle_request,
        control=control_pipeline.handle_request,
        guard=guard,
        specs={spec.path.stem: spec.root for spec in specs},
        count_headers={name for operation in api.operations for name in operation.count_headers},
        services=sorted({operation.service for operation in api.operations}),
        tenant=settings.tenant,
        list_tokens=lambda: world.tokens.seed_tokens if settings.auth == "on" else (),
        cors=CorsRules(settings.cors_origin, settings.cors_credentials),
        base_path=settings.base_path,
    )
    return App(
        settings=settings,
        world=world,
        records=records,
        faults=faults,
        guard=guard,
        api_pipeline=api_pipeline,
        control_pipeline=control_pipeline,
        api_operations=api.operations,
        control_operations=control.operations,
        specs=specs,
        entrances=entrances,
        certificates=certificates,
    )


def _create_api_pipeline(
    api: Interface,
    world: World,
    settings: Settings,
    *,
    records: RecordStore,
    faults: FaultRegistry,
    admin: Principal,
) -> Pipeline:
    assumed_caller = admin if settings.auth == "off" else None
    return Pipeline(
        world=world,
        router=Router(api.operations),
        handlers=api.handlers,
        records=records,
        fault_injector=FaultInjector(
            faults, lambda exchange: _caller_name(world, assumed_caller, exchange), obeys_prefer=True
        ),
        is_auth_on=settings.auth == "on",
        second_opinion=_second_opinion(api.specs, settings),
        error_writers=api.error_writers,
        admin=admin,
        known_headers=collect_known_headers(settings.known_header),
    )


def _create_control_pipeline(control: Interface, world: World, settings: Settings, recording: Recording) -> Pipeline:
    """Return the control plane's pipeline, which injects no faults and records only what changed something."""
    return Pipeline(
        world=world,
        router=Router(control.operations),
        handlers=control.handlers,
        records=ControlLog(recording),
        is_auth_on=False,
        second_opinion=_second_opinion(control.specs, settings),
    )


def _caller_name(world: World, assumed_caller: Principal | None, exchange: Exchange) -> str | None:
    """Return the name of the token's holder, even if the token is invalid; with `--auth off`, of the assumed caller."""
    if assumed_caller is not None:
        return assumed_caller.name
    holder = world.tokens.find_holder(exchange.request.headers.get("authorization"), exchange.tenant)
    return holder.name if holder else None


@dataclass(frozen=True, slots=True)
class CompiledSpec:
    """A spec and the operations that it declares."""

    spec: Spec
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Interface:
    """The joined services of the simulated API or of the control plane.

    handlers: by operationId. error_writers: by the name of the spec.
    """

    specs: tuple[Spec, ...]
    operations: tuple[Operation, ...]
    handlers: Mapping[str, Handler]
    error_writers: Mapping[str, ErrorWriter]


def _compile_spec(path: Path, settings: Settings) -> CompiledSpec:
    """Load and compile a spec. The user's own are checked by openapi-core first, and compiled completely."""
    is_checked = path.parent == settings.spec or settings.validator == "reference"
    spec = load_spec(path, compiles_late=not is_checked)
    if is_checked:
        check_spec(spec)
    return CompiledSpec(spec, tuple(compile_operations(spec)))


def _join_services(joined_services: list[Service], compiled_specs: Mapping[str, CompiledSpec]) -> Interface:
    """Return the services as one interface; SpecError if a spec and its handlers do not have the same operations."""
    operations: list[Operation] = []
    handlers: dict[str, Handler] = {}
    for service in joined_services:
        if service.spec not in compiled_specs:
            raise SpecError(Path(service.spec), "a service names this spec, but neither `spec/` nor its folder has it")
        compiled = compiled_specs[service.spec]
        declared = {operation.id for operation in compiled.operations}
        for id_ in sorted(declared ^ service.handlers.keys()):
            problem = "has no handler" if id_ in declared else "is not in the spec"
            raise SpecError(compiled.spec.path, f"operation {id_} {problem}")
        operations += compiled.operations
        handlers |= service.handlers
    specs = tuple(compiled_specs[service.spec].spec for service in joined_services)
    writers = {Path(service.spec).stem: service.write_error for service in joined_services if service.write_error}
    return Interface(specs, tuple(operations), handlers, writers)


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


def _second_opinion(specs: Iterable[Spec], settings: Settings) -> SecondOpinion | None:
    """Return openapi-core as the second validator; None unless the settings request it."""
    if settings.validator != "reference":
        return None
    from .contract.openapi_core_validator import OpenApiCoreValidator  # noqa: PLC0415 - openapi-core takes half a second to import

    return OpenApiCoreValidator(specs)


def spec_paths(settings: Settings) -> list[Path]:
    """Return the paths of the specs that a server with these settings uses."""
    return [_spec_path(path.name, settings) for path in sorted(resources.data_folder("spec").glob("*.yaml"))]


def _spec_path(name: str, settings: Settings) -> Path:
    """Return the path of a spec: the user's own file if there is one, else the shipped one."""
    own_path = settings.spec / name if settings.spec else None
    return own_path if own_path and own_path.exists() else resources.data_folder("spec") / name


def _service_spec_paths(packages: Iterable[ModuleType], settings: Settings) -> list[Path]:
    """Return the paths of the services' specs; an additional service has its spec in its own folder."""
    shipped = [path for path in spec_paths(settings) if path.name != CONTROL_SPEC]
    return [*shipped, *services.list_own_specs(packages)]
