"""The page of a row: a form by field, or of the row as JSON, which the contract validates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

import orjson

from ..contract import strict_json
from ..errors import BadRequest
from ..store.collection import Collection, format_key
from .row_forms import keep_sent_texts, list_form_fields, read_row
from .state_pages import find_state_row, link_row, locate_row, require_collection
from .visit import ControlRefusal, Onward, PageView, Visit

SHOWN_NEW_FIELDS = 6  # of a new row; the others unfold
Mistakes = Sequence[Mapping[str, str]]


def show_row_form(visit: Visit) -> PageView:
    """Show a row in a form."""
    collection = require_collection(visit)
    row = find_state_row(visit, collection.name, visit.ids["key"])
    return _render_form(visit, collection, visit.ids["key"], row, present=row)


def show_new_row(visit: Visit) -> PageView:
    """Show a form for a new row."""
    collection = require_collection(visit)
    required = collection.schema.get("required", ()) if visit.query.get("as") == "json" else ()
    return _render_form(visit, collection, "", {name: "" for name in required if name != "metadata"})


def write_row_of_form(visit: Visit) -> PageView | Onward:
    """Create or replace the row of a form; a conflict if somebody else has changed it since the form was shown."""
    collection, key = require_collection(visit), visit.ids.get("key", "")
    row, mistakes = _read_sent_row(visit, collection)
    if mistakes:
        present = _find_present_row(visit, collection.name, key) if key else None
        return _render_form(visit, collection, key, row, mistakes, present=present, status=400)
    try:
        name = key or format_key(collection.key_of(row))
    except (KeyError, TypeError):
        name = ""
    if not name:
        names = collection.key_fields
        mistake = {"field": f"/{names[0]}", "message": f"A new {collection.noun} needs {', '.join(names)}."}
        return _render_form(visit, collection, key, row, [mistake], status=400)
    present = _find_present_row(visit, collection.name, name)
    if present is not None and digest_row(present) != visit.form.get("digest"):
        return _render_form(visit, collection, name, row, present=present, is_conflict=True, status=409)
    try:
        visit.call("PUT", locate_row(collection.name, name), row, tenant=visit.tenant)
    except ControlRefusal as error:
        return _render_form(visit, collection, key, row, error.mistakes, present=present, status=error.status)
    return Onward(link_row(visit, collection.name, name), f"{collection.noun.capitalize()} {name} is saved.")


def delete_row_of_form(visit: Visit) -> PageView | Onward:
    """Remove a row, unless other rows refer to it."""
    collection, key = require_collection(visit), visit.ids["key"]
    query = {"force": "true"} if visit.form.get("force") else {}
    try:
        visit.call("DELETE", locate_row(collection.name, key), tenant=visit.tenant, **query)
    except ControlRefusal as error:
        row = find_state_row(visit, collection.name, key)
        return _render_form(visit, collection, key, row, error.mistakes, present=row, status=error.status)
    address = visit.link(f"state/{collection.name}", tenant=visit.tenant)
    return Onward(address, f"{collection.noun.capitalize()} {key} is removed.")


def digest_row(row: Any) -> str:
    """Return what differs for each content of a row."""
    return blake2b(orjson.dumps(row, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()


def list_referred_rows(visit: Visit, collection: Collection, row: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return field, key and address of each row that a row refers to."""
    found = []
    for path in collection.all_references():
        values: list[Any] = [row]
        for part in path.split("."):
            inner = [value.get(part) for value in values if isinstance(value, Mapping)]
            values = [each for value in inner for each in (value if isinstance(value, list) else [value])]
        target = collection.target_of(path, row) if values != [None] else None
        if target and target in visit.collections:
            found += [(path, str(value), link_row(visit, target, str(value))) for value in values if value]
    return found


def _read_sent_row(visit: Visit, collection: Collection) -> tuple[dict[str, Any], Mistakes]:
    """Return the row of a form, which has either its fields or all of it as JSON, and what cannot be read in it."""
    if "row" not in visit.form:
        return read_row(collection, visit.form)
    try:
        row = strict_json.parse_json(visit.form["row"].encode())
    except BadRequest as error:
        return {}, [{"field": "", "message": error.detail or error.message}]
    return (row, ()) if isinstance(row, dict) else ({}, [{"field": "", "message": "A row is a JSON object."}])


def _render_form(
    visit: Visit,
    collection: Collection,
    key: str,
    row: Mapping[str, Any],
    mistakes: Mistakes = (),
    *,
    present: Any = None,
    is_conflict: bool = False,
    status: int = 200,
) -> PageView:
    """Return the form; `present` is the row as it is by now, None for a new one."""
    is_json = "row" in visit.form or (visit.request.method != "POST" and visit.query.get("as") == "json")
    fields = keep_sent_texts(list_form_fields(collection, row, is_new=present is None), visit.form)
    path = f"state/{collection.name}/rows/{key}" if key else f"state/{collection.name}/new"
    by_field = {
        field.name: [each["message"] for each in mistakes if _first_part(each) == field.name] for field in fields
    }
    first = {field.name for field in fields[:SHOWN_NEW_FIELDS]} if not key else set()
    shown = [field for field in fields if field.text or field.is_required or field.name in first]
    values = {
        "tenant": visit.tenant,
        "collection": collection,
        "key": key,
        "is_json": is_json,
        "fields": shown,
        "further_fields": [field for field in fields if field not in shown],
        "text": visit.form.get("row", orjson.dumps(row, option=orjson.OPT_INDENT_2).decode()),
        "digest": digest_row(present) if present is not None else "",
        "mistakes": [each for each in mistakes if is_json or _first_part(each) not in by_field],
        "mistakes_by_field": {} if is_json else by_field,
        "is_conflict": is_conflict,
        "differences": _list_differences(row, present) if is_conflict else [],
        "references": list_referred_rows(visit, collection, present) if present is not None else [],
        "address": visit.link(path),
        "other_form": visit.link(path, tenant=visit.tenant, **({} if is_json else {"as": "json"})),
        "remove": visit.link(f"state/{collection.name}/remove/{quote(key, safe='/')}") if present is not None else "",
    }
    return PageView("row.html", values, status)


def _first_part(mistake: Mapping[str, str]) -> str:
    """Return the name of the field that a mistake is in."""
    return str(mistake.get("field", "")).lstrip("/").partition("/")[0]


def _list_differences(sent: Mapping[str, Any], present: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the fields in which a sent row differs from the present one."""
    names = [name for name in {**present, **sent} if sent.get(name) != present.get(name)]
    return [{"name": name, "sent": sent.get(name), "present": present.get(name)} for name in names]


def _find_present_row(visit: Visit, collection: str, key: str) -> Any:
    """Return a row; None if there is no such row."""
    try:
        return find_state_row(visit, collection, key)
    except ControlRefusal:
        return None
