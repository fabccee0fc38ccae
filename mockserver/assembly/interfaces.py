"""The specs of a server, compiled, and the services that implement them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from .. import resources, services
from ..contract.operations import Operation, compile_operations
from ..contract.spec import Spec, SpecError, check_spec, hide_unpublished, load_spec
from ..messages import ErrorWriter, Handler, Service
from ..settings import Settings

CONTROL_SPEC = "control.yaml"


@dataclass(frozen=True, slots=True)
class CompiledSpec:
    """A spec and the operations that it declares.

    hidden: the ids of operations that it would have with the setting `unpublished` (W1).
    """

    spec: Spec
    operations: tuple[Operation, ...]
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Interface:
    """The joined services of the simulated API or of the control plane.

    handlers: by operationId. error_writers: by operationId too.
    """

    specs: tuple[Spec, ...]
    operations: tuple[Operation, ...]
    handlers: Mapping[str, Handler]
    error_writers: Mapping[str, ErrorWriter]


def compile_spec(path: Path, settings: Settings) -> CompiledSpec:
    """Load and compile a spec. The user's own are checked by openapi-core first, and compiled completely."""
    is_checked = path.parent == settings.spec or settings.validator == "reference"
    spec = load_spec(path, compiles_late=not is_checked)
    if is_checked:
        check_spec(spec)
    spec, hidden = hide_unpublished(spec) if settings.unpublished == "off" else (spec, frozenset())
    return CompiledSpec(spec, tuple(compile_operations(spec)), hidden)


def join_services(joined_services: list[Service], compiled_specs: Mapping[str, CompiledSpec]) -> Interface:
    """Return the services as one interface; SpecError if a spec and its handlers do not have the same operations."""
    operations: list[Operation] = []
    handlers: dict[str, Handler] = {}
    writers: dict[str, ErrorWriter] = {}
    for service in joined_services:
        if service.spec not in compiled_specs:
            raise SpecError(Path(service.spec), "a service names this spec, but neither `spec/` nor its folder has it")
        compiled = compiled_specs[service.spec]
        declared = {operation.id for operation in compiled.operations}
        served = {id_: handler for id_, handler in service.handlers.items() if id_ not in compiled.hidden}
        for id_ in sorted(declared ^ served.keys()):
            problem = "has no handler" if id_ in declared else "is not in the spec"
            raise SpecError(compiled.spec.path, f"operation {id_} {problem}")
        operations += compiled.operations
        handlers |= served
        if service.write_error:
            writers |= dict.fromkeys(served, service.write_error)
        writers |= service.error_writers
    specs = tuple(compiled_specs[service.spec].spec for service in joined_services)
    return Interface(specs, tuple(operations), handlers, writers)


def list_specs(settings: Settings) -> list[Path]:
    """Return the paths of the specs that a server with these settings uses."""
    return [find_spec(path.name, settings) for path in sorted(resources.data_folder("spec").glob("*.yaml"))]


def find_spec(name: str, settings: Settings) -> Path:
    """Return the path of a spec: the user's own file if there is one, else the shipped one."""
    own_path = settings.spec / name if settings.spec else None
    return own_path if own_path and own_path.exists() else resources.data_folder("spec") / name


def list_service_specs(packages: Iterable[ModuleType], settings: Settings) -> list[Path]:
    """Return the paths of the services' specs; an additional service has its spec in its own folder."""
    shipped = [path for path in list_specs(settings) if path.name != CONTROL_SPEC]
    return [*shipped, *services.list_own_specs(packages)]
