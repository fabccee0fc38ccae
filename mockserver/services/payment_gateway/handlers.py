"""Handlers of the Payment Gateway."""

from __future__ import annotations

from ...messages import Call, Handler, Listing, Reply
from ...practices.rows import LazyRows
from . import configured_modes as modes
from . import payments


def get_modes(call: Call) -> Listing:
    """List the payment modes."""
    return Listing(LazyRows(modes.list_modes(call.tenant.state), modes.show_mode))


def post_mode(call: Call) -> Reply:
    """Create a payment mode."""
    return Reply(200, modes.show_mode(modes.create_mode(call.tenant, call.body)))


def get_mode(call: Call) -> Reply:
    """Return a payment mode."""
    return Reply(200, modes.show_mode(modes.find_mode(call.tenant.state, call.path["id"])))


def put_mode(call: Call) -> Reply:
    """Change a payment mode."""
    return Reply(200, modes.show_mode(modes.update_mode(call.tenant, call.path["id"], call.body)))


def delete_mode(call: Call) -> Reply:
    """Delete a payment mode."""
    modes.remove_mode(call.tenant, call.path["id"])
    return Reply(200)


def get_public_modes(call: Call) -> Listing:
    """List the active payment modes for a storefront."""
    active = [mode for mode in modes.list_modes(call.tenant.state) if mode["active"]]
    return Listing(LazyRows(active, modes.show_public_mode))


def get_public_mode(call: Call) -> Reply:
    """Return an active payment mode for a storefront."""
    return Reply(200, modes.show_public_mode(modes.find_public_mode(call.tenant.state, call.path["id"])))


def post_initialization(call: Call) -> Reply:
    """Begin the payment of an order."""
    return Reply(200, payments.initialize_payment(call.tenant, call.principal, call.body))


def post_authorization(call: Call) -> Reply:
    """Authorize the payment of an order."""
    return Reply(200, payments.authorize_payment(call.tenant, call.principal, call.body))


HANDLERS: dict[str, Handler] = {
    "GET-payment-gateway-list-payment-modes": get_modes,
    "POST-payment-gateway-create-payment-mode": post_mode,
    "GET-payment-gateway-retrieve-payment-mode": get_mode,
    "PUT-payment-gateway-update-payment-mode": put_mode,
    "DELETE-payment-gateway-remove-payment-mode": delete_mode,
    "GET-payment-gateway-list-payment-modes-frontend": get_public_modes,
    "GET-payment-gateway-retrieve-payment-mode-frontend": get_public_mode,
    "POST-payment-gateway-initialize-payment-frontend": post_initialization,
    "POST-payment-gateway-authorize-payment-frontend": post_authorization,
}
