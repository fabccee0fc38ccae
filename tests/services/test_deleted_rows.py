"""Rows that are deleted leave no reference behind: the exported world can be imported (K10, M9, M10, D10, I7, N8)."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.app import App
from mockserver.practices import paths
from mockserver.store.collection import TargetByField, target_names
from tests.support.client import Admin, Client
from tests.support.minimal_rows import make_rows
from tests.support.samples import ANOTHER_COMPANY, COMPANY, GOLDEN, HAMMER, JACK, JOHN, WORLDS

CATEGORY, REASON, CONTACT = "12468505", "642c1ff3c78f9b2958d17c18", "01259b38670025c174560caa"
JOHNS_CART = {"id": "cart", "customerId": JOHN, "legalEntityId": COMPANY}
JOHNS_QUOTE = "5b3188dc-9a5c-4163-8756-4f228c295a59"
COUPON = {"code": "ONLY", "discountPercentage": 5}
PRICE: dict[str, Any] = {"itemId": HAMMER, "currency": "EUR", "tierValues": [5], "location": {"countryCode": "DE"}}
SITE_ROWS: dict[str, Any] = {
    "carts": [{"id": "cart", "customerId": JOHN, "siteCode": "export"}],
    "quotes": [{"id": "quote", "customerId": JOHN, "siteCode": "export", "currency": "EUR", "items": []}],
    "prices": [
        {**PRICE, "id": "both", "restrictions": {"siteCodes": ["main", "export"]}},
        {**PRICE, "id": "export", "restrictions": {"siteCodes": ["export"]}},
    ],
    "catalogs": [{"id": "catalog", "publishedSites": ["main", "export"]}],
    "segments": [{"id": "segment", "siteCode": "export"}],
    "orders": [
        {
            "id": "order",
            "customer": {"id": JOHN, "email": "j@example.com"},
            "entries": [{"unitPrice": 1}],
            "siteCode": "export",
        }
    ],
}
APPROVAL = {"id": "approval", "resourceId": "cart", "requestorId": JOHN, "approverId": JACK, "legalEntityId": COMPANY}
CLOSED_CART = {**JOHNS_CART, "status": "CLOSED"}
APPROVAL_ROWS: dict[str, Any] = {"carts": [CLOSED_CART], "approvals": [APPROVAL]}
QUOTE_APPROVAL = {**APPROVAL, "resourceType": "QUOTE", "resourceId": JOHNS_QUOTE}
ENTITY_ROWS: dict[str, Any] = {
    "carts": [JOHNS_CART],
    "orders": [
        {
            "id": "order",
            "customer": {"id": JOHN, "email": "j@example.com"},
            "entries": [{"unitPrice": 1}],
            "legalEntityId": COMPANY,
        }
    ],
}
NEW = "NEW"  # the key of the row that is deleted
DELETIONS = {  # the paths that delete a row, by collection
    "accessControls": "iam/{}/access-controls/NEW",
    "brands": "brand/brands/NEW",
    "categories": "category/{}/categories/NEW?withSubcategories=true",
    "currencies": "currency/{}/currencies/NEW",
    "customers": "customer/{}/customers/NEW",
    "groups": "iam/{}/groups/NEW?forceDelete=true",
    "labels": "label/labels/NEW",
    "legalEntities": "customer-management/{}/legal-entities/NEW",
    "locations": "customer-management/{}/locations/NEW",
    "priceLists": "price/{}/price-lists/NEW",
    "priceModels": "price/{}/priceModels/NEW?forceDelete=true",
    "products": "product/{}/products/NEW",
    "productTemplates": "product/{}/product-templates/NEW",
    "quoteReasons": "quote/{}/quote-reasons/NEW",
    "quotes": "quote/{}/quotes/NEW",
    "segments": "customer-segment/{}/segments/NEW?forceDelete=true",
    "sites": "site/{}/sites/NEW",
}
WITHOUT_OPERATION = {"coupons", "regions", "carts"}  # that no operation deletes; a cart, while it has an approval
REFERENCES = [  # all that are declared: collection, path and collection that it leads to
    (collection.name, path, target)
    for collection in WORLDS.collections.values()
    for path, targets in {**collection.all_references(), **collection.loose_references}.items()
    for target in target_names(targets)
]
DECLINED = {"status": {"value": "DECLINED", "quoteReasonId": REASON}, **SITE_ROWS["quotes"][0], "siteCode": "main"}


def coupon_for(flag: str | None, **restrictions: Any) -> dict[str, Any]:
    """Return the rows of a coupon with restrictions, in a cart, and redeemed."""
    return {
        "coupons": [{**COUPON, **({flag: True} if flag else {}), "restrictions": restrictions}],
        "carts": [{"id": "cart", "sessionId": "visit", "discounts": [{"code": "ONLY"}]}],
        "couponRedemptions": [{"id": "redemption", "couponCode": "ONLY"}],
    }


@pytest.mark.parametrize(
    ("path", "rows", "left"),
    [
        ("site/{}/sites/export", SITE_ROWS, ["both", "catalog", "order"]),
        ("customer-management/{}/legal-entities/" + COMPANY, ENTITY_ROWS, ["order"]),
        ("customer-management/{}/contact-assignments/" + CONTACT, {"carts": [JOHNS_CART]}, []),
        ("customer-management/{}/legal-entities/" + COMPANY, APPROVAL_ROWS, []),
        ("customer-management/{}/contact-assignments/" + CONTACT, APPROVAL_ROWS, []),
        ("customer/{}/customers/" + JOHN, APPROVAL_ROWS, []),
        ("customer/{}/customers/" + JACK, APPROVAL_ROWS, ["cart"]),
        ("site/{}/sites/export", {"carts": [{**CLOSED_CART, "siteCode": "export"}], "approvals": [APPROVAL]}, []),
        ("quote/{}/quotes/" + JOHNS_QUOTE, {"approvals": [QUOTE_APPROVAL]}, []),
        ("quote/{}/quote-reasons/" + REASON, {"quotes": [DECLINED]}, ["quote"]),
        (
            "category/{}/categories/" + CATEGORY,
            coupon_for("categoryRestricted", includedCategories=[CATEGORY]),
            ["cart"],
        ),
        (
            "category/{}/categories/" + CATEGORY,
            coupon_for("categoryRestricted", excludedCategories=[CATEGORY]),
            ["ONLY", "cart", "redemption"],
        ),
        (
            f"customer-segment/{{}}/segments/{GOLDEN}?forceDelete=true",
            coupon_for("segmentRestricted", segments=[GOLDEN]),
            ["cart"],
        ),
        (
            f"customer-segment/{{}}/segments/{GOLDEN}?forceDelete=true",
            coupon_for(None, segments=[GOLDEN]),
            ["ONLY", "cart", "redemption"],
        ),
        ("customer/{}/customers/" + JOHN, coupon_for(None, validFor=[JOHN]), ["cart"]),
    ],
)
def test_a_deleted_row_leaves_no_reference_behind(
    client: Client, path: str, rows: dict[str, list[dict[str, Any]]], left: list[str]
) -> None:
    admin = Admin(client)
    for collection, added in rows.items():
        admin.call("PUT", f"/state/{collection}", [*admin.call("GET", f"/state/{collection}"), *added])
    assert client.delete(f"//{path.format(client.tenant)}").status_code in {202, 204}
    exported = admin.call("GET", "/world")
    admin.call("PUT", "/world", exported)
    kept = {row["id"] if "id" in row else row["code"] for name in rows for row in exported[name]}
    added_keys = {row["id"] if "id" in row else row["code"] for added in rows.values() for row in added}
    assert sorted(added_keys & kept) == left


def test_m10_a_contact_that_moves_leaves_segments_of_the_old_company(client: Client) -> None:
    moved = {"legalEntity": {"id": ANOTHER_COMPANY}, "customer": {"id": JOHN}, "type": "LOGISTICS"}
    path = f"//customer-management/{client.tenant}/contact-assignments/{CONTACT}"
    assert client.put(path, json=moved).status_code == 204
    exported = Admin(client).call("GET", "/world")
    Admin(client).call("PUT", "/world", exported)
    members = [row for row in exported["customerAssignments"] if row["customerId"] == JOHN]
    assert members
    assert COMPANY not in {row.get("legalEntityId") for row in members}


@pytest.mark.parametrize(("name", "path", "target"), REFERENCES)
def test_no_declared_reference_leads_to_a_deleted_row(
    shared: App, client: Client, name: str, path: str, target: str
) -> None:
    collection, collections, admin = WORLDS.collections[name], WORLDS.collections, Admin(client)
    rows = make_rows(collections, name, "RO", path, NEW)
    declared = {**collection.all_references(), **collection.loose_references}[path]
    if isinstance(declared, TargetByField):
        kinds = [kind for kind, section in declared.targets.items() if section == target]
        rows[name][-1][declared.field] = kinds[0]
    if (name, path) == ("customerAssignments", "legalEntityId"):  # a check wants a customer of the legal entity
        rows["customers"][-1]["legalEntities"] = [NEW]
    world = admin.call("GET", "/world")
    for section, added in [*make_rows(collections, target, NEW).items(), *rows.items()]:
        world[section] = [*world[section], *(row for row in added if row not in world[section])]
    admin.call("PUT", "/world", world)

    def find_references() -> list[Any]:
        exported = admin.call("GET", "/world")
        return [row for row in exported[name] if NEW in paths.keys_at(row, path)]

    assert find_references()
    tenant = shared.world.tenant(client.tenant)
    if target in WITHOUT_OPERATION:
        tenant.change(lambda state: (tenant.row_remover.remove(state, target, [NEW]), None))
    else:
        caller = client if "{}" in DELETIONS[target] else bind_token(client)
        assert caller.delete(f"//{DELETIONS[target].format(client.tenant)}").status_code in {202, 204}
    assert not tenant.state.has_document(target, NEW)
    assert not find_references()
    admin.call("PUT", "/world", admin.call("GET", "/world"))


def bind_token(client: Client) -> Client:
    """Return a client whose token belongs to its tenant, which the paths of some services do not name."""
    grant = {"client_id": "admin", "client_secret": "secret", "grant_type": "client_credentials"}
    scope = f"brand.brand_delete label.label_manage tenant={client.tenant}"
    reply = client.with_token(None).post("//oauth/token", data={**grant, "scope": scope})
    return client.with_token(reply.get_json()["access_token"])
