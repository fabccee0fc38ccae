"""Build the seed from a checked world: the first state of every tenant, the clients and the tokens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..access import OAuthClient, Principal
from ..domain.customer_scopes import CUSTOMER_SCOPES
from ..store.clock import parse_timestamp
from ..store.collection import Collection, Sections
from ..store.state import State
from ..store.tenant import Seed
from .sections import ACCESS, ONLY
from .switches import read_switches

ALL_SCOPES = "all"  # in a world, instead of a list of scopes


def build_seed(name: str, world: Sections, collections: Mapping[str, Collection], all_scopes: Iterable[str]) -> Seed:
    """Return the seed of a checked world.

    all_scopes: what `scopes: all` stands for.
    """
    sorted_scopes = tuple(sorted(all_scopes))

    def scopes_of(row: Mapping[str, Any]) -> tuple[str, ...]:
        return sorted_scopes if row["scopes"] == ALL_SCOPES else tuple(row["scopes"])

    clients = {row["id"]: OAuthClient(row["id"], row["secret"], scopes_of(row)) for row in world["clients"]}
    tokens = {row["token"]: build_principal(row, row["token"], scopes_of(row)) for row in world["tokens"]}
    customer_scopes = None if world.get(ACCESS) == ONLY else CUSTOMER_SCOPES
    return Seed(name, build_state(world, collections), clients, tokens, customer_scopes, read_switches(world))


def build_state(world: Sections, collections: Mapping[str, Collection]) -> State:
    """Build a state from the sections of a world."""
    languages = world.get("languages", {})
    state = State(languages.get("default", "en"), tuple(languages.get("supported", ("en",))))
    for name, collection in collections.items():
        if name in world:
            state = collection.load(state, world[name])
    return state


def build_principal(token: Mapping[str, Any], name: str, scopes: Iterable[str]) -> Principal:
    """Return the holder of a token that a world or the control plane describes."""
    expiry = token.get("expiresAt")
    return Principal(
        frozenset(scopes),
        token.get("tenant"),
        token.get("customerId"),
        token.get("legalEntityId"),
        expiry and parse_timestamp(expiry),
        name,
    )
