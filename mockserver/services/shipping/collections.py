"""What the service stores: shipping zones with their methods."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ...store.collection import Collection, Row, Sections, Violation
from ...store.row_defaults import Draft
from ...store.row_schemas import (
    BOOLEAN,
    CHOSEN_ID,
    CURRENCY,
    LOCALIZED,
    METADATA,
    TEXT,
    Schema,
    closed_object,
    describe,
)

SHIPPING_ZONES = "shippingZones"  # the name of the collection
DEFAULT_SITE = "main"  # of a world without sites


def zone_key(site_code: str, zone_id: str) -> str:
    """Return the key of a zone (Z1)."""
    return f"{site_code}:{zone_id}"


def check_keys(world: Sections) -> Iterator[Violation]:
    """Yield the zones whose id is not that of their site and zone (Z1)."""
    for index, row in enumerate(world.get(SHIPPING_ZONES, ())):
        expected = zone_key(row["site"], row["zoneId"])
        if row["id"] != expected:
            yield f"/{SHIPPING_ZONES}/{index}/id", f"the id is {expected!r}, from site and zone"


def _default_site(_: Row, draft: Draft) -> str:
    sites = draft.rows("sites")
    default = next(chain((site for site in sites if site.get("default")), sites), {"code": DEFAULT_SITE})
    code: str = default["code"]
    return code


def _complete_methods(methods: list[Row], row: Row, draft: Draft) -> list[Row]:
    """Return methods with a name; one without fees is free."""
    currencies = (site["currency"] for site in draft.rows("sites") if site["code"] == row.get("site"))
    nothing = {"amount": 0, "currency": next(currencies, "EUR")}
    free = {"active": True, "fees": [{"minOrderValue": nothing, "cost": nothing}]}
    complete: list[Row] = []
    for method in methods:
        name = method.get("name", method["id"])
        complete.append({**free, **method, "name": {draft.language: name} if isinstance(name, str) else name})
    return methods if complete == methods else complete


MONEY = closed_object(
    {
        "amount": describe({"type": "number", "minimum": 0}, "How much."),
        "currency": describe(CURRENCY, "In which currency."),
    },
    ("amount", "currency"),
)
FEE = closed_object(
    {
        "minOrderValue": describe(MONEY, "The value of the order from which on it applies."),
        "cost": describe(MONEY, "What the shipping costs."),
        "shippingGroupId": describe(TEXT, "Shown only; fees for groups are not calculated."),
    },
    ("minOrderValue", "cost"),
)
METHOD = closed_object(
    {
        "id": describe(CHOSEN_ID, "Id of the method."),
        "name": describe({"type": ["string", "object"]}, "Name, perhaps by language; the id if left out."),
        "active": describe(BOOLEAN, "Whether it can be chosen; true if left out."),
        "maxOrderValue": describe(MONEY, "The value of an order up to which it can be chosen."),
        "fees": describe({"type": "array", "items": FEE}, "What it costs; nothing if left out."),
        "shippingTaxCode": describe(TEXT, "Code of the tax class of the shipping."),
        "shippingGroupId": describe(TEXT, "Shown only."),
    },
    ("id",),
)
DESTINATION: Schema = closed_object(
    {
        "country": describe(TEXT, "Country, such as DE."),
        "postalCode": describe(TEXT, "Postal code, or its beginning and *; all if left out."),
    },
    ("country",),
)

ZONES = Collection(
    name=SHIPPING_ZONES,
    description="Where sites deliver to, and how. A checkout does not check them.",
    defaults={
        "site": _default_site,
        "name": lambda row, _: row["zoneId"],
        "default": False,
        "shipTo": lambda row, _: [{"country": row["zoneId"]}],
        "methods": [],
        "id": lambda row, _: zone_key(row["site"], row["zoneId"]),
    },
    completions={"methods": _complete_methods},
    references={"site": "sites"},
    check=check_keys,
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Site and zone with a colon between them; it can be left out."),
            "zoneId": describe(CHOSEN_ID, "Id of the zone on its site.", examples=["DE"]),
            "site": describe(CHOSEN_ID, "Code of the site; the default one if left out."),
            "name": describe(LOCALIZED, "Name; the id of the zone if left out."),
            "default": describe(BOOLEAN, "Whether it is for all countries without a zone; false if left out."),
            "shipTo": describe(
                {"type": "array", "items": DESTINATION}, "Where it is; the country of its id if left out."
            ),
            "methods": describe({"type": "array", "items": METHOD}, "How the site delivers there."),
            "metadata": METADATA,
        },
        ("zoneId",),
    ),
)

COLLECTIONS = (ZONES,)
