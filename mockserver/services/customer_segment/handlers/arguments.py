"""Arguments that handlers of several resources read from a call."""

from __future__ import annotations

from ....messages import Call
from ..visibility import Viewer


def get_segment_id(call: Call) -> str:
    """Return the segment in the path."""
    id_: str = call.path["segmentId"]
    return id_


def create_viewer(call: Call) -> Viewer:
    """Return the caller, with the legal entity in the query (A12)."""
    tenant = call.tenant
    return Viewer(tenant, tenant.state, call.principal, call.query.get("legalEntityId"))
