"""Reads and writes of the documents of a collection, with optimistic locking (D2, D3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Collection as Names
from operator import itemgetter
from typing import Any

from ..errors import BadRequest, Conflict, NotFound
from ..messages import Validate
from ..store.clock import format_timestamp
from ..store.collection import MAX_LEVELS, Collection
from ..store.state import Document, Revision, State
from ..store.tenant import Tenant
from ..wording import json_pointer
from . import jsonpatch, merge_patch, mixins, paths, writes
from .declared_content import keep_declared

Body = Mapping[str, Any]


def find_document(state: State, collection: Collection, key: str, *, rule: str = "") -> Document:
    """Return a document; NotFound if the collection does not have it (C10)."""
    return find_document_in(state, collection.name, key, rule=rule)


def find_document_in(state: State, collection_name: str, key: str, *, rule: str = "") -> Document:
    """Return a document of the collection with this name, which another service may declare; NotFound (C10)."""
    document = state.collection(collection_name).get(key)
    if document is None:
        raise NotFound(key, rule=rule)
    return document


def list_visible_documents(
    state: State, collection_name: str, is_visible: Callable[[Document], bool]
) -> list[Document]:
    """Return the documents that a caller may see, in the order of their ids."""
    return sorted(filter(is_visible, state.collection(collection_name).values()), key=itemgetter("id"))


def find_visible_document(
    state: State, collection_name: str, key: str, is_visible: Callable[[Document], bool]
) -> Document | None:
    """Return a document; None for a missing one, and for one that the caller may not see."""
    document = state.collection(collection_name).get(key)
    return document if document is not None and is_visible(document) else None


def revision_of(document: Document) -> Revision:
    """Return the revision of a document; documents of a world may have no metadata."""
    return Revision.from_document(document)


def insert_document(tenant: Tenant, collection: Collection, body: Body) -> str:
    """Create a document and return its key; BadRequest (D7, D12), or Conflict if the key is taken (D4)."""

    def rule(state: State) -> tuple[State, str]:
        key = body.get(_key_field(collection)) or tenant.ids.next_document_id(state.collection(collection.name))
        if key in state.collection(collection.name):
            raise Conflict
        return store_document(tenant, state, collection, key, body), key

    return tenant.change(rule)


def upsert_document(
    tenant: Tenant, collection: Collection, key: str, body: Body, *, creates: bool = True, keeps: Names[str] = ()
) -> bool:
    """Create or replace a document; True if it is new (D2). BadRequest (D7, D12) or StaleVersion (D3).

    creates: whether a missing one is created; otherwise NotFound. keeps: the fields that a replacement leaves.
    """

    def rule(state: State) -> tuple[State, bool]:
        old = state.collection(collection.name).get(key)
        if old is None and not creates:
            raise NotFound(key)
        kept = {name: old[name] for name in keeps if name in old} if old else {}
        return store_document(tenant, state, collection, key, {**body, **kept}), old is None

    return tenant.change(rule)


def apply_document_patch(
    tenant: Tenant, collection: Collection, key: str, operations: Sequence[Body], validate_patched: Validate
) -> None:
    """Apply a JSON Patch, all of it or nothing (D11); NotFound, BadRequest or StaleVersion.

    validate_patched: finds what is wrong with the document that the patch would leave.
    """

    def rule(state: State) -> tuple[State, None]:
        old = find_document(state, collection, key)
        new = jsonpatch.apply_patch(_with_metadata(old), operations)
        error = validate_patched(new)
        if error is not None:
            raise error
        if new.get(_key_field(collection)) != key:
            raise BadRequest(
                field=f"/{collection.key}", error_type="readOnly", detail="This cannot be changed.", rule="D11"
            )
        return store_document(tenant, state, collection, key, new), None

    tenant.change(rule)


def merge_into_document(
    tenant: Tenant, collection: Collection, key: str, patch: Body, validate_patched: Validate | None
) -> None:
    """Change the fields of a document that a patch has; null removes one. NotFound, BadRequest or StaleVersion.

    validate_patched: finds what is wrong with the document that the patch would leave.
    """

    def rule(state: State) -> tuple[State, None]:
        merged = merge_document(find_document(state, collection, key), patch)
        error = validate_patched(merged) if validate_patched else None
        if error is not None:
            raise error
        return store_document(tenant, state, collection, key, merged), None

    tenant.change(rule)


def remove_document(tenant: Tenant, collection: Collection, key: str, *, needs_document: bool = False) -> None:
    """Delete a document with what depends on it.

    NotFound for a missing one if it is needed (D9b), or if the switch `delete_missing` is 404 (D9).
    """

    def rule(state: State) -> tuple[State, None]:
        if key not in state.collection(collection.name):
            if needs_document or tenant.switches.delete_missing == "404":
                raise NotFound(key, rule="D9b" if needs_document else "D9")
            return state, None
        return drop_documents(tenant, state, collection.name, key), None

    tenant.change(rule)


def drop_documents(tenant: Tenant, state: State, collection_name: str, *keys: str) -> State:
    """Return a state without these documents, to which no other refers then (`store.row_removal`)."""
    return tenant.row_remover.remove(state, collection_name, keys)


def store_document(tenant: Tenant, state: State, collection: Collection, key: str, body: Body) -> State:
    """Check a document, and return a state with what the collection declares of it.

    BadRequest (D7, D12) or StaleVersion (D3).
    """
    body = keep_declared(collection.schema, body)
    old = state.collection(collection.name).get(key)
    if tenant.switches.references == "strict":
        _check_references(state, collection, body)
    if collection.parent is not None:
        _check_ancestors(state, collection, collection.parent, key, body)
    document = {**body, _key_field(collection): key, "metadata": next_metadata(tenant, state, old, body)}
    return state.with_document(collection.name, key, document)


def next_metadata(tenant: Tenant, state: State, old: Document | None, body: Body) -> dict[str, Any]:
    """Return the metadata that a write leaves, of whatever has a version; BadRequest (D12) or StaleVersion (D3).

    old: what the write replaces; None for something new.
    """
    mixins.check_mixins(body, state.mixin_schemas, tenant.switches.unknown_mixin)
    old_revision = revision_of(old) if old else None
    writes.check_version(old_revision, body)
    return _metadata(writes.next_revision(old_revision, format_timestamp(tenant.clock.now())), body)


def merge_document(old: Document, patch: Body) -> dict[str, Any]:
    """Return what a JSON Merge Patch (RFC 7396) makes of a document; it keeps its version if the patch names none."""
    merged: dict[str, Any] = merge_patch.apply_merge_patch(_with_metadata(old), patch)
    return merged


def merge_mixins(old: Document, patch: Body) -> dict[str, Any]:
    """Return a document after the changes of its mixins and metadata in a patch, whose other fields are ignored."""
    return merge_document(old, {name: patch[name] for name in ("mixins", "metadata") if name in patch})


def _with_metadata(document: Document) -> dict[str, Any]:
    return {**document, "metadata": _metadata(revision_of(document), document)}


def _metadata(revision: Revision, body: Body) -> dict[str, Any]:
    return revision.to_metadata(mixins.mixin_urls(body))


def _check_references(state: State, collection: Collection, body: Body) -> None:
    """Raise BadRequest for a reference to a missing document (D7)."""
    for path in collection.all_references():
        target = collection.target_of(path, body)
        for key in paths.keys_at(body, path):
            if target is not None and not state.has_document(target, key):
                pointer = json_pointer(path.split("."))
                detail = f"None of the {target} has this id."
                raise BadRequest(field=pointer, error_type="reference", detail=detail, rule="D7")


def _check_ancestors(state: State, collection: Collection, field: str, key: str, body: Body) -> None:
    """Raise BadRequest for a parent that would make a cycle, or a tree that is too deep (D7)."""
    documents, parent, levels = state.collection(collection.name), body.get(field), 1
    while parent is not None and parent != key and levels < MAX_LEVELS:
        parent, levels = documents.get(parent, {}).get(field), levels + 1
    if parent is not None:
        detail = f"This would make a cycle, or more than {MAX_LEVELS} levels."
        raise BadRequest(field=f"/{field}", error_type="reference", detail=detail, rule="D7")


def _key_field(collection: Collection) -> str:
    """Return the field with the key; a plain document has a single one."""
    assert isinstance(collection.key, str)
    return collection.key
