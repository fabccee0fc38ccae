"""Handlers of the Shipping Service."""

from __future__ import annotations

from ...messages import Call, Handler, Listing, Reply
from ...practices.rows import LazyRows
from ...store.state import Document
from . import shipping_costs, site_search, zones

LANGUAGE = "Content-Language"


def get_zones(call: Call) -> Listing:
    """List the zones of a site."""
    found = zones.list_zones(call.tenant.state, call.path["site"])
    expand, active = call.query.get("expand"), call.query.get("activeMethods")
    return Listing(LazyRows(found, lambda zone: zones.show_zone(zone, expand, active)))


def post_zone(call: Call) -> Reply:
    """Create a zone."""
    zone_id = zones.create_zone(call.tenant, call.path["site"], call.body, call.header.get(LANGUAGE))
    return Reply(201, {"id": zone_id})


def get_zone(call: Call) -> Reply:
    """Return a zone."""
    return Reply(200, zones.show_zone(_find_zone(call), call.query.get("expand"), call.query.get("activeMethods")))


def put_zone(call: Call) -> Reply:
    """Replace a zone."""
    return _update_zone(call, is_partial=False)


def patch_zone(call: Call) -> Reply:
    """Change fields of a zone."""
    return _update_zone(call, is_partial=True)


def delete_zone(call: Call) -> Reply:
    """Delete a zone."""
    zones.remove_zone(call.tenant, _place(call))
    return Reply(204)


def get_methods(call: Call) -> Listing:
    """List the methods of a zone."""
    return Listing(zones.select_methods(_find_zone(call), call.query.get("active"), "active"))


def post_method(call: Call) -> Reply:
    """Create a method."""
    method_id = zones.create_method(call.tenant, _place(call), call.body, call.header.get(LANGUAGE))
    return Reply(201, {"id": method_id})


def get_method(call: Call) -> Reply:
    """Return a method."""
    return Reply(200, zones.find_method(_find_zone(call), call.path["methodId"]))


def put_method(call: Call) -> Reply:
    """Replace a method."""
    return _update_method(call, is_partial=False)


def patch_method(call: Call) -> Reply:
    """Change fields of a method."""
    return _update_method(call, is_partial=True)


def delete_method(call: Call) -> Reply:
    """Delete a method."""
    zones.remove_method(call.tenant, _place(call), call.path["methodId"])
    return Reply(204)


def post_quote(call: Call) -> Reply:
    """Return what the shipping of an order costs."""
    return Reply(200, shipping_costs.quote_shipping(call.tenant.state, call.path["site"], call.body))


def post_minimum(call: Call) -> Reply:
    """Return the lowest costs of the shipping of an order."""
    return Reply(200, {"fee": shipping_costs.find_lowest_fee(call.tenant.state, call.path["site"], call.body)})


def post_site_search(call: Call) -> Reply:
    """Return the sites that deliver to a postal code."""
    limit = call.query.get("windowsLimit")
    return Reply(200, site_search.find_sites(call.tenant.state, call.body, limit))


def _place(call: Call) -> zones.ZonePlace:
    return zones.ZonePlace(call.path["site"], call.path["zoneId"])


def _find_zone(call: Call) -> Document:
    return zones.find_zone(call.tenant.state, _place(call))


def _update_zone(call: Call, *, is_partial: bool) -> Reply:
    zones.update_zone(call.tenant, _place(call), call.body, call.header.get(LANGUAGE), is_partial=is_partial)
    return Reply(200)


def _update_method(call: Call, *, is_partial: bool) -> Reply:
    method_id, language = call.path["methodId"], call.header.get(LANGUAGE)
    zones.update_method(call.tenant, _place(call), method_id, call.body, language, is_partial=is_partial)
    return Reply(200)


HANDLERS: dict[str, Handler] = {
    "GET-shipping-list-shipping-zones": get_zones,
    "POST-shipping-create-shipping-zone": post_zone,
    "GET-shipping-retrieve-shipping-zone": get_zone,
    "PUT-shipping-update-shipping-zone": put_zone,
    "PATCH-shipping-update-shipping-zone": patch_zone,
    "DELETE-shipping-remove-shipping-zone": delete_zone,
    "GET-shipping-list-all-shipping-methods": get_methods,
    "POST-shipping-create-shipping-method": post_method,
    "GET-shipping-retrieve-shipping-method": get_method,
    "PUT-shipping-update-shipping-method": put_method,
    "PATCH-shipping-update-shipping-method": patch_method,
    "DELETE-shipping-remove-shipping-method": delete_method,
    "POST-shipping-calculate-shipping-cost": post_quote,
    "POST-shipping-calculate-min-shipping-cost": post_minimum,
    "POST-shipping-find-sites": post_site_search,
}
