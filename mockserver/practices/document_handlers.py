"""Handlers for the documents of a collection: list, read, create, replace, patch, delete."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from operator import itemgetter

from ..errors import NotFound
from ..messages import Call, Handler, Listing, Reply
from ..store.collection import Collection
from ..store.state import Document, State
from . import documents
from .rows import LazyRows, Row

Present = Callable[[State], Callable[[Document], Row]]  # for a state, returns what makes a document's row
Select = Callable[[Call], Iterable[Document]]
Condition = Callable[[Call, Document], bool]


def present_stored(_: State) -> Callable[[Document], Row]:
    """Present documents as they are stored, with metadata, which documents of a world may lack."""
    return lambda document: {"metadata": documents.revision_of(document).to_metadata(None), **document}


def list_documents(
    collection: Collection, *, present: Present = present_stored, select: Select | None = None
) -> Handler:
    """Return a handler that lists documents in the order of their keys, or searches them (C16).

    select: returns the documents that the caller may see; all by default.
    """

    def handle(call: Call) -> Listing:
        state = call.tenant.state
        selected = select(call) if select else state.collection(collection.name).values()
        return Listing(LazyRows(sorted(selected, key=itemgetter(collection.key)), present(state)))

    return handle


def read_document(
    collection: Collection,
    parameter: str,
    *,
    present: Present = present_stored,
    is_visible: Condition | None = None,
    hidden_rule: str = "",
    missing_rule: str = "",
) -> Handler:
    """Return a handler that reads the document whose key is in a path parameter.

    is_visible: whether the caller may see the document; an invisible one is a 404.
    hidden_rule, missing_rule: the ids of the rules behind a 404.
    """

    def handle(call: Call) -> Reply:
        state, key = call.tenant.state, call.path[parameter]
        document = documents.find_document(state, collection, key, rule=missing_rule)
        if is_visible is not None and not is_visible(call, document):
            raise NotFound(key, rule=hidden_rule)
        return Reply(200, present(state)(document))

    return handle


def create_document(collection: Collection) -> Handler:
    """Return a handler that creates a document and returns its key."""

    def handle(call: Call) -> Reply:
        return Reply(201, {collection.key: documents.insert_document(call.tenant, collection, call.body)})

    return handle


def replace_document(collection: Collection, parameter: str) -> Handler:
    """Return a handler that creates (201) or replaces (204) the document whose key is in a path parameter."""

    def handle(call: Call) -> Reply:
        key = call.path[parameter]
        created = documents.upsert_document(call.tenant, collection, key, call.body)
        return Reply(201, {collection.key: key}) if created else Reply(204)

    return handle


def patch_document(collection: Collection, parameter: str) -> Handler:
    """Return a handler that applies a JSON Patch; `x-patches` in the spec names the schema of the result."""

    def handle(call: Call) -> Reply:
        assert call.validate_patched is not None  # the spec marks the operation with x-patches
        documents.apply_document_patch(call.tenant, collection, call.path[parameter], call.body, call.validate_patched)
        return Reply(204)

    return handle


def delete_document(collection: Collection, parameter: str) -> Handler:
    """Return a handler that deletes a document."""

    def handle(call: Call) -> Reply:
        documents.remove_document(call.tenant, collection, call.path[parameter])
        return Reply(204)

    return handle
