"""Handlers for the documents of a collection: list, read, create, replace, patch, delete."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Collection as Names
from operator import itemgetter

from ..errors import NotFound
from ..messages import Call, Handler, Listing, Reply
from ..store.collection import Collection
from ..store.state import Document, State
from . import documents, texts
from .documents import Body
from .rows import LazyRows, Row

Present = Callable[[State], Callable[[Document], Row]]  # for a state, returns what makes a document's row
Select = Callable[[Call], Iterable[Document]]
Condition = Callable[[Call, Document], bool]
Prepare = Callable[[Call, Body], Body]  # returns what is stored of a body; BadRequest


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


def create_document(
    collection: Collection,
    *,
    prepare: Prepare | None = None,
    shows_all: bool = False,
    present: Present = present_stored,
) -> Handler:
    """Return a handler that creates a document and returns its key.

    prepare: returns the document of a body, of which the fields that the collection declares are stored; by default
        the body with texts by language (D20).
    shows_all: whether the reply is the document instead, as `present` presents it.
    """
    to_content = prepare or _prepare_content_of(collection)

    def handle(call: Call) -> Reply:
        key = documents.insert_document(call.tenant, collection, to_content(call, call.body or {}))
        return Reply(201, _show(call, collection, key, present) if shows_all else {collection.key: key})

    return handle


def replace_document(
    collection: Collection,
    parameter: str,
    *,
    prepare: Prepare | None = None,
    creates: bool = True,
    keeps: Names[str] = (),
    status: int = 204,
    shows_all: bool = False,
    present: Present = present_stored,
) -> Handler:
    """Return a handler that replaces the document whose key is in a path parameter, and returns its key if it is new.

    creates: whether a missing document is created (201); otherwise it is a 404.
    keeps: the fields that a replacement leaves, whatever the body has.
    status: of a replacement. shows_all: whether the reply to a replacement is the document, presented by `present`.
    """
    to_content = prepare or _prepare_content_of(collection)

    def handle(call: Call) -> Reply:
        key, content = call.path[parameter], to_content(call, call.body or {})
        is_new = documents.upsert_document(call.tenant, collection, key, content, creates=creates, keeps=keeps)
        if is_new:
            return Reply(201, {collection.key: key})
        return Reply(status, _show(call, collection, key, present) if shows_all else None)

    return handle


def change_document(
    collection: Collection,
    parameter: str,
    *,
    prepare: Prepare | None = None,
    fields: Names[str] | None = None,
    status: int = 204,
    shows_all: bool = False,
    present: Present = present_stored,
) -> Handler:
    """Return a handler that changes the fields of a document that the body has; null removes one (RFC 7396).

    `x-patches` in the spec names the schema of the result. fields: those that can be changed; others are ignored.
    status, shows_all, present: as in `replace_document`.
    """
    to_content = prepare or _prepare_content_of(collection)

    def handle(call: Call) -> Reply:
        key, patch = call.path[parameter], to_content(call, call.body or {})
        if fields is not None:
            patch = {name: value for name, value in patch.items() if name in fields or name == "metadata"}
        documents.merge_into_document(call.tenant, collection, key, patch, call.validate_patched)
        return Reply(status, _show(call, collection, key, present) if shows_all else None)

    return handle


def patch_document(collection: Collection, parameter: str) -> Handler:
    """Return a handler that applies a JSON Patch; `x-patches` in the spec names the schema of the result."""

    def handle(call: Call) -> Reply:
        assert call.validate_patched is not None  # the spec marks the operation with x-patches
        documents.apply_document_patch(call.tenant, collection, call.path[parameter], call.body, call.validate_patched)
        return Reply(204)

    return handle


def delete_document(collection: Collection, parameter: str, *, needs_document: bool = False) -> Handler:
    """Return a handler that deletes a document with what depends on it, as the collections declare.

    needs_document: whether a missing one is a 404 whatever the switch `delete_missing` (D9b).
    """

    def handle(call: Call) -> Reply:
        key = call.path[parameter]
        documents.remove_document(call.tenant, collection, key, needs_document=needs_document)
        return Reply(204)

    return handle


def _prepare_content_of(collection: Collection) -> Prepare:
    def prepare(call: Call, body: Body) -> Body:
        return texts.name_languages(call.tenant.state, collection, body, call.header.get("Content-Language"))

    return prepare


def _show(call: Call, collection: Collection, key: str, present: Present) -> Row:
    state = call.tenant.state
    return present(state)(state.collection(collection.name)[key])
