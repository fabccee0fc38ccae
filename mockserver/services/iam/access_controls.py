"""Access controls, and the scopes that groups give to their users (O14, O15)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...domain import group_membership
from ...errors import Forbidden, NotFound
from ...practices import documents
from ...practices.documents import Body
from ...store.state import Document, State
from ...store.tenant import Tenant
from .access_collections import ACCESS_CONTROLS, CONTROLS
from .groups import constraint_error

RESTRICTED_TO, PREDEFINED = "restrictedTo", "predefined"


def upsert_control(tenant: Tenant, id_: str, body: Body, known_scopes: Iterable[str]) -> bool:
    """Create or replace an access control; return whether it is new. BadRequest (O14) or StaleVersion (D3)."""
    known = set(known_scopes)

    def rule(state: State) -> tuple[State, bool]:
        old = state.collection(CONTROLS).get(id_)
        unknown = [scope for scope in body["scopes"] if scope not in known]
        if unknown and tenant.switches.references == "strict":
            raise constraint_error("/scopes", "reference", f"No scope has the name {unknown[0]}.", "O14")
        if old is not None and body.get(RESTRICTED_TO, old.get(RESTRICTED_TO)) != old.get(RESTRICTED_TO):
            raise constraint_error("/restrictedTo", "readOnly", "This cannot be changed.", "O14")
        kept = {} if old is None else {name: old[name] for name in (RESTRICTED_TO, PREDEFINED) if name in old}
        content = {"name": {}, PREDEFINED: False, **body, **kept}
        return documents.store_document(tenant, state, ACCESS_CONTROLS, id_, content), old is None

    return tenant.change(rule)


def remove_control(tenant: Tenant, id_: str) -> None:
    """Delete an access control, which its groups and templates lose; Forbidden for a predefined one (O14)."""

    def rule(state: State) -> tuple[State, None]:
        control = state.collection(CONTROLS).get(id_)
        if control is None:
            if tenant.switches.delete_missing == "404":
                raise NotFound(id_, rule="D9")
            return state, None
        if control[PREDEFINED]:
            raise Forbidden(hint="a predefined access control cannot be deleted", rule="O14")
        return documents.drop_documents(tenant, state, CONTROLS, id_), None

    tenant.change(rule)


def list_of_group(state: State, group_id: str) -> list[Document]:
    """Return the access controls of a group; NotFound for a missing group (C10)."""
    return list_named(state, documents.find_document_in(state, group_membership.GROUPS, group_id))


def list_of_user(state: State, user_id: str) -> list[Document]:
    """Return the access controls of the groups of a user, each once; NotFound for an unknown user (O15)."""
    groups = group_membership.list_groups_of_user(state, user_id)
    if not groups and user_id not in state.customers:
        raise NotFound(user_id, rule="O15")
    controls = {control["id"]: control for group in groups for control in list_named(state, group)}
    return list(controls.values())


def list_named(state: State, row: Document) -> list[Document]:
    """Return the access controls that a group or a template names, without missing ones."""
    controls = state.collection(CONTROLS)
    return [controls[id_] for id_ in row.get(CONTROLS, ()) if id_ in controls]


def find_granted_scopes(state: State, user_id: str | None) -> frozenset[str]:
    """Return the scopes that a user has from groups (O15); nothing for nobody."""
    groups = group_membership.list_groups_of_user(state, user_id or "")
    return frozenset(scope for group in groups for control in list_named(state, group) for scope in control["scopes"])


def show_control(control: Document) -> dict[str, Any]:
    """Return an access control as clients see it."""
    metadata = documents.revision_of(control).to_metadata(None)
    return {**control, "metadata": metadata}
