"""The composition root: the only place where the parts are wired together."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from secrets import token_urlsafe
from types import ModuleType

from flask import Flask

from . import control, resources, services
from .access import Principal, admin_scopes, assume_admin
from .clock import Clock
from .contract import loading
from .contract.document import Document, SpecError
from .contract.operations import Operation, operations
from .contract.routing import Router
from .control.guard import Guard, is_loopback
from .control.plane import Plane
from .exchange import Handler, Refusal, Service
from .faults.registry import Registry
from .faults.stage import Faults
from .pipeline import Judge, Pipeline
from .records.records import Records
from .records.visit import Visit
from .settings import Settings
from .web import adapter
from .world import World
from .worlds.loading import WorldLibrary

CONTROL = "control.yaml"  # the spec of the control plane


@dataclass(frozen=True, slots=True)
class App:
    """A simulator, ready to be served.

    pipeline, operations: those of the simulated API; control, steering: those of the control plane.
    documents: the specs of both, in this order.
    """

    settings: Settings
    world: World
    records: Records
    pipeline: Pipeline
    control: Pipeline
    operations: tuple[Operation, ...]
    steering: tuple[Operation, ...]
    faults: Registry
    guard: Guard
    flask: Flask
    documents: tuple[Document, ...]


def build(settings: Settings, clock: Clock | None = None, more_services: Iterable[ModuleType] = ()) -> App:
    """Wire a simulator; SpecError or WorldError if it cannot be done.

    clock: the system's unless given another.
    more_services: packages with a folder for each further service.
    """
    packages = (services.SHIPPED, *more_services)
    modules = services.import_services(packages)
    specs = {path.name: _load_spec(path, settings) for path in _spec_files(packages, settings)}
    scopes = admin_scopes(scope for spec in specs.values() for scope in spec.document.scopes)
    worlds = WorldLibrary(resources.folder("fixtures"), services.collections_of(modules), scopes)
    seed = worlds.load_seed(settings.fixture)
    world = World(seed, settings.behaviour, settings.tenant, clock, settings.contract)
    admin = assume_admin(scopes)
    records = Records()
    registry = Registry()
    simulated = _complete([module.service(world) for module in modules], specs)
    plane = Plane(world, records, {each.id: each for each in simulated.operations}, registry, worlds)
    steering = _complete([control.service(plane)], {CONTROL: _load_spec(_spec_path(CONTROL, settings), settings)})
    judges = [_judge(each.documents) if settings.validator == "reference" else None for each in (simulated, steering)]
    faults = Faults(
        registry, lambda visit: _caller(world, admin if settings.auth == "off" else None, visit), obeys=True
    )
    routes = Router(simulated.operations), simulated.handlers
    pipeline = Pipeline(
        world, *routes, records, faults, settings.auth == "on", judges[0], simulated.refusals, admin=admin
    )
    behind = Pipeline(
        world,
        Router(steering.operations),
        steering.handlers,
        Records(keeping=False),
        authenticate=False,
        judge=judges[1],
    )
    gc.freeze()  # a collection need not walk what stays for good
    guard = Guard(settings.allowed_host, _admin_token(settings), settings.no_admin)
    documents = (*simulated.documents, *steering.documents)
    roots = {document.path.stem: document.root for document in documents}
    counts = {each.count for each in simulated.operations if each.count}
    app = adapter.create(pipeline.answer, behind.answer, guard, roots, counts=counts, cors_origins=settings.cors_origin)
    return App(
        settings,
        world,
        records,
        pipeline,
        behind,
        simulated.operations,
        steering.operations,
        registry,
        guard,
        app,
        documents,
    )


def _caller(world: World, assumed: Principal | None, visit: Visit) -> str | None:
    """Return the name of whose token a call carries, valid or not, or of the caller who is assumed without tokens."""
    if assumed is not None:
        return assumed.name
    holder = world.tokens.holder(visit.request.headers.get("authorization"), visit.tenant)
    return holder.name if holder else None


@dataclass(frozen=True, slots=True)
class CompiledSpec:
    """A spec file and the operations that it declares."""

    document: Document
    operations: tuple[Operation, ...]


@dataclass(frozen=True, slots=True)
class Interface:
    """Services that answer together: their specs, operations, handlers, and how they write errors."""

    documents: tuple[Document, ...]
    operations: tuple[Operation, ...]
    handlers: Mapping[str, Handler]
    refusals: Mapping[str, Refusal]


def _load_spec(path: Path, settings: Settings) -> CompiledSpec:
    """Load and compile a spec; openapi-core checks one of the user's own first."""
    document = loading.read(path)
    if path.parent == settings.spec or settings.validator == "reference":
        loading.check(document)
    return CompiledSpec(document, tuple(operations(document)))


def _complete(parts: list[Service], specs: Mapping[str, CompiledSpec]) -> Interface:
    """Join services; SpecError for an operation without handler, or a handler without operation."""
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
    return settings.admin_token or ("" if is_loopback(settings.host) else token_urlsafe(24))


def _judge(documents: Iterable[Document]) -> Judge:
    from .contract.reference import Reference  # noqa: PLC0415 - openapi-core takes half a second to import

    return Reference(documents)


def spec_paths(settings: Settings) -> list[Path]:
    """Return the specs that a server with these settings would use."""
    return [_spec_path(path.name, settings) for path in sorted(resources.folder("spec").glob("*.yaml"))]


def _spec_path(name: str, settings: Settings) -> Path:
    """Return the spec of this name: the user's own if there is one."""
    own = settings.spec / name if settings.spec else None
    return own if own and own.exists() else resources.folder("spec") / name


def _spec_files(packages: Iterable[ModuleType], settings: Settings) -> list[Path]:
    """Return the specs of the simulated services; packages of further services have theirs in their folders."""
    shipped = [path for path in spec_paths(settings) if path.name != CONTROL]
    return [*shipped, *services.specs_beside(packages)]
