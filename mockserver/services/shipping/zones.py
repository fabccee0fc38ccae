"""Shipping zones of sites and their methods: how they are read and changed (Z1, Z2)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from ...errors import INVALID_PARAMETERS, BadRequest, Conflict, NotFound
from ...practices import documents, texts
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import SHIPPING_ZONES, ZONES, zone_key

Body = Mapping[str, Any]
ZONE_FIELDS = ("default", "name", "shipTo", "methods")
METHOD_FIELDS = ("id", "name", "active", "maxOrderValue", "fees", "shippingTaxCode", "shippingGroupId")
COUNTRY_CODE = re.compile(r"[A-Za-z]{2,3}")
FLAGS = {"true": True, "false": False}


class ZonePlace(NamedTuple):
    """Where a zone is found: a site, and the id of the zone there."""

    site_code: str
    zone_id: str


class ZoneNotFound(NotFound):
    """A zone or a method that does not exist (Z1)."""

    rule = "Z1"

    def __init__(self, kind: str, id_: str) -> None:
        super().__init__(id_)
        self.message = f"A {kind} with id '{id_}' does not exist."


def list_zones(state: State, site_code: str) -> list[Document]:
    """Return the zones of a site in the order of their ids; BadRequest for an unknown site."""
    if site_code not in state.sites:
        raise BadRequest(
            INVALID_PARAMETERS, field="site", error_type="reference", detail=f"No site has the code {site_code}."
        )
    zones = (zone for zone in state.collection(SHIPPING_ZONES).values() if zone["site"] == site_code)
    return sorted(zones, key=itemgetter("zoneId"))


def find_zone(state: State, place: ZonePlace) -> Document:
    """Return a zone; ZoneNotFound."""
    zone = state.collection(SHIPPING_ZONES).get(zone_key(*place))
    if zone is None:
        raise ZoneNotFound("zone", place.zone_id)
    return zone


def find_method(zone: Document, method_id: str) -> Document:
    """Return a method of a zone; ZoneNotFound."""
    for method in zone["methods"]:
        if method["id"] == method_id:
            return method  # type: ignore[no-any-return]
    raise ZoneNotFound("method", method_id)


def create_zone(tenant: Tenant, site_code: str, body: Body, language: str | None) -> str:
    """Create a zone and return its id; Conflict if the site has it, ZoneNotFound for an unknown site."""

    def rule(state: State) -> tuple[State, str]:
        if site_code not in state.sites:
            raise ZoneNotFound("site", site_code)
        zone_id = body["id"]
        if zone_key(site_code, zone_id) in state.collection(SHIPPING_ZONES):
            raise Conflict(f"A zone with id '{zone_id}' already exists.", rule="Z1")
        draft = {"site": site_code, "zoneId": zone_id, "default": False, "methods": []}
        return _store_zone(tenant, state, {**draft, **_read_zone(state, body, language)}), zone_id

    return tenant.change(rule)


def update_zone(tenant: Tenant, place: ZonePlace, body: Body, language: str | None, *, is_partial: bool) -> None:
    """Replace a zone, whose methods stay if the body has none, or change the fields in the body; ZoneNotFound."""

    def change(state: State, zone: Document) -> Document:
        kept = zone if is_partial else {**zone, "default": False}
        return {**kept, **_read_zone(state, body, language)}

    _change_zone(tenant, place, change)


def remove_zone(tenant: Tenant, place: ZonePlace) -> None:
    """Delete a zone with its methods; ZoneNotFound."""

    def rule(state: State) -> tuple[State, None]:
        find_zone(state, place)
        return documents.drop_documents(tenant, state, SHIPPING_ZONES, zone_key(*place)), None

    tenant.change(rule)


def create_method(tenant: Tenant, place: ZonePlace, body: Body, language: str | None) -> str:
    """Create a method and return its id; Conflict if the zone has it, ZoneNotFound."""

    def change(state: State, zone: Document) -> Document:
        if any(method["id"] == body["id"] for method in zone["methods"]):
            raise Conflict(f"A method with id '{body['id']}' already exists.", rule="Z1")
        return {**zone, "methods": [*zone["methods"], {"active": True, **_read_method(state, body, language)}]}

    _change_zone(tenant, place, change)
    method_id: str = body["id"]
    return method_id


def update_method(
    tenant: Tenant, place: ZonePlace, method_id: str, body: Body, language: str | None, *, is_partial: bool
) -> None:
    """Replace a method, or change the fields in the body; ZoneNotFound."""

    def change(state: State, zone: Document) -> Document:
        old = find_method(zone, method_id)
        kept = old if is_partial else {"active": True}
        new = {**kept, **_read_method(state, body, language), "id": method_id}
        return {**zone, "methods": [new if method is old else method for method in zone["methods"]]}

    _change_zone(tenant, place, change)


def remove_method(tenant: Tenant, place: ZonePlace, method_id: str) -> None:
    """Delete a method; ZoneNotFound."""

    def change(_: State, zone: Document) -> Document:
        old = find_method(zone, method_id)
        return {**zone, "methods": [method for method in zone["methods"] if method is not old]}

    _change_zone(tenant, place, change)


def show_zone(zone: Document, expand: str | None, active_text: str | None) -> dict[str, Any]:
    """Return a zone as clients see it: with methods, and with their fees, if `expand` names these (Z2)."""
    shown = {"id": zone["zoneId"], **{name: zone[name] for name in ("default", "name", "shipTo")}}
    parts = {part.strip() for part in (expand or "").split(",")}
    if "methods" not in parts:
        return shown
    methods = select_methods(zone, active_text, "activeMethods")
    return shown | {"methods": methods if "fees" in parts else [{**method, "fees": []} for method in methods]}


def select_methods(zone: Document, active_text: str | None, parameter: str) -> list[Document]:
    """Return the methods that are active, or are not, or all; BadRequest for another text than true and false."""
    if active_text is None:
        return list(zone["methods"])
    if active_text.lower() not in FLAGS:
        detail = "must be true or false"
        raise BadRequest(INVALID_PARAMETERS, field=parameter, error_type="format", detail=detail, rule="Z2")
    return [method for method in zone["methods"] if method.get("active", True) is FLAGS[active_text.lower()]]


def _change_zone(tenant: Tenant, place: ZonePlace, change: Callable[[State, Document], Document]) -> None:
    def rule(state: State) -> tuple[State, None]:
        return _store_zone(tenant, state, change(state, find_zone(state, place))), None

    tenant.change(rule)


def _store_zone(tenant: Tenant, state: State, zone: Document) -> State:
    """Return a state with a zone; if it is the default one, no other zone of the site is (Z1)."""
    key = zone_key(zone["site"], zone["zoneId"])
    if zone["default"]:
        for other in list_zones(state, zone["site"]):
            if other["default"] and other["id"] != key:
                state = documents.store_document(tenant, state, ZONES, other["id"], {**other, "default": False})
    return documents.store_document(tenant, state, ZONES, key, zone)


def _read_zone(state: State, body: Body, language: str | None) -> dict[str, Any]:
    """Return what a zone takes from a body; BadRequest for a wrong country (Z1) or an unknown language (D20)."""
    for number, destination in enumerate(body.get("shipTo", ())):
        if not COUNTRY_CODE.fullmatch(destination["country"]):
            detail = "Provided value is not a valid country code"
            raise BadRequest(field=f"shipTo[{number}].country", error_type="format", detail=detail, rule="Z1")
    read = {name: body[name] for name in ZONE_FIELDS if name in body}
    if "methods" in read:
        read["methods"] = [{"active": True, **_read_method(state, method, language)} for method in body["methods"]]
    return texts.name_fields(state, ["name"], read, language)


def _read_method(state: State, body: Body, language: str | None) -> dict[str, Any]:
    """Return what a method takes from a body; BadRequest for a method without fees (Z1)."""
    if "fees" in body and not body["fees"]:
        raise BadRequest(field="fees", error_type="minItems", detail="fees may not be empty", rule="Z1")
    read = {name: body[name] for name in METHOD_FIELDS if name in body}
    return texts.name_fields(state, ["name"], read, language)
