"""Rules of generic collections: how rows are created, replaced, changed and removed, whatever they contain (G3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ..errors import BadRequest, Conflict, NotFound, StaleVersion
from ..practices import jsonpatch, merge_patch, mixins
from ..store.clock import format_timestamp
from ..store.collection import Row
from ..store.ids import DOCUMENT_ID_DIGITS
from ..store.state import State
from ..store.tenant import Tenant
from .path_collections import PathCollection

Parts = tuple[str, ...]  # the ids of a row, in the order of a path
UUID_DIGITS = 32
PATCH_WORDS = {"add": "add", "remove": "remove", "replace": "replace", "upsert": "add"}  # as the files write them


@dataclass(slots=True, eq=False)
class GenericRows:
    """The rows of a generic collection.

    parent_count: how many parts of the key are those of the parent row. parent: its collection, if that is generic too.
    children: the collections of what rows contain. defaults: of fields that a new row lacks, from the published schema.
    makes_uuids: whether generated ids are UUIDs. first_version: that of a new row.
    """

    collection: PathCollection
    parent_count: int = 0
    parent: GenericRows | None = None
    children: list[GenericRows] = field(default_factory=list)
    defaults: Mapping[str, Any] = field(default_factory=dict)
    makes_uuids: bool = False
    first_version: int = 1

    def select(self, state: State, given: Mapping[str, str]) -> list[Row]:
        """Return the rows whose key has these parts, by field, in the order of their keys."""
        rows = self.collection.table(state).values()
        return [row for row in rows if all(str(row.get(name)) == part for name, part in given.items())]

    def find(self, state: State, parts: Parts) -> Row:
        """Return a row; NotFound."""
        row = self.collection.get(state, parts)
        if row is None:
            raise NotFound(parts[-1])
        return row

    def require_parent(self, state: State, parts: Parts) -> None:
        """Raise NotFound if the parent row of a row with these ids is missing."""
        if self.parent is not None:
            self.parent.find(state, parts[: self.parent_count])

    def insert(self, tenant: Tenant, state: State, parents: Parts, body: Mapping[str, Any]) -> tuple[State, Row]:
        """Return a state with a new row, and the row; its key is in the body, or generated (G4). Conflict, NotFound."""
        own = self.collection.key_fields[len(parents) :]
        ids = [self._read_id(name, body.get(name)) for name in own]
        parts = (*parents, *(id_ or self._generate_id(tenant, state, parents) for id_ in ids))
        return self.create(tenant, state, parts, body)

    def create(self, tenant: Tenant, state: State, parts: Parts, body: Mapping[str, Any]) -> tuple[State, Row]:
        """Return a state with a new row that has these ids; Conflict, or NotFound for a missing parent."""
        self.require_parent(state, parts)
        if self.collection.get(state, parts) is not None:
            raise Conflict
        return self.store(tenant, state, parts, {**self.defaults, **body})

    def store(
        self, tenant: Tenant, state: State, parts: Parts, body: Mapping[str, Any], *, checks_version: bool = True
    ) -> tuple[State, Row]:
        """Return a state with a row that may replace an older one, and the row; StaleVersion, BadRequest (D12)."""
        old = self.collection.get(state, parts)
        if old is None:
            self.require_parent(state, parts)
        keys = dict(zip(self.collection.key_fields, parts, strict=True))
        metadata = self._next_metadata(tenant, state, old, body, checks_version=checks_version)
        row: Row = {**keys, **body, **keys, "metadata": metadata}
        return self.collection.put_row(state, row), row

    def merge(
        self, tenant: Tenant, state: State, parts: Parts, patch: Any, *, checks_version: bool = True
    ) -> tuple[State, Row]:
        """Return a state with a changed row: by the fields of an object (RFC 7396), or by a list of operations."""
        old = self.find(state, parts)
        if isinstance(patch, list):
            new = jsonpatch.apply_patch(old, [_read_operation(index, each) for index, each in enumerate(patch)])
            changed = next((name for name in self.collection.key_fields if new.get(name) != old.get(name)), None)
            if changed is not None:
                raise BadRequest(
                    field=f"/{changed}", error_type="readOnly", detail="This cannot be changed.", rule="D11"
                )
        else:
            new = merge_patch.apply_merge_patch(old, patch)
        return self.store(tenant, state, parts, new, checks_version=checks_version)

    def remove(self, state: State, parts: Parts) -> State:
        """Return a state without a row and what it contains; this state if the row is missing."""
        row = self.collection.get(state, parts)
        if row is None:
            return state
        for child in self.children:
            fields = dict(zip(child.collection.key_fields, parts, strict=False))
            for below in child.select(state, fields):
                state = child.remove(state, child.collection.parts_of(below))
        return self.collection.drop_row(state, row)

    def read_parts(self, given: Mapping[str, str], element: Any) -> Parts:
        """Return the ids of an element of a bulk: those in the path, and its own fields; BadRequest without one."""
        if not isinstance(element, Mapping):
            element = {self.collection.key_fields[-1]: element}
        own = {name: self._read_id(name, element.get(name)) for name in self.collection.key_fields}
        parts = [given.get(name) or own[name] for name in self.collection.key_fields]
        missing = next((name for name, part in zip(own, parts, strict=True) if not part), None)
        if missing is not None:
            raise BadRequest(field=f"/{missing}", error_type="required", detail="This is needed to find the row.")
        return tuple(part for part in parts if part)

    def _read_id(self, name: str, value: Any) -> str | None:
        """Return an id in a body as a text; None if it is absent. BadRequest for anything else than an id."""
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise BadRequest(field=f"/{name}", error_type="type", detail="An id must be a text.", rule="G4")
        return str(value)

    def _generate_id(self, tenant: Tenant, state: State, parents: Parts) -> str:
        """Return an id that no row below these parents has: 24 hex digits, or a UUID as in the examples (G4)."""
        while True:
            digits = tenant.ids.next_hex(UUID_DIGITS if self.makes_uuids else DOCUMENT_ID_DIGITS)
            id_ = str(UUID(digits)) if self.makes_uuids else digits
            if (
                self.collection.get(state, (*parents, *[id_] * (len(self.collection.key_fields) - len(parents))))
                is None
            ):
                return id_

    def _next_metadata(
        self, tenant: Tenant, state: State, old: Row | None, body: Mapping[str, Any], *, checks_version: bool
    ) -> dict[str, Any]:
        """Return the metadata that a write leaves; StaleVersion (D3), or BadRequest for a mixin (D12)."""
        sent = body.get("metadata")
        given: Mapping[str, Any] = sent if isinstance(sent, Mapping) else {}
        urls = given.get("mixins")
        if isinstance(urls, Mapping) and isinstance(body.get("mixins"), Mapping):
            mixins.check_mixins(body, state.mixin_schemas, tenant.switches.unknown_mixin)
        now = format_timestamp(tenant.clock.now())
        extra = {name: value for name, value in given.items() if name not in ("version", "createdAt", "modifiedAt")}
        if old is None:
            return {"createdAt": now, "modifiedAt": now, "version": self.first_version, **extra}
        stored = old["metadata"]
        if checks_version and given.get("version", stored["version"]) != stored["version"]:
            raise StaleVersion
        return {"createdAt": stored["createdAt"], "modifiedAt": now, "version": stored["version"] + 1, **extra}


def _read_operation(index: int, operation: Any) -> dict[str, Any]:
    """Return an operation of a patch as RFC 6902 writes it; BadRequest."""
    node = operation if isinstance(operation, Mapping) else {}
    word, path = node.get("op"), node.get("path")
    name = PATCH_WORDS.get(word.lower()) if isinstance(word, str) else None
    if name is None or not isinstance(path, str):
        detail = f"An operation needs `path`, and as `op` one of {', '.join(PATCH_WORDS)}."
        raise BadRequest(field=f"/{index}", error_type="patch", detail=detail, rule="D11")
    pointer = path if path.startswith("/") or not path else f"/{path}"
    return {"op": name, "path": pointer} | ({} if name == "remove" else {"value": node.get("value")})
