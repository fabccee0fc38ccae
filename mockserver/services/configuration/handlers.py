"""Handlers of the Configuration Service."""

from __future__ import annotations

from ...messages import Call, Handler, Reply
from ...store.state import Document
from . import properties, stored_properties
from .collections import GLOBAL_CONFIGURATIONS
from .stored_properties import PropertyOwner, show_property


def get_configuration(call: Call) -> Reply:
    """Return one property of the tenant."""
    state, key = call.tenant.state, call.path["propertyKey"]
    if key in properties.PROPERTIES:
        return Reply(200, properties.read_property(state, key))
    return Reply(200, show_property(PropertyOwner().find_row(state, key)))


def get_configurations(call: Call) -> Reply:
    """List the properties of the tenant, or those whose keys the client names."""
    state, keys = call.tenant.state, _read_keys(call)
    derived = properties.list_properties(state, keys)
    stored = [show_property(row) for row in PropertyOwner().list_rows(state, keys)]
    return Reply(200, sorted((*derived, *stored), key=lambda row: str(row["key"])))


def get_basic_configurations(call: Call) -> Reply:
    """List the languages and currencies of the tenant."""
    return Reply(200, properties.list_properties(call.tenant.state))


def get_global_configurations(call: Call) -> Reply:
    """List the properties of all tenants."""
    keys = _read_keys(call)
    rows = call.tenant.state.collection(GLOBAL_CONFIGURATIONS).values()
    wanted = None if keys is None else {key.strip() for key in keys}
    return Reply(200, [show_property(row) for row in rows if wanted is None or row["key"] in wanted])


def get_client_configurations(call: Call) -> Reply:
    """List the properties of a client."""
    return _show_rows(200, _owner(call).list_rows(call.tenant.state, _read_keys(call)))


def get_client_configuration(call: Call) -> Reply:
    """Return one property of a client."""
    return Reply(200, show_property(_owner(call).find_row(call.tenant.state, call.path["propertyKey"])))


def get_clients(call: Call) -> Reply:
    """List the clients that have properties."""
    return Reply(200, stored_properties.list_clients(call.tenant.state))


def post_configurations(call: Call) -> Reply:
    """Create properties of the tenant or of a client."""
    return _show_rows(201, stored_properties.create_properties(call.tenant, _owner(call), call.body))


def put_configuration(call: Call) -> Reply:
    """Replace a property of the tenant or of a client."""
    row = stored_properties.replace_property(call.tenant, _owner(call), call.path["propertyKey"], call.body)
    return Reply(200, show_property(row))


def delete_configuration(call: Call) -> Reply:
    """Delete a property of the tenant or of a client."""
    stored_properties.remove_property(call.tenant, _owner(call), call.path["propertyKey"])
    return Reply(204)


def _owner(call: Call) -> PropertyOwner:
    return PropertyOwner(call.path.get("client"))


def _read_keys(call: Call) -> list[str] | None:
    keys: str | None = call.query.get("keys")
    return None if keys is None else keys.split(",")


def _show_rows(status: int, rows: list[Document]) -> Reply:
    return Reply(status, [show_property(row) for row in rows])


HANDLERS: dict[str, Handler] = {
    "GET-configuration-list-config": get_configurations,
    "GET-configuration-list-basic-config": get_basic_configurations,
    "GET-configuration-retrieve-config": get_configuration,
    "GET-global-configuration-list-config": get_global_configurations,
    "POST-configuration-create-config": post_configurations,
    "PUT-configuration-update-config": put_configuration,
    "DELETE-configuration-remove-config": delete_configuration,
    "GET-configuration-list-clients": get_clients,
    "GET-configuration-list-client-config": get_client_configurations,
    "POST-configuration-create-client-config": post_configurations,
    "GET-configuration-retrieve-client-config": get_client_configuration,
    "PUT-configuration-update-client-config": put_configuration,
    "DELETE-configuration-remove-client-config": delete_configuration,
}
