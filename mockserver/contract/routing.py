"""From method and path to an operation: static words win over ids, per method (D16, F2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from urllib.parse import unquote

from ..errors import PARAMETER_PROBLEM, BadRequest, MethodNotAllowed, NoEndpoint
from .operations import Operation


@dataclass(slots=True)
class Branch:
    """The templates that share their first words, as a tree with a level for each part of the path."""

    words: dict[str, Branch] = field(default_factory=dict)
    any_id: Branch | None = None
    methods: dict[str, Operation] = field(default_factory=dict)

    def grow(self, parts: list[str]) -> Branch:
        """Return the branch of this template, made where it is missing."""
        if not parts:
            return self
        part, *rest = parts
        if part.startswith("{"):
            self.any_id = self.any_id or Branch()
            return self.any_id.grow(rest)
        return self.words.setdefault(part, Branch()).grow(rest)

    def fits(self, parts: list[str]) -> list[Branch]:
        """Return the branches whose template fits the path, those with more static words first."""
        fitting = [self]
        for part in parts:
            below = []
            for branch in fitting:
                if part in branch.words:
                    below.append(branch.words[part])
                if part and branch.any_id is not None:
                    below.append(branch.any_id)
            fitting = below
        return fitting


class Router:
    """All operations of all services."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._root = Branch()
        self._templates: list[str] = []
        self._places: dict[str, list[tuple[int, str]]] = {}  # of the ids in the parts of a path, by operation
        self._before: dict[str, set[str]] = {}  # what stands before an id in the templates, by the id's name
        for operation in operations:
            self._root.grow(operation.path.split("/")).methods[operation.method] = operation
            self._templates.append(f"{operation.method} {operation.path}")
            self._places[operation.id] = _places(operation.path)
            for _, name in self._places[operation.id]:
                self._before.setdefault(name, set()).add(operation.path.partition(f"{{{name}}}")[0])

    def route(self, method: str, path: str) -> tuple[Operation, dict[str, str]]:
        """Return the operation and the still encoded ids of an encoded path; HEAD follows GET (F4)."""
        parts = path.split("/")
        branches = self._branches(path, parts)
        wanted = "GET" if method == "HEAD" else method
        for branch in branches:
            if wanted in branch.methods:
                found = branch.methods[wanted]
                return found, {name: parts[at] for at, name in self._places[found.id]}
        raise MethodNotAllowed(_allowed(branches))

    def methods(self, path: str) -> tuple[str, ...]:
        """Return the methods that this path answers; NoEndpoint if there is no such path."""
        return _allowed(self._branches(path, path.split("/")))

    def id_in(self, path: str, name: str) -> str:
        """Return the id of this name in a path that need not be whole: what stands where templates have it, or ""."""
        for before in self._before.get(name, ()):
            if path.startswith(before):
                return path[len(before) :].partition("/")[0]
        return ""

    def _branches(self, path: str, parts: list[str]) -> list[Branch]:
        branches = [branch for branch in self._root.fits(parts) if branch.methods]
        if not branches:
            raise NoEndpoint(f"No endpoint {path[:200]}.{self._nearest(path)}")
        return branches

    def _nearest(self, path: str) -> str:
        near = get_close_matches(f"GET {path[:200]}", self._templates, n=1, cutoff=0.5)
        return f" Did you mean {near[0]}?" if near else ""


def _allowed(branches: list[Branch]) -> tuple[str, ...]:
    methods = {method for branch in branches for method in branch.methods}
    return tuple(sorted(methods | ({"HEAD"} if "GET" in methods else set()) | {"OPTIONS"}))


def decoded(ids: Mapping[str, str]) -> dict[str, str]:
    """Decode the ids of a path; BadRequest if one is not UTF-8. A slash may be in an id, as %2F."""
    return {name: _decoded(name, part) for name, part in ids.items()}


def _places(template: str) -> list[tuple[int, str]]:
    return [(at, part[1:-1]) for at, part in enumerate(template.split("/")) if part.startswith("{")]


def _decoded(name: str, part: str) -> str:
    if "%" not in part:
        return part
    try:
        return unquote(part, errors="strict")
    except UnicodeDecodeError:
        raise BadRequest(PARAMETER_PROBLEM, field=name, kind="encoding", detail="is not UTF-8", rule="F3") from None
