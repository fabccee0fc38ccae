"""Which sites deliver to a postal code (Z4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...practices import documents
from ...store.state import Document, State
from .shipping_costs import has_place
from .zones import list_zones, show_zone


def find_sites(state: State, body: Mapping[str, Any], windows_limit: float | None) -> list[dict[str, Any]]:
    """Return the sites with a zone for a postal code, in the order of their codes, with these zones.

    body: `postalCode`, perhaps `country`. windows_limit: with any, zones have `actualDeliveryWindows`, which are empty.
    """
    windows: dict[str, Any] = {} if windows_limit is None else {"actualDeliveryWindows": []}
    found = []
    for code in sorted(state.sites):
        zones = list_zones(state, code)
        fitting = [zone for zone in zones if has_place(zone, body.get("country"), body["postalCode"])]
        if fitting:
            shown = [{**show_zone(zone, "methods,fees", None), **windows} for zone in fitting]
            found.append({"id": code, **_find_default(zones), "zones": shown, **_show_metadata(state.sites[code])})
    return found


def _find_default(zones: list[Document]) -> dict[str, Any]:
    default = next((zone for zone in zones if zone["default"]), None)
    return {} if default is None else {"defaultZoneId": default["zoneId"]}


def _show_metadata(site: Document) -> dict[str, Any]:
    return {"metadata": documents.revision_of(site).to_metadata(None)}
