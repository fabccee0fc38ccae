"""Handlers of price lists and their prices."""

from __future__ import annotations

from functools import partial

from ...messages import Call, Handler, Listing, Reply
from ...practices.document_handlers import (
    create_document,
    delete_document,
    list_documents,
    read_document,
    replace_document,
)
from ...practices.documents import Body
from ...practices.rows import LazyRows
from . import list_rows, price_writes
from .list_collections import PRICE_LISTS


def prepare_body(call: Call, body: Body) -> Body:
    """Return what is stored of a price list in a body."""
    return list_rows.prepare_price_list(call.tenant.state, body)


def get_list_prices(call: Call) -> Listing:
    """List the prices of a price list."""
    found = list_rows.list_prices(call.tenant.state, call.path["priceListId"])
    return Listing(LazyRows(found, list_rows.show_list_price))


def get_list_price(call: Call) -> Reply:
    """Return one price of a price list."""
    price = list_rows.find_list_price(call.tenant.state, call.path["priceListId"], call.path["priceId"])
    return Reply(200, list_rows.show_list_price(price))


def post_list_price(call: Call) -> Reply:
    """Add a price to a price list."""
    write = partial(list_rows.create_list_price, call.tenant, call.path["priceListId"], body=call.body)
    return Reply(201, {"id": price_writes.write_price(call.tenant, write)[0]})


def put_list_price(call: Call) -> Reply:
    """Add or replace a price of a price list."""
    list_id, id_ = call.path["priceListId"], call.path["priceId"]
    write = partial(list_rows.upsert_list_price, call.tenant, list_id, id_, body=call.body)
    _, is_new = price_writes.write_price(call.tenant, write)
    return Reply(201, {"id": id_}) if is_new else Reply(204)


def delete_list_price(call: Call) -> Reply:
    """Delete a price of a price list."""
    list_rows.remove_list_prices(call.tenant, call.path["priceListId"], [call.path["priceId"]])
    return Reply(204)


def delete_list_prices(call: Call) -> Reply:
    """Delete several prices of a price list."""
    list_rows.remove_list_prices(call.tenant, call.path["priceListId"], call.body)
    return Reply(204)


def post_list_prices(call: Call) -> Reply:
    """Add several prices to a price list."""
    return _write_bulk(call, partial(list_rows.create_list_price, call.tenant, call.path["priceListId"]))


def put_list_prices(call: Call) -> Reply:
    """Add or replace several prices of a price list."""
    return _write_bulk(call, partial(list_rows.upsert_element, call.tenant, call.path["priceListId"]))


def _write_bulk(call: Call, write: price_writes.WriteElement) -> Reply:
    entries = price_writes.write_prices(call.tenant, call.body, call.element_errors, write, price_writes.name_status)
    return Reply(207, entries)


LIST_LISTS = list_documents(
    PRICE_LISTS, select=lambda call: list_rows.select_price_lists(call.tenant.state, call.query)
)
LIST_HANDLERS: dict[str, Handler] = {
    "GET-price-retrieve-price-lists": LIST_LISTS,
    "POST-price-search-price-lists": LIST_LISTS,
    "POST-price-create-price-list": create_document(PRICE_LISTS, prepare=prepare_body),
    "GET-price-retrieve-price-list": read_document(PRICE_LISTS, "priceListId"),
    "PUT-price-update-price-list": replace_document(PRICE_LISTS, "priceListId", prepare=prepare_body),
    "DELETE-price-remove-price-list": delete_document(PRICE_LISTS, "priceListId"),
    "GET-price-list-prices-in-price-list": get_list_prices,
    "POST-price-search-prices-in-price-list": get_list_prices,
    "POST-price-create-price-in-price-list": post_list_price,
    "GET-price-retrieve-prices-from-price-list": get_list_price,
    "PUT-price-update-price-in-price-list": put_list_price,
    "DELETE-price-remove-price-from-price-list": delete_list_price,
    "POST-price-create-multiple-prices-for-price-list": post_list_prices,
    "PUT-price-update-multiple-prices-in-price-list": put_list_prices,
    "DELETE-price-remove-multiple-prices-from-price-list": delete_list_prices,
}
