"""Reads and writes of parts: documents in a list of another document, such as the addresses of a customer."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..errors import Conflict, NotFound
from ..messages import Validate
from ..store.ids import DOCUMENT_ID_DIGITS
from ..store.state import Document, State
from ..store.tenant import Tenant
from . import documents, writes
from .documents import Body

PartList = list[Document]


def keep_order(parts: Sequence[Document], _: str) -> PartList:
    """Return the parts as they are."""
    return list(parts)


@dataclass(frozen=True, slots=True)
class PartsOf:
    """Where parts are stored, and what all writes of them share.

    collection: the name of the collection whose documents have the parts. field: the list with them.
    content: the fields that are stored; others in a body are ignored.
    id_digits: the length of generated ids.
    settle: returns the list after a write, given the list and the id of the part that was written.
    """

    collection: str
    field: str
    content: Container[str]
    id_digits: int = DOCUMENT_ID_DIGITS
    settle: Callable[[Sequence[Document], str], PartList] = keep_order

    def list_parts(self, state: State, owner_key: str) -> Sequence[Document]:
        """Return the parts of a document; NotFound if the collection does not have it (C10)."""
        owner = documents.find_document_in(state, self.collection, owner_key)
        parts: Sequence[Document] = owner.get(self.field, ())
        return parts

    def find_part(self, state: State, owner_key: str, id_: str) -> Document:
        """Return one part; NotFound for a missing document or part (C10)."""
        part = next((part for part in self.list_parts(state, owner_key) if part["id"] == id_), None)
        if part is None:
            raise NotFound(id_)
        return part

    def insert_part(self, tenant: Tenant, owner_key: str, body: Body) -> str:
        """Append a part and return its id; NotFound, BadRequest (D12), or Conflict if the id is taken (D4)."""

        def rule(state: State) -> tuple[State, str]:
            ids = {part["id"] for part in self.list_parts(state, owner_key)}
            id_ = body.get("id") or self.generate_id(tenant, ids)
            if id_ in ids:
                raise Conflict(remedy=writes.GENERATED_ID)
            return self.store_part(tenant, state, owner_key, id_, body), id_

        return tenant.change(rule)

    def upsert_part(self, tenant: Tenant, owner_key: str, id_: str, body: Body, validate: Validate | None) -> bool:
        """Append or replace a part; True if it is new (D2). NotFound, BadRequest (D12) or StaleVersion (D3).

        validate: finds what is wrong with a new part; the fields of an existing one may be left out.
        """

        def rule(state: State) -> tuple[State, bool]:
            is_new = all(part["id"] != id_ for part in self.list_parts(state, owner_key))
            if is_new:
                _raise_first(validate, body)
                return self.store_part(tenant, state, owner_key, id_, body), True
            merged = _merge_part(self.find_part(state, owner_key, id_), body, validate)
            return self.store_part(tenant, state, owner_key, id_, merged), False

        return tenant.change(rule)

    def merge_part(self, tenant: Tenant, owner_key: str, id_: str, patch: Body, validate: Validate | None) -> None:
        """Change the fields of a part that a body has; null removes one. NotFound, BadRequest or StaleVersion."""
        self.change_part(tenant, owner_key, id_, lambda _: patch, validate)

    def change_part(
        self,
        tenant: Tenant,
        owner_key: str,
        id_: str,
        make_patch: Callable[[Document], Body],
        validate: Validate | None = None,
    ) -> None:
        """Change the fields of a part that a function of it returns; NotFound, BadRequest or StaleVersion."""

        def rule(state: State) -> tuple[State, None]:
            part = self.find_part(state, owner_key, id_)
            merged = _merge_part(part, make_patch(part), validate)
            return self.store_part(tenant, state, owner_key, id_, merged), None

        tenant.change(rule)

    def remove_part(self, tenant: Tenant, owner_key: str, id_: str) -> None:
        """Remove a part; NotFound if it is missing (D9b)."""

        def rule(state: State) -> tuple[State, None]:
            self.find_part(state, owner_key, id_)
            remaining = [part for part in self.list_parts(state, owner_key) if part["id"] != id_]
            return self._with_parts(state, owner_key, remaining), None

        tenant.change(rule)

    def generate_id(self, tenant: Tenant, taken: Container[str] = ()) -> str:
        """Return the next id of a part that is not taken."""
        return tenant.ids.next_document_id(taken, self.id_digits)

    def store_part(self, tenant: Tenant, state: State, owner_key: str, id_: str, body: Body) -> State:
        """Return a state with a part, which replaces the one with the same id or follows all others."""
        parts = list(self.list_parts(state, owner_key))
        position = next((index for index, part in enumerate(parts) if part["id"] == id_), len(parts))
        old = parts[position] if position < len(parts) else None
        content = {name: value for name, value in body.items() if name in self.content and value is not None}
        metadata = documents.next_metadata(tenant, state, old, body)
        parts[position : position + 1] = [{"id": id_, **content, "metadata": metadata}]
        return self._with_parts(state, owner_key, self.settle(parts, id_))

    def _with_parts(self, state: State, owner_key: str, parts: PartList) -> State:
        owner: Mapping[str, Any] = {**state.collection(self.collection)[owner_key], self.field: parts}
        return state.with_document(self.collection, owner_key, owner)


def _merge_part(part: Document, patch: Body, validate: Validate | None) -> Body:
    merged = documents.merge_document(part, patch)
    _raise_first(validate, merged)
    return merged


def _raise_first(validate: Validate | None, document: Body) -> None:
    error = validate(document) if validate else None
    if error is not None:
        raise error
