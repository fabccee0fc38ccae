"""What the calls of several resources ask for alike."""

from __future__ import annotations

from ....messages import Call


def segment_id(call: Call) -> str:
    """Return the segment of the path."""
    id_: str = call.path["segmentId"]
    return id_


def legal_entity_id(call: Call) -> str | None:
    """Return the legal entity that the query asks for (A12)."""
    return call.query.get("legalEntityId")


def site_code(call: Call) -> str | None:
    """Return the site that the query asks for (C13)."""
    return call.query.get("siteCode")
