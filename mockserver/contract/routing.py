"""From method and path to an operation: static words win over ids, per method (D16, F2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote

from ..errors import INVALID_PARAMETERS, BadRequest, MethodNotAllowed, NoEndpoint
from . import path_distance
from .operations import Operation
from .path_distance import Steps

PATH_SHARE = 0.75  # of a distance
METHOD_SHARE = 0.25  # of a distance: added if the method differs
NEAR_ENOUGH = 0.28  # distance of the path up to which an operation is suggested
MAX_SHOWN = 200  # characters of a path that a message quotes
READING_FIRST = ("GET", "PUT", "POST", "PATCH", "DELETE")  # the order of operations that are equally near


class NearOperation(NamedTuple):
    """An operation, and how far a request is from it, from 0 to 1.

    is_near: whether the path is so much like the operation's that this was probably meant.
    """

    distance: float
    operation: Operation
    is_near: bool


@dataclass(slots=True)
class RouteNode:
    """The templates that share their first words, as a tree with a level for each part of the path."""

    static_children: dict[str, RouteNode] = field(default_factory=dict)
    wildcard: RouteNode | None = None
    operations: dict[str, Operation] = field(default_factory=dict)

    def insert_template(self, parts: list[str]) -> RouteNode:
        """Return the branch of this template, made where it is missing."""
        if not parts:
            return self
        part, *rest = parts
        if part.startswith("{"):
            self.wildcard = self.wildcard or RouteNode()
            return self.wildcard.insert_template(rest)
        return self.static_children.setdefault(part, RouteNode()).insert_template(rest)

    def match_path(self, parts: list[str]) -> list[RouteNode]:
        """Return the branches whose template fits the path, those with more static words first."""
        matching = [self]
        for part in parts:
            children = []
            for node in matching:
                if part in node.static_children:
                    children.append(node.static_children[part])
                if part and node.wildcard is not None:
                    children.append(node.wildcard)
            matching = children
        return matching


class Router:
    """All operations of all services."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = RouteNode()
        self._templates: list[tuple[Operation, Steps]] = []
        self._id_positions: dict[str, list[tuple[int, str]]] = {}  # of the ids in the parts of a path, by operation
        self._id_prefixes: dict[str, set[str]] = {}  # what stands before an id in the templates, by the id's name
        for operation in operations:
            self._root.insert_template(operation.path.split("/")).operations[operation.method] = operation
            self._templates.append((operation, path_distance.split_path(operation.path)))
            self._id_positions[operation.id] = _find_id_positions(operation.path)
            for _, name in self._id_positions[operation.id]:
                self._id_prefixes.setdefault(name, set()).add(operation.path.partition(f"{{{name}}}")[0])

    def route(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """Return the operation and the still encoded ids of an encoded path; HEAD follows GET (F4)."""
        parts = path.split("/")
        nodes = self._match_nodes(method, path, parts)
        routed_method = "GET" if method == "HEAD" else method
        for branch in nodes:
            if routed_method in branch.operations:
                operation = branch.operations[routed_method]
                return operation, {name: parts[at] for at, name in self._id_positions[operation.id]}
        raise MethodNotAllowed(_methods_of(nodes))

    def allowed_methods(self, path: str) -> tuple[str, ...]:
        """Return the methods that this path answers; NoEndpoint if there is no such path."""
        return _methods_of(self._match_nodes("OPTIONS", path, path.split("/")))

    def extract_id(self, path: str, name: str) -> str:
        """Return the id of this name in a path that need not be whole: what stands where templates have it, or ""."""
        for prefix in self._id_prefixes.get(name, ()):
            if path.startswith(prefix):
                return path[len(prefix) :].partition("/")[0]
        return ""

    def nearest(self, method: str, path: str) -> list[NearOperation]:
        """Return all operations, the nearest to this method and path first."""
        wanted = "GET" if method == "HEAD" else method.upper()
        steps = path_distance.split_path(path)
        near = [_measure(operation, template, wanted, steps) for operation, template in self._templates]
        return sorted(near, key=lambda each: (each.distance, READING_FIRST.index(each.operation.method)))

    def suggest(self, method: str, path: str) -> Operation | None:
        """Return the operation that was probably meant; None if no path is like this one."""
        near = self.nearest(method, path)
        return near[0].operation if near and near[0].is_near else None

    def _match_nodes(self, method: str, path: str, parts: list[str]) -> list[RouteNode]:
        nodes = [branch for branch in self._root.match_path(parts) if branch.operations]
        if not nodes:
            raise NoEndpoint(f"No endpoint {path[:MAX_SHOWN]}.{self._question(method, path)}")
        return nodes

    def _question(self, method: str, path: str) -> str:
        near = self.suggest(method, path)
        return f" Did you mean {near.method} {near.path}?" if near else ""


def _measure(operation: Operation, template: Steps, method: str, path: Steps) -> NearOperation:
    of_path = path_distance.distance(template, path)
    of_method = 0.0 if operation.method == method else METHOD_SHARE
    return NearOperation(PATH_SHARE * of_path + of_method, operation, is_near=of_path <= NEAR_ENOUGH)


def _methods_of(nodes: list[RouteNode]) -> tuple[str, ...]:
    methods = {method for branch in nodes for method in branch.operations}
    return tuple(sorted(methods | ({"HEAD"} if "GET" in methods else set()) | {"OPTIONS"}))


def decode_ids(ids: Mapping[str, str]) -> dict[str, str]:
    """Decode the ids of a path; BadRequest if one is not UTF-8. A slash may be in an id, as %2F."""
    return {name: _decode_id(name, part) for name, part in ids.items()}


def _find_id_positions(template: str) -> list[tuple[int, str]]:
    return [(at, part[1:-1]) for at, part in enumerate(template.split("/")) if part.startswith("{")]


def _decode_id(name: str, part: str) -> str:
    if "%" not in part:
        return part
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise BadRequest(
            INVALID_PARAMETERS, field=name, error_type="encoding", detail="is not UTF-8", rule="F3"
        ) from None
