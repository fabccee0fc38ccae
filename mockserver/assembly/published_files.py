"""The services of published files as an application serves them, in addition to those that are built in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..messages import Service
from ..settings import Settings
from ..store.collection import Collection, Row
from ..store.row_defaults import Draft
from ..store.tenant import Seed
from ..worlds.sections import reserved_names
from .interfaces import CompiledSpec

if TYPE_CHECKING:
    from ..conventions.service_report import ServiceReport


class PublishedServices(NamedTuple):
    """What published files add to a server: specs by file name, services, collections by name, and a report each.

    starts: the rows that tenants start with, by collection.
    """

    specs: Mapping[str, CompiledSpec] = {}
    services: Sequence[Service] = ()
    collections: Mapping[str, Collection] = {}
    reports: Sequence[ServiceReport] = ()
    starts: Mapping[str, Sequence[Row]] = {}

    def add_starts(self, seed: Seed) -> Seed:
        """Return a seed with the rows that tenants start with, in collections that its world left empty."""
        state, draft = seed.state, Draft(seed.state.default_language, seed.state.languages, {})
        for name, rows in self.starts.items():
            if not state.collection(name):
                collection = self.collections[name]
                state = collection.load(state, collection.complete_rows(rows, draft))
        return replace(seed, state=state)


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
        {name: rows for service in loaded.services for name, rows in service.starts.items() if rows},
    )
