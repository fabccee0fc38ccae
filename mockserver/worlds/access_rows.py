"""Clients and tokens as rows of a world file, from which `building` makes the same ones again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..access import OAuthClient, Principal
from ..store.clock import format_timestamp
from ..store.collection import Row
from ..store.state import State
from ..store.tenant import Seed
from .building import ALL_SCOPES
from .sections import ACCESS, ONLY


def export_access(seed: Seed, all_scopes: Iterable[str], state: State) -> dict[str, Any]:
    """Return the sections of a world that say who may call: `access`, `clients` and `tokens`.

    all_scopes: what `scopes: all` stands for.
    state: that of the tenant. If it differs from that of the seed, tokens of customers and legal entities that it lacks
    are left out, since no world may have them.
    """
    scopes = tuple(sorted(all_scopes))
    return {
        **({ACCESS: ONLY} if seed.customer_scopes is None else {}),
        "clients": [client_row(client, scopes) for client in seed.clients.values()],
        "tokens": [
            token_row(token, holder, scopes)
            for token, holder in seed.tokens.items()
            if state is seed.state or _is_usable(holder, state)
        ],
    }


def client_row(client: OAuthClient, all_scopes: tuple[str, ...]) -> Row:
    """Return a client as a row."""
    scopes: Any = ALL_SCOPES if client.scopes == all_scopes else list(client.scopes)
    return {"id": client.id, "secret": client.secret, "scopes": scopes}


def token_row(token: str, holder: Principal, all_scopes: tuple[str, ...]) -> Row:
    """Return a token as a row."""
    scopes = tuple(sorted(holder.scopes))
    facts = {
        "token": token,
        "scopes": ALL_SCOPES if scopes == all_scopes else list(scopes),
        "tenant": holder.tenant,
        "customerId": holder.customer_id,
        "legalEntityId": holder.legal_entity_id,
        "expiresAt": holder.expires_at and format_timestamp(holder.expires_at),
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _is_usable(holder: Principal, state: State) -> bool:
    """Whether a state has the customer and the legal entity of a token, if it names them."""
    return (holder.customer_id is None or holder.customer_id in state.customers) and (
        holder.legal_entity_id is None or holder.legal_entity_id in state.legal_entities
    )
