"""Handlers for the addresses of the calling customer."""

from __future__ import annotations

from functools import partial

from ....domain import customer_addresses
from ....messages import Call, Handler
from ....practices import part_handlers
from ....store.world import World
from .. import account
from ..registration import ADDRESSES

ID = "addressId"


def create_address_handlers(world: World) -> dict[str, Handler]:
    """Return the handlers; a PUT changes an address as a PATCH does (B14)."""
    find_caller = partial(_find_caller, world)
    present, change = customer_addresses.address_row, part_handlers.merge_part(ADDRESSES, find_caller, ID)
    return {
        "GET-customer-list-customer-addresses": part_handlers.list_parts(ADDRESSES, find_caller, present),
        "POST-customer-add-address": part_handlers.add_part(ADDRESSES, find_caller),
        "GET-customer-retrieve-address-by-id": part_handlers.read_part(ADDRESSES, find_caller, ID, present),
        "PATCH-customer-update-customer-address": change,
        "PUT-customer-update-customer-address": change,
        "DELETE-customer-remove-customer-address-by-id": part_handlers.remove_part(ADDRESSES, find_caller, ID),
        "POST-customer-add-address-tags": part_handlers.change_tags(
            ADDRESSES, find_caller, ID, customer_addresses.add_tags
        ),
        "DELETE-customer-remove-address-tags": part_handlers.change_tags(
            ADDRESSES, find_caller, ID, customer_addresses.drop_tags
        ),
    }


def _find_caller(world: World, call: Call) -> str:
    return account.require_own_customer(world.tokens, call.tenant, call.principal)
