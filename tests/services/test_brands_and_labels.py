"""Brands and labels (T1 to T6): the tenant of the token, both forms of a brand's texts, and the errors of both."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.app import App
from tests.support.client import Client
from tests.support.samples import HAMMER

ALL_SCOPES = "brand.brand_manage brand.brand_delete label.label_manage"


@pytest.fixture
def caller(client: Client) -> Client:
    """Return a client whose token is bound to its tenant."""
    return client.with_token(request_token(client, client.tenant))


def request_token(client: Client, tenant: str) -> str:
    grant = {"client_id": "admin", "client_secret": "secret", "grant_type": "client_credentials"}
    form = {**grant, "scope": f"{ALL_SCOPES} tenant={tenant}"}
    return str(client.with_token(None).post("//oauth/token", data=form).get_json()["access_token"])


def call(client: Client, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    """Send a request, check its status, and return the body of the reply."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    reply = client.send(method, f"//{path}", headers=named, **({} if body is None else {"json": body}))
    assert reply.status_code == status, reply.text
    return reply.get_json() if reply.data else None


def product(client: Client, product_id: str = HAMMER) -> Any:
    return call(client, "GET", f"product/{client.tenant}/products/{product_id}")


@pytest.mark.parametrize("path", ["brand/brands", "label/labels"])
def test_t1_the_tenant_is_that_of_the_token(caller: Client, path: str) -> None:
    other = caller.with_token(request_token(caller, "another"))
    body = {"id": "mine", "name": "Mine", "description": "Mine."}
    call(caller, "POST", path, body, 201)
    assert call(caller, "GET", f"{path}/mine")["name"] == "Mine"
    call(other, "GET", f"{path}/mine", status=404)
    call(caller.with_token("reader-without-tenant"), "GET", path, status=401)


@pytest.mark.parametrize("path", ["brand/brands/anvil", "label/labels/sale"])
def test_t1_any_token_reads_but_only_some_write(client: Client, shared: App, path: str) -> None:
    login = f"//customerlogin/auth/anonymous/login?tenant={client.tenant}&client_id=storefront"
    visitor = client.with_token(client.with_token(None).get(login).get_json()["access_token"])
    call(visitor, "GET", path)
    call(visitor, "PATCH", path, {"name": "X"}, 403)
    call(visitor, "DELETE", path, status=403)


def test_t1_an_older_scope_writes_labels_too(client: Client, shared: App) -> None:
    from mockserver.access import Principal  # noqa: PLC0415 - for this test only

    shared.world.tokens.issue("older", Principal(frozenset({"saasag.label_manage"}), client.tenant))
    call(client.with_token("older"), "PATCH", "label/labels/sale", {"name": "Sales"})


NAMED = {"en": "Peak", "de": "Gipfel"}


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        ({"name": "Peak"}, {}, {"name": "Peak", "localizedName": {"en": "Peak"}}),
        ({"name": "Gipfel"}, {"Content_Language": "de"}, {"name": "Gipfel", "localizedName": {"de": "Gipfel"}}),
        ({"localizedName": NAMED}, {}, {"name": "Peak", "localizedName": NAMED}),
        ({"localizedName": {"de": "Gipfel"}}, {}, {"name": "Gipfel", "localizedName": {"de": "Gipfel"}}),
        ({"name": "PEAK", "localizedName": NAMED}, {}, {"name": "PEAK", "localizedName": NAMED}),
        ({"image": "x", "mediaId": "x", "other": 5, "metadata": {"version": 9}}, {}, {}),
    ],
)
def test_t2_a_brand_has_each_text_plain_and_by_language(caller: Client, body: Any, headers: Any, expected: Any) -> None:
    brand = call(caller, "POST", "brand/brands", body, 201, **headers)
    assert {name: brand[name] for name in brand if name not in {"id", "metadata"}} == expected
    assert brand["metadata"]["version"] == 1
    assert call(caller, "GET", f"brand/brands/{brand['id']}") == brand


def test_t2_a_text_by_language_is_what_one_language_shows(caller: Client) -> None:
    brand = call(caller, "GET", "brand/brands/anvil", Accept_Language="de")
    assert (brand["name"], brand["localizedName"]) == ("Amboss & Söhne", {"de": "Amboss & Söhne"})


@pytest.mark.parametrize(
    ("patch", "name", "localized_name"),
    [
        ({"name": "New"}, "New", {"en": "New", "de": "Amboss & Söhne"}),
        ({"localizedName": {"en": "New"}}, "New", {"en": "New", "de": "Amboss & Söhne"}),
        ({"localizedName": {"de": "Neu"}}, "Anvil & Sons", {"en": "Anvil & Sons", "de": "Neu"}),
    ],
)
def test_t2_a_patch_changes_both_forms(caller: Client, patch: Any, name: str, localized_name: Any) -> None:
    brand = call(caller, "PATCH", "brand/brands/anvil", patch)
    assert (brand["name"], brand["localizedName"]) == (name, localized_name)
    assert brand["metadata"]["version"] == 2
    assert brand["description"] == "Tools to hit with."


def test_t2_a_replacement_keeps_only_the_picture(client: Client, caller: Client) -> None:
    rows = [{"id": "anvil", "description": "Old.", "image": "a.png", "mediaId": "m"}]
    call(client.with_token(None), "PUT", f"__admin/state/brands?tenant={client.tenant}&force=true", rows)
    brand = call(caller, "PUT", "brand/brands/anvil", {"name": "New", "metadata": {"version": 1}})
    assert {name: brand.get(name) for name in ("name", "description", "image", "mediaId")} == {
        "name": "New",
        "description": None,
        "image": "a.png",
        "mediaId": "m",
    }
    call(caller, "PUT", "brand/brands/anvil", {"name": "Newer", "metadata": {"version": 1}}, 409)
    call(caller, "PUT", "brand/brands/nothing", {"name": "New"}, 404)


def test_t3_the_versions_of_a_label_count_from_0(caller: Client) -> None:
    body = {"name": "New", "description": "Not sold before.", "metadata": {"version": 7}}
    label = call(caller, "POST", "label/labels", body, 201)
    assert label["metadata"]["version"] == 0
    path = f"label/labels/{label['id']}"
    assert call(caller, "PUT", path, body)["metadata"]["version"] == 1
    assert call(caller, "PATCH", path, {"name": "Newest"})["metadata"]["version"] == 2
    assert call(caller, "GET", path)["description"] == "Not sold before."


def test_t3_a_label_can_be_described_in_languages_and_printed(caller: Client) -> None:
    described = {"name": "New", "description": {"en": "New here.", "de": "Neu hier."}, "overlay": {"position": 0}}
    label = call(caller, "POST", "label/labels", described, 201)
    rows = {row["id"]: row for row in call(caller, "GET", "label/labels", Accept_Language="de")}
    assert rows[label["id"]]["description"] == "Neu hier."
    printed = call(caller, "GET", "label/labels?justOverlay=true")
    assert [row["id"] for row in printed] == ["label-1", "sale"]
    assert call(caller, "GET", f"label/labels/{label['id']}")["description"] == described["description"]


def test_t4_products_lose_a_deleted_brand_and_label(caller: Client) -> None:
    assert (product(caller)["brandId"], product(caller)["labelIds"]) == ("anvil", ["sale"])
    call(caller, "DELETE", "brand/brands/anvil", status=204)
    call(caller, "DELETE", "label/labels/sale", status=204)
    assert product(caller).keys().isdisjoint({"brandId", "labelIds"})
    call(caller, "DELETE", "brand/brands/anvil", status=404)
    call(caller, "DELETE", "label/labels/sale", status=404)


def test_t5_errors_of_brands_have_the_published_texts(client: Client, caller: Client) -> None:
    missing = call(caller, "GET", "brand/brands/nothing", status=404)
    assert missing == {
        "code": 404,
        "status": "Not Found",
        "message": "The requested resource does not exist.",
        "details": [],
        "resourceId": "nothing",
    }
    taken = call(caller, "POST", "brand/brands", {"id": "anvil"}, 409)
    assert taken["message"].endswith("due to server-side uniqueness validation.")
    refused = call(client.with_token("reader"), "DELETE", "brand/brands/anvil", status=401)
    assert "fault" in refused
    lacking = call(client.with_token("no-scope-token"), "DELETE", "brand/brands/anvil", status=403)
    assert lacking["details"] == ["Missing required scopes '[brand.brand_delete]'"]
    wrong = call(caller, "POST", "brand/brands", {"localizedName": {"fi": "Alasin"}}, 400)
    assert (wrong["message"][:9], wrong["details"]) == (
        "There are",
        ["/localizedName/fi The tenant has the languages en, de, ar."],
    )


def test_t6_errors_of_labels_have_four_shapes(client: Client, caller: Client) -> None:
    assert call(caller, "POST", "label/labels", {"name": "New"}, 400) == [
        {"message": '"description" is a required property'}
    ]
    lacking = call(client.with_token("no-scope-token"), "DELETE", "label/labels/sale", status=403)
    assert lacking == {
        "fault": {
            "faultstring": "Required scope(s): [saasag.label_manage, label.label_manage]",
            "detail": {"errorcode": "steps.oauth.v2.InsufficientScope"},
        }
    }
    kind = {"type": "application/json", "moreInfo": ""}
    couldnt_find = {"message": "Couldn't find a label with id 'nothing'", "moreInfo": ""}
    missing = {**kind, "status": 404, "details": couldnt_find}
    body = {"name": "Sale", "description": "Cheap."}
    assert call(caller, "GET", "label/labels/nothing", status=404) == {**missing, "message": "Label not Found."}
    updated = call(caller, "PUT", "label/labels/nothing", body, 404)
    assert updated == {**missing, "message": "Label not Updated."}
    duplicate = f"Duplicate label with id 'sale' on tenant '{caller.tenant}'."
    assert call(caller, "POST", "label/labels", {**body, "id": "sale"}, 409) == {
        **kind,
        "status": 409,
        "message": "Label already exists.",
        "details": {"message": duplicate, "moreInfo": ""},
    }
