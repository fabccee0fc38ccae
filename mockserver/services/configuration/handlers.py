"""Handlers of the Configuration Service."""

from __future__ import annotations

from ...messages import Call, Handler, Reply
from . import properties


def get_configuration(call: Call) -> Reply:
    """Return one property of the tenant."""
    return Reply(200, properties.read_property(call.tenant.state, call.path["propertyKey"]))


HANDLERS: dict[str, Handler] = {"GET-configuration-retrieve-config": get_configuration}
