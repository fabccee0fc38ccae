"""From a checked world to the state that every tenant starts from, and to who may call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..access import OAuthClient, Principal
from ..store.clock import parse_timestamp
from ..store.collection import Collection, Sections
from ..store.state import State
from ..store.world import Seed

ALL_SCOPES = "all"  # what a world writes instead of a list


def seed_from(name: str, world: Sections, collections: Mapping[str, Collection], all_scopes: Iterable[str]) -> Seed:
    """Return the seed that a checked world gives.

    all_scopes: what `scopes: all` stands for.
    """
    every = tuple(sorted(all_scopes))

    def scopes(row: Mapping[str, Any]) -> tuple[str, ...]:
        return every if row["scopes"] == ALL_SCOPES else tuple(row["scopes"])

    clients = {row["id"]: OAuthClient(row["id"], row["secret"], scopes(row)) for row in world["clients"]}
    tokens = {row["token"]: build_principal(row, row["token"], scopes(row)) for row in world["tokens"]}
    return Seed(name, build_state(world, collections), clients, tokens)


def build_state(world: Sections, collections: Mapping[str, Collection]) -> State:
    """Build a state from the sections of a world."""
    languages = world.get("languages", {})
    state = State(languages.get("default", "en"), tuple(languages.get("supported", ("en",))))
    for name, collection in collections.items():
        if name in world:
            state = collection.load(state, world[name])
    return state


def build_principal(token: Mapping[str, Any], name: str, scopes: Iterable[str]) -> Principal:
    """Return who holds a token that a world or the control plane describes."""
    expires = token.get("expiresAt")
    return Principal(
        frozenset(scopes),
        token.get("tenant"),
        token.get("customerId"),
        token.get("legalEntityId"),
        expires and parse_timestamp(expires),
        name,
    )
