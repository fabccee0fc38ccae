"""The services of published files as an application serves them, in addition to those that are built in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..messages import Service
from ..settings import Settings
from ..store.collection import Collection, Row
from ..store.row_defaults import Draft
from ..worlds.sections import reserved_names
from .interfaces import CompiledSpec

if TYPE_CHECKING:
    from ..conventions.service_report import ServiceReport


NO_WORLD = Draft("en", ("en",), {})  # the defaults of generic rows depend on nothing else


class PublishedServices(NamedTuple):
    """What published files add to a server: specs by file name, services, collections by name, and a report each.

    starts: the rows that tenants start with if their world leaves a collection out.
    """

    specs: Mapping[str, CompiledSpec] = {}
    services: Sequence[Service] = ()
    collections: Mapping[str, Collection] = {}
    reports: Sequence[ServiceReport] = ()
    starts: Mapping[str, Sequence[Row]] = {}


def load_published_files(
    settings: Settings, built_in: Iterable[CompiledSpec], collections: Mapping[str, Collection]
) -> PublishedServices:
    """Return what the files of `--service` add; SpecError if one cannot be used."""
    if not settings.service and settings.service_code is None:
        return PublishedServices()
    from ..conventions.service_loading import load_services  # noqa: PLC0415 - most servers load no file

    loaded = load_services(
        [Path(path) for path in settings.service],
        [operation for compiled in built_in for operation in compiled.operations],
        (*collections, *reserved_names()),
        settings.service_code,
    )
    return PublishedServices(
        {service.spec.path.name: CompiledSpec(service.spec, service.operations) for service in loaded.services},
        [service.service for service in loaded.services],
        {collection.name: collection for collection in loaded.collections},
        loaded.reports,
        {
            collection.name: collection.complete_rows(service.starts[collection.name], NO_WORLD)
            for service in loaded.services
            for collection in service.collections
            if service.starts[collection.name]
        },
    )
