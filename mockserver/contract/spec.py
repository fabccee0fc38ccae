"""An OpenAPI file as plain data: loading, checking, following references, walking schemas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from .. import resources
from ..wording import shorten

SpecNode = Mapping[str, Any]
Subschema = tuple[tuple[str, ...], SpecNode | None]  # its path, and None instead of a schema that contains itself


class SpecError(Exception):
    """A spec that cannot be used; the message has the file and a reason on one line."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {' '.join(reason.split())}")


@dataclass(frozen=True, slots=True)
class Spec:
    """A loaded spec.

    root: its parsed content.
    compiles_late: whether its schemas and examples may be compiled when they are first used. Tests compile all of the
        shipped specs; a spec of the user's own is compiled at the start, which reports what is wrong with it.
    is_tolerant: whether requests and replies may break its schemas, which have defects; see `tolerance`.
    """

    path: Path
    root: SpecNode
    compiles_late: bool = False
    is_tolerant: bool = False
    _found: dict[str, SpecNode] = field(default_factory=dict, init=False, compare=False, repr=False)  # by reference

    @property
    def scopes(self) -> frozenset[str]:
        """All OAuth scopes that the spec declares, even if no operation needs them."""
        schemes = self.root.get("components", {}).get("securitySchemes", {}).values()
        flows = [flow for scheme in schemes for flow in scheme.get("flows", {}).values()]
        return frozenset(scope for flow in flows for scope in flow.get("scopes", ()))

    def resolve(self, node: SpecNode) -> SpecNode:
        """Follow `$ref` to a node without one; SpecError if a reference leaves the file or leads nowhere."""
        if "$ref" not in node:
            return node
        visited = set()
        while "$ref" in node:
            reference = node["$ref"]
            if reference in visited:
                raise SpecError(self.path, f"{reference} refers to itself")
            visited.add(reference)
            node = self._look_up(reference)
        return node

    def bundle_schema(self, schema: SpecNode) -> dict[str, Any]:
        """Return a self-contained JSON Schema: it includes what its references point to, and nothing else."""
        needed: dict[str, Any] = {}
        pending = list(_iter_references(schema))
        while pending:
            reference = pending.pop()
            section, name = reference.removeprefix("#/components/").split("/")[:2]
            if name not in needed.setdefault(section, {}):
                needed[section][name] = self._look_up(f"#/components/{section}/{name}")
                pending.extend(_iter_references(needed[section][name]))
        return {**schema, "components": needed}

    def _look_up(self, reference: str) -> SpecNode:
        found = self._found.get(reference)
        if found is None:
            found = self._found[reference] = self._follow(reference)
        return found

    def _follow(self, reference: str) -> SpecNode:
        node: Any = self.root
        if not reference.startswith("#/"):
            raise SpecError(self.path, f"reference {reference} leaves the file")
        for step in reference.removeprefix("#/").split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, Mapping) or name not in node:
                raise SpecError(self.path, f"reference {reference} points nowhere")
            node = node[name]
        return node  # type: ignore[no-any-return]

    def list_subschemas(self, schema: SpecNode) -> list[Subschema]:
        """Return each subschema with its path of property names; arrays add no step, and recursion ends a path."""
        found: list[Subschema] = []
        self._collect_subschemas(schema, (), (), found)
        return found

    def _collect_subschemas(
        self, schema: SpecNode, path: tuple[str, ...], visited: tuple[str, ...], found: list[Subschema]
    ) -> None:
        reference = schema.get("$ref")
        if reference in visited:
            found.append((path, None))
            return
        visited = (*visited, reference) if reference else visited
        schema = self.resolve(schema)
        found.append((path, schema))
        for part in (*schema.get("allOf", ()), *((schema["items"],) if "items" in schema else ())):
            self._collect_subschemas(part, path, visited, found)
        for name, part in schema.get("properties", {}).items():
            self._collect_subschemas(part, (*path, name), visited, found)


def _iter_references(node: Any) -> Iterator[str]:
    """Yield all references into the components that a node contains."""
    if isinstance(node, Mapping):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/components/"):
            yield reference
    parts = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for part in parts:
        yield from _iter_references(part)


def load_spec(path: Path, *, compiles_late: bool = False) -> Spec:
    """Load one spec; SpecError if it cannot be read or is not an OpenAPI 3.0 file.

    compiles_late: whether a shipped spec may be compiled late. One that was changed may not.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SpecError(path, error.strerror or str(error)) from None
    parsed = resources.load_parsed(path, content) if compiles_late else None
    if parsed is not None:
        return Spec(path, parsed, compiles_late=True)
    return Spec(path, _parse_root(path, content))


def hide_unpublished(spec: Spec) -> tuple[Spec, frozenset[str]]:
    """Return a spec without the operations that it marks with `x-unpublished`, and their ids (W1)."""
    hidden: set[str] = set()
    paths: dict[str, Any] = {}
    for path, item in spec.root["paths"].items():
        marked = {key: node["operationId"] for key, node in item.items() if is_unpublished(node)}
        hidden.update(marked.values())
        kept = {key: node for key, node in item.items() if key not in marked}
        if kept.keys() - {"parameters"} or not marked:
            paths[path] = kept if marked else item
    return (replace(spec, root={**spec.root, "paths": paths}), frozenset(hidden)) if hidden else (spec, frozenset())


def is_unpublished(node: Any) -> bool:
    """Whether a part of a path is an operation that only clients know."""
    return isinstance(node, Mapping) and bool(node.get("x-unpublished"))


def _parse_root(path: Path, content: bytes) -> SpecNode:
    from ..strict_yaml import YamlError, load_yaml  # noqa: PLC0415 - shipped specs are read from JSON

    try:
        root = load_yaml(content.decode())
    except (UnicodeDecodeError, YamlError) as error:
        raise SpecError(path, str(error)) from None
    if not isinstance(root, dict) or not str(root.get("openapi", "")).startswith("3.0."):
        raise SpecError(path, "not an OpenAPI 3.0 document")
    if not isinstance(root.get("paths"), dict):
        raise SpecError(path, "has no paths")
    return root


def check_spec(spec: Spec) -> None:
    """Check the whole spec with openapi-core; SpecError with the first error.

    The import takes half a second, so this is only for the user's own specs and for `mockserver spec`; the tests check
    the shipped specs.
    """
    from jsonschema.exceptions import ValidationError  # noqa: PLC0415 - see above
    from openapi_core import OpenAPI  # noqa: PLC0415
    from openapi_core.exceptions import SpecError as UnusableSpec  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    try:
        OpenAPI.from_dict(spec.root).check_spec()
    except ValidationError as error:
        location = "/".join(map(str, error.absolute_path))
        raise SpecError(spec.path, f"{location}: {shorten(error.message)}") from None
    except (UnusableSpec, Unresolvable) as error:
        raise SpecError(spec.path, shorten(str(error))) from None
