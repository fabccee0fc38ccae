"""The Product Service over HTTP: lists, texts, and the segments of a product (L1 to L5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.support.client import Client
from tests.support.samples import DEFAULT, GOLDEN, HAMMER, PLATINUM, SCREWDRIVER, TOOL_FANS, write_default_world

HIDDEN = {"id": "hidden", "code": "H", "name": {"en": "Hidden Saw"}, "published": False}
SEEING = ["product.product_read_unpublished", "product.product_read_by_vendor", "product.product_manage_by_vendor"]
EITHER = "compoundLogicalQuery:((id:~(504) name.en:Hammer) OR (code:456 AND published:true))"


@dataclass
class Products:
    """A client of the Product Service for one tenant and one token."""

    client: Client

    def with_token(self, token: str | None) -> Products:
        return Products(self.client.with_token(token))

    def get(self, rest: str = "", **headers: str) -> TestResponse:
        return self.client.get(f"//product/{self.client.tenant}/products{rest}", headers=headers)

    def search(self, body: Any, rest: str = "", **headers: str) -> TestResponse:
        path = f"//product/{self.client.tenant}/products/search{rest}"
        return self.client.post(path, json=body, headers=headers)

    def ids(self, rest: str = "") -> list[str]:
        return [row["id"] for row in self.get(rest).get_json()]

    def find_ids(self, q: str) -> list[str]:
        """Return the ids that a search finds. A list with the same `q` must find the same."""
        found_ids = [row["id"] for row in self.search({"q": q}).get_json()]
        reply = self.client.send("GET", f"//product/{self.client.tenant}/products", query_string={"q": q})
        assert [row["id"] for row in reply.get_json()] == found_ids
        return found_ids


@pytest.fixture
def products(client: Client) -> Products:
    return Products(client.with_token("customer-token"))


@pytest.fixture
def with_hidden(tmp_path: Path, simulator: Callable[..., Client]) -> Client:
    return simulator(fixture=write_default_world(tmp_path, products=[*DEFAULT["products"], HIDDEN]))


@pytest.mark.parametrize("token", ["admin-token", "manage-token", "read-token", "customer2-token", "no-scope-token"])
def test_l1_any_valid_token_reads_products(products: Products, token: str) -> None:
    assert products.with_token(token).get(f"/{HAMMER}").status_code == 200
    assert products.with_token(token).find_ids("code:(123,456)") == [HAMMER, SCREWDRIVER]


def test_l1_a_visitor_reads_products(products: Products, client: Client) -> None:
    url = f"//customerlogin/auth/anonymous/login?tenant={client.tenant}&client_id=storefront"
    visitor = products.with_token(client.with_token(None).get(url).get_json()["access_token"])
    assert visitor.ids(f"?q=id:{HAMMER}") == [HAMMER]
    assert Products(Client(client.flask, "another", visitor.client.token)).get().status_code == 401


@pytest.mark.parametrize("token", [None, "expired-token", "unknown"])
def test_l1_no_token_reads_nothing(products: Products, token: str | None) -> None:
    for reply in (products.with_token(token).get(), products.with_token(token).search({})):
        assert reply.status_code == 401
        assert "fault" in reply.get_json()


def test_l2_unpublished_products_need_a_scope(with_hidden: Client) -> None:
    admin, customer = Products(with_hidden), Products(with_hidden.with_token("customer-token"))
    assert admin.find_ids("id:hidden published:false") == ["hidden"]
    assert admin.get("/hidden").get_json()["published"] is False
    assert customer.find_ids("id:hidden") == []
    unpublished = set(admin.ids("?pageSize=1000")) - set(customer.ids("?pageSize=1000"))
    assert unpublished == {
        "hidden",
        *(product["id"] for product in DEFAULT["products"] if not product.get("published", True)),
    }
    assert customer.get("/hidden").status_code == 404


@pytest.mark.parametrize("scope", SEEING)
def test_l2_each_of_the_scopes_shows_them(with_hidden: Client, scope: str) -> None:
    minted = with_hidden.post("//__admin/tokens", json={"scopes": [scope]})
    assert minted.status_code == 201
    assert Products(with_hidden.with_token(minted.get_json()["token"])).get("/hidden").status_code == 200


def test_l3_segments_of_a_product_follow_its_assignments(products: Products, client: Client) -> None:
    def segments() -> list[str]:
        ids: list[str] = products.get(f"/{HAMMER}").get_json()["customerSegmentIds"]
        (row,) = products.search({"q": f"id:{HAMMER}"}).get_json()
        assert row["customerSegmentIds"] == ids
        return ids

    manager = client.with_token("manage-token")
    assert segments() == [GOLDEN]
    assert manager.put(f"/{PLATINUM}/items/PRODUCT/{HAMMER}").status_code == 201
    assert manager.put(f"/{TOOL_FANS}/items/CATEGORY/{HAMMER}").status_code == 201
    assert segments() == [PLATINUM, GOLDEN]
    assert products.find_ids(f"customerSegmentIds:{PLATINUM}") == [HAMMER, SCREWDRIVER]
    assert manager.delete(f"/{GOLDEN}/items/PRODUCT/{HAMMER}").status_code == 204
    assert segments() == [PLATINUM]


def test_l4_a_product_has_the_fields_of_the_world(products: Products) -> None:
    times = {"createdAt": "2024-01-01T08:00:00.000Z", "modifiedAt": "2024-01-01T08:00:00.000Z"}
    expected = {
        "id": HAMMER,
        "yrn": f"urn:yaas:saasag:caasproduct:product:{products.client.tenant};{HAMMER}",
        "code": "123",
        "name": {"en": "Hammer"},
        "description": {"en": "Drives nails, and pulls them out.", "de": "Schlägt Nägel ein und zieht sie heraus."},
        "productType": "BASIC",
        "published": True,
        "categoryIds": ["12468505"],
        "customerSegmentIds": [GOLDEN],
        "brandId": "anvil",
        "labelIds": ["sale"],
        "media": [],
        "mixins": {},
        "taxClasses": {},
        "metadata": {**times, "version": 1},
    }
    assert products.get(f"/{HAMMER}?expand=template&rawValue=true").get_json() == expected
    assert products.get("?q=code:123").get_json() == [expected]


def test_l4_media_mixins_and_tax_classes_come_from_the_world(tmp_path: Path, simulator: Callable[..., Client]) -> None:
    given = {
        "media": [{"id": "m1", "url": "https://example.com/saw.png", "contentType": "image/png"}],
        "mixins": {"size": {"length": 30}},
        "taxClasses": {"DE": "STANDARD"},
    }
    client = simulator(fixture=write_default_world(tmp_path, products=[*DEFAULT["products"], HIDDEN | given]))
    product = Products(client).get("/hidden").get_json()
    assert product.items() >= given.items()
    assert product["yrn"].endswith(":product:acme;hidden")
    assert Products(client).find_ids("mixins.size.length:>29 taxClasses.DE:STANDARD") == ["hidden"]


def test_l4_absent_values_are_left_out(with_hidden: Client) -> None:
    product = Products(with_hidden).get("/hidden").get_json()
    assert product["categoryIds"] == product["customerSegmentIds"] == []
    assert "description" not in product


def test_l5_errors_have_the_shape_of_the_product_service(products: Products) -> None:
    missing = {"code": 404, "status": "Not Found", "message": "The resource with id no has not been found."}
    assert products.get("/no").get_json() == {**missing, "productId": "no"}
    bad = {"code": 400, "status": "Bad Request", "message": "No value for key id (q: a clause is key:value)"}
    assert products.get("?q=id:").get_json() == bad
    assert products.search({"q": "id:"}).get_json() == bad
    wrong = products.search({"q": 7}).get_json()
    assert wrong.keys() == {"code", "status", "message"}
    assert "/q: " in wrong["message"]


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        (f"id:({HAMMER},{SCREWDRIVER})", [HAMMER, SCREWDRIVER]),
        ("categoryIds:12468505 code:(123,456)", [HAMMER]),
        ("categoryIds:(12468504,12468505) code:(123,456)", [HAMMER, SCREWDRIVER]),
        ("name:Hammer", [HAMMER]),
        (EITHER, [HAMMER, SCREWDRIVER]),
        (f"{EITHER} categoryIds:12468504", [SCREWDRIVER]),
        ("id:nothing", []),
    ],
)
def test_c5a_q_finds_products_in_lists_and_searches(products: Products, q: str, ids: list[str]) -> None:
    assert products.find_ids(q) == ids


def test_a_search_without_q_finds_everything(client: Client) -> None:
    products = Products(client)
    everything = products.get("?pageSize=1000").get_json()
    assert len(everything) == len(DEFAULT["products"])
    assert products.search({}, "?pageSize=1000").get_json() == everything
    bodyless = products.client.post(f"//product/{products.client.tenant}/products/search?pageSize=1000")
    assert bodyless.get_json() == everything


def test_products_are_paged_and_counted_in_the_order_of_ids(simulator: Callable[..., Client]) -> None:
    products = Products(simulator(fixture="catalogue"))
    everything = products.ids("?pageSize=1000")
    assert everything == sorted(everything)
    assert len(everything) > 60
    assert products.ids() == everything[:60]
    assert products.ids("?pageSize=25&pageNumber=2") == everything[25:50]
    counted = products.search({"q": "code:~^HEA"}, "?pageSize=1", **{"X-Total-Count": "true"})
    assert int(counted.headers["X-Total-Count"]) == sum(
        "HEA" in row["code"] for row in products.get("?pageSize=1000").get_json()
    )
    assert "X-Total-Count" not in products.get().headers
    assert products.ids(f"?q=id:({HAMMER},{SCREWDRIVER})&sort=code:DESC") == [SCREWDRIVER, HAMMER]


def test_fields_keep_the_id(products: Products) -> None:
    assert products.get(f"/{HAMMER}?fields=code,name.en").get_json() == {
        "id": HAMMER,
        "code": "123",
        "name": {"en": "Hammer"},
    }
    assert products.get("?q=code:123&fields=code").get_json() == [{"id": HAMMER, "code": "123"}]


@pytest.mark.parametrize(
    ("language", "name", "description"),
    [
        ("de", "Hammer", "Schlägt Nägel ein und zieht sie heraus."),
        ("en;q=0.5, de-AT", "Hammer", "Schlägt Nägel ein und zieht sie heraus."),
        ("fr", "Hammer", "Drives nails, and pulls them out."),
    ],
)
def test_c8a_one_language_gives_plain_texts(products: Products, language: str, name: str, description: str) -> None:
    one = products.get(f"/{HAMMER}", **{"Accept-Language": language}).get_json()
    assert (one["name"], one["description"]) == (name, description)
    assert products.search({"q": "code:123"}, **{"Accept-Language": language}).get_json() == [one]


def test_c8_switched_no_header_gives_texts_in_the_default_language(simulator: Callable[..., Client]) -> None:
    products = Products(simulator(accept_language_absent="default"))
    assert products.get(f"/{HAMMER}").get_json()["name"] == "Hammer"
    assert products.get(f"/{HAMMER}", **{"Accept-Language": "*"}).get_json()["name"] == {"en": "Hammer"}
