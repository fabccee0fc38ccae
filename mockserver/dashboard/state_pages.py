"""The pages of the state: its collections and their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import quote

import orjson

from ..errors import ClientError
from ..store.collection import Collection, format_key
from ..store.state import State
from ..wording import shorten
from .visit import PageView, Visit, read_number

ROWS_ON_PAGE = 50
MAX_SEARCHED_ROWS = 5_000  # at a time
MAX_FACTS = 5  # about a row in the list
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
    collection, state = require_collection(visit), read_state(visit)
    search, page = visit.query.get("q", ""), read_page_number(visit.query.get("page", ""))
    start, searched = (page - 1) * ROWS_ON_PAGE, read_page_number(visit.query.get("from", "")) - 1
    count = collection.count_rows(state)
    if search:
        rows = find_rows(collection, state, search, searched)
        found = list(islice(rows, start, start + ROWS_ON_PAGE + 1))
    else:
        found = slice_rows(collection, state, start, start + ROWS_ON_PAGE + 1)
    values = {
        "tenant": visit.tenant,
        "collection": collection,
        "count": count,
        "rows": [describe_row(visit, collection, row) for row in found[:ROWS_ON_PAGE]],
        "search": search,
        "page": page,
        "has_more": len(found) > ROWS_ON_PAGE,
        "searched": searched,
        "next_search": searched + MAX_SEARCHED_ROWS + 1 if search and searched + MAX_SEARCHED_ROWS < count else 0,
    }
    return PageView("collection.html", values)


def read_state(visit: Visit) -> State:
    """Return the state of the tenant that the page shows."""
    return visit.simulation.world.tenant(visit.tenant).state


def find_state_row(visit: Visit, collection: str, key: str) -> dict[str, Any]:
    """Return a row in the form of a world file; ControlRefusal."""
    row: dict[str, Any] = visit.read(locate_row(collection, key), tenant=visit.tenant)
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


def find_rows(collection: Collection, state: State, search: str, start: int) -> Iterator[Mapping[str, Any]]:
    """Yield the rows that contain a text, among MAX_SEARCHED_ROWS from a position on; first the one with this key."""
    own = collection.find(state, search) if start == 0 else []
    yield from own
    lowered = search.lower()
    encoded = lowered.encode(errors="replace")
    for row in slice_rows(collection, state, start, start + MAX_SEARCHED_ROWS):
        content = orjson.dumps(row)
        found = encoded in content.lower() if lowered.isascii() else lowered in content.decode().lower()
        if found and row not in own:
            yield row


def describe_row(visit: Visit, collection: Collection, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a line of the list shows: the key, and the fields that say most."""
    key = format_key(collection.key_of(row))
    names = (*SHOWN_FIELDS, *(name for name in row if name not in SHOWN_FIELDS))
    told = (name for name in names if name not in collection.key_fields and _is_telling(row.get(name)))
    facts = [(name, shorten(plain_text(row[name]))) for name in islice(told, MAX_FACTS)]
    return {"key": key, "facts": facts, "address": link_row(visit, collection.name, key)}


def plain_text(value: Any) -> str:
    """Return a text, or that of the first language of a text by language."""
    if isinstance(value, Mapping):
        return str(next(iter(value.values()), ""))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_telling(value: Any) -> bool:
    """Whether a line of the list shows a value: a text, a number, or a text by language."""
    if isinstance(value, Mapping):
        return all(isinstance(text, str) for text in value.values()) and bool(value)
    return isinstance(value, str | int | float) and value != ""


def link_row(visit: Visit, collection: str, key: str, tenant: str = "") -> str:
    """Return the address of the page of a row, of the tenant that the page shows or of another one."""
    page = {"segments": "segments", "customers": "customers"}.get(collection)
    return visit.link(f"{page}/{key}" if page else f"state/{collection}/rows/{key}", tenant=tenant or visit.tenant)


def require_collection(visit: Visit) -> Collection:
    """Return the collection that the address names; UnknownCollection."""
    name = visit.ids["collection"]
    if name not in visit.collections:
        raise UnknownCollection(f"There is no collection {name[:100]}; there are {', '.join(visit.collections)}.")
    return visit.collections[name]


def locate_row(collection: str, key: str) -> str:
    """Return the path of a row in the control plane."""
    return f"/state/{collection}/{quote(key, safe='/')}"


def read_page_number(text: str) -> int:
    """Return the number of a page; 1 for any other text."""
    number = read_number(text, max_digits=7)
    return max(1, number) if isinstance(number, int) else 1
