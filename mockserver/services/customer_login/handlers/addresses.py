"""Handlers for the addresses of the calling customer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from ....domain import customer_addresses
from ....messages import Call, Handler, Reply
from ....practices import part_handlers
from ....practices.parts import PartsOf
from ....store.state import Document
from ....store.world import World
from .. import account

ID = "addressId"
ADDRESSES = PartsOf(
    *customer_addresses.IN_CUSTOMERS,
    frozenset(customer_addresses.ADDRESS_FIELDS),
    customer_addresses.ADDRESS_ID_DIGITS,
    customer_addresses.settle_default,
)


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
        "POST-customer-add-address-tags": partial(_change_tags, world, customer_addresses.add_tags),
        "DELETE-customer-remove-address-tags": partial(_change_tags, world, customer_addresses.drop_tags),
    }


def _find_caller(world: World, call: Call) -> str:
    return account.require_own_customer(world.tokens, call.tenant, call.principal)


def _change_tags(world: World, change: Callable[[Document, Sequence[str]], list[str]], call: Call) -> Reply:
    """Add tags to an address, or remove some."""
    tags = customer_addresses.parse_tags(call.query["tags"])
    ADDRESSES.change_part(
        call.tenant, _find_caller(world, call), call.path[ID], lambda address: {"tags": change(address, tags)}
    )
    return Reply(204)
