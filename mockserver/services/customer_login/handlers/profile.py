"""Handlers for the calling customer: sign up, read and change the profile."""

from __future__ import annotations

from functools import partial

from ....messages import Call, Handler, Reply
from ....store.world import World
from .. import account, registration


def create_profile_handlers(world: World) -> dict[str, Handler]:
    """Return the handlers; a PUT changes a profile as a PATCH does (B13)."""
    change_me = partial(patch_me, world)
    return {
        "POST-customer-create-customer-account": post_signup,
        "GET-customer-retrieve-customer-profile": partial(get_me, world),
        "PATCH-customer-update-customer": change_me,
        "PUT-customer-update-customer": change_me,
    }


def post_signup(call: Call) -> Reply:
    """Sign a customer up."""
    return Reply(201, {"id": registration.sign_up(call.tenant, call.body)})


def get_me(world: World, call: Call) -> Reply:
    """Return the profile of the caller."""
    return Reply(200, account.own_profile(world.tokens, call.tenant, call.principal, call.query.get("expand")))


def patch_me(world: World, call: Call) -> Reply:
    """Change the profile of the caller."""
    customer_id = account.require_own_customer(world.tokens, call.tenant, call.principal)
    registration.change_profile(call.tenant, customer_id, call.body or {})
    return Reply(200)
