"""Overlays: small files that say about a published service what its own file does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs

from ..contract.spec import SpecError
from ..wording import describe_unknown, json_pointer, shorten

REFINES = "refines"  # the key that only overlays have
TEXT: Mapping[str, Any] = {"type": "string", "minLength": 1}
TEXTS: Mapping[str, Any] = {"type": "array", "items": TEXT}
ROLES = ("list", "search", "create", "read", "replace", "patch", "delete", "bulk", "example")

SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": [REFINES],
    "additionalProperties": False,
    "properties": {
        REFINES: TEXT,
        "service": {"type": "string", "pattern": "^[a-z][a-z0-9-]*$"},
        "tenant": TEXT,
        "indexBase": {"enum": [0, 1]},
        "firstVersion": {"type": "integer", "minimum": 0},
        "collections": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "name": {"type": "string", "pattern": "^[a-z][A-Za-z0-9]*$"},
                    "key": {"anyOf": [TEXT, {**TEXTS, "minItems": 1}]},
                    "localized": TEXTS,
                    "filters": {"type": "object", "additionalProperties": TEXT},
                    "start": {"enum": ["empty", "examples"]},
                },
            },
        },
        "operations": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "scopes": TEXTS,
                    "role": {"enum": list(ROLES)},
                    "collection": TEXT,
                    "filters": {"type": "object", "additionalProperties": TEXT},
                },
            },
        },
    },
}


@dataclass(frozen=True, slots=True)
class CollectionHints:
    """What an overlay says of a collection.

    name: another name. key: the fields of the key, in the order of the ids in the path.
    localized: dotted paths of texts by language. filters: the dotted path of a field by query parameter.
    start: `examples` or `empty`; None for examples only if no operation adds rows.
    """

    name: str = ""
    key: tuple[str, ...] = ()
    localized: tuple[str, ...] = ()
    filters: Mapping[str, str] = field(default_factory=dict)
    start: str | None = None

    @property
    def starts_with_examples(self) -> bool:
        """Whether it starts with the rows of the published examples."""
        return self.start == "examples"


@dataclass(frozen=True, slots=True)
class OperationHints:
    """What an overlay says of an operation.

    scopes: one of them is needed; None to keep what the file says. role: one of ROLES, "" for that of its path.
    collection: the name of the collection. filters: the dotted path of a field by query or path parameter.
    """

    scopes: tuple[str, ...] | None = None
    role: str = ""
    collection: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Overlay:
    """What an overlay says.

    refines: the published file. service: the name of the service; "" for that of the file.
    tenant: the path parameter with the tenant, or `token`; "" for `tenant` where paths have it.
    index_base: of the entries of bulks; None for the setting. first_version: of new rows.
    """

    path: Path = Path()
    refines: Path = Path()
    service: str = ""
    tenant: str = ""
    index_base: int | None = None
    first_version: int = 1
    collections: Mapping[str, CollectionHints] = field(default_factory=dict)
    operations: Mapping[str, OperationHints] = field(default_factory=dict)

    def of_collection(self, name: str) -> CollectionHints:
        """Return what it says of a collection."""
        return self.collections.get(name, NO_COLLECTION_HINTS)

    def of_operation(self, id_: str) -> OperationHints:
        """Return what it says of an operation."""
        return self.operations.get(id_, NO_OPERATION_HINTS)

    def check_operations(self, known: Iterable[str]) -> None:
        """Raise SpecError if it names an operation that the published file lacks."""
        self._check_names("operation", self.operations, known)

    def check_collections(self, known: Iterable[str]) -> None:
        """Raise SpecError if it names a collection that was not found in the published file."""
        named = {hints.collection: "" for hints in self.operations.values() if hints.collection}
        self._check_names("collection", {**self.collections, **named}, known)

    def _check_names(self, what: str, names: Iterable[str], known: Iterable[str]) -> None:
        known = sorted(known)
        unknown = next((name for name in names if name not in known), None)
        if unknown is not None:
            raise SpecError(self.path, describe_unknown(what, unknown, known))


NO_OVERLAY = Overlay()
NO_COLLECTION_HINTS = CollectionHints()
NO_OPERATION_HINTS = OperationHints()


@cache
def _overlay_validator() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(SCHEMA)


def read_overlay(path: Path, root: Mapping[str, Any]) -> Overlay:
    """Return the overlay in a parsed file; SpecError if it says something that no overlay can say."""
    error = next(iter(_overlay_validator().iter_errors(root)), None)
    if error is not None:
        raise SpecError(path, f"{json_pointer(error.instance_path) or '/'}: {shorten(error.message)} (an overlay)")
    return Overlay(
        path,
        (path.parent / root[REFINES]).resolve(),
        root.get("service", ""),
        root.get("tenant", ""),
        root.get("indexBase"),
        root.get("firstVersion", 1),
        {name: _read_collection(hints) for name, hints in root.get("collections", {}).items()},
        {id_: _read_operation(hints) for id_, hints in root.get("operations", {}).items()},
    )


def _read_collection(hints: Mapping[str, Any]) -> CollectionHints:
    key = hints.get("key", ())
    return CollectionHints(
        hints.get("name", ""),
        (key,) if isinstance(key, str) else tuple(key),
        tuple(hints.get("localized", ())),
        hints.get("filters", {}),
        hints.get("start"),
    )


def _read_operation(hints: Mapping[str, Any]) -> OperationHints:
    scopes = hints.get("scopes")
    return OperationHints(
        None if scopes is None else tuple(scopes),
        hints.get("role", ""),
        hints.get("collection", ""),
        hints.get("filters", {}),
    )
