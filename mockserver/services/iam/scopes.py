"""The scopes of a tenant: those of the services, and its own ones (O13)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...access import OAuthClient
from ...domain.customer_scopes import CUSTOMER_SCOPES
from ...errors import Forbidden, NotFound
from ...practices import documents
from ...practices.documents import Body
from ...store.state import IMPORTED_REVISION, State
from ...store.tenant import Tenant
from .access_collections import CUSTOM_SCOPES, SCOPES_OF_TENANT
from .groups import constraint_error

Scopes = frozenset[str]


def find_predefined(clients: Iterable[OAuthClient]) -> Scopes:
    """Return the scopes of the services: those that the clients of a world or customers can have."""
    return CUSTOMER_SCOPES.union(*(client.scopes for client in clients))


def list_scopes(state: State, predefined: Scopes) -> list[dict[str, Any]]:
    """Return all scopes as clients see them, in the order of their names."""
    own = state.collection(CUSTOM_SCOPES)
    return [show_scope(state, name, predefined) for name in sorted({*predefined, *(row["id"] for row in own.values())})]


def show_scope(state: State, name: str, predefined: Scopes) -> dict[str, Any]:
    """Return a scope as clients see it; NotFound."""
    row = state.collection(CUSTOM_SCOPES).get(name)
    if row is not None and name not in predefined:
        return {**row, "predefined": False, "metadata": documents.revision_of(row).to_metadata(None)}
    if name not in predefined:
        raise NotFound(name)
    domain = name.partition(".")[0]
    return {"id": name, "domain": domain, "predefined": True, "metadata": IMPORTED_REVISION.to_metadata(None)}


def upsert_scope(tenant: Tenant, name: str, body: Body, predefined: Scopes) -> bool:
    """Create or replace a scope; return whether it is new. BadRequest for a predefined one, or StaleVersion (D3)."""
    if name in predefined:
        raise constraint_error("scopeId", "readOnly", "A predefined scope cannot be changed.", "O13")
    return documents.upsert_document(tenant, SCOPES_OF_TENANT, name, body)


def remove_scope(tenant: Tenant, name: str, predefined: Scopes) -> None:
    """Delete a scope; access controls keep its name. Forbidden for a predefined one (O13)."""
    if name in predefined:
        raise Forbidden(hint="a predefined scope cannot be deleted", rule="O13")
    documents.remove_document(tenant, SCOPES_OF_TENANT, name)
