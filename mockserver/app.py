"""The composition root: the only place where the parts are wired together."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from secrets import token_urlsafe

from flask import Flask

from . import control, resources, services
from .access import ADMIN
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
from .worlds import building


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


def build(settings: Settings, clock: Clock | None = None) -> App:
    """Wire a simulator, on the system's clock unless given another; SpecError or WorldError if it cannot be done."""
    fixtures = resources.folder("fixtures")
    seed = building.seed(settings.fixture, fixtures)
    world = World(seed, settings.behaviour, settings.tenant, clock, settings.contract)
    records = Records()
    registry = Registry()
    simulated = _complete(list(_services(world, settings)))
    plane = Plane(world, records, {each.id: each for each in simulated.operations}, registry, fixtures)
    steering = _complete([_with_contract(control.service(plane), settings)])
    judges = [_judge(each.documents) if settings.validator == "reference" else None for each in (simulated, steering)]
    faults = Faults(registry, lambda visit: _caller(world, settings, visit), obeys=True)
    routes = Router(simulated.operations), simulated.handlers
    pipeline = Pipeline(world, *routes, records, faults, settings.auth == "on", judges[0], simulated.refusals)
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
    specs = {document.path.stem: document.root for document in documents}
    counts = {each.count for each in simulated.operations if each.count}
    app = adapter.create(pipeline.answer, behind.answer, guard, specs, counts=counts, cors_origins=settings.cors_origin)
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


def _caller(world: World, settings: Settings, visit: Visit) -> str | None:
    """Return the name of whose token a call carries, good or not."""
    if settings.auth == "off":
        return ADMIN.name
    holder = world.tokens.holder(visit.request.headers.get("authorization"), visit.tenant)
    return holder.name if holder else None


@dataclass(frozen=True, slots=True)
class Interface:
    """Services that answer together: their specs, operations, handlers, and how they write errors."""

    documents: tuple[Document, ...]
    operations: tuple[Operation, ...]
    handlers: Mapping[str, Handler]
    refusals: Mapping[str, Refusal]


def _services(world: World, settings: Settings) -> Iterator[tuple[Service, Document]]:
    """Every folder of `services/` is one; adding one changes nothing here."""
    for found in sorted(iter_modules(services.__path__), key=lambda module: module.name):
        yield _with_contract(import_module(f"{services.__name__}.{found.name}").service(world), settings)


def _with_contract(service: Service, settings: Settings) -> tuple[Service, Document]:
    """Load the spec of a service: the user's own if there is one, which openapi-core checks first."""
    own = settings.spec / service.spec if settings.spec else None
    document = loading.read(own if own and own.exists() else resources.folder("spec") / service.spec)
    if document.path == own or settings.validator == "reference":
        loading.check(document)
    return service, document


def _complete(pairs: list[tuple[Service, Document]]) -> Interface:
    """Join services; SpecError for an operation without handler, or a handler without operation."""
    every: list[Operation] = []
    handlers: dict[str, Handler] = {}
    for service, document in pairs:
        listed = list(operations(document))
        declared = {operation.id for operation in listed}
        for id_ in sorted(declared ^ service.handlers.keys()):
            reason = f"operation {id_} has no {'handler' if id_ in declared else 'place in the spec'}"
            raise SpecError(document.path, reason)
        every += listed
        handlers |= service.handlers
    refusals = {document.path.stem: service.refusal for service, document in pairs if service.refusal}
    return Interface(tuple(document for _, document in pairs), tuple(every), handlers, refusals)


def _admin_token(settings: Settings) -> str:
    """Return the token that the control plane wants; one made up if the network can reach it and none was given."""
    return settings.admin_token or ("" if is_loopback(settings.host) else token_urlsafe(24))


def _judge(documents: Iterable[Document]) -> Judge:
    from .contract.reference import Reference  # noqa: PLC0415 - openapi-core takes half a second to import

    return Reference(documents)


def spec_paths(settings: Settings) -> list[Path]:
    """Return the specs that a server with these settings would use."""
    folder = resources.folder("spec")
    return [
        settings.spec / path.name if settings.spec and (settings.spec / path.name).exists() else path
        for path in sorted(folder.glob("*.yaml"))
    ]
