"""Arguments that handlers of several resources read from a call."""

from __future__ import annotations

from ....messages import Call
from ..visibility import Viewer


def create_viewer(call: Call) -> Viewer:
    """Return the caller, with the legal entity in the query (A12)."""
    tenant = call.tenant
    return Viewer(tenant, tenant.state, call.principal, call.query.get("legalEntityId"))
