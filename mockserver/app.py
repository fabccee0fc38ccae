"""The composition root: the only place where the parts are wired together."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from types import ModuleType

from . import resources, services
from .access import Principal, admin_scopes, assume_admin
from .contract.operations import Operation, compile_operations
from .contract.routing import Router
from .contract.spec import Spec, SpecError, check_spec, load_spec
from .control import build_control_service
from .control.context import ControlContext
from .control.guard import Guard, is_loopback_address
from .faults.injector import FaultInjector
from .faults.registry import FaultRegistry
from .messages import Handler, Refusal, Service
from .pipeline import Pipeline, SecondOpinion
from .records.exchange import Exchange
from .records.store import RecordStore
from .settings import Settings
from .store.clock import Clock
from .store.world import World
from .web.flask_app import SimulatorFlask, create_flask
from .worlds.loading import WorldLibrary

CONTROL = "control.yaml"  # the spec of the control plane


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A simulator, ready to be served: the simulated API (`api`), and the control plane (`control`).

    documents: the specs of both, in this order.
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
    documents: tuple[Spec, ...]
    flask: SimulatorFlask


def build(settings: Settings, clock: Clock | None = None, more_services: Iterable[ModuleType] = ()) -> App:
    """Wire a simulator; SpecError or WorldError if that is impossible.

    clock: the system's unless given another.
    more_services: packages with a folder for each further service.
    """
    packages = (services.SHIPPED, *more_services)
    modules = services.import_services(packages)
    specs = {path.name: _load_spec(path, settings) for path in _spec_files(packages, settings)}
    scopes = admin_scopes(scope for spec in specs.values() for scope in spec.document.scopes)
    worlds = WorldLibrary(resources.data_folder("fixtures"), services.collections_of(modules), scopes)
    seed = worlds.load_seed(settings.fixture)
    world = World(seed, settings.behaviour, settings.tenant, clock, settings.contract)
    admin = assume_admin(scopes)
    assumed = admin if settings.auth == "off" else None
    records, registry = RecordStore(), FaultRegistry()
    api = _join_services([services.create_service(module, world) for module in modules], specs)
    plane = ControlContext(world, records, {operation.id: operation for operation in api.operations}, registry, worlds)
    control = _join_services(
        [build_control_service(plane)], {CONTROL: _load_spec(_spec_path(CONTROL, settings), settings)}
    )
    api_pipeline = Pipeline(
        world=world,
        router=Router(api.operations),
        handlers=api.handlers,
        records=records,
        fault_injector=FaultInjector(registry, lambda visit: _caller(world, assumed, visit), obeys_prefer=True),
        is_auth_on=settings.auth == "on",
        second_opinion=_judge(api.documents, settings),
        error_writers=api.refusals,
        admin=admin,
    )
    control_pipeline = Pipeline(
        world=world,
        router=Router(control.operations),
        handlers=control.handlers,
        records=RecordStore(is_recording=False),
        is_auth_on=False,
        second_opinion=_judge(control.documents, settings),
    )
    gc.freeze()  # a collection need not walk what stays for good
    guard = Guard(allowed_hosts=settings.allowed_host, token=_admin_token(settings), is_closed=settings.no_admin)
    documents = (*api.documents, *control.documents)
    flask = create_flask(
        api=api_pipeline.handle_request,
        control=control_pipeline.handle_request,
        guard=guard,
        specs={document.path.stem: document.root for document in documents},
        count_headers={operation.count_header for operation in api.operations if operation.count_header},
        cors_origins=settings.cors_origin,
    )
    return App(
        settings=settings,
        world=world,
        records=records,
        faults=registry,
        guard=guard,
        api_pipeline=api_pipeline,
        control_pipeline=control_pipeline,
        api_operations=api.operations,
        control_operations=control.operations,
        documents=documents,
        flask=flask,
    )


def _caller(world: World, assumed: Principal | None, visit: Exchange) -> str | None:
    """Return the name of whose token a call carries, valid or not, or of the caller who is assumed without tokens."""
    if assumed is not None:
        return assumed.name
    holder = world.tokens.find_holder(visit.request.headers.get("authorization"), visit.tenant)
    return holder.name if holder else None


@dataclass(frozen=True, slots=True)
class CompiledSpec:
    """A spec file and the operations that it declares."""

    document: Spec
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Interface:
    """The services of an interface together: their specs, operations, handlers, and how they write errors."""

    documents: tuple[Spec, ...]
    operations: tuple[Operation, ...]
    handlers: Mapping[str, Handler]
    refusals: Mapping[str, Refusal]


def _load_spec(path: Path, settings: Settings) -> CompiledSpec:
    """Load and compile a spec; openapi-core checks one of the user's own first."""
    document = load_spec(path)
    if path.parent == settings.spec or settings.validator == "reference":
        check_spec(document)
    return CompiledSpec(document, tuple(compile_operations(document)))


def _join_services(parts: list[Service], specs: Mapping[str, CompiledSpec]) -> Interface:
    """Return services as one interface; SpecError for an operation without handler, or the reverse."""
    every: list[Operation] = []
    handlers: dict[str, Handler] = {}
    for service in parts:
        spec = specs[service.spec]
        declared = {operation.id for operation in spec.operations}
        for id_ in sorted(declared ^ service.handlers.keys()):
            reason = f"operation {id_} has no {'handler' if id_ in declared else 'place in the spec'}"
            raise SpecError(spec.document.path, reason)
        every += spec.operations
        handlers |= service.handlers
    refusals = {Path(service.spec).stem: service.refusal for service in parts if service.refusal}
    return Interface(tuple(specs[service.spec].document for service in parts), tuple(every), handlers, refusals)


def _admin_token(settings: Settings) -> str:
    """Return the token that the control plane wants; one made up if the network can reach it and none was given."""
    return settings.admin_token or ("" if is_loopback_address(settings.host) else token_urlsafe(24))


def _judge(documents: Iterable[Spec], settings: Settings) -> SecondOpinion | None:
    """Return openapi-core as the second validator, if the settings ask for it."""
    if settings.validator != "reference":
        return None
    from .contract.openapi_core_validator import OpenApiCoreValidator  # noqa: PLC0415 - openapi-core takes half a second to import

    return OpenApiCoreValidator(documents)


def spec_paths(settings: Settings) -> list[Path]:
    """Return the specs that a server with these settings would use."""
    return [_spec_path(path.name, settings) for path in sorted(resources.data_folder("spec").glob("*.yaml"))]


def _spec_path(name: str, settings: Settings) -> Path:
    """Return the spec of this name: the user's own if there is one."""
    own = settings.spec / name if settings.spec else None
    return own if own and own.exists() else resources.data_folder("spec") / name


def _spec_files(packages: Iterable[ModuleType], settings: Settings) -> list[Path]:
    """Return the specs of the simulated services; packages of further services have theirs in their folders."""
    shipped = [path for path in spec_paths(settings) if path.name != CONTROL]
    return [*shipped, *services.specs_beside(packages)]
