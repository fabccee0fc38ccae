"""Handlers of the Customer Service for storefronts."""

from __future__ import annotations

from ....messages import Handler
from ....store.world import World
from . import addresses, passwords, profile, tokens


def create_handlers(world: World) -> dict[str, Handler]:
    """Return the handlers, by operationId."""
    return (
        tokens.create_token_handlers(world)
        | profile.create_profile_handlers(world)
        | addresses.create_address_handlers(world)
        | passwords.create_password_handlers(world)
    )
