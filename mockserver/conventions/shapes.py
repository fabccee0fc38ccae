"""Shapes: which operations of a published file follow the conventions, and of which collection (G1)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ..contract.operations import MULTI_STATUS, Operation
from ..contract.spec import Spec
from .declared_fields import body_schema, fields_of, reply_example, reply_schema, type_of
from .overlay import Overlay

RoleName = Literal["list", "search", "create", "create_item", "read", "replace", "patch", "delete", "clear", "bulk"]
SUCCESS = range(200, 300)
READ = frozenset({"list", "read", "search"})
KEPT = frozenset({"create", "create_item", "replace", "patch", "delete", "read", "bulk"})
WRITE_ROLES: Mapping[str, RoleName] = {"PUT": "replace", "PATCH": "patch", "DELETE": "delete"}
METHODS_OF_ROLES: Mapping[str, tuple[str, ...]] = {
    "list": ("GET",),
    "read": ("GET",),
    "search": ("POST",),
    "create": ("POST",),
    "replace": ("PUT",),
    "patch": ("PATCH",),
    "delete": ("DELETE",),
    "bulk": ("POST", "PUT", "PATCH", "DELETE"),
}
ID = re.compile(r"\{(.*)\}")


@dataclass(slots=True)
class Family:
    """The operations on one collection of a published file.

    base: the path of the collection. parents: the ids in it, apart from the tenant. ids: those that follow it.
    roles: what each operation does.
    """

    base: str
    parents: tuple[str, ...]
    ids: tuple[str, ...] = ()
    roles: list[tuple[Operation, RoleName]] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """The words of the path."""
        return [step for step in self.base.split("/") if step and not step.startswith("{")]


class PathShape(NamedTuple):
    """A path: what precedes its last ids, and these."""

    base: str
    ids: tuple[str, ...]


def split_ids(path: str) -> PathShape:
    """Return the path of the collection, and the ids at the end."""
    steps = path.split("/")
    count = 0
    while count < len(steps) and ID.fullmatch(steps[-1 - count]) and steps[-1 - count] != "{tenant}":
        count += 1
    ids = tuple(step[1:-1] for step in steps[len(steps) - count :])
    return PathShape("/".join(steps[: len(steps) - count]), ids)


def find_families(spec: Spec, operations: Sequence[Operation], overlay: Overlay) -> list[Family]:
    """Return the collections whose operations follow the conventions; the other operations are in none of them."""
    free = [operation for operation in operations if not overlay.of_operation(operation.id).role]
    families: dict[tuple[str, int], Family] = {}
    bases: dict[str, list[Family]] = {}
    for operation in free:
        base, ids = split_ids(operation.path)
        if ids and (role := _item_role(spec, operation)):
            family = families.setdefault((base, len(ids)), Family(base, _parents(base), ids))
            family.roles.append((operation, role))
    for (base, _), family in sorted(families.items(), key=lambda entry: entry[0][1]):
        bases.setdefault(base, []).append(family)
    for operation in free:
        base, ids = split_ids(operation.path)
        collection_base, name = _collection_role(spec, operation, set(bases)) if not ids else ("", None)
        if name is None:
            continue
        if collection_base not in bases:
            bases[collection_base] = [Family(collection_base, _parents(collection_base))]
        bases[collection_base][0].roles.append((operation, name))
    found = [family for same in bases.values() for family in same]
    return [family for family in found if _is_collection(family)]


def _is_collection(family: Family) -> bool:
    """Whether the operations make a collection: one that is only written, or only listed, has nothing to keep."""
    roles = {role for _, role in family.roles}
    return len(roles) > 1 and bool(roles & KEPT) and bool(roles & READ)


def _item_role(spec: Spec, operation: Operation) -> RoleName | None:
    """Return what an operation on a path with an id at its end does; None if an item has other replies."""
    statuses = _success_statuses(operation)
    if operation.method == "GET":
        return "read" if statuses == [200] and _replies_object(spec, operation, 200) else None
    if operation.method == "POST":
        return "create_item" if statuses == [201] else None
    if operation.method == "PATCH" and MULTI_STATUS in statuses:
        return None
    expected = {"PUT": {200, 201, 204}, "PATCH": {200, 204}, "DELETE": {200, 204}}[operation.method]
    return WRITE_ROLES[operation.method] if statuses and set(statuses) <= expected else None


def _collection_role(spec: Spec, operation: Operation, bases: set[str]) -> tuple[str, RoleName | None]:
    """Return the path of the collection of an operation without an id at its end, and what it does."""
    path, _, last = operation.path.rpartition("/")
    statuses = _success_statuses(operation)
    if last == "search" and operation.method == "POST":
        is_search = 200 in statuses and _replies_array(spec, operation, 200) and _searches(spec, operation)
        return path, "search" if is_search else None
    if MULTI_STATUS in statuses and operation.method != "GET":
        return (path if last == "bulk" else operation.path), "bulk" if operation.is_bulk else None
    if last == "bulk" and operation.method == "DELETE":
        takes_list = type_of(spec, body_schema(spec, operation)) == "array"
        return path, "bulk" if statuses == [204] and takes_list else None
    is_followed = {
        "GET": statuses == [200] and _replies_array(spec, operation, 200),
        "POST": statuses == [201] and _takes_object(spec, operation),
        "DELETE": statuses == [204] and operation.path in bases,
    }
    roles: Mapping[str, RoleName] = {"GET": "list", "POST": "create", "DELETE": "clear"}
    return operation.path, roles[operation.method] if is_followed.get(operation.method) else None


def _takes_object(spec: Spec, operation: Operation) -> bool:
    return operation.body_plan is not None and type_of(spec, body_schema(spec, operation)) in ("object", "")


def _searches(spec: Spec, operation: Operation) -> bool:
    """Whether the body of a search has `q`, or is a list of ids."""
    schema = body_schema(spec, operation)
    return "q" in fields_of(spec, schema) or type_of(spec, schema) == "array"


def _success_statuses(operation: Operation) -> list[int]:
    return sorted(status for status in operation.reply_validators if status in SUCCESS)


def _replies_array(spec: Spec, operation: Operation, status: int) -> bool:
    declared = type_of(spec, reply_schema(spec, operation, status))
    return declared == "array" or (not declared and isinstance(reply_example(spec, operation, status), list))


def _replies_object(spec: Spec, operation: Operation, status: int) -> bool:
    declared = type_of(spec, reply_schema(spec, operation, status))
    return declared == "object" or (not declared and isinstance(reply_example(spec, operation, status), dict))


def _parents(base: str) -> tuple[str, ...]:
    return tuple(step[1:-1] for step in base.split("/") if ID.fullmatch(step) and step != "{tenant}")


def list_followers(families: Iterable[Family]) -> set[str]:
    """Return the ids of the operations that follow the conventions."""
    return {operation.id for family in families for operation, _ in family.roles}
