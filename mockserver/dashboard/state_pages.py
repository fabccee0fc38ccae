"""The pages of the state: its collections, their rows, and a form for each row that the contract validates."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from itertools import islice
from typing import Any
from urllib.parse import quote

import orjson

from ..contract import strict_json
from ..errors import BadRequest, ClientError
from ..store.collection import Collection, format_key
from ..store.state import State
from .visit import ControlRefusal, Onward, PageView, Visit

ROWS_ON_PAGE = 50
MAX_SEARCHED_ROWS = 20_000
SHOWN_FIELDS = ("name", "title", "code", "email", "status", "siteCode", "url", "assignmentType", "userType")


class UnknownCollection(ClientError):
    """A collection that the state has not."""

    status = 404
    reason = "Not Found"


def show_collections(visit: Visit) -> PageView:
    """List the collections of a tenant, and its latest changes."""
    tenant = visit.tenant
    values = {
        "tenant": tenant,
        "state": visit.read("/state", tenant=tenant),
        "collections": visit.collections,
        "changes": visit.read("/changes", tenant=tenant, limit=20)["changes"][::-1],
    }
    return PageView("state.html", values)


def show_collection(visit: Visit) -> PageView:
    """List the rows of a collection; with a search, those that contain a text."""
    collection, state = _require_collection(visit), read_state(visit)
    search, page = visit.query.get("q", ""), _parse_page(visit.query.get("page", ""))
    start = (page - 1) * ROWS_ON_PAGE
    if search:
        rows = find_rows(collection, state, search)
        found = list(islice(rows, start, start + ROWS_ON_PAGE + 1))
    else:
        found = slice_rows(collection, state, start, start + ROWS_ON_PAGE + 1)
    values = {
        "tenant": visit.tenant,
        "collection": collection,
        "count": count_rows_of(collection, state),
        "rows": [describe_row(visit, collection, row) for row in found[:ROWS_ON_PAGE]],
        "search": search,
        "page": page,
        "has_more": len(found) > ROWS_ON_PAGE,
        "max_searched": MAX_SEARCHED_ROWS,
    }
    return PageView("collection.html", values)


def show_row_form(visit: Visit) -> PageView:
    """Show a row in a form."""
    collection = _require_collection(visit)
    row = find_state_row(visit, collection.name, visit.ids["key"])
    return _render_form(visit, collection, visit.ids["key"], row)


def show_new_row(visit: Visit) -> PageView:
    """Show a form for a new row, which begins with the fields that it needs."""
    collection = _require_collection(visit)
    required = collection.schema.get("required", ())
    return _render_form(visit, collection, "", {name: "" for name in required if name != "metadata"})


def write_row_of_form(visit: Visit) -> PageView | Onward:
    """Create or replace the row of a form; a conflict if somebody else has changed it since the form was shown."""
    collection, text = _require_collection(visit), visit.form.get("row", "")
    key = visit.ids.get("key", "")
    try:
        row = strict_json.parse_json(text.encode())
        if not isinstance(row, dict):
            raise BadRequest(detail="A row is a JSON object.")
        name = key or format_key(collection.key_of(row))
    except (BadRequest, KeyError, TypeError) as error:
        missing = f"A row needs the fields of its key: {collection.key}."
        detail = error.detail or error.message if isinstance(error, BadRequest) else missing
        return _render_form(visit, collection, key, text, [{"field": "", "message": detail}], status=400)
    present = _read_row(visit, collection.name, name)
    if present is not None and digest_row(present) != visit.form.get("digest"):
        return _render_form(visit, collection, name, text, conflict=present, status=409)
    try:
        visit.call("PUT", _row_path(collection.name, name), row, tenant=visit.tenant)
    except ControlRefusal as error:
        return _render_form(visit, collection, key, text, error.mistakes, status=error.status)
    return Onward(link_row(visit, collection.name, name), f"{collection.noun} {name} is saved.".capitalize())


def delete_row_of_form(visit: Visit) -> PageView | Onward:
    """Remove a row, unless other rows refer to it."""
    collection, key = _require_collection(visit), visit.ids["key"]
    query = {"force": "true"} if visit.form.get("force") else {}
    try:
        visit.call("DELETE", _row_path(collection.name, key), tenant=visit.tenant, **query)
    except ControlRefusal as error:
        row = find_state_row(visit, collection.name, key)
        return _render_form(visit, collection, key, row, error.mistakes, status=error.status)
    address = visit.link(f"state/{collection.name}", tenant=visit.tenant)
    return Onward(address, f"{collection.noun} {key} is removed.".capitalize())


def read_state(visit: Visit) -> State:
    """Return the state of the tenant that the page shows."""
    return visit.simulation.world.tenant(visit.tenant).state


def find_state_row(visit: Visit, collection: str, key: str) -> dict[str, Any]:
    """Return a row in the form of a world file; ControlRefusal."""
    row: dict[str, Any] = visit.read(_row_path(collection, key), tenant=visit.tenant)
    return row


def slice_rows(collection: Collection, state: State, start: int, stop: int) -> list[Mapping[str, Any]]:
    """Return the rows from one position to another, without building those before."""
    rows: list[Mapping[str, Any]] = []
    for table in collection.tables(state):
        if stop <= 0:
            break
        if start < len(table):
            rows += [collection.row_of(stored) for stored in table.slice(max(start, 0), stop)]
        start, stop = start - len(table), stop - len(table)
    return rows


def find_rows(collection: Collection, state: State, search: str) -> Any:
    """Yield the rows that contain a text, among the first MAX_SEARCHED_ROWS."""
    lowered = search.lower()
    for _, row in islice(collection.export(state), MAX_SEARCHED_ROWS):
        if lowered in orjson.dumps(row).decode().lower():
            yield row


def count_rows_of(collection: Collection, state: State) -> int:
    """Return the number of rows."""
    return sum(len(table) for table in collection.tables(state))


def describe_row(visit: Visit, collection: Collection, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a line of the list shows: the key, and the fields that say most."""
    key = format_key(collection.key_of(row))
    facts = [(name, plain_text(row[name])) for name in SHOWN_FIELDS if row.get(name)]
    return {"key": key, "facts": facts, "address": link_row(visit, collection.name, key)}


def plain_text(value: Any) -> str:
    """Return a text, or that of the first language of a text by language."""
    if isinstance(value, Mapping):
        return str(next(iter(value.values()), ""))
    return str(value)


def link_row(visit: Visit, collection: str, key: str) -> str:
    """Return the address of the page of a row."""
    page = {"segments": "segments", "customers": "customers"}.get(collection)
    return visit.link(f"{page}/{key}" if page else f"state/{collection}/rows/{key}", tenant=visit.tenant)


def digest_row(row: Any) -> str:
    """Return what differs for each content of a row."""
    return blake2b(orjson.dumps(row, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()


def _render_form(
    visit: Visit,
    collection: Collection,
    key: str,
    row: Any,
    mistakes: Any = (),
    *,
    conflict: Any = None,
    status: int = 200,
) -> PageView:
    """Return the form. `row` is a row, or the text that was sent; `conflict` is the row as it is by now."""
    present = conflict if conflict is not None else (_read_row(visit, collection.name, key) if key else None)
    values = {
        "tenant": visit.tenant,
        "collection": collection,
        "key": key,
        "text": row if isinstance(row, str) else orjson.dumps(row, option=orjson.OPT_INDENT_2).decode(),
        "digest": digest_row(present) if present is not None else "",
        "mistakes": mistakes,
        "conflict": conflict,
        "address": visit.link(f"state/{collection.name}/rows/{key}" if key else f"state/{collection.name}/new"),
        "remove": visit.link(f"state/{collection.name}/remove/{key}") if key else "",
    }
    return PageView("row.html", values, status)


def _read_row(visit: Visit, collection: str, key: str) -> Any:
    """Return a row; None if there is no such row."""
    try:
        return find_state_row(visit, collection, key)
    except ControlRefusal:
        return None


def _require_collection(visit: Visit) -> Collection:
    name = visit.ids["collection"]
    if name not in visit.collections:
        raise UnknownCollection(f"There is no collection {name[:100]}; there are {', '.join(visit.collections)}.")
    return visit.collections[name]


def _row_path(collection: str, key: str) -> str:
    return f"/state/{collection}/{quote(key, safe='/')}"


def _parse_page(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1
