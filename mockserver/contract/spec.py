"""An OpenAPI file as plain data, with its references followed on demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..strict_yaml import YamlError, load_yaml
from ..wording import shorten

SpecNode = Mapping[str, Any]


class SpecError(Exception):
    """A spec that cannot be used: the file, and the reason in one line."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {' '.join(reason.split())}")


@dataclass(frozen=True, slots=True)
class Spec:
    """A loaded spec; `root` is its content as YAML has it."""

    path: Path
    root: SpecNode

    @property
    def scopes(self) -> frozenset[str]:
        """The OAuth scopes that the spec declares, whether an operation needs them or not."""
        schemes = self.root.get("components", {}).get("securitySchemes", {}).values()
        flows = [flow for scheme in schemes for flow in scheme.get("flows", {}).values()]
        return frozenset(scope for flow in flows for scope in flow.get("scopes", ()))

    def resolve(self, node: SpecNode) -> SpecNode:
        """Follow `$ref` until there is none; only references into this document are followed."""
        visited = set()
        while "$ref" in node:
            reference = node["$ref"]
            if reference in visited:
                raise SpecError(self.path, f"{reference} refers to itself")
            visited.add(reference)
            node = self._look_up(reference)
        return node

    def bundle_schema(self, schema: SpecNode) -> dict[str, Any]:
        """Return a JSON Schema that carries what its references point to, and no more: each costs memory."""
        needed: dict[str, Any] = {}
        waiting = list(_iter_references(schema))
        while waiting:
            reference = waiting.pop()
            kind, name = reference.removeprefix("#/components/").split("/")[:2]
            if name not in needed.setdefault(kind, {}):
                needed[kind][name] = self._look_up(f"#/components/{kind}/{name}")
                waiting.extend(_iter_references(needed[kind][name]))
        return {**schema, "components": needed}

    def _look_up(self, reference: str) -> SpecNode:
        node: Any = self.root
        if not reference.startswith("#/"):
            raise SpecError(self.path, f"reference {reference} leaves the file")
        for step in reference.removeprefix("#/").split("/"):
            name = step.replace("~1", "/").replace("~0", "~")
            if not isinstance(node, Mapping) or name not in node:
                raise SpecError(self.path, f"reference {reference} points nowhere")
            node = node[name]
        return node  # type: ignore[no-any-return]

    def walk_schema(self, schema: SpecNode) -> Iterator[tuple[tuple[str, ...], SpecNode]]:
        """Give every subschema with its path of property names, arrays passed through, recursion cut."""
        return ((path, part) for path, part in self._walk(schema, ()) if part is not None)

    def recursive_property(self, schema: SpecNode) -> str | None:
        """Return the property in which a schema, or what its array holds, comes again; None if it does not."""
        return next((path[0] for path, part in self._walk(schema, ()) if part is None and len(path) == 1), None)

    def _walk(self, schema: SpecNode, seen: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], SpecNode | None]]:
        """Give the subschemas as `walk` does, and None in place of one that contains itself."""
        reference = schema.get("$ref")
        if reference in seen:
            yield (), None
            return
        seen = (*seen, reference) if reference else seen
        schema = self.resolve(schema)
        yield (), schema
        for part in (*schema.get("allOf", ()), *((schema["items"],) if "items" in schema else ())):
            yield from self._walk(part, seen)
        for name, part in schema.get("properties", {}).items():
            for path, found in self._walk(part, seen):
                yield (name, *path), found


def _iter_references(node: Any) -> Iterator[str]:
    """Give all references into the components that stand in a node."""
    if isinstance(node, Mapping):
        reference = node.get("$ref")
        if isinstance(reference, str) and reference.startswith("#/components/"):
            yield reference
    parts = node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ()
    for part in parts:
        yield from _iter_references(part)


def load_spec(path: Path) -> Spec:
    """Load one spec; SpecError if it cannot be read or is no OpenAPI 3.0 file."""
    try:
        root = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, YamlError) as error:
        raise SpecError(path, getattr(error, "strerror", None) or str(error)) from None
    if not isinstance(root, dict) or not str(root.get("openapi", "")).startswith("3.0."):
        raise SpecError(path, "not an OpenAPI 3.0 document")
    if not isinstance(root.get("paths"), dict):
        raise SpecError(path, "has no paths")
    return Spec(path, root)


def check_spec(spec: Spec) -> None:
    """Have openapi-core judge the whole document; SpecError with its first complaint.

    The import takes half a second, so this is for specs of the user's own and for `mockserver spec`; the shipped
    specs are checked by the tests.
    """
    from jsonschema.exceptions import ValidationError  # noqa: PLC0415 - see above
    from openapi_core import OpenAPI  # noqa: PLC0415
    from openapi_core.exceptions import SpecError as Unusable  # noqa: PLC0415
    from referencing.exceptions import Unresolvable  # noqa: PLC0415

    try:
        OpenAPI.from_dict(spec.root).check_spec()
    except ValidationError as error:
        location = "/".join(map(str, error.absolute_path))
        raise SpecError(spec.path, f"{location}: {shorten(error.message)}") from None
    except (Unusable, Unresolvable) as error:
        raise SpecError(spec.path, shorten(str(error))) from None
