"""The composition root: the only place where the parts are wired together."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from flask import Flask

from . import control, resources, services
from .clock import Clock
from .contract import loading
from .contract.document import Document, SpecError
from .contract.operations import Operation, operations
from .contract.routing import Router
from .exchange import Handler, Service
from .pipeline import Judge, Pipeline
from .settings import Settings
from .web import adapter
from .world import World
from .worlds import building


@dataclass(frozen=True, slots=True)
class App:
    """A simulator, ready to be served."""

    settings: Settings
    world: World
    operations: tuple[Operation, ...]
    flask: Flask


def build(settings: Settings, clock: Clock | None = None) -> App:
    """Wire a simulator, on the system's clock unless given another; SpecError or WorldError if it cannot be done."""
    seed = building.seed(settings.fixture, resources.folder("fixtures"))
    world = World(seed, settings.behaviour, settings.tenant, clock)
    known = list(_services(world, settings))
    counts = {service.spec.removesuffix(".yaml"): len(listed) for service, _, listed in known}
    steering = control.service(world, counts)
    known.append((steering, *_contract(steering, settings)))
    every = tuple(operation for _, _, listed in known for operation in listed)
    handlers: dict[str, Handler] = {}
    for service, document, listed in known:
        _complete(service, document, listed)
        handlers |= service.handlers
    judge = _judge(document for _, document, _ in known) if settings.validator == "reference" else None
    pipeline = Pipeline(world, Router(every), handlers, settings.auth == "on", judge)
    gc.freeze()  # a collection need not walk what stays for good
    app = adapter.create(pipeline.answer, settings.cors_origin, settings.allowed_host)
    return App(settings, world, every, app)


def _services(world: World, settings: Settings) -> Iterator[tuple[Service, Document, list[Operation]]]:
    """Every folder of `services/` is one; adding one changes nothing here."""
    for found in sorted(iter_modules(services.__path__), key=lambda module: module.name):
        service: Service = import_module(f"{services.__name__}.{found.name}").service(world)
        yield service, *_contract(service, settings)


def _contract(service: Service, settings: Settings) -> tuple[Document, list[Operation]]:
    """Load the spec of a service: the user's own if there is one, which openapi-core checks first."""
    own = settings.spec / service.spec if settings.spec else None
    document = loading.read(own if own and own.exists() else resources.folder("spec") / service.spec)
    if document.path == own or settings.validator == "reference":
        loading.check(document)
    return document, list(operations(document))


def _complete(service: Service, document: Document, listed: Iterable[Operation]) -> None:
    """Refuse an operation without handler, and a handler without operation."""
    declared = {operation.id for operation in listed}
    for id_ in sorted(declared ^ service.handlers.keys()):
        raise SpecError(
            document.path, f"operation {id_} has no {'handler' if id_ in declared else 'place in the spec'}"
        )


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
