"""The Customer Service, as a manager of the tenant and as a customer: rules M1 and M2."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from mockserver.access import Principal
from mockserver.store.world import World
from tests.support.client import Admin, Client
from tests.support.samples import DEFAULT

JOHN_PROFILE, JACK_PROFILE = DEFAULT["customers"][:2]
NUMBERS = sorted(customer["id"] for customer in DEFAULT["customers"])


def call(client: Client, path: str = "", token: str = "admin-token", **request: Any) -> TestResponse:
    """Send a GET below /customer/{tenant}/customers, or a POST if a body is given."""
    method = "POST" if "json" in request else "GET"
    return client.with_token(token).send(method, f"//customer/{client.tenant}/customers{path}", **request)


def numbers(reply: TestResponse) -> list[str]:
    assert reply.status_code == 200, reply.text
    return [row["customerNumber"] for row in reply.get_json()]


def test_m1_a_reader_sees_all_customers(client: Client) -> None:
    assert numbers(call(client)) == NUMBERS
    assert numbers(call(client, "/search", json={})) == NUMBERS
    assert call(client, f"/{JACK_PROFILE['id']}").get_json()["lastName"] == "Smith"


def test_m1_a_customer_sees_nobody_of_another_company(client: Client) -> None:
    assert numbers(call(client, token="customer2-token")) == [JACK_PROFILE["id"]]
    assert numbers(call(client, "/search", "customer2-token", json={"q": "firstName:John"})) == []
    assert call(client, f"/{JACK_PROFILE['id']}", "customer2-token").get_json()["firstName"] == "Jack"
    hidden, missing = (
        call(client, f"/{JOHN_PROFILE['id']}", "customer2-token"),
        call(client, "/nobody", "customer2-token"),
    )
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.get_json() == {
        "status": 404,
        "type": "not_found",
        "message": f"The resource with id {JOHN_PROFILE['id']} has not been found.",
    }


@pytest.mark.parametrize(
    ("also", "customer_id", "expected"),
    [
        ("customer.customer_read", JACK_PROFILE["id"], NUMBERS),
        ("order.history_view", None, []),
        ("order.history_view", "left", []),
    ],
)
def test_m1_the_wider_scope_counts_and_the_own_one_needs_a_customer(
    client: Client, world: World, also: str, customer_id: str | None, expected: list[str]
) -> None:
    scopes = frozenset({"customer.customer_read_own", also})
    world.tokens.issue("scoped", Principal(scopes, client.tenant, customer_id))
    assert numbers(call(client, token="scoped")) == expected


def test_m2_a_customer_has_the_fields_of_the_world_but_no_password(client: Client) -> None:
    customer = call(client, f"/{JOHN_PROFILE['id']}").get_json()
    entities = customer.pop("b2b")["legalEntities"]
    assert customer == {
        "id": "98029737",
        "customerNumber": "98029737",
        "contactEmail": "john.doe@email.com",
        "email": "john.doe@email.com",
        "firstName": "John",
        "lastName": "Doe",
        "preferredLanguage": "en",
        "businessModel": "B2B",
        "active": True,
        "onHold": False,
        "metadata": {"version": 1},
        "metadataCreatedAt": "2024-01-01T08:00:00.000Z",
    }
    assert [(entity["id"], entity["name"]) for entity in entities] == [
        ("660af2af69babe3cf6e40771", "SomeCompany"),
        ("5f2c1d7e9b8a4c3d2e1f0a9b", "ThirdCompany"),
    ]
    profile = client.with_token("customer-token").get(f"//customer/{client.tenant}/me").get_json()
    assert profile["b2b"]["legalEntities"] == entities


def test_m2_customers_are_filtered_sorted_and_paged(client: Client) -> None:
    assert numbers(call(client, "?q=firstName:Jack")) == [JACK_PROFILE["id"]]
    reply = call(client, "/search", json={"q": f"b2b.legalEntities.id:{JACK_PROFILE['legalEntities'][0]}"})
    expected = [
        customer["id"]
        for customer in DEFAULT["customers"]
        if JACK_PROFILE["legalEntities"][0] in customer.get("legalEntities", ())
    ]
    assert numbers(reply) == expected
    assert numbers(call(client, "?sort=customerNumber:DESC&pageSize=2&pageNumber=2")) == NUMBERS[::-1][2:4]


def test_m5_the_count_of_customers_is_always_sent(client: Client) -> None:
    page = call(client, "?pageSize=3")
    assert (len(page.get_json()), page.headers["Count"]) == (3, str(len(NUMBERS)))
    reply = call(client, "/search", json={"q": "firstName:Jack"})
    assert reply.headers["Count"] == str(len(reply.get_json()))
    assert page.headers["X-Total-Count"] == page.headers["Count"]
    assert reply.headers["X-Total-Count"] == reply.headers["Count"]


def test_errors_of_customers_have_typed_details(client: Client) -> None:
    error = call(client, "?pageSize=none").get_json()
    assert (error["status"], error["type"], error["details"][0]["field"]) == (400, "bad_request", "pageSize")
    forbidden = call(client, token="no-scope-token")
    assert (forbidden.status_code, forbidden.get_json()["type"]) == (403, "forbidden")
    assert "customer.customer_read_own" in forbidden.headers["X-Mock-Hint"]


MIXINS = {"loyalty": {"points": 5}, "size": {"shoes": 44}}


@pytest.mark.parametrize(
    ("expand", "expected"),
    [
        ("", {}),
        ("addresses", {"addresses"}),
        ("accounts", {"accounts"}),
        ("addresses,accounts", {"addresses", "accounts"}),
        (" accounts , addresses ", {"addresses", "accounts"}),
        ("mixin", {"mixins"}),
        ("mixin:*", {"mixins"}),
        ("addresses,mixin:*", {"addresses", "mixins"}),
        ("mixin:size", {"mixins.size"}),
        ("mixin:size,mixin:none", {"mixins.size"}),
        ("string,mixins,Addresses,address", {}),
    ],
)
def test_b7e_expand_shows_what_it_names(client: Client, expand: str, expected: set[str]) -> None:
    customers = [{**JOHN_PROFILE, "mixins": MIXINS}, JACK_PROFILE]
    Admin(client).call("PUT", "/state/customers", customers, force="true")
    more = {"addresses": JOHN_PROFILE["addresses"], "accounts": [{"id": "john.doe@email.com"}], "mixins": MIXINS}
    more |= {"mixins.size": {"size": MIXINS["size"]}}
    wanted = {name.partition(".")[0]: more[name] for name in expected}
    query = f"expand={quote(expand)}"
    rows = [
        call(client, f"?{query}").get_json()[1],
        call(client, f"/search?{query}", json={"q": "firstName:John"}).get_json()[0],
        call(client, f"/{JOHN_PROFILE['id']}?{query}").get_json(),
        call(client, f"/{JOHN_PROFILE['id']}?{query}", "customer-token").get_json(),
    ]
    profile = client.with_token("customer-token").get(f"//customer/{client.tenant}/me?{query}").get_json()
    for row in rows:
        assert {name: row[name] for name in row.keys() & {"addresses", "accounts", "mixins"}} == wanted
    assert {name: profile[name] for name in profile.keys() & {"addresses", "accounts", "mixins"}} == {
        **wanted,
        "accounts": more["accounts"],
    }


def test_b7e_a_customer_without_addresses_has_an_empty_list(client: Client) -> None:
    row = call(client, f"/{JACK_PROFILE['id']}?expand=addresses,mixin").get_json()
    assert (row["addresses"], row["mixins"]) == ([], {})
    assert call(client, "?expand=addresses&q=addresses.city:Berlin").get_json()[0]["id"] == JOHN_PROFILE["id"]


@pytest.mark.parametrize("token", ["admin-token", "customer2-token", "no-scope-token"])
@pytest.mark.parametrize("query", ["", "?pageSize=2&sort=lastName&expand=accounts", "?q=firstName:Jack", "?pageSize=x"])
def test_m6_an_older_path_lists_customers_too(client: Client, token: str, query: str) -> None:
    older = client.with_token(token).get(f"//caas-customer/{client.tenant}/customers{query}")
    newer = call(client, query, token)
    assert (older.status_code, older.get_json()) == (newer.status_code, newer.get_json())
    for header in ("Count", "X-Total-Count", "X-Mock-Hint"):
        assert older.headers.get(header) == newer.headers.get(header)


ADMIN, OF_JACK = "admin-token", f"customer:{JACK_PROFILE['id']}"
ERIN = {"contactEmail": "erin@example.com"}


def write(client: Client, method: str, path: str = "", body: Any = None, token: str = ADMIN) -> TestResponse:
    return client.with_token(token).send(method, f"//customer/{client.tenant}/customers{path}", json=body)


def create(client: Client, token: str = ADMIN, **body: Any) -> str:
    reply = write(client, "POST", body={**ERIN, **body}, token=token)
    assert reply.status_code == 201, reply.text
    return str(reply.get_json()["id"])


def test_m1_colleagues_see_and_change_each_other(client: Client, world: World) -> None:
    create(client, id="erin")
    Admin(client).call("PATCH", "/state/customers/erin", {"legalEntities": JACK_PROFILE["legalEntities"]})
    assert numbers(call(client, token=OF_JACK)) == [JACK_PROFILE["id"], "erin"]
    assert numbers(call(client, token="customer:erin")) == [JACK_PROFILE["id"], "erin"]
    assert call(client, "/erin", OF_JACK).status_code == 200
    assert write(client, "PATCH", "/erin", {"title": "MS"}, OF_JACK).status_code == 200
    assert call(client, "/erin").get_json()["title"] == "MS"
    scopes = frozenset({"customer.customer_read_own"})
    principal = Principal(scopes, client.tenant, JACK_PROFILE["id"], legal_entity_id="another")
    world.tokens.issue("elsewhere", principal)
    assert numbers(call(client, token="elsewhere")) == [JACK_PROFILE["id"]]
    for method, path, body in [
        ("PATCH", f"/{JOHN_PROFILE['id']}", {"title": "MR"}),
        ("PUT", f"/{JOHN_PROFILE['id']}", {"title": "MR"}),
        ("DELETE", f"/{JOHN_PROFILE['id']}", None),
    ]:
        assert write(client, method, path, body, OF_JACK).status_code == 404
    assert "title" not in call(client, f"/{JOHN_PROFILE['id']}").get_json()
    assert write(client, "DELETE", "/erin", token=OF_JACK).status_code == 202


def test_m1_a_token_without_customer_creates_nobody_with_the_own_scope(client: Client, world: World) -> None:
    world.tokens.issue("service", Principal(frozenset({"customer.customer_manage_own"}), client.tenant))
    for method, path in [("POST", ""), ("PUT", "/erin")]:
        reply = write(client, method, path, ERIN, "service")
        assert (reply.status_code, "customer_manage" in reply.headers["X-Mock-Hint"]) == (403, True)
    assert create(client, OF_JACK, id="erin") == "erin"


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_m7_a_customer_is_created_with_an_e_mail(client: Client, method: str) -> None:
    path = "" if method == "POST" else "/erin"
    more = {"id": "erin"} if method == "POST" else {}
    details: dict[str, Any] = {"firstName": "Erin", "company": "Emporium", "lastName": "E"}
    details["b2b"] = {"companyRegistrationId": "1"}
    shown: dict[str, Any] = {
        "type": "CONTACT",
        "photoUrl": "https://example.com/e.png",
        "restriction": "US",
        "onHold": True,
    }
    mixins = {"mixins": {"size": {"shoes": 40}}, "metadata": {"mixins": {"size": "https://example.com/size.json"}}}
    body = {**ERIN, **details, **shown, **mixins, **more, "unknown": 1}
    assert (
        write(client, method, path, {**more, "firstName": "Erin"}).get_json()["details"][0]["field"] == "/contactEmail"
    )
    reply = write(client, method, path, body)
    assert (reply.status_code, reply.get_json()) == (201, {"id": "erin"})
    row = call(client, "/erin?expand=mixin,addresses").get_json()
    assert {name: row[name] for name in {**details, **shown}} == {**details, **shown}
    assert (row["email"], row["active"], row["mixins"]) == (ERIN["contactEmail"], True, mixins["mixins"])
    assert row["metadata"] == {"version": 1, "mixins": {"size": "https://example.com/size.json"}}
    assert write(client, "POST", body={"contactEmail": ERIN["contactEmail"].upper()}).status_code == 409
    assert write(client, "POST", body={"contactEmail": "other@example.com", "id": "erin"}).status_code == 409
    (reset,) = Admin(client).call("GET", "/state/passwordResets")
    assert reset["customerId"] == "erin"


def test_m7_a_customer_without_notification_has_no_token_but_may_have_a_password(client: Client) -> None:
    reply = write(client, "POST", "?sendPasswordResetNotifications=false", {**ERIN, "password": "secret7"})
    assert reply.get_json()["id"].isdecimal()
    assert Admin(client).call("GET", "/state/passwordResets") == []
    login = {"email": ERIN["contactEmail"], "password": "secret7"}
    reply = client.with_token("no-scope-token").post(f"//customer/{client.tenant}/login", json=login)
    assert reply.status_code == 200


@pytest.mark.parametrize(("method", "status"), [("PUT", 204), ("PATCH", 200)])
def test_m7_a_customer_changes_field_by_field(client: Client, method: str, status: int) -> None:
    number = JOHN_PROFILE["id"]
    before = call(client, f"/{number}?expand=addresses,mixin").get_json()
    body = {"title": "MR", "active": False, "contactEmail": "j@example.com", "restriction": "US"}
    assert write(client, method, f"/{number}", {**body, "metadata": {"version": 1}}).status_code == status
    change = {"title": None, "restriction": None, "mixins": {"a": {"b": 1}}}
    reply = write(client, method, f"/{number}", change)
    assert (reply.status_code, reply.data) == (status, b"")
    assert call(client, f"/{number}?expand=addresses,mixin").get_json() == {
        **before,
        "active": False,
        "contactEmail": "j@example.com",
        "mixins": {"a": {"b": 1}},
        "metadata": {"version": 3},
    }
    assert write(client, method, f"/{number}", {"metadata": {"version": 1}}).status_code == 409


def test_m7_addresses_of_any_customer_are_written(client: Client) -> None:
    path = f"/{JACK_PROFILE['id']}/addresses"
    assert write(client, "POST", path, {"id": "home", "contactName": "Jack"}).get_json() == {"id": "home"}
    assert write(client, "POST", path, {"id": "home", "contactName": "Jack"}).status_code == 409
    assert write(client, "PUT", f"{path}/work", {"city": "Ulm"}).status_code == 400
    assert write(client, "PUT", f"{path}/work", {"contactName": "Jack", "isDefault": True}).status_code == 201
    assert write(client, "PUT", f"{path}/work", {"city": "Ulm"}).status_code == 204
    assert write(client, "PATCH", f"{path}/work", {"country": "DE"}).status_code == 200
    assert write(client, "POST", f"{path}/work/tags?tags=A,B").status_code == 204
    assert write(client, "DELETE", f"{path}/work/tags?tags=A").status_code == 204
    home, work = call(client, path).get_json()
    assert home == {"id": "home", "contactName": "Jack", "isDefault": False, "metadata": {"version": 1}}
    assert call(client, f"{path}/work").get_json() == work
    assert work == {
        "id": "work",
        "contactName": "Jack",
        "city": "Ulm",
        "country": "DE",
        "isDefault": True,
        "tags": ["B"],
        "metadata": {"version": 5},
    }
    own = client.with_token(OF_JACK).get(f"//customer/{client.tenant}/me/addresses").get_json()
    assert own == [home, work]
    assert write(client, "DELETE", f"{path}/work", {}).status_code == 204
    assert write(client, "DELETE", f"{path}/work").status_code == 404
    assert call(client, path).get_json() == [home]


def test_m8_a_deleted_customer_leaves_segments_and_groups(client: Client) -> None:
    number = JOHN_PROFILE["id"]
    segments = [row["segmentId"] for row in Admin(client).call("GET", "/state/customerAssignments")]
    assert write(client, "DELETE", f"/{number}").status_code == 202
    assert write(client, "DELETE", f"/{number}").status_code == 404
    for collection in (
        "customerAssignments",
        "groupUsers",
        "passwordResets",
        "quotes",
        "shoppingLists",
        "rewardPoints",
    ):
        rows = Admin(client).call("GET", f"/state/{collection}")
        assert number not in {row.get("customerId", row.get("userId")) for row in rows}
    assert len(Admin(client).call("GET", "/state/customerAssignments")) < len(segments)
    world = Admin(client).call("GET", "/world")
    assert number not in {token.get("customerId") for token in world["tokens"]}
    Admin(client).call("PUT", "/world", world)
    assert call(client, f"/{number}").status_code == 404
