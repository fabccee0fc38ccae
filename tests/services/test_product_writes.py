"""Writes of products and of product templates (L6 to L12)."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.access import Principal
from mockserver.app import App
from tests.support.client import Admin, Client
from tests.support.samples import GOLDEN, HAMMER, SCREWDRIVER

SAW = {"id": "saw", "code": "SAW-1", "name": {"en": "Saw", "de": "Säge"}, "published": True}
LENGTH = {"key": "length", "name": {"en": "Length"}, "type": "TEXT", "metadata": {"mandatory": True}}


def call(client: Client, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    """Send a request below /product/{tenant}, check its status, and return the body of the reply."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = {} if body is None else {"json": body}
    reply = client.send(method, f"//product/{client.tenant}/{path}", headers=named, **request)
    assert reply.status_code == status, reply.text
    return reply.get_json() if reply.data else None


def holder(app: App, client: Client, *scopes: str) -> Client:
    """Return a client with a token that has these scopes of the Product Service."""
    token = "-".join(["holder", client.tenant, *scopes])
    granted = frozenset(f"product.product_{scope}" for scope in (*scopes, "read_unpublished"))
    app.world.tokens.issue(token, Principal(granted, client.tenant))
    return client.with_token(token)


def test_l6_a_product_is_created_replaced_changed_and_deleted(client: Client) -> None:
    yrn = f"urn:yaas:saasag:caasproduct:product:{client.tenant};saw"
    assert call(client, "POST", "products", SAW, 201) == {"id": "saw", "yrn": yrn}
    call(client, "PUT", "products/saw", {**SAW, "weightDependent": True, "metadata": {"version": 1}}, 204)
    call(client, "PATCH", "products/saw", {"name": {"de": "Fuchsschwanz"}, "taxClasses": {"DE": "REDUCED"}}, 204)
    product = call(client, "GET", "products/saw")
    assert product["name"] == {"en": "Saw", "de": "Fuchsschwanz"}
    assert (product["weightDependent"], product["taxClasses"]) == (True, {"DE": "REDUCED"})
    assert product["metadata"]["version"] == 3
    call(client, "PUT", "products/saw?partial=true", {"description": "Cuts."}, 204, Content_Language="de")
    assert call(client, "GET", "products/saw")["description"] == {"de": "Cuts."}
    call(client, "PUT", "products/saw", SAW, 204)
    assert "description" not in call(client, "GET", "products/saw")
    call(client, "DELETE", "products/saw", status=204)
    call(client, "DELETE", "products/saw", status=204)
    call(client, "GET", "products/saw", status=404)


def test_l6_a_replacement_keeps_what_other_services_write(client: Client) -> None:
    call(client, "PUT", f"products/{HAMMER}", {"code": "123", "name": "Hammer", "published": True}, 204)
    product = call(client, "GET", f"products/{HAMMER}")
    assert (product["categoryIds"], product["customerSegmentIds"]) == (["12468505"], [GOLDEN])
    assert "brandId" not in product


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "reason"),
    [
        ("POST", "products", {"name": "Saw"}, 400, "code"),
        ("POST", "products", {**SAW, "id": "x" * 33}, 400, "/id"),
        ("POST", "products", {**SAW, "id": HAMMER}, 409, "given code or id"),
        ("POST", "products", {**SAW, "code": "123"}, 409, "given code or id"),
        ("PUT", "products/saw", {**SAW, "code": "123"}, 409, "given code or id"),
        ("PUT", "products/saw", {"code": "SAW-1"}, 400, "/name: A product needs it."),
        ("PUT", f"products/{HAMMER}?partial=true", {"code": ""}, 400, "/code"),
        ("PUT", f"products/{HAMMER}", {**SAW, "metadata": {"version": 9}}, 409, "has changed"),
        ("PATCH", f"products/{HAMMER}", {"code": "456"}, 409, "given code or id"),
        ("PATCH", f"products/{HAMMER}", {"name": {"fi": "Vasara"}}, 400, "languages"),
        ("PATCH", f"products/{HAMMER}", {"brandId": "nothing"}, 400, "None of the brands has this id."),
        ("PATCH", f"products/{HAMMER}", {"labelIds": ["nothing"]}, 400, "None of the labels has this id."),
        ("PATCH", f"products/{HAMMER}", {"template": {"id": "x", "version": "1"}}, 400, "productTemplates"),
        ("PATCH", "products/nothing", {"published": True}, 404, "nothing"),
        ("POST", "products", {**SAW, "relatedItems": [{"refId": "no", "type": "X"}]}, 400, "/relatedItems/0/refId"),
        ("POST", "products", {**SAW, "productType": "BUNDLE"}, 400, "A BUNDLE needs bundledProducts."),
        ("POST", "products", {**SAW, "productType": "VARIANT"}, 400, "Variants are not simulated"),
        ("PUT", f"products/{HAMMER}", {**SAW, "productType": "BUNDLE"}, 400, "its type cannot be changed"),
    ],
)
def test_l6_a_wrong_write_says_why_and_changes_nothing(
    client: Client, method: str, path: str, body: Any, status: int, reason: str
) -> None:
    before = Admin(client).call("GET", "/state/products")
    assert reason in call(client, method, path, body, status)["message"]
    assert Admin(client).call("GET", "/state/products") == before


@pytest.mark.parametrize(
    ("scopes", "create", "publish", "unpublish"),
    [
        ((), 403, 403, 403),
        (("publish",), 403, 403, 403),
        (("manage",), 201, 403, 403),
        (("manage_by_vendor",), 201, 403, 403),
        (("manage", "publish"), 201, 204, 403),
        (("manage", "publish", "unpublish"), 201, 204, 204),
    ],
)
def test_l7_publishing_needs_a_scope_of_its_own(
    client: Client, shared: App, scopes: tuple[str, ...], create: int, publish: int, unpublish: int
) -> None:
    caller = holder(shared, client, *scopes)
    call(caller, "POST", "products", {"id": "hidden", "code": "H", "name": "Hidden"}, create)
    call(client, "PUT", "products/hidden", {"code": "H", "name": "Hidden"}, 201 if create == 403 else 204)
    call(caller, "PATCH", "products/hidden", {"published": True}, publish)
    call(client, "PATCH", "products/hidden", {"published": True}, 204)
    call(caller, "PATCH", "products/hidden", {"published": False}, unpublish)


def test_l8_a_deleted_product_takes_what_belongs_to_it(client: Client) -> None:
    bundle = {"id": "set", "code": "SET", "name": "Set", "productType": "BUNDLE"}
    parts = [{"productId": id_, "amount": 1} for id_ in (HAMMER, SCREWDRIVER)]
    related = [{"refId": HAMMER, "type": "ACCESSORY"}]
    call(client, "POST", "products", {**bundle, "bundledProducts": parts, "relatedItems": related}, 201)
    call(client, "DELETE", f"products/{HAMMER}", status=204)
    admin = Admin(client)
    assigned = admin.call("GET", "/state/itemAssignments")
    assert HAMMER not in {row["itemId"] for row in assigned if row["type"] == "PRODUCT"}
    assert HAMMER not in {row["itemId"]["id"] for row in admin.call("GET", "/state/prices")}
    assert HAMMER not in {row["productId"] for row in admin.call("GET", "/state/availabilities")}
    product = call(client, "GET", "products/set")
    assert (product["bundledProducts"], product["relatedItems"]) == (parts[1:], [])
    assert client.get(f"//cart/{client.tenant}/carts/65141d687308095e25ca0671").status_code == 200
    for section in ("products", "carts", "shoppingLists", "priceListPrices", "itemAssignments"):
        admin.call("PUT", f"/state/{section}", admin.call("GET", f"/state/{section}"))  # nothing refers to it


def test_l9_related_products_may_come_later(client: Client) -> None:
    body = {**SAW, "relatedItems": [{"refId": "blade", "type": "CONSUMABLE"}]}
    call(client, "POST", "products", body, 400)
    call(client, "POST", "products?skipRelatedItemsValidation=true", body, 201)
    assert call(client, "GET", "products?q=relatedItems.refId:blade")[0]["id"] == "saw"


def test_bulks_name_each_element_and_write_the_good_ones(client: Client) -> None:
    entries = call(client, "POST", "products/bulk", [SAW, {**SAW, "id": "saw2"}, {"code": 5}], 207)
    assert entries[0] == {"index": 0, "id": "saw", "code": 201, "status": "CREATED"}
    assert [(entry["index"], entry["code"]) for entry in entries] == [(0, 201), (1, 409), (2, 400)]
    changed = [{**SAW, "name": "Handsaw"}, {**SAW, "id": "axe", "code": "AXE"}, {**SAW, "id": "x", "brandId": "no"}]
    entries = call(client, "PUT", "products/bulk", changed, 207)
    assert [(entry["id"], entry["status"]) for entry in entries] == [
        ("saw", "NO_CONTENT"),
        ("axe", "CREATED"),
        ("x", "CONFLICT"),
    ]
    assert call(client, "GET", "products/saw")["name"] == {"en": "Handsaw"}
    call(client, "PUT", "products/bulk", [SAW] * 201, 400)


def test_l11_earlier_versions_of_a_template_can_be_read(client: Client) -> None:
    id_ = call(client, "POST", "product-templates", {"name": {"en": "Tool"}, "attributes": [LENGTH]}, 201)["id"]
    path = f"product-templates/{id_}"
    body = {"name": {"en": "Long tool"}, "attributes": []}
    call(client, "PUT", path, {**body, "metadata": {"version": 1}}, 204)
    call(client, "PUT", path, {**body, "metadata": {"version": 1}}, 409)
    newest, first = call(client, "GET", path), call(client, "GET", f"{path}?version=1")
    assert (newest["name"], newest["metadata"]["version"]) == ({"en": "Long tool"}, 2)
    assert (first["id"], first["attributes"], first["metadata"]["version"]) == (id_, [LENGTH], 1)
    assert call(client, "GET", f"{path}?version=2") == newest
    call(client, "GET", f"{path}?version=3", status=404)
    assert [row["id"] for row in call(client, "GET", "product-templates?q=name.en:(~Long)")] == [id_]


def test_l11_products_lose_a_deleted_template(client: Client) -> None:
    call(client, "PATCH", f"products/{HAMMER}", {"template": {"id": "tool", "version": 1}}, 204)
    assert call(client, "GET", f"products/{HAMMER}")["template"] == {"id": "tool", "version": "1"}
    call(client, "DELETE", "product-templates/tool", status=204)
    assert "template" not in call(client, "GET", f"products/{HAMMER}")
    call(client, "DELETE", "product-templates/tool", status=204)


def test_l12_brand_and_labels_are_shown_on_request(client: Client) -> None:
    assert call(client, "GET", f"products/{HAMMER}").keys().isdisjoint({"brand", "labels"})
    product = call(client, "GET", f"products/{HAMMER}?expand=template, brand,labels")
    assert (product["brand"]["name"], product["labels"][0]["name"]) == ("Anvil & Sons", "Sale")
    assert "metadata" not in product["brand"]
    rows = call(client, "GET", f"products?expand=brand&q=id:({HAMMER},{SCREWDRIVER})")
    assert ["brand" in row for row in rows] == [True, False]
