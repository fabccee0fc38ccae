"""Handlers of the Price Service."""

from __future__ import annotations

from functools import partial

from ...messages import Call, Handler, Listing, Reply
from ...practices.document_handlers import delete_document, list_documents, read_document
from ...practices.documents import Body, find_document
from ...practices.rows import LazyRows
from ...store.state import State
from . import matching, price_models, price_queries, price_writes
from .collections import MODELS, PRICES_OF_ITEMS
from .list_handlers import LIST_HANDLERS

LANGUAGE = "Content-Language"


def post_match(call: Call) -> Reply:
    """Return the best prices of items for a site, a currency and a country."""
    return Reply(200, matching.match_for_request(call.tenant, call.body))


def post_match_by_context(call: Call) -> Reply:
    """Return the best prices of items for the caller's session."""
    return Reply(200, matching.match_for_session(call.tenant, call.principal, call.body["items"]))


def get_prices(call: Call) -> Listing:
    """List the prices that fit the parameters."""
    state = call.tenant.state
    found = price_queries.select_prices(state, call.query)
    return Listing(LazyRows(found, partial(price_queries.show_price, state)))


def get_price(call: Call) -> Reply:
    """Return one price, with its model if wanted."""
    state, with_model = call.tenant.state, call.query.get("extendWithPriceModel", False)
    present = partial(price_queries.show_price, with_model=with_model)
    return Reply(200, present(state, find_document(state, PRICES_OF_ITEMS, call.path["priceId"])))


def post_search(call: Call) -> Reply:
    """Return the prices of each of several products."""
    with_models = price_queries.PRICE_MODEL in call.query.get("expand", "")
    return Reply(200, price_queries.search_prices(call.tenant.state, call.body, with_models=with_models))


def post_price(call: Call) -> Reply:
    """Create a price."""
    tenant, body = call.tenant, call.body
    id_, _ = price_writes.write_price(tenant, lambda state: price_writes.create_price(tenant, state, body))
    return Reply(201, {"id": id_})


def put_price(call: Call) -> Reply:
    """Create, replace or change a price."""
    write = price_writes.merge_price if call.query["partial"] else price_writes.upsert_price
    tenant, id_, body = call.tenant, call.path["priceId"], call.body
    _, is_new = price_writes.write_price(tenant, lambda state: write(tenant, state, id_, body, call.validate_patched))
    return Reply(201, {"id": id_}) if is_new else Reply(204)


def post_prices(call: Call) -> Reply:
    """Create several prices."""
    tenant = call.tenant
    write = partial(price_writes.create_price, tenant)
    return Reply(
        207, price_writes.write_prices(tenant, call.body, call.element_errors, write, price_writes.shout_status)
    )


def put_prices(call: Call) -> Reply:
    """Create or replace several prices."""
    tenant, validate = call.tenant, call.validate_patched

    def write(state: State, element: Body) -> price_writes.Written:
        return price_writes.upsert_price(tenant, state, element.get("id"), element, validate)

    return Reply(
        207, price_writes.write_prices(tenant, call.body, call.element_errors, write, price_writes.shout_status)
    )


def post_price_model(call: Call) -> Reply:
    """Create a price model."""
    return Reply(201, {"id": price_models.create_model(call.tenant, call.body, call.header.get(LANGUAGE))})


def put_price_model(call: Call) -> Reply:
    """Create or replace a price model."""
    id_ = call.path["priceModelId"]
    is_new = price_models.upsert_model(call.tenant, id_, call.body, call.header.get(LANGUAGE))
    return Reply(201, {"id": id_}) if is_new else Reply(204)


def delete_price_model(call: Call) -> Reply:
    """Delete a price model, with its prices if forced."""
    id_, force = call.path["priceModelId"], call.query.get("forceDelete", False)
    price_models.remove_model(call.tenant, call.principal, id_, force=force)
    return Reply(204)


HANDLERS: dict[str, Handler] = {
    **LIST_HANDLERS,
    "POST-price-match-prices": post_match,
    "POST-price-match-prices-by-context": post_match_by_context,
    "GET-price-list-all-prices": get_prices,
    "POST-price-create-price": post_price,
    "POST-price-create-multiple-prices": post_prices,
    "PUT-price-update-multiple-prices": put_prices,
    "GET-price-retrieve-price": get_price,
    "PUT-price-update-price": put_price,
    "DELETE-price-remove-price": delete_document(PRICES_OF_ITEMS, "priceId", needs_document=True),
    "POST-price-search-prices": post_search,
    "GET-price-list-price-models": list_documents(MODELS, present=lambda _: price_models.show_model),
    "POST-price-create-price-model": post_price_model,
    "GET-price-retrieve-price-model": read_document(MODELS, "priceModelId", present=lambda _: price_models.show_model),
    "PUT-price-update-price-model": put_price_model,
    "DELETE-price-remove-price-model": delete_price_model,
}
