"""Upsert with optimistic locking: what a write does to version and times (D1, D3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import Remedy, StaleVersion
from ..state import Revision

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
