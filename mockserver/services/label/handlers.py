"""Handlers of the Label Service."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...errors import Conflict
from ...messages import Call, Handler, Listing, Reply
from ...practices import documents, texts
from ...practices.document_handlers import change_document, delete_document, read_document, replace_document
from ...practices.documents import Body
from ...practices.rows import LazyRows, Row
from ...store.state import Document, State
from .collections import LABELS, MEDIA_FIELDS
from .label_errors import DuplicateLabel

WRITABLE = ("id", "name", "description", "overlay")


def present_label(_: State) -> Callable[[Document], Row]:
    """Present labels, whose versions count from 0 (T3)."""

    def make_row(label: Document) -> Row:
        metadata = documents.revision_of(label).to_metadata(None)
        return {**label, "metadata": {**metadata, "version": metadata["version"] - 1}}

    return make_row


def select_fields(call: Call, body: Body) -> dict[str, Any]:
    """Return what is stored of a body: no version, since labels have no optimistic locking (T3)."""
    content = {name: value for name, value in body.items() if name in WRITABLE}
    if isinstance(content.get("description"), dict):
        texts.check_languages(call.tenant.state, "description", content["description"])
    return content


def get_labels(call: Call) -> Listing:
    """List the labels, or only those that are printed on the pictures of products."""
    state = call.tenant.state
    labels = list(state.collection(LABELS.name).values())
    if call.query.get("justOverlay", False):
        labels = [label for label in labels if label.get("overlay", {}).get("position", 0) >= 1]
    return Listing(LazyRows(labels, present_label(state)))


def post_label(call: Call) -> Reply:
    """Create a label and return it; DuplicateLabel if its id is taken (T6)."""
    content = select_fields(call, call.body)
    try:
        key = documents.insert_document(call.tenant, LABELS, content)
    except Conflict:
        raise DuplicateLabel(content["id"], call.tenant.name) from None
    state = call.tenant.state
    return Reply(201, present_label(state)(state.collection(LABELS.name)[key]))


HANDLERS: dict[str, Handler] = {
    "GET-label-list-labels": get_labels,
    "POST-label-create-label": post_label,
    "GET-label-retrieve-label": read_document(LABELS, "labelId", present=present_label),
    "PUT-label-update-label": replace_document(
        LABELS,
        "labelId",
        prepare=select_fields,
        creates=False,
        keeps=MEDIA_FIELDS,
        status=200,
        shows_all=True,
        present=present_label,
    ),
    "PATCH-label-update-label": change_document(
        LABELS, "labelId", prepare=select_fields, status=200, shows_all=True, present=present_label
    ),
    "DELETE-label-remove-label": delete_document(LABELS, "labelId", needs_document=True),
}
