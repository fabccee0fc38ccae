"""The simulated services, a folder each: what it stores, its rules, and a handler for each operationId."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING

from ..messages import Service
from ..store.collection import Collection, index_collections
from ..store.world import World

if TYPE_CHECKING:
    from ..importing.row_imports import CallImport, Imports, PublicFields

SHIPPED = sys.modules[__name__]


def import_services(packages: Iterable[ModuleType] = (SHIPPED,)) -> list[ModuleType]:
    """Import the services, each a folder of one of these packages, in alphabetical order."""
    return [
        import_module(f"{package.__name__}.{name}")
        for package in packages
        for name in sorted(module.name for module in iter_modules(package.__path__))
    ]


def create_service(module: ModuleType, world: World) -> Service:
    """Return the service of a folder: its value `SERVICE`, or what its function `service(world)` returns."""
    if hasattr(module, "service"):
        service: Service = module.service(world)
        return service
    if not hasattr(module, "SERVICE"):
        raise TypeError(f"{module.__name__} must define SERVICE or service(world)")
    declared_service: Service = module.SERVICE
    return declared_service


def collections_of(services: Iterable[ModuleType]) -> Mapping[str, Collection]:
    """Return what the services store, by name, each after those that it refers to.

    A service that stores something declares it as `COLLECTIONS` in its module `collections`.
    """
    modules = _import_modules(services, "collections")
    return index_collections(collection for module in modules for collection in module.COLLECTIONS)


def imports_of(services: Iterable[ModuleType]) -> Imports:
    """Return what recorded calls of the services say about rows, by operation.

    A service whose calls show or write rows declares it as `IMPORTS` in its module `imports`.
    """
    imports: dict[str, Sequence[CallImport]] = {}
    for module in _import_modules(services, "imports"):
        imports |= module.IMPORTS
    return imports


def public_fields_of(services: Iterable[ModuleType]) -> PublicFields:
    """Return the fields of rows that all visitors see, by collection: `PUBLIC_FIELDS` in the services' `imports`."""
    fields: dict[str, Sequence[str]] = {}
    for module in _import_modules(services, "imports"):
        fields |= getattr(module, "PUBLIC_FIELDS", {})
    return fields


def list_own_specs(packages: Iterable[ModuleType]) -> Iterator[Path]:
    """Yield the specs in the folders of services; those of the shipped services are in `spec/` instead."""
    for package in packages:
        for folder in package.__path__:
            yield from sorted(Path(folder).glob("*/*.yaml"))


def _import_modules(services: Iterable[ModuleType], name: str) -> Iterator[ModuleType]:
    """Yield the modules with this name that the services have."""
    for service in services:
        if any(module.name == name for module in iter_modules(service.__path__)):
            yield import_module(f"{service.__name__}.{name}")
