"""Handlers of the Configuration Service."""

from __future__ import annotations

from ...messages import Call, Reply
from . import properties


def get_configuration(call: Call) -> Reply:
    """Answer with one property of the tenant."""
    return Reply(200, properties.read_property(call.tenant.state, call.path["propertyKey"]))
