"""Handlers of scopes and access controls."""

from __future__ import annotations

from typing import Any

from ...access import format_scope
from ...messages import Call, Handler, Listing, Reply
from ...practices import documents
from ...practices.document_handlers import list_documents, read_document
from ...practices.rows import LazyRows
from ...store.state import Document
from . import access_controls, scopes
from .access_collections import ACCESS_CONTROLS, CONTROLS, TEMPLATES_OF_CONTROLS
from .days import read_start_of_day


def list_predefined(call: Call) -> scopes.Scopes:
    """Return the scopes of the services, as far as clients of the tenant's world or customers can have them."""
    return scopes.find_predefined(call.tenant.seed.clients.values())


def get_scopes(call: Call) -> Listing:
    """List all scopes."""
    return Listing(scopes.list_scopes(call.tenant.state, list_predefined(call)))


def get_scope(call: Call) -> Reply:
    """Return one scope."""
    return Reply(200, scopes.show_scope(call.tenant.state, call.path["scopeId"], list_predefined(call)))


def put_scope(call: Call) -> Reply:
    """Create or replace a scope of the tenant's own."""
    name = call.path["scopeId"]
    is_new = scopes.upsert_scope(call.tenant, name, call.body, list_predefined(call))
    return Reply(201, {"id": name}) if is_new else Reply(204)


def delete_scope(call: Call) -> Reply:
    """Delete a scope of the tenant's own."""
    scopes.remove_scope(call.tenant, call.path["scopeId"], list_predefined(call))
    return Reply(204)


def select_controls(call: Call) -> list[Document]:
    """Return the access controls, or those that were modified after the start of a day."""
    controls = list(call.tenant.state.collection(CONTROLS).values())
    if "metadataModifiedAt" not in call.query:
        return controls
    start = read_start_of_day(call.query["metadataModifiedAt"])
    return [control for control in controls if documents.revision_of(control).modified_at > start]


def put_control(call: Call) -> Reply:
    """Create or replace an access control."""
    id_ = call.path["accessControlId"]
    known = (row["id"] for row in scopes.list_scopes(call.tenant.state, list_predefined(call)))
    is_new = access_controls.upsert_control(call.tenant, id_, call.body, known)
    return Reply(201, {"id": id_}) if is_new else Reply(204)


def delete_control(call: Call) -> Reply:
    """Delete an access control."""
    access_controls.remove_control(call.tenant, call.path["accessControlId"])
    return Reply(204)


def get_templates(call: Call) -> Listing:
    """List the templates, with their access controls if wanted."""
    state, is_expanded = call.tenant.state, "expand" in call.query

    def show(template: Document) -> dict[str, Any]:
        if not is_expanded:
            return dict(template)
        controls = access_controls.list_named(state, template)
        return {**template, "accessControlsDocuments": [access_controls.show_control(control) for control in controls]}

    return Listing(LazyRows(list(state.collection(TEMPLATES_OF_CONTROLS.name).values()), show))


def get_group_controls(call: Call) -> Listing:
    """List the access controls of a group."""
    return _list_controls(access_controls.list_of_group(call.tenant.state, call.path["groupId"]))


def get_user_controls(call: Call) -> Listing:
    """List the access controls of a user."""
    return _list_controls(access_controls.list_of_user(call.tenant.state, call.path["userId"]))


def get_own_controls(call: Call) -> Listing:
    """List the access controls of the caller; a service has none."""
    customer_id = call.principal.customer_id
    return _list_controls([] if customer_id is None else access_controls.list_of_user(call.tenant.state, customer_id))


def get_user_scopes(call: Call) -> Reply:
    """Return the scopes that a user has from groups (O15)."""
    user_id = call.path["userId"]
    granted = access_controls.find_granted_scopes(call.tenant.state, user_id)
    return Reply(200, {"userId": user_id, "scopes": format_scope(granted, call.tenant.name)})


def get_own_scopes(call: Call) -> Reply:
    """Return the scopes of the caller's token, and those of the caller's groups (O10)."""
    customer_id, own = call.principal.customer_id, call.principal.scopes
    granted = access_controls.find_granted_scopes(call.tenant.state, customer_id)
    shown: dict[str, Any] = {"scopes": format_scope(own | granted, call.tenant.name)}
    return Reply(200, shown if customer_id is None else {"userId": customer_id, **shown})


def _list_controls(controls: list[Document]) -> Listing:
    return Listing(LazyRows(controls, access_controls.show_control))


ACCESS_HANDLERS: dict[str, Handler] = {
    "GET-iam-list-tenant-scopes": get_scopes,
    "GET-iam-retrieve-scope": get_scope,
    "PUT-iam-upsert-custom-scope": put_scope,
    "DELETE-iam-delete-custom-scope": delete_scope,
    "GET-iam-list-tenant-access-controls": list_documents(
        ACCESS_CONTROLS, present=lambda _: access_controls.show_control, select=select_controls
    ),
    "GET-iam-retrieve-access-control": read_document(
        ACCESS_CONTROLS, "accessControlId", present=lambda _: access_controls.show_control
    ),
    "PUT-iam-upsert-access-control": put_control,
    "DELETE-iam-delete-access-control": delete_control,
    "GET-iam-list-access-control-templates": get_templates,
    "GET-iam-list-group-access-controls": get_group_controls,
    "GET-iam-list-user-access-controls": get_user_controls,
    "GET-iam-retrieve-user-access-controls": get_own_controls,
    "GET-iam-retrieve-user-scopes": get_user_scopes,
    "GET-iam-retrieve-own-user-scopes": get_own_scopes,
}
