"""The simulated services: a folder each, with what it stores, its rules, and a handler for each operationId."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType

from ..store.collection import Collection, by_name

SHIPPED = sys.modules[__name__]


def import_services(packages: Iterable[ModuleType] = (SHIPPED,)) -> list[ModuleType]:
    """Import the services, each a folder of one of these packages, in alphabetical order."""
    return [
        import_module(f"{package.__name__}.{name}")
        for package in packages
        for name in sorted(module.name for module in iter_modules(package.__path__))
    ]


def collections_of(services: Iterable[ModuleType]) -> Mapping[str, Collection]:
    """Return what the services store, by name; each declares it in `collections.COLLECTIONS`, if it stores anything."""
    return by_name(collection for service in services for collection in _declared(service))


def specs_beside(packages: Iterable[ModuleType]) -> Iterator[Path]:
    """Yield the specs that lie in the folders of services: those of the shipped ones lie in `spec/` instead."""
    for package in packages:
        for folder in package.__path__:
            yield from sorted(Path(folder).glob("*/*.yaml"))


def _declared(service: ModuleType) -> Iterable[Collection]:
    if any(module.name == "collections" for module in iter_modules(service.__path__)):
        declared: Iterable[Collection] = import_module(f"{service.__name__}.collections").COLLECTIONS
        return declared
    return ()
