"""The availability of products on sites: which ones a request selects, and how they are written (V1 to V5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from ...domain.stock import AVAILABILITIES, ROWS_OF_PARTS, availability_id, find_bundle
from ...errors import INVALID_PARAMETERS, BadRequest, ClientError, Conflict, NotFound
from ...practices import documents, writes
from ...practices.columns import column_reader
from ...practices.query.query import parse_query, select_rows
from ...store.state import Document, State
from ...store.tenant import Tenant
from . import bundles
from .collections import AVAILABILITIES_OF_PRODUCTS, is_available_by_default

CONTENT_FIELDS = ("stockLevel", "available", "popularity", "distributionChannel", "mixins", "metadata")
HIDDEN_METADATA = "version"  # which this service does not show

Body = Mapping[str, Any]


def availability_row(row: Document) -> dict[str, Any]:
    """Return an availability as the service shows it, without a version (V1)."""
    metadata = {"metadata": documents.revision_of(row).to_metadata(None), **row}["metadata"]
    parts = {ROWS_OF_PARTS: [availability_row(part) for part in row[ROWS_OF_PARTS]]} if ROWS_OF_PARTS in row else {}
    return {**row, **parts, "metadata": {name: value for name, value in metadata.items() if name != HIDDEN_METADATA}}


def select_by_site(state: State, site_code: str) -> list[Document]:
    """Return the availabilities on a site, also of bundles (V5); none for an unknown site."""
    stored = {row["id"]: row for row in state.collection(AVAILABILITIES).values() if row["site"] == site_code}
    return list({**stored, **{row["id"]: row for row in bundles.list_bundles(state, site_code)}}.values())


def find_stock_row(state: State, product_id: str, site_code: str) -> Document:
    """Return the availability of a product or of a bundle on a site; NotFound (V2)."""
    bundle = find_bundle(state, product_id, site_code)
    id_ = availability_id(product_id, site_code)
    return bundle or documents.find_document(state, AVAILABILITIES_OF_PRODUCTS, id_, rule="V2")


def search(state: State, wanted: Sequence[str] | Body, site_code: str | None) -> list[Document]:
    """Return the availabilities of products and bundles, or those of products that a query selects (V3, V5).

    Products without an availability are left out. BadRequest for a query together with a site.
    """
    rows = list(state.collection(AVAILABILITIES).values())
    if isinstance(wanted, Mapping):
        if site_code is not None:
            detail = "must not be sent together with a query; write site:CODE into the query"
            raise BadRequest(INVALID_PARAMETERS, field="site", error_type="conflict", detail=detail, rule="V3")
        return list(select_rows(parse_query(wanted["q"]), rows, column_for=column_reader))
    order = {product_id: position for position, product_id in reversed(list(enumerate(wanted)))}
    found = {row["id"]: row for row in rows if row["productId"] in order and site_code in (None, row["site"])}
    for product_id in order:
        for code in state.sites if site_code is None else (site_code,):
            bundle = find_bundle(state, product_id, code)
            if bundle is not None:
                found[bundle["id"]] = bundle
    return sorted(found.values(), key=lambda row: order[row["productId"]])


def create_availability(tenant: Tenant, product_id: str, site_code: str, body: Body) -> str:
    """Create an availability and return its id; Conflict if there is one (D4), BadRequest (D7, D12)."""
    return tenant.change(partial(_create, tenant, product_id, site_code, body))


def upsert_availability(tenant: Tenant, product_id: str, site_code: str, body: Body) -> tuple[str, bool]:
    """Create or replace an availability; return its id and whether it is new (D2). BadRequest (D7, D12)."""
    return tenant.change(partial(_upsert, tenant, product_id, site_code, body))


def remove_availability(tenant: Tenant, product_id: str, site_code: str) -> None:
    """Delete an availability; NotFound for a missing one if the switch `delete_missing` is 404 (D9)."""
    documents.remove_document(tenant, AVAILABILITIES_OF_PRODUCTS, availability_id(product_id, site_code))


def create_many(tenant: Tenant, elements: Sequence[Any], errors: Mapping[int, ClientError]) -> writes.BulkEntries:
    """Create availabilities, each on its own (E1)."""
    return _write_many(tenant, elements, errors, "create")


def upsert_many(tenant: Tenant, elements: Sequence[Any], errors: Mapping[int, ClientError]) -> writes.BulkEntries:
    """Create or replace availabilities, each on its own (E1)."""
    return _write_many(tenant, elements, errors, "upsert")


def remove_many(tenant: Tenant, elements: Sequence[Any], errors: Mapping[int, ClientError]) -> writes.BulkEntries:
    """Delete availabilities, each on its own (E1)."""
    return _write_many(tenant, elements, errors, "remove")


def _create(tenant: Tenant, product_id: str, site_code: str, body: Body, state: State) -> tuple[State, str]:
    id_ = availability_id(product_id, site_code)
    if id_ in state.collection(AVAILABILITIES):
        raise Conflict
    return _store(tenant, state, product_id, site_code, body), id_


def _upsert(
    tenant: Tenant, product_id: str, site_code: str, body: Body, state: State
) -> tuple[State, tuple[str, bool]]:
    id_ = availability_id(product_id, site_code)
    is_new = id_ not in state.collection(AVAILABILITIES)
    return _store(tenant, state, product_id, site_code, body), (id_, is_new)


def _store(tenant: Tenant, state: State, product_id: str, site_code: str, body: Body) -> State:
    bundles.check_writable(state, product_id)
    content = {name: body[name] for name in CONTENT_FIELDS if name in body}
    content.setdefault("available", is_available_by_default(content))
    content = {"productId": product_id, "site": site_code, **content}
    return documents.store_document(
        tenant, state, AVAILABILITIES_OF_PRODUCTS, availability_id(product_id, site_code), content
    )


def _write_many(
    tenant: Tenant, elements: Sequence[Any], errors: Mapping[int, ClientError], action: str
) -> writes.BulkEntries:
    """Write many availabilities as one change of the state (E5); entries have the ids (V4)."""

    def rule(state: State) -> tuple[State, writes.BulkEntries]:
        def write_element(element: Any) -> writes.ElementOutcome:
            nonlocal state
            product_id, site_code = element["productId"], element["site"]
            id_ = availability_id(product_id, site_code)
            exists = id_ in state.collection(AVAILABILITIES)
            if action == "remove":
                if not exists and tenant.switches.delete_missing == "404":
                    raise NotFound(id_, rule="D9")
                state = documents.drop_documents(tenant, state, AVAILABILITIES, id_)
                return 204, id_
            if action == "create" and exists:
                raise Conflict
            state = _store(tenant, state, product_id, site_code, element)
            return (204 if exists else 201), id_

        index_base = int(tenant.switches.bulk_index_base)
        entries = writes.run_bulk(elements, errors, write_element, index_base, _element_id)
        return state, entries

    return tenant.change(rule)


def _element_id(element: Any) -> str | None:
    """Return the id that an element of a bulk stands for; None for one without product or site."""
    parts = [element.get(name) for name in ("productId", "site")] if isinstance(element, dict) else [None]
    return availability_id(*parts) if all(isinstance(part, str) for part in parts) else None
