"""Shopping lists: who sees and changes which, and how they look (R6 to R8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from ...access import Principal
from ...errors import BadRequest, Conflict, Forbidden, NotFound
from ...practices import documents
from ...store.clock import parse_timestamp
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import LIST_ROWS, RESERVED_NAMES, SHOPPING_LISTS, list_key

Body = Mapping[str, Any]
READ_LISTS = "shoppinglist.shoppinglist_read"
MANAGE_LISTS = "shoppinglist.shoppinglist_manage"
DELETE_LISTS = "shoppinglist.shoppinglist_delete"
CONTENT = ("items", "mixins", "metadata")


def show_visible_lists(state: State, principal: Principal, name: str | None) -> list[dict[str, Any]]:
    """Return the customers with their lists: all of them, or only the caller, and then the list with a name (R6)."""
    lists = state.collection(SHOPPING_LISTS).values()
    if READ_LISTS not in principal.scopes:
        lists = [each for each in lists if _is_of(each, principal.customer_id, name)]
    by_customer: dict[str, list[Document]] = defaultdict(list)
    for each in lists:
        by_customer[each["customerId"]].append(each)
    return [_show_lists(customer_id, by_customer[customer_id]) for customer_id in sorted(by_customer)]


def show_customer_lists(state: State, customer_id: str, name: str | None) -> dict[str, Any]:
    """Return a customer with all lists, or with the one that has a name (R6); NotFound for a missing list."""
    return _show_lists(customer_id, _find_lists(state, customer_id, name))


def require_list_access(principal: Principal, customer_id: str, *scopes: str) -> None:
    """Raise Forbidden unless the caller is the customer, or has one of these scopes (R6)."""
    if principal.customer_id != customer_id and principal.scopes.isdisjoint(scopes):
        hint = f"needs the token of this customer, or one of the scopes {', '.join(scopes)}"
        raise Forbidden(hint=hint, scopes=scopes, rule="R6")


def create_shopping_list(tenant: Tenant, principal: Principal, body: Body) -> str:
    """Create a list and return the id of its customer (R7).

    BadRequest if an employee names no customer, or for an unknown one; Conflict if the customer has such a list.
    """
    customer_id = body.get("customerId") if MANAGE_LISTS in principal.scopes else None
    customer_id = customer_id or principal.customer_id
    if customer_id is None:
        detail = "An employee names the customer."
        raise BadRequest(field="/customerId", error_type="required", detail=detail, rule="R7")

    def rule(state: State) -> tuple[State, str]:
        key = list_key(customer_id, body["name"])
        if key in state.collection(SHOPPING_LISTS):
            raise Conflict(f"The customer has a shopping list {body['name']!r} already.")
        return _store_list(tenant, state, customer_id, body), customer_id

    return tenant.change(rule)


def replace_shopping_list(tenant: Tenant, customer_id: str, body: Body) -> None:
    """Replace the list with the name in the body (R7); NotFound, BadRequest or StaleVersion."""

    def rule(state: State) -> tuple[State, None]:
        _find_lists(state, customer_id, body["name"])
        return _store_list(tenant, state, customer_id, body), None

    tenant.change(rule)


def remove_shopping_lists(tenant: Tenant, customer_id: str, name: str | None) -> None:
    """Delete all lists of a customer, or the one with a name (R8); NotFound for a missing list."""

    def rule(state: State) -> tuple[State, None]:
        for each in _find_lists(state, customer_id, name):
            state = documents.drop_documents(tenant, state, SHOPPING_LISTS, each["id"])
        return state, None

    tenant.change(rule)


def _store_list(tenant: Tenant, state: State, customer_id: str, body: Body) -> State:
    name = body["name"]
    if name in RESERVED_NAMES:
        detail = f"A list cannot be named {name}, since rows have a field with this name."
        raise BadRequest(field="/name", error_type="reserved", detail=detail, rule="R7")
    items = _number_items(item for item in body.get("items", ()) if item["quantity"] > 0)
    content = {field: body[field] for field in CONTENT if field in body}
    draft = {**content, "customerId": customer_id, "name": name, "items": items}
    return documents.store_document(tenant, state, LIST_ROWS, list_key(customer_id, name), draft)


def _number_items(items: Iterable[Body]) -> list[dict[str, Any]]:
    """Return items with ids, which count from 1 for those that have none."""
    fields = LIST_ROWS.schema["properties"]["items"]["items"]["properties"]
    numbered = ({"id": number, **item} for number, item in enumerate(items, start=1))
    return [{name: value for name, value in item.items() if name in fields} for item in numbered]


def _find_lists(state: State, customer_id: str, name: str | None) -> list[Document]:
    found = [each for each in state.collection(SHOPPING_LISTS).values() if _is_of(each, customer_id, name)]
    if not found:
        raise NotFound(customer_id if name is None else name, rule="R6")
    return found


def _is_of(row: Document, customer_id: str | None, name: str | None) -> bool:
    return bool(row["customerId"] == customer_id and name in (None, row["name"]))


def _show_lists(customer_id: str, lists: Iterable[Document]) -> dict[str, Any]:
    hidden = ("id", "customerId")
    by_name = {
        each["name"]: {**{k: v for k, v in each.items() if k not in hidden}, "metadata": _show_metadata(each)}
        for each in lists
    }
    return {"customerId": customer_id, **by_name}


def _show_metadata(row: Document) -> dict[str, Any]:
    """Return the metadata of a list, with times as seconds and nanoseconds (R8)."""
    metadata = documents.revision_of(row).to_metadata(row.get("metadata", {}).get("mixins"))
    times = {name: parse_timestamp(metadata[name]) for name in ("createdAt", "modifiedAt")}
    shown = {k: {"epochSecond": int(v.timestamp()), "nano": v.microsecond * 1000} for k, v in times.items()}
    return {**metadata, **shown}
