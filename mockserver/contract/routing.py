"""Routing: from a method and a path to an operation; static words win over ids, for each method (D16, F2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from ..errors import INVALID_PARAMETERS, BadRequest, MethodNotAllowed, NoEndpoint, UnansweredCall
from . import path_distance
from .operations import Operation
from .path_distance import Steps

if TYPE_CHECKING:
    from .published_services import PublishedPath

PATH_WEIGHT = 0.75  # share of the path in a distance
METHOD_WEIGHT = 0.25  # added to a distance if the method differs
MAX_SUGGESTED_DISTANCE = 0.28  # distance of the path up to which an operation is suggested
MAX_SHOWN_PATH_LENGTH = 200  # characters of a path that a message quotes
TENANT = "{tenant}"  # in templates
MATCHES_NOTHING = "(?!)"
IdReader = Callable[[list[str]], dict[str, str]]
METHOD_ORDER = ("GET", "PUT", "POST", "PATCH", "DELETE")  # of operations that are equally near


class NearOperation(NamedTuple):
    """An operation and its distance from a request, from 0 to 1.

    is_near: whether the client probably meant this operation.
    """

    distance: float
    operation: Operation
    is_near: bool


@dataclass(slots=True)
class RouteNode:
    """A node in the tree of path templates; each level is one part of the path.

    wildcard: the child for an id.
    operations: those whose template ends here, by method.
    """

    static_children: dict[str, RouteNode] = field(default_factory=dict)
    wildcard: RouteNode | None = None
    operations: dict[str, Operation] = field(default_factory=dict)

    def insert_template(self, parts: list[str]) -> RouteNode:
        """Return the node of this template, with the missing nodes added."""
        if not parts:
            return self
        part, *rest = parts
        if part.startswith("{"):
            self.wildcard = self.wildcard or RouteNode()
            return self.wildcard.insert_template(rest)
        return self.static_children.setdefault(part, RouteNode()).insert_template(rest)

    def find_first(self, parts: list[str]) -> RouteNode | None:
        """Return the first node of `match_path` if static words lead to it wherever they can; None otherwise."""
        node = self
        for part in parts:
            child = node.static_children.get(part)
            if child is None:
                child = node.wildcard
                if child is None or not part:
                    return None
            node = child
        return node

    def match_path(self, parts: list[str]) -> list[RouteNode]:
        """Return the nodes whose template matches the path, those with earlier static words first."""
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
    """All operations of all services.

    demands_ids: whether a write with a slash at the end is refused where an id could follow, so that an empty id does
      not mean all.
    """

    def __init__(self, operations: Iterable[Operation], *, demands_ids: bool = False) -> None:
        self._demands_ids = demands_ids
        self._root = RouteNode()
        self._templates: list[tuple[Operation, Steps]] = []
        self._id_readers: dict[str, IdReader] = {}  # by operation
        self.operations = operations = tuple(operations)
        for operation in operations:
            self._root.insert_template(operation.path.split("/")).operations[operation.method] = operation
            self._templates.append((operation, path_distance.split_path(operation.path)))
            self._id_readers[operation.id] = _create_id_reader(operation)
        self._open_lengths = {op.path.count("/") + 1 for op in operations if op.takes_slashes}  # in parts
        self._tenant_pattern = _compile_tenant_pattern(operation.path for operation in operations)

    def route(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """Return the operation and the ids of a path, still encoded; HEAD is routed as GET (F4).

        NoEndpoint for an unknown path, MethodNotAllowed for an unknown method.
        """
        parts = path.split("/")
        routed_method = "GET" if method == "HEAD" else method
        first_node = self._root.find_first(parts)
        operation = first_node.operations.get(routed_method) if first_node else None
        if operation is None:
            nodes = self._match_nodes(method, path, parts)
            operation = next(filter(None, (node.operations.get(routed_method) for node in nodes)), None)
            if operation is None:
                raise MethodNotAllowed(_methods_of(nodes), self._find_unanswered(method, path))
        return operation, self._id_readers[operation.id](parts)

    def find_route(self, method: str, path: str) -> tuple[Operation, dict[str, str]] | None:
        """Return what `route` returns, or None if no operation has this method and path."""
        parts = path.split("/")
        routed_method = "GET" if method == "HEAD" else method
        nodes = self._find_nodes(parts)
        operation = next(filter(None, (node.operations.get(routed_method) for node in nodes)), None)
        return (operation, self._id_readers[operation.id](parts)) if operation else None

    def allowed_methods(self, path: str) -> tuple[str, ...]:
        """Return the methods that a path allows; NoEndpoint for an unknown path."""
        return _methods_of(self._match_nodes("OPTIONS", path, path.split("/")))

    def extract_tenant(self, path: str) -> str:
        """Return the tenant, still encoded, in a path that may match no template; "" without a tenant."""
        match = self._tenant_pattern.match(path)
        if match:
            return match[1]
        published = _find_published_path("GET", path)
        return published.tenant if published else ""

    def nearest(self, method: str, path: str) -> list[NearOperation]:
        """Return all operations, the nearest to this method and path first."""
        routed_method = "GET" if method == "HEAD" else method.upper()
        steps = path_distance.split_path(path)
        candidates = [_measure(operation, template, routed_method, steps) for operation, template in self._templates]
        return sorted(candidates, key=lambda near: (near.distance, METHOD_ORDER.index(near.operation.method)))

    def suggest(self, method: str, path: str) -> Operation | None:
        """Return the operation that the client probably meant; None if no operation is near."""
        candidates = self.nearest(method, path)
        return candidates[0].operation if candidates and candidates[0].is_near else None

    def _match_nodes(self, method: str, path: str, parts: list[str]) -> list[RouteNode]:
        """Return the nodes that match a path, or match it without a slash at its end (F2a); NoEndpoint if none does."""
        nodes = self._find_nodes(parts)
        if self._demands_ids and not parts[-1] and any(_lacks_id(node, method) for node in nodes):
            shown = path[:MAX_SHOWN_PATH_LENGTH]
            raise NoEndpoint(f"{shown} lacks the id at its end. Without the last slash, it means all of them.")
        if not nodes:
            unanswered = self._find_unanswered(method, path)
            suggested = None if unanswered and unanswered.explanation else self.suggest(method, path)
            question = f" Did you mean {suggested.method} {suggested.path}?" if suggested else ""
            raise NoEndpoint(f"No endpoint {path[:MAX_SHOWN_PATH_LENGTH]}.{question}", unanswered)
        return nodes

    def _find_nodes(self, parts: list[str]) -> list[RouteNode]:
        """Return the nodes that `_match_nodes` returns; none for an unknown path."""
        nodes = [node for node in self._root.match_path(parts) if node.operations]
        if not nodes and len(parts) > 2 and not parts[-1]:
            nodes = [node for node in self._root.match_path(parts[:-1]) if node.operations]
        return nodes or self._match_open_nodes(parts)

    def _match_open_nodes(self, parts: list[str]) -> list[RouteNode]:
        """Return the nodes that match a path whose last id has slashes."""
        return [
            node
            for length in self._open_lengths
            if length < len(parts)
            for node in self._root.match_path(parts[:length])
            if any(operation.takes_slashes for operation in node.operations.values())
        ]

    def _find_unanswered(self, method: str, path: str) -> UnansweredCall | None:
        """Return what the vendor has at a path that is not simulated (F2b); None if nothing is known of it."""
        known = _find_published_path(method, path)
        if known is None:
            return None
        name = known.service.name
        siblings = [f"{sibling.method} {sibling.path}" for sibling in self.operations if sibling.service == name]
        services = sorted({operation.service for operation in self.operations})
        if self._is_simulated(known.method, path.removesuffix("/")):
            explanation = ""
        elif not siblings:
            advice = "The service is not simulated, but --service can serve its published file."
            explanation = f"{known.describe()} {advice} Simulated services: {', '.join(services)}."
        elif known.is_known:
            explanation = f"{known.describe()} It is not simulated. Simulated are: {', '.join(siblings)}."
        else:
            explanation = ""
        return UnansweredCall(name, known.operation, known.is_known, bool(siblings), explanation)

    def _is_simulated(self, method: str, path: str) -> bool:
        return any(method in node.operations for node in self._root.match_path(path.split("/")))


def _compile_tenant_pattern(templates: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern whose first group is the tenant; the longest beginning of a template up to its tenant wins."""
    prefixes = {template.partition(TENANT)[0] for template in templates if TENANT in template}
    alternatives = "|".join(map(re.escape, sorted(prefixes, reverse=True))) or MATCHES_NOTHING
    return re.compile(f"(?:{alternatives})([^/]*)")


def _find_published_path(method: str, path: str) -> PublishedPath | None:
    from .published_services import find_published_path  # noqa: PLC0415 - most paths are simulated

    return find_published_path(method, path)


def _measure(operation: Operation, template: Steps, method: str, path: Steps) -> NearOperation:
    distance = path_distance.distance(template, path)
    penalty = 0.0 if operation.method == method else METHOD_WEIGHT
    return NearOperation(PATH_WEIGHT * distance + penalty, operation, is_near=distance <= MAX_SUGGESTED_DISTANCE)


def _methods_of(nodes: list[RouteNode]) -> tuple[str, ...]:
    methods = {method for node in nodes for method in node.operations}
    return tuple(sorted(methods | ({"HEAD"} if "GET" in methods else set()) | {"OPTIONS"}))


def decode_ids(ids: Mapping[str, str]) -> dict[str, str]:
    """Decode the ids of a path; BadRequest if one is not UTF-8 (F3). An id may contain a slash, as %2F."""
    return {name: _decode_id(name, encoded) for name, encoded in ids.items()}


def _lacks_id(node: RouteNode, method: str) -> bool:
    """Whether a write could also be one of a single resource below this node."""
    return method not in {"GET", "HEAD"} and node.wildcard is not None and method in node.wildcard.operations


def _create_id_reader(operation: Operation) -> IdReader:
    """Return a function that returns the ids, by name, of a path that is split into its parts."""
    steps = operation.path.split("/")
    places = [(name[1:-1], index) for index, name in enumerate(steps) if name.startswith("{")]
    if operation.takes_slashes:
        rest = len(steps) - 1
        return lambda parts: {
            name: "/".join(parts[rest:]).removesuffix("/") if index == rest else parts[index] for name, index in places
        }
    if len(places) < 2:  # an itemgetter for one index returns no tuple
        return lambda parts: {name: parts[index] for name, index in places}
    names, read_parts = [name for name, _ in places], itemgetter(*[index for _, index in places])
    return lambda parts: dict(zip(names, read_parts(parts)))  # noqa: B905 - `strict` takes as long as the rest


def _decode_id(name: str, encoded: str) -> str:
    if "%" not in encoded:
        return encoded
    try:
        return unquote(encoded, errors="strict")
    except UnicodeDecodeError:
        raise BadRequest(
            INVALID_PARAMETERS, field=name, error_type="encoding", detail="is not UTF-8", rule="F3"
        ) from None
