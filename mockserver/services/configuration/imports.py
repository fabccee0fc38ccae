"""What recorded calls say about the languages and currencies of the tenant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from ...importing.recorded_call import RecordedCall
from ...importing.row_imports import Change, Imports, Removes, RowImport, Stores, Tells

SECTIONS = {"project_lang": "languages", "project_curr": "currencies"}  # by the key of the property


def read_properties(call: RecordedCall) -> Iterator[Change]:
    """Yield the languages and currencies among the properties in a response (N5)."""
    body = call.parse_response()
    for entry in body if isinstance(body, list) else [body]:
        section = SECTIONS.get(str(entry.get("key"))) if isinstance(entry, dict) else None
        if section is not None:
            options = _parse_options(entry.get("value"))
            ids = [option["id"] for option in options]
            default = next((option["id"] for option in options if option.get("default") is True), None)
            if ids:
                yield Change("show", section, {"supported": ids, "default": default or ids[0]})


def _parse_options(value: Any) -> list[dict[str, Any]]:
    """Return the options in a property's value, which is JSON in a text; options without an id are left out."""
    try:
        parsed = orjson.loads(value) if isinstance(value, str) else value
    except ValueError:
        return []
    options = parsed if isinstance(parsed, list) else []
    return [option for option in options if isinstance(option, dict) and isinstance(option.get("id"), str)]


PROPERTY = RowImport(collection="configurations", fields={"key": ("{propertyKey}", "key")}, ignored=("version",))
PROPERTIES = [Tells(read_properties)]

IMPORTS: Imports = {
    "GET-configuration-list-config": PROPERTIES,
    "GET-configuration-list-basic-config": PROPERTIES,
    "GET-configuration-retrieve-config": PROPERTIES,
    "GET-global-configuration-list-config": [],
    "POST-configuration-create-config": [Stores(PROPERTY)],
    "PUT-configuration-update-config": [Stores(PROPERTY)],
    "DELETE-configuration-remove-config": [Removes("configurations", {"key": "{propertyKey}"})],
    "GET-configuration-list-clients": [],
    "GET-configuration-list-client-config": [],
    "POST-configuration-create-client-config": [],
    "GET-configuration-retrieve-client-config": [],
    "PUT-configuration-update-client-config": [],
    "DELETE-configuration-remove-client-config": [],
}
