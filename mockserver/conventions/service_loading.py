"""Loads published services: from files to operations with handlers, collections and a report for each file (G1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..contract.operations import Operation, compile_operations
from ..contract.spec import Spec, SpecError
from ..messages import Handler, Service
from ..store.collection import Row
from .collection_design import Design, design_collection, link_parents, name_collection
from .declared_replies import read_reply_shape
from .error_templates import create_error_writer
from .example_checks import find_broken_examples
from .example_handlers import create_example_handler
from .generic_handlers import HANDLER_FACTORIES
from .generic_operation import GenericOperation
from .hinted_roles import find_hinted_roles
from .overlay import Overlay
from .path_collections import PathCollection
from .published_file import Progress, PublishedFile, read_files
from .repairs import RepairedFile, repair_file
from .row_filters import choose_filters
from .service_code import Rule, apply_rule, check_rules, load_rules
from .service_names import name_service
from .service_report import ServiceReport
from .shapes import RoleName, find_families

CONTROL_PLANE = "control"  # the name of its spec, which no service can have
Role = tuple[Design, RoleName]
Slot = tuple[str, str]  # method, and path without the names of its ids


@dataclass(frozen=True, slots=True)
class LoadedService:
    """What one published file adds.

    starts: the rows that tenants start with, by collection; for a world that has none in it.
    """

    spec: Spec
    operations: tuple[Operation, ...]
    service: Service
    collections: tuple[PathCollection, ...]
    starts: Mapping[str, Sequence[Row]]


@dataclass(frozen=True, slots=True)
class LoadedServices:
    """What all published files add, and a report for each."""

    services: tuple[LoadedService, ...] = ()
    reports: tuple[ServiceReport, ...] = ()

    @property
    def collections(self) -> list[PathCollection]:
        """Return what the services store."""
        return [collection for service in self.services for collection in service.collections]


@dataclass(slots=True)
class Assembly:
    """What is known while files are loaded one after the other.

    built_in: the operations that are served already. collections: the names that are taken.
    slots: the file of each method and path.
    """

    built_in: Mapping[Slot, Operation]
    services: set[str]
    collections: set[str]
    operation_ids: set[str]
    rules: Mapping[str, Rule]
    slots: dict[Slot, Path] = field(default_factory=dict)


def load_services(
    paths: Sequence[Path], built_in: Iterable[Operation], taken_collections: Iterable[str], code: Path | None = None
) -> LoadedServices:
    """Return what published files add to the services that are built in; SpecError if a file cannot be used.

    taken_collections: the names that no collection of theirs may have. code: the folder with rules for operations.
    """
    built_in = list(built_in)
    rules = load_rules(code)
    assembly = Assembly(
        {_slot(operation.method, operation.path): operation for operation in built_in},
        {CONTROL_PLANE, *(operation.service for operation in built_in)},
        set(taken_collections),
        {operation.id for operation in built_in},
        rules,
    )
    progress = Progress()
    files = read_files(paths, progress)
    progress.done = 0
    loaded, reports = [], []
    for file in files:
        progress.begin(file.path)
        service, report = _load_file(file, assembly)
        loaded += [service] if service else []
        reports.append(report)
    check_rules(code, rules, (operation.id for service in loaded for operation in service.operations))
    return LoadedServices(tuple(loaded), tuple(reports))


def _load_file(file: PublishedFile, assembly: Assembly) -> tuple[LoadedService | None, ServiceReport]:
    name = name_service(file, assembly.services)
    repaired = repair_file(file, name)
    spec, overlay = repaired.spec, file.overlay
    try:
        operations = list(compile_operations(spec))
    except SpecError as error:  # which names the service
        raise SpecError(file.path, str(error).partition(": ")[2]) from None
    served = [each for each in operations if _slot(each.method, each.path) in assembly.built_in]
    _claim_slots(file.path, [each for each in operations if each not in served], assembly)
    repaired.defects.extend(find_broken_examples(spec))
    built_in_ids = {operation.id for operation in served}
    families = [
        family
        for family in find_families(spec, operations, overlay)
        if built_in_ids.isdisjoint(operation.id for operation, _ in family.roles)
    ]
    designs: dict[str, Design] = {}
    for family in families:
        collection_name = name_collection(family, name, assembly.collections)
        assembly.collections.add(collection_name)
        designs[collection_name] = design_collection(spec, family, collection_name, overlay)
    overlay.check_collections(designs)
    _check_renamed(overlay.path, designs.values(), assembly)
    link_parents(designs.values())
    added = [operation for operation in operations if operation.id not in built_in_ids]
    roles = {operation.id: (design, role) for design in designs.values() for operation, role in design.family.roles}
    roles |= dict(find_hinted_roles(overlay, added, designs))
    report = _write_report(repaired, added, served, roles, assembly)
    if not added:
        return None, report
    assembly.services.add(name)
    for operation in served:
        del spec.root["paths"][operation.path][operation.method.lower()]
    handlers, tuned, writers = {}, [], {}
    for operation in added:
        design, role = roles.get(operation.id, (None, None))
        id_ = _rename(spec, operation, assembly)
        tuned.append(replace(_tune_operation(operation, design), id=id_))
        handler = _create_handler(spec, operation, design, role, overlay)
        handlers[id_] = apply_rule(assembly.rules, id_, handler)
        writers[id_] = create_error_writer(operation)
    service = Service(spec.path.name, handlers, error_writers=writers)
    starts = {design.rows.collection.name: _complete_starts(design) for design in designs.values()}
    collections = tuple(design.rows.collection for design in designs.values())
    return LoadedService(spec, tuple(tuned), service, collections, starts), report


def _complete_starts(design: Design) -> list[Row]:
    """Return the rows that a collection starts with: those with a key, without metadata that no world could have."""
    keys = design.rows.collection.key_fields
    complete: list[Row] = []
    for row in design.starts:
        if all(isinstance(row.get(key), str | int) and row[key] != "" for key in keys):
            metadata = row.get("metadata")
            is_usable = isinstance(metadata, dict) and type(metadata.get("version")) is int
            kept = row if is_usable else {name: value for name, value in row.items() if name != "metadata"}
            complete.append({**kept, **{key: str(row[key]) for key in keys}})
    return complete


def _create_handler(
    spec: Spec,
    operation: Operation,
    design: Design | None,
    role: RoleName | None,
    overlay: Overlay,
) -> Handler:
    """Return the handler of an operation: one on a generic collection, or one that answers by example."""
    if design is None or role is None:
        return create_example_handler(spec, operation)
    parameters = {parameter.name for parameter in operation.parameters["path"]}
    fields = set(design.rows.collection.key_fields)
    ids = {name: name for name in parameters & fields} | {
        name: key for name, key in design.ids.items() if name in parameters
    }
    statuses = [status for status in operation.reply_validators if status // 100 == 2]
    hinted_filters = {**design.hints.filters, **overlay.of_operation(operation.id).filters}
    filters = choose_filters(operation, design.fields, hinted_filters, ids)
    target = GenericOperation(
        operation,
        design.rows,
        design.presenter,
        ids,
        {status: read_reply_shape(spec, operation, status) for status in statuses},
        filters if role in ("list", "search") else {},
        overlay.index_base,
    )
    return HANDLER_FACTORIES[role](target)


def _tune_operation(operation: Operation, design: Design | None) -> Operation:
    """Return an operation with what its file cannot say: where texts by language are, and whether it is simulated."""
    has_token_tenant = "{tenant}" not in operation.path
    if design is None:
        return replace(operation, is_example=True, has_token_tenant=has_token_tenant)
    return replace(
        operation,
        has_token_tenant=has_token_tenant,
        identity_paths=design.rows.collection.key_fields,
        localized_paths=design.localized,
        plain_text_sources={name: name for name in design.plain_texts},
    )


def _write_report(
    repaired: RepairedFile,
    added: Sequence[Operation],
    served: Sequence[Operation],
    roles: Mapping[str, Role],
    assembly: Assembly,
) -> ServiceReport:
    names = {_describe(each): roles[each.id][0].rows.collection.name for each in added if each.id in roles}
    return ServiceReport(
        repaired.spec.path.stem if added else "",
        repaired.file.path,
        names,
        [_describe(operation) for operation in added if operation.id not in roles],
        [_describe(operation) for operation in served],
        sorted({assembly.built_in[_slot(each.method, each.path)].service for each in served}),
        repaired.defects,
    )


def _describe(operation: Operation) -> str:
    return f"{operation.method} {operation.path}"


def _slot(method: str, path: str) -> Slot:
    return method.upper(), re.sub(r"\{[^}]*\}", "{}", path)


def _claim_slots(path: Path, operations: Iterable[Operation], assembly: Assembly) -> None:
    """Note which file has which paths; SpecError if another file has one of them too."""
    for operation in operations:
        slot = _slot(operation.method, operation.path)
        if slot in assembly.slots:
            reason = f"{operation.method} {operation.path} is also in {assembly.slots[slot]}; load only one of the two"
            raise SpecError(path, reason)
        assembly.slots[slot] = path


def _check_renamed(path: Path, designs: Iterable[Design], assembly: Assembly) -> None:
    """Note the names that an overlay gives to collections; SpecError for one that is taken."""
    for name in (design.hints.name for design in designs if design.hints.name):
        if name in assembly.collections:
            raise SpecError(path, f"the name {name} of a collection is taken; choose another")
        assembly.collections.add(name)


def _rename(spec: Spec, operation: Operation, assembly: Assembly) -> str:
    """Return the id of an operation, with the name of the service if another service has it already."""
    id_ = operation.id if operation.id not in assembly.operation_ids else f"{spec.path.stem}-{operation.id}"
    assembly.operation_ids.add(id_)
    spec.root["paths"][operation.path][operation.method.lower()]["operationId"] = id_
    return id_
