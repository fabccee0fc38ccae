"""Writes: the revision that each one leaves (D2, D3), and bulks, in which every element is a write of its own (E1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import INVALID_BODY, BadRequest, ClientError, Remedy, StaleVersion
from ..store.state import Revision

BulkEntry = dict[str, Any]
ElementOutcome = tuple[int, str | None]  # 201 or 204, and the id if entries of this operation have one

STATUS_TEXTS = {201: "Created", 204: "OK"}  # E2; other services of the vendor say "No Content"
UNCHECKED_VERSION = Remedy(
    "Without metadata.version, the version is not checked; GET returns the stored one.", without="/metadata/version"
)


def next_revision(old: Revision | None, body: Mapping[str, Any], now: str) -> Revision:
    """Return the revision after a write; StaleVersion if the body has another version than the stored one (D3).

    A new resource gets version 1, whatever the body says; times in the body are ignored.
    """
    if old is None:
        return Revision(1, now, now)
    client_version = body.get("metadata", {}).get("version")
    if client_version is not None and client_version != old.version:
        raise StaleVersion(remedy=UNCHECKED_VERSION)
    return Revision(old.version + 1, old.created_at, now)


def run_bulk(
    elements: Sequence[Any],
    element_errors: Mapping[int, ClientError],
    handle_element: Callable[[Any], ElementOutcome],
    index_base: int,
    element_id: Callable[[Any], str | None] = lambda _: None,
) -> list[BulkEntry]:
    """Handle the elements in order, and return an entry for each: its outcome or its error (E1, E2).

    element_errors: errors found before, by position; such an element is not handled.
    index_base: the index of the first element, 1 or 0 (E3).
    element_id: returns the id of a failed element, if entries of this operation have one.
    """
    entries = []
    for position, element in enumerate(elements):
        index = position + index_base
        try:
            if position in element_errors:
                raise element_errors[position]
            code, id_ = handle_element(element)
            entries.append(_build_entry(index, id_, code, STATUS_TEXTS[code]))
        except ClientError as error:
            message = INVALID_BODY if isinstance(error, BadRequest) else error.message
            entry = _build_entry(index, element_id(element), error.status, error.reason)
            entries.append(entry | {"message": message})
    return entries


def _build_entry(index: int, id_: str | None, code: int, status: str) -> BulkEntry:
    id_field = {} if id_ is None else {"id": id_}
    return {"index": index, **id_field, "code": code, "status": status}
