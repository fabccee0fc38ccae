"""Writes: the revision that each one leaves (D2, D3), and bulks, in which every element is a write of its own (E1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..errors import INVALID_BODY, BadRequest, ClientError, Remedy, StaleVersion
from ..store.state import Revision

BulkEntry = dict[str, Any]
ElementOutcome = tuple[int, str | None]  # 201 or 204, and the id if entries of this operation have one

STATUS_TEXTS = {201: "Created", 204: "OK"}  # E2; other services of the vendor say "No Content"
GENERATED_ID = Remedy("Without `id`, one is generated.", without="/id")
UNCHECKED_VERSION = Remedy(
    "Without metadata.version, the version is not checked; GET returns the stored one.", without="/metadata/version"
)


class BulkEntries(list[BulkEntry]):
    """The entries of a bulk, and the errors of its failed elements by position, of which entries show little (E1)."""

    def __init__(self) -> None:
        super().__init__()
        self.errors: dict[int, ClientError] = {}


def next_revision(old: Revision | None, now: str) -> Revision:
    """Return the revision after a write; a new resource gets version 1, and the times are ours (D2)."""
    return Revision(1, now, now) if old is None else old.make_next(now)


def check_version(old: Revision | None, body: Mapping[str, Any]) -> None:
    """Raise StaleVersion if the body has another version than the stored one (D3); a new resource may have any."""
    metadata = body.get("metadata")
    if old is not None and metadata:
        client_version = metadata.get("version")
        if client_version is not None and client_version != old.version:
            raise StaleVersion(remedy=UNCHECKED_VERSION)


def run_bulk(
    elements: Sequence[Any],
    element_errors: Mapping[int, ClientError],
    handle_element: Callable[[Any], ElementOutcome],
    index_base: int,
    element_id: Callable[[Any], str | None] = lambda _: None,
) -> BulkEntries:
    """Handle the elements in order, and return an entry for each: its outcome or its error (E1, E2).

    element_errors: errors found before, by position; such an element is not handled.
    index_base: the index of the first element, 1 or 0 (E3).
    element_id: returns the id of a failed element, if entries of this operation have one.
    """
    entries = BulkEntries()
    for position, element in enumerate(elements):
        try:
            if element_errors and position in element_errors:
                raise element_errors[position]
            code, id_ = handle_element(element)
            entry = {"index": position + index_base, "code": code, "status": STATUS_TEXTS[code]}
        except ClientError as error:
            entries.errors[position] = error
            message = INVALID_BODY if isinstance(error, BadRequest) else error.message
            id_ = element_id(element)
            entry = {"index": position + index_base, "code": error.status, "status": error.reason, "message": message}
        entries.append(entry if id_ is None else {"index": entry["index"], "id": id_, **entry})
    return entries
