"""Price models as clients see and write them (P12)."""

from __future__ import annotations

from typing import Any

from ...access import Principal
from ...domain.price_lists import LIST_PRICES, PRICE_LIST_ID
from ...domain.price_matching import PRICES, find_model
from ...domain.price_values import PRICE_MODELS
from ...errors import BadRequest, Conflict, Forbidden, Remedy
from ...practices import documents, texts, writes
from ...practices.documents import Body
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import MODELS, find_tier_mistake, name_tiers

IS_DEFAULT = "isDefault"  # what world files call the field that requests call `default`
DELETE_USED_MODELS = "price.pricemodel_manage_admin"


def show_model(model: Document) -> dict[str, Any]:
    """Return a stored price model as the operations for models show it."""
    row = {"metadata": documents.revision_of(model).to_metadata(None), **model}
    row["default"] = row.pop(IS_DEFAULT)
    return row


def create_model(tenant: Tenant, body: Body, language: str | None) -> str:
    """Create a price model and return its id; Conflict if the id is taken (D4), BadRequest (P12)."""

    def rule(state: State) -> tuple[State, str]:
        taken = state.collection(PRICE_MODELS)
        id_ = body.get("id") or tenant.ids.next_document_id(taken)
        if id_ in taken:
            raise Conflict(remedy=writes.GENERATED_ID)
        return _store(tenant, state, id_, body, language), id_

    return tenant.change(rule)


def upsert_model(tenant: Tenant, id_: str, body: Body, language: str | None) -> bool:
    """Create or replace a price model; return whether it is new. BadRequest (P12) or StaleVersion (D3)."""

    def rule(state: State) -> tuple[State, bool]:
        is_new = id_ not in state.collection(PRICE_MODELS)
        return _store(tenant, state, id_, body, language), is_new

    return tenant.change(rule)


def remove_model(tenant: Tenant, principal: Principal, id_: str, *, force: bool) -> None:
    """Delete a price model, with its prices if forced (P12).

    Forbidden without the scope for that; BadRequest for a model that prices have, unless forced.
    """
    if force and DELETE_USED_MODELS not in principal.scopes:
        raise Forbidden(
            hint=f"forceDelete=true needs the scope {DELETE_USED_MODELS}", scopes=(DELETE_USED_MODELS,), rule="P12"
        )

    def rule(state: State) -> tuple[State, None]:
        used = list_prices_of_model(state, id_)
        if used and not force:
            remedy = Remedy("With forceDelete=true, its prices are deleted too.", query={"forceDelete": "true"})
            raise BadRequest(
                field="priceModelId",
                error_type="inUse",
                detail=f"{len(used)} prices have this price model.",
                rule="P12",
                remedy=remedy,
            )
        for price in used:  # also those that have it because they name none
            collection_name = LIST_PRICES if PRICE_LIST_ID in price else PRICES
            state = documents.drop_documents(tenant, state, collection_name, price["id"])
        return documents.drop_documents(tenant, state, PRICE_MODELS, id_), None

    tenant.change(rule)


def list_prices_of_model(state: State, id_: str) -> list[Document]:
    """Return the prices, also of price lists, that have a stored model: they name it, or it is the default one."""
    if id_ not in state.collection(PRICE_MODELS):
        return []
    prices = _list_all_prices(state)
    return [price for price in prices if (model := find_model(state, price)) is not None and model["id"] == id_]


def _list_all_prices(state: State) -> list[Document]:
    return [*state.collection(PRICES).values(), *state.collection(LIST_PRICES).values()]


def _store(tenant: Tenant, state: State, id_: str, body: Body, language: str | None) -> State:
    content = texts.name_languages(state, MODELS, body, language)
    content[IS_DEFAULT] = content.pop("default", False)
    content.setdefault("includesMarkup", False)
    definition = content["tierDefinition"]
    tiers = name_tiers(definition.get("tiers"), content["measurementUnit"]["unitCode"])
    mistake = find_tier_mistake({**definition, "tiers": tiers})
    if mistake is not None:
        place, reason = mistake
        raise BadRequest(field=f"/tierDefinition{place}", error_type="tiers", detail=f"{reason}.", rule="P12")
    content["tierDefinition"] = {**definition, "tiers": tiers}
    if content[IS_DEFAULT]:
        for other in state.collection(PRICE_MODELS).values():
            if other[IS_DEFAULT] and other["id"] != id_:
                state = state.with_document(PRICE_MODELS, other["id"], {**other, IS_DEFAULT: False})
    changed = documents.store_document(tenant, state, MODELS, id_, content)
    _check_prices(changed)
    return changed


def _check_prices(state: State) -> None:
    """Raise BadRequest if a price no longer has a value for each tier of its model (P12)."""
    for price in _list_all_prices(state):
        model = find_model(state, price)
        if model is not None and len(price["tierValues"]) != len(model["tierDefinition"]["tiers"]):
            detail = f"The price {price['id']!r}, which has this model, has another number of values."
            raise BadRequest(field="/tierDefinition/tiers", error_type="tiers", detail=detail, rule="P12")
