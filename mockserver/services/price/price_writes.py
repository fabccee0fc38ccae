"""Prices as requests write them: one by one or in bulks, with a value for each tier of the model (P11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from ...domain.price_matching import PRICES, find_model
from ...errors import BadRequest, ClientError, Conflict, NotFound
from ...messages import Validate
from ...practices import documents, writes
from ...practices.documents import Body
from ...store.clock import normalize_timestamp
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import PRICES_OF_ITEMS

Written = tuple[State, str, bool]  # the state after a write, the id, and whether it is new
WriteElement = Callable[[State, Any], Written]


def create_price(tenant: Tenant, state: State, body: Body) -> Written:
    """Return a state with a new price, its id and True; Conflict if the id is taken (D4), BadRequest (P11)."""
    taken = state.collection(PRICES)
    id_ = body.get("id") or tenant.ids.next_document_id(taken)
    if id_ in taken:
        raise Conflict(remedy=writes.GENERATED_ID)
    return _store(tenant, state, id_, body), id_, True


def upsert_price(tenant: Tenant, state: State, id_: str | None, body: Body, validate: Validate | None) -> Written:
    """Return a state in which a body replaces a price or is a new one, its id, and whether it is new.

    id_: None to generate one. validate: finds what a stored price lacks. BadRequest (P11), or StaleVersion (D3).
    """
    if id_ is None:
        id_ = tenant.ids.next_document_id(state.collection(PRICES))
    _raise_first(validate, body)
    is_new = id_ not in state.collection(PRICES)
    return _store(tenant, state, id_, body), id_, is_new


def merge_price(tenant: Tenant, state: State, id_: str, patch: Body, validate: Validate | None) -> Written:
    """Return a state in which the fields of a body replace those of a price; NotFound, BadRequest or StaleVersion."""
    old = state.collection(PRICES).get(id_)
    if old is None:
        raise NotFound(id_, rule="P11")
    merged = documents.merge_document(old, patch)
    _raise_first(validate, merged)
    return _store(tenant, state, id_, merged), id_, False


def write_price(tenant: Tenant, write: Callable[[State], Written]) -> tuple[str, bool]:
    """Change the state by one write; return the id of the price, and whether it is new."""

    def rule(state: State) -> tuple[State, tuple[str, bool]]:
        changed, id_, is_new = write(state)
        return changed, (id_, is_new)

    return tenant.change(rule)


def write_prices(
    tenant: Tenant,
    elements: Sequence[Any],
    errors: Mapping[int, ClientError],
    write: WriteElement,
    status_text: Callable[[HTTPStatus], str],
) -> writes.BulkEntries:
    """Write the elements of a bulk as one change of the state, each on its own (E1); return their entries.

    status_text: how entries call a status.
    """

    def rule(state: State) -> tuple[State, writes.BulkEntries]:
        def write_element(element: Any) -> writes.ElementOutcome:
            nonlocal state
            state, id_, is_new = write(state, element)
            return (201 if is_new else 204), id_

        entries = writes.run_bulk(elements, errors, write_element, int(tenant.switches.bulk_index_base), _id_of)
        return state, entries

    entries = tenant.change(rule)
    for position, entry in enumerate(entries):
        entry["status"] = status_text(HTTPStatus(entry["code"]))
        error = entries.errors.get(position)
        if isinstance(error, BadRequest):
            entry["details"] = [" ".join(part for part in (error.field, error.detail) if part)]
    return entries


def shout_status(status: HTTPStatus) -> str:
    """Return what the entries of bulks of prices call a status, such as NO_CONTENT."""
    return status.name


def name_status(status: HTTPStatus) -> str:
    """Return what the entries of bulks of price lists call a status, such as No Content."""
    return status.phrase


def check_values(state: State, price: Document) -> Document:
    """Return a price whose values fit the tiers of its model (P11); BadRequest, also for ids of other tiers."""
    model = find_model(state, price)
    if model is None:  # only with `references` lenient
        return price
    tiers, values = model["tierDefinition"]["tiers"], price["tierValues"]
    if "priceModelId" not in price:
        values = [{"priceValue": value["priceValue"]} for value in values]
    if len(values) != len(tiers):
        detail = f"The price model {model['id']!r} has {len(tiers)} tiers, so a price needs as many values."
        raise BadRequest(field="/tierValues", error_type="tiers", detail=detail, rule="P11")
    named = [value["id"] for value in values if "id" in value]
    if named and sorted(named) != sorted(tier["id"] for tier in tiers):
        detail = "Either each tier of the price model is named once, or no tier is named."
        raise BadRequest(field="/tierValues", error_type="tiers", detail=detail, rule="P11")
    return {**price, "tierValues": values}


def normalize_validity(body: Body, pointer: str) -> dict[str, str]:
    """Return a validity with times as the service shows them (C12); BadRequest for any other text (D17)."""
    validity = {}
    for end in ("from", "to"):
        if end in body:
            try:
                validity[end] = normalize_timestamp(body[end])
            except ValueError:
                field = f"{pointer}/{end}"
                detail = "Not a valid date and time."
                raise BadRequest(field=field, error_type="format", detail=detail, rule="D17") from None
    return validity


def _store(tenant: Tenant, state: State, id_: str, body: Body) -> State:
    content = {name: value for name, value in body.items() if name != "vendorId"}  # no request can change that
    old = state.collection(PRICES).get(id_, {})
    if "vendorId" in old:
        content["vendorId"] = old["vendorId"]
    if "restrictions" in content:
        content["restrictions"] = _settle_restrictions(content["restrictions"])
    return documents.store_document(tenant, state, PRICES_OF_ITEMS, id_, check_values(state, content))


def _settle_restrictions(restrictions: Body) -> Body:
    """Return the restrictions of a price with times as the service shows them, and each site once."""
    settled = dict(restrictions)
    if "validity" in settled:
        settled["validity"] = normalize_validity(settled["validity"], "/restrictions/validity")
    if "siteCodes" in settled:
        settled["siteCodes"] = list(dict.fromkeys(settled["siteCodes"]))
    return settled


def _raise_first(validate: Validate | None, body: Body) -> None:
    error = validate(body) if validate else None
    if error is not None:
        raise error


def _id_of(element: Any) -> str | None:
    """Return the id of an element of a bulk; None if it has none."""
    id_ = element.get("id") if isinstance(element, dict) else None
    return id_ if isinstance(id_, str) else None
