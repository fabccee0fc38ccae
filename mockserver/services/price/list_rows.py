"""Price lists and their prices as clients read and write them (P14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ...domain.price_lists import LIST_PRICES, PRICE_LIST_ID, is_valid_at
from ...domain.price_lists import PRICE_LISTS as LISTS
from ...errors import INVALID_PARAMETERS, BadRequest, Conflict, NotFound
from ...practices import documents, texts, writes
from ...practices.documents import Body
from ...store.state import Document, State
from ...store.tenant import Tenant
from .list_collections import GROUPS_OR_ENTITY, PRICES_OF_LISTS
from .price_queries import read_time, split_codes
from .price_writes import Written, check_values, normalize_validity

LISTS_OF_CODES = ("countries", "regions", "customerGroups")


def select_price_lists(state: State, query: Mapping[str, Any]) -> list[Document]:
    """Return the price lists of a group and a time, if the query names them; BadRequest for an invalid time."""
    at = read_time(query.get("effectiveDate"), INVALID_PARAMETERS, "effectiveDate")
    groups = split_codes(query.get("customerGroups"))
    return [
        row
        for row in state.collection(LISTS).values()
        if (at is None or is_valid_at(row.get("validity", {}), at))
        and (groups is None or not groups.isdisjoint(row.get("customerGroups", ())))
    ]


def prepare_price_list(state: State, body: Body) -> Body:
    """Return what is stored of a price list; BadRequest for groups together with a legal entity (P14)."""
    content: dict[str, Any] = texts.name_fields(state, ["name"], body, None)
    if content.get("customerGroups") and "legalEntityId" in content:
        raise BadRequest(field="/customerGroups", error_type="conflict", detail=f"{GROUPS_OR_ENTITY}.", rule="P14")
    if "validity" in content:
        content["validity"] = normalize_validity(content["validity"], "/validity")
    return content | {name: list(dict.fromkeys(content[name])) for name in LISTS_OF_CODES if name in content}


def list_prices(state: State, list_id: str) -> list[Document]:
    """Return the prices of a price list; nothing for a missing list (C9)."""
    return [price for price in state.collection(LIST_PRICES).values() if price[PRICE_LIST_ID] == list_id]


def find_list_price(state: State, list_id: str, id_: str) -> Document:
    """Return a price of a price list; NotFound, also if another list has it."""
    price = state.collection(LIST_PRICES).get(id_)
    if price is None or price[PRICE_LIST_ID] != list_id:
        raise NotFound(id_)
    return price


def show_list_price(price: Document) -> dict[str, Any]:
    """Return a price of a price list as clients see it."""
    row = {"metadata": documents.revision_of(price).to_metadata(None), **price}
    del row[PRICE_LIST_ID]
    return row


def create_list_price(tenant: Tenant, list_id: str, state: State, body: Body) -> Written:
    """Return a state with a new price, its id and True; BadRequest (P14), or Conflict if a list has the id (D4)."""
    if list_id not in state.collection(LISTS):
        detail = "No price list has this id."
        raise BadRequest(field="priceListId", error_type="reference", detail=detail, rule="P14")
    taken = state.collection(LIST_PRICES)
    id_ = body.get("id") or tenant.ids.next_document_id(taken)
    if id_ in taken:
        raise Conflict(remedy=writes.GENERATED_ID)
    return _store(tenant, state, list_id, id_, body), id_, True


def upsert_list_price(tenant: Tenant, list_id: str, id_: str, state: State, body: Body) -> Written:
    """Return a state in which a body replaces a price or is a new one, its id, and whether it is new.

    NotFound for a missing list, BadRequest (P11), StaleVersion (D3), or Conflict if another list has the id.
    """
    if list_id not in state.collection(LISTS):
        raise NotFound(list_id, rule="P14")
    old = state.collection(LIST_PRICES).get(id_)
    if old is not None and old[PRICE_LIST_ID] != list_id:
        raise Conflict("Another price list has a price with this id.", rule="P14")
    return _store(tenant, state, list_id, id_, body), id_, old is None


def upsert_element(tenant: Tenant, list_id: str, state: State, body: Body) -> Written:
    """Do what `upsert_list_price` does for an element of a bulk, which has the id."""
    return upsert_list_price(tenant, list_id, body["id"], state, body)


def remove_list_prices(tenant: Tenant, list_id: str, ids: Sequence[str]) -> None:
    """Delete prices of a price list; NotFound for a missing one if the switch `delete_missing` is 404 (D9)."""
    tenant.change(partial(_remove, tenant, list_id, ids))


def _remove(tenant: Tenant, list_id: str, ids: Sequence[str], state: State) -> tuple[State, None]:
    for id_ in dict.fromkeys(ids):
        price = state.collection(LIST_PRICES).get(id_)
        if price is not None and price[PRICE_LIST_ID] == list_id:
            state = documents.drop_documents(tenant, state, LIST_PRICES, id_)
        elif tenant.switches.delete_missing == "404":
            raise NotFound(id_, rule="D9")
    return state, None


def _store(tenant: Tenant, state: State, list_id: str, id_: str, body: Body) -> State:
    content = check_values(state, {**body, PRICE_LIST_ID: list_id})
    return documents.store_document(tenant, state, PRICES_OF_LISTS, id_, content)
