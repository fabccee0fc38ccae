"""Catalogs: their rows and errors, and what is stored of a body (T7 to T9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ...errors import BadRequest, ClientError, Conflict, Forbidden, InvalidToken, NotFound, StaleVersion
from ...practices import documents, texts
from ...practices.error_shapes import write_coded_error
from ...store.clock import normalize_timestamp, parse_timestamp
from ...store.state import Document, State

LOCALIZED_FIELDS = ("name", "description")
WRITABLE = frozenset({"id", *LOCALIZED_FIELDS, "visibility", "publishedSites", "categoryIds", "metadata"})
PERIOD = ("from", "to")


def catalog_row(catalog: Document, now: datetime) -> dict[str, Any]:
    """Return the row of a catalog: whether it is visible at a time, and when it was updated (T7)."""
    metadata = documents.revision_of(catalog).to_metadata(None)
    times = {"updatedAt": metadata["modifiedAt"], "createdAt": metadata["createdAt"]}
    status = "visible" if is_visible_catalog(catalog, now) else "not_visible"
    return {**catalog, "status": status, "metadata": {"version": metadata["version"], **times}}


def is_visible_catalog(catalog: Document, now: datetime) -> bool:
    """Whether a catalog is marked as visible, and a time is in [from, to); a missing bound is open (T7)."""
    visibility = catalog.get("visibility", {})
    start, end = (visibility.get(name) for name in PERIOD)
    is_in_period = (start is None or parse_timestamp(start) <= now) and (end is None or now < parse_timestamp(end))
    return visibility.get("visible", False) and is_in_period


def build_catalog(state: State, body: Mapping[str, Any], content_language: str | None) -> dict[str, Any]:
    """Return what is stored of a body, its times in UTC.

    BadRequest for a time that is none, and for texts in languages that the header or the tenant lacks (T8).
    """
    content = {name: value for name, value in body.items() if name in WRITABLE}
    for name in LOCALIZED_FIELDS:
        texts.check_languages(state, name, content.get(name))
    texts.check_named_languages(LOCALIZED_FIELDS, content, content_language, rule="T8")
    if "visibility" in content:
        content["visibility"] = {
            name: _normalize_time(name, value) if name in PERIOD else value
            for name, value in content["visibility"].items()
            if name in {"visible", *PERIOD}
        }
    return content


def write_catalog_error(error: ClientError) -> dict[str, Any]:
    """Return code, status and message as published, and the sentences of a 400 (T9)."""
    body = write_coded_error(error)
    if isinstance(error, InvalidToken):
        return body
    body.pop("resourceId", None)
    if isinstance(error, Forbidden):
        body["message"] = "Permission denied due to insufficient rights"
    elif isinstance(error, NotFound):
        body["message"] = f"Catalog with id '{error.resource_id}' not found."
    elif isinstance(error, Conflict) and not isinstance(error, StaleVersion):
        body["message"] = "Given resource already exists."
    return body


def _normalize_time(name: str, text: str | None) -> str | None:
    if text is None:
        return None
    try:
        return normalize_timestamp(text)
    except ValueError:
        detail = "Not a valid date and time, such as 2026-01-28T08:00:00.000Z."
        raise BadRequest(field=f"/visibility/{name}", error_type="format", detail=detail, rule="T8") from None
