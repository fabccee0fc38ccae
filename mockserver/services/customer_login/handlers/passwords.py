"""Handlers for passwords: change one, forget one, and set a new one."""

from __future__ import annotations

from functools import partial

from ....messages import Call, Handler, Reply
from ....store.world import World
from .. import account, passwords


def create_password_handlers(world: World) -> dict[str, Handler]:
    """Return the handlers."""
    return {
        "POST-customer-change-account-password": partial(post_password_change, world),
        "POST-customer-request-reset-password": post_password_reset,
        "POST-customer-reset-password": post_new_password,
    }


def post_password_change(world: World, call: Call) -> Reply:
    """Change the password of the caller."""
    customer_id = account.require_own_customer(world.tokens, call.tenant, call.principal)
    passwords.change_password(call.tenant, customer_id, call.body["currentPassword"], call.body["newPassword"])
    return Reply(204)


def post_password_reset(call: Call) -> Reply:
    """Issue a token to a customer who has forgotten the password."""
    passwords.request_reset(call.tenant, call.body["email"])
    return Reply(204)


def post_new_password(call: Call) -> Reply:
    """Set a password with such a token."""
    passwords.reset_password(call.tenant, call.body["token"], call.body["password"])
    return Reply(204)
