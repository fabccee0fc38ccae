"""Handlers of the Configuration Service."""

from __future__ import annotations

from ...messages import Call, Handler, Reply
from . import properties


def get_configuration(call: Call) -> Reply:
    """Return one property of the tenant."""
    return Reply(200, properties.read_property(call.tenant.state, call.path["propertyKey"]))


def get_configurations(call: Call) -> Reply:
    """List the properties of the tenant, or those whose keys the client names."""
    keys = call.query.get("keys")
    return Reply(200, properties.list_properties(call.tenant.state, None if keys is None else keys.split(",")))


HANDLERS: dict[str, Handler] = {
    "GET-configuration-list-config": get_configurations,
    "GET-configuration-list-basic-config": get_configurations,
    "GET-configuration-retrieve-config": get_configuration,
}
