"""The Customer Service as far as a storefront logs in with it: anonymous tokens, customers' sessions, their profile."""

from __future__ import annotations

from ...messages import Service
from ...practices import refusals
from ...world import World
from . import calls


def service(world: World) -> Service:
    """Return the service with its handlers."""
    return Service("customer-login.yaml", calls.create_handlers(world), refusals.write_typed_error)
