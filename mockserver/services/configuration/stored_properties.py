"""Properties that are stored, of a tenant or of a client, as clients read and write them (N7)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from ...errors import BadRequest, Conflict, NotFound, StaleVersion
from ...practices import documents
from ...practices.declared_content import keep_declared
from ...practices.documents import Body
from ...store.collection import Collection
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import (
    CONFIGURATIONS_OF_CLIENTS,
    CONFIGURATIONS_OF_TENANT,
    DEFAULTS,
    property_id,
)
from .properties import PROPERTIES


@dataclass(frozen=True, slots=True)
class PropertyOwner:
    """Whose properties they are: those of a client, or of the tenant if it is None."""

    client: str | None = None

    @property
    def collection(self) -> Collection:
        """Where the properties are stored."""
        return CONFIGURATIONS_OF_TENANT if self.client is None else CONFIGURATIONS_OF_CLIENTS

    def id_of(self, key: str) -> str:
        """Return the key of the row with a property."""
        return key if self.client is None else property_id(self.client, key)

    def list_rows(self, state: State, keys: Iterable[str] | None) -> list[Document]:
        """Return the properties with these keys, or all, by key."""
        wanted = None if keys is None else {key.strip() for key in keys}
        rows = state.collection(self.collection.name).values()
        return [
            row
            for row in sorted(rows, key=lambda row: str(row["key"]))
            if row.get("client") == self.client and (wanted is None or row["key"] in wanted)
        ]

    def find_row(self, state: State, key: str) -> Document:
        """Return one property; NotFound (N4)."""
        row = state.collection(self.collection.name).get(self.id_of(key))
        if row is None:
            raise NotFound(key, rule="N4")
        return row


def show_property(row: Document) -> dict[str, Any]:
    """Return a property as clients see it; those of clients have an `_id`."""
    shown = {**DEFAULTS, **row}
    return shown if "client" not in row else {"_id": shown.pop("id"), **shown}


def create_properties(tenant: Tenant, owner: PropertyOwner, bodies: Sequence[Body]) -> list[Document]:
    """Create all properties or none; Conflict if one exists, BadRequest for one that cannot be written (N7)."""

    def rule(state: State) -> tuple[State, list[Document]]:
        rows = []
        for body in bodies:
            _check_writable(owner, body["key"], None)
            if owner.id_of(body["key"]) in state.collection(owner.collection.name):
                raise Conflict(f"There is a property with the key {body['key']} already.", rule="N7")
            state, row = _store(state, owner, body["key"], body, 1)
            rows.append(row)
        return state, rows

    return tenant.change(rule)


def replace_property(tenant: Tenant, owner: PropertyOwner, key: str, body: Body) -> Document:
    """Replace a property and return it; NotFound, BadRequest (N7) or StaleVersion (D3)."""

    def rule(state: State) -> tuple[State, Document]:
        _check_writable(owner, key, None)
        old = owner.find_row(state, key)
        _check_writable(owner, key, old)
        version = old.get("version", 1)
        if body.get("version", version) != version:
            raise StaleVersion
        return _store(state, owner, key, body, version + 1)

    return tenant.change(rule)


def remove_property(tenant: Tenant, owner: PropertyOwner, key: str) -> None:
    """Delete a property; NotFound, or BadRequest for one that cannot be changed (N7)."""

    def rule(state: State) -> tuple[State, None]:
        _check_writable(owner, key, None)
        _check_writable(owner, key, owner.find_row(state, key))
        return documents.drop_documents(tenant, state, owner.collection.name, owner.id_of(key)), None

    tenant.change(rule)


def list_clients(state: State) -> list[str]:
    """Return the names of the clients that have properties, in alphabetical order."""
    return sorted({row["client"] for row in state.collection(CONFIGURATIONS_OF_CLIENTS.name).values()})


def _store(state: State, owner: PropertyOwner, key: str, body: Body, version: int) -> tuple[State, Document]:
    names = {"key": key} if owner.client is None else {"id": owner.id_of(key), "client": owner.client, "key": key}
    row = {**DEFAULTS, **keep_declared(owner.collection.schema, body), **names, "version": version}
    return state.with_document(owner.collection.name, owner.id_of(key), row), row


def _check_writable(owner: PropertyOwner, key: str, old: Document | None) -> None:
    """Raise BadRequest for a property that follows from the world, or that is only to be read (N7)."""
    if owner.client is None and key in PROPERTIES:
        detail = "This property follows from the sites and languages of the tenant."
    elif old is not None and old.get("readOnly"):
        detail = "This property is only to be read."
    else:
        return
    raise BadRequest(field="key", error_type="readOnly", detail=detail, rule="N7")
