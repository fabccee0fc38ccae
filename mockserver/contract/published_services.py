"""The services that the vendor publishes, and which of them a path belongs to, whether it is simulated or not (F2b)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import NamedTuple

DATA_PATH = Path(__file__).with_suffix(".yaml")
TENANT_STEP = "{tenant}"
ANY_METHOD = "ANY"  # of an operation that clients call with a method that is not known
MAX_METHOD_LENGTH = 20  # letters; other servers pass on whatever a client sends
BASES = ("published", "called", "with_switch")


class PublishedOperation(NamedTuple):
    """An operation of a service.

    steps: those of its path template.
    is_published: False if clients call it, but no published file has it.
    needs_switch: whether it is answered with the setting `unpublished` only (W1).
    """

    method: str
    path: str
    steps: tuple[str, ...]
    is_published: bool
    needs_switch: bool


@dataclass(frozen=True, slots=True)
class PublishedService:
    """A service of the vendor; `name` is that of its spec, if it is simulated."""

    name: str
    title: str
    operations: list[PublishedOperation] = field(default_factory=list)


class PublishedPath(NamedTuple):
    """What is known of a method and a path.

    template: the path template; if no operation has the path, what all paths of the service begin with, and `...`.
    tenant: still encoded; "" without one.
    is_published, is_called: whether the vendor publishes an operation with this method and path, or clients call one.
    needs_switch: whether the setting `unpublished` answers it (W1).
    """

    service: PublishedService
    method: str
    template: str
    tenant: str
    is_published: bool = False
    is_called: bool = False
    needs_switch: bool = False

    @property
    def operation(self) -> str:
        """Method and template."""
        return f"{self.method} {self.template}"

    @property
    def is_known(self) -> bool:
        """Whether the vendor publishes the operation, or clients call it."""
        return self.is_published or self.is_called

    def describe(self) -> str:
        """Return a sentence that names the service."""
        service = f"the {self.service.title} ({self.service.name})"
        if self.is_published:
            return f"{self.operation} is an operation of {service}."
        if self.is_called:
            remedy = "; --unpublished on answers it" if self.needs_switch else ""
            return f"{self.operation} is not published, but clients call it at {service}{remedy}."
        return f"This path belongs to {service}."


@cache
def load_published_services() -> Mapping[str, Sequence[PublishedService]]:
    """Return the services by the first step of their paths; the file is read when it is first needed."""
    from ..strict_yaml import load_yaml  # noqa: PLC0415 - most servers never need it, and it takes a while to import

    services_by_step: dict[str, list[PublishedService]] = {}
    for name, facts in load_yaml(DATA_PATH.read_text(encoding="utf-8"))["services"].items():
        service = PublishedService(name, facts["title"])
        service.operations.extend(_list_operations(facts))
        for step in {operation.steps[0] for operation in service.operations}:
            services_by_step.setdefault(step, []).append(service)
    return services_by_step


def find_published_path(method: str, path: str) -> PublishedPath | None:
    """Return what is known of a path; None if it does not begin like one of a published service.

    A template with a static word wins over one with an id, and so does the right method. A final slash is ignored.
    """
    steps = tuple(path.removesuffix("/").split("/")[1:])
    services = load_published_services().get(steps[0], ()) if steps else ()
    if not services:
        return None
    routed_method = _name_method(method)
    matching = [
        (operation.method in (routed_method, ANY_METHOD), _count_static_steps(operation), service, operation)
        for service in services
        for operation in service.operations
        if _matches_template(operation.steps, steps)
    ]
    if not matching:
        return _describe_unknown_path(services[0], routed_method, steps)
    is_known, _, service, operation = max(matching, key=lambda match: match[:2])
    return PublishedPath(
        service,
        routed_method,
        operation.path,
        dict(zip(operation.steps, steps, strict=True)).get(TENANT_STEP, ""),
        is_published=is_known and operation.is_published,
        is_called=is_known and not operation.is_published,
        needs_switch=is_known and operation.needs_switch,
    )


def _name_method(method: str) -> str:
    """Return the method as a log and a header can name it; HEAD is routed as GET (F4)."""
    if method == "HEAD":
        return "GET"
    return method if method.isascii() and method.isalpha() and len(method) <= MAX_METHOD_LENGTH else ANY_METHOD


def _list_operations(facts: Mapping[str, Sequence[str]]) -> Iterator[PublishedOperation]:
    for basis in BASES:
        for text in facts.get(basis, ()):
            method, path = text.split(" ")
            yield PublishedOperation(
                method, path, tuple(path.split("/")[1:]), basis == "published", basis == "with_switch"
            )


def _matches_template(template: Sequence[str], steps: Sequence[str]) -> bool:
    return len(template) == len(steps) and all(
        expected == step or (bool(step) and expected.startswith("{"))
        for expected, step in zip(template, steps, strict=True)
    )


def _count_static_steps(operation: PublishedOperation) -> int:
    return sum(not step.startswith("{") for step in operation.steps)


def _describe_unknown_path(service: PublishedService, method: str, steps: Sequence[str]) -> PublishedPath:
    """Return what is known of a path that no operation of its service has."""
    has_tenant = any(operation.steps[1:2] == (TENANT_STEP,) for operation in service.operations)
    template = f"/{steps[0]}/{TENANT_STEP}/..." if has_tenant else f"/{steps[0]}/..."
    return PublishedPath(service, method, template, steps[1] if has_tenant and len(steps) > 1 else "")
