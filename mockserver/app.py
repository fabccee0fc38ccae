"""The composition root: the only place where the parts are wired together."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from secrets import token_urlsafe

from . import resources, services
from .access import ADMIN
from .clock import Clock
from .contract import loading
from .contract.document import Document, SpecError
from .contract.operations import Operation, operations
from .contract.routing import Router
from .control import service as control_service
from .control.guard import Guard, is_loopback
from .control.plane import Plane
from .faults.registry import Registry
from .faults.stage import Faults
from .messages import Handler, Refusal, Service
from .pipeline import Judge, Pipeline
from .records.records import Records
from .records.visit import Visit
from .settings import Settings
from .web.flask_app import SimulatorFlask, create_flask
from .world import World
from .worlds import building


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A simulator, ready to be served: the simulated API (`api`), and the control plane (`control`).

    documents: the specs of both, in this order.
    """

    settings: Settings
    world: World
    records: Records
    faults: Registry
    guard: Guard
    api_pipeline: Pipeline
    control_pipeline: Pipeline
    api_operations: tuple[Operation, ...]
    control_operations: tuple[Operation, ...]
    documents: tuple[Document, ...]
    flask: SimulatorFlask


def build(settings: Settings, clock: Clock | None = None) -> App:
    """Wire a simulator, on the system's clock unless given another; SpecError or WorldError if that is impossible."""
    fixtures = resources.folder("fixtures")
    seed = building.seed(settings.fixture, fixtures)
    world = World(seed, settings.behaviour, settings.tenant, clock, settings.contract)
    records, registry = Records(), Registry()
    api = _join_services(list(_services(world, settings)))
    plane = Plane(world, records, {operation.id: operation for operation in api.operations}, registry, fixtures)
    control = _join_services([_with_contract(control_service(plane), settings)])
    api_pipeline = Pipeline(
        world=world,
        router=Router(api.operations),
        handlers=api.handlers,
        records=records,
        faults=Faults(registry, lambda visit: _caller(world, settings, visit), obeys=True),
        authenticate=settings.auth == "on",
        judge=_judge(api.documents, settings),
        refusals=api.refusals,
    )
    control_pipeline = Pipeline(
        world=world,
        router=Router(control.operations),
        handlers=control.handlers,
        records=Records(keeping=False),
        authenticate=False,
        judge=_judge(control.documents, settings),
    )
    gc.freeze()  # a collection need not walk what stays for good
    guard = Guard(allowed_hosts=settings.allowed_host, token=_admin_token(settings), closed=settings.no_admin)
    documents = (*api.documents, *control.documents)
    flask = create_flask(
        api=api_pipeline.answer,
        control=control_pipeline.answer,
        guard=guard,
        specs={document.path.stem: document.root for document in documents},
        count_headers={operation.count for operation in api.operations if operation.count},
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


def _caller(world: World, settings: Settings, visit: Visit) -> str | None:
    """Return the name of whose token a call carries, good or not."""
    if settings.auth == "off":
        return ADMIN.name
    holder = world.tokens.holder(visit.request.headers.get("authorization"), visit.tenant)
    return holder.name if holder else None


@dataclass(frozen=True, slots=True)
class Interface:
    """The services of an interface together: their specs, operations, handlers, and how they write errors."""

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


def _join_services(pairs: list[tuple[Service, Document]]) -> Interface:
    """Return services as one interface; SpecError for an operation without handler, or the reverse."""
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


def _judge(documents: Iterable[Document], settings: Settings) -> Judge | None:
    """Return openapi-core as the second validator, if the settings ask for it."""
    if settings.validator != "reference":
        return None
    from .contract.reference import Reference  # noqa: PLC0415 - openapi-core takes half a second to import

    return Reference(documents)


def spec_paths(settings: Settings) -> list[Path]:
    """Return the specs that a server with these settings would use."""
    folder = resources.folder("spec")
    return [
        settings.spec / path.name if settings.spec and (settings.spec / path.name).exists() else path
        for path in sorted(folder.glob("*.yaml"))
    ]
