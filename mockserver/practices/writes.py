"""Bulk: each element is judged and carried out on its own, in order, and gets an entry in the reply (E1 to E5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import INVALID_BODY, BadRequest, ClientError, Remedy, StaleVersion
from ..store.state import Revision

BulkEntry = dict[str, Any]
ElementOutcome = tuple[int, str | None]  # 201 or 204, and the id for entries that carry one
STATUS_TEXTS = {201: "Created", 204: "OK"}  # E2; sibling services say "No Content"


def run_bulk(
    elements: Sequence[Any],
    element_errors: Mapping[int, ClientError],
    handle_element: Callable[[Any], ElementOutcome],
    index_base: int,
    element_id: Callable[[Any], str | None] = lambda _: None,
) -> list[BulkEntry]:
    """Return an entry for each element: what `act` answers, or the error that it or the shape raises.

    base: the index of the first element, 1 or 0 (E3).
    name: the id that an element gives itself, for entries that carry one.
    """
    entries = []
    for at, element in enumerate(elements):
        try:
            if at in element_errors:
                raise element_errors[at]
            code, id_ = handle_element(element)
            entries.append(_build_entry(at + index_base, id_, code, STATUS_TEXTS[code]))
        except ClientError as error:
            message = INVALID_BODY if isinstance(error, BadRequest) else error.message
            failed = _build_entry(at + index_base, element_id(element), error.status, error.reason)
            entries.append(failed | {"message": message})
    return entries


def _build_entry(index: int, id_: str | None, code: int, status: str) -> BulkEntry:
    if id_ is None:
        return {"index": index, "code": code, "status": status}
    return {"index": index, "id": id_, "code": code, "status": status}


UNCHECKED = Remedy(
    "Without metadata.version, the version is not checked; GET returns the stored one.", without="/metadata/version"
)


def next_revision(old: Revision | None, body: Mapping[str, Any], now: str) -> Revision:
    """Return the revision after a write of this body; Stale if it names another version than the stored one.

    A new resource gets version 1, whatever the body names; times that a client sends are ignored.
    """
    if old is None:
        return Revision(1, now, now)
    client_version = body.get("metadata", {}).get("version")
    if client_version is not None and client_version != old.version:
        raise StaleVersion(remedy=UNCHECKED)
    return Revision(old.version + 1, old.created_at, now)
