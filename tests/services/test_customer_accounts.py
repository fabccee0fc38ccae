"""What customers do with their own account: sign up, change the profile, addresses and passwords (B12 to B16, D9b)."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from mockserver.app import App, build
from mockserver.domain.customer_addresses import settle_default
from mockserver.settings import Settings
from tests.support.client import TENANT_NUMBERS, Admin, Client
from tests.support.clock import ManualClock
from tests.support.samples import JOHN

ERIN = {"email": "erin@example.com", "password": "secret9"}
VISITOR = "no-scope-token"
CUSTOMER = "customer-token"
JOHNS_ADDRESS = "b05c20e034"


def call(client: Client, method: str, path: str, body: Any = None, token: str = CUSTOMER, **more: Any) -> TestResponse:
    return client.with_token(token).send(method, f"//customer/{client.tenant}/{path}", json=body, **more)


def sign_up(client: Client, **body: Any) -> TestResponse:
    return call(client, "POST", "signup", {**ERIN, **body}, VISITOR)


def log_in(client: Client, email: str, password: str) -> TestResponse:
    return call(client, "POST", "login", {"email": email, "password": password}, VISITOR)


def read_me(client: Client, token: str = CUSTOMER) -> Any:
    reply = call(client, "GET", "me?expand=addresses,mixin:*", token=token)
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def list_addresses(client: Client, token: str = CUSTOMER) -> Any:
    return call(client, "GET", "me/addresses", token=token).get_json()


def detail_of(reply: TestResponse) -> tuple[int, str]:
    """Return the status of an error, and the field that its details name."""
    details = reply.get_json().get("details", [{}])
    return reply.status_code, details[0].get("field", "")


def test_b12_who_signs_up_logs_in_at_once(client: Client) -> None:
    reply = sign_up(client)
    assert reply.status_code == 201
    number = reply.get_json()["id"]
    assert (len(number), number.isdecimal()) == (8, True)
    token = log_in(client, ERIN["email"].upper(), ERIN["password"]).get_json()["access_token"]
    for caller in (token, f"customer:{number}"):
        assert read_me(client, caller) == {
            "id": number,
            "customerNumber": number,
            "contactEmail": ERIN["email"],
            "firstName": "",
            "lastName": "",
            "businessModel": "B2C",
            "accounts": [{"id": ERIN["email"]}],
            "addresses": [],
            "mixins": {},
            "metadata": {"version": 1},
        }
    assert sign_up(client, email=ERIN["email"].title()).status_code == 409
    assert sign_up(client, email="john.doe@email.com").get_json()["type"] == "conflict"


def test_b12_details_address_and_other_credentials_are_kept(client: Client) -> None:
    details = {
        "title": "MS",
        "firstName": "Erin",
        "lastName": "Example",
        "company": "Emporium",
        "preferredLanguage": "en_US",
        "preferredCurrency": "EUR",
        "preferredSite": "main",
        "middleName": "",
    }
    more = {"contactEmail": ERIN["email"], "mixins": {"size": {"shoes": 44}}, "b2b": {"companyRegistrationId": "12"}}
    address = {"contactName": "Erin Example", "country": "DE", "tags": ["BILLING"]}
    credentials = {"email": "login@example.com", "password": "secret8"}
    reply = sign_up(client, customerDetails={**details, **more}, customerAddress=address, signup=credentials)
    assert reply.status_code == 201, reply.text
    assert log_in(client, **ERIN).status_code == 401
    profile = read_me(client, log_in(client, **credentials).get_json()["access_token"])
    assert {name: profile[name] for name in details} == details
    assert (profile["contactEmail"], profile["accounts"]) == (ERIN["email"], [{"id": credentials["email"]}])
    assert (profile["mixins"], profile["b2b"]) == (more["mixins"], more["b2b"])
    (stored,) = profile["addresses"]
    assert stored == {**address, "id": stored["id"], "isDefault": True, "metadata": {"version": 1}}
    assert profile["defaultAddress"] == stored


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": "short"}, "/password"),
        ({"email": "erin"}, "/email"),
        ({"email": ""}, "/email"),
        ({"signup": {"email": "erin@example.com"}}, "/signup"),
        ({"signup": {"email": "erin@example.com", "password": "short"}}, "/signup/password"),
        ({"customerDetails": {"contactEmail": "other@example.com"}}, "/customerDetails/contactEmail"),
        ({"customerDetails": {"contactEmail": None}}, "/customerDetails/contactEmail"),
        ({"customerDetails": {"preferredCurrency": "euro"}}, "/customerDetails/preferredCurrency"),
        ({"customerDetails": {"b2b": {"companyRegistrationId": "1"}}}, "/customerDetails/firstName"),
        (
            {"customerDetails": {"b2b": {"companyRegistrationId": "1"}, "firstName": "E", "lastName": "E"}},
            "/customerDetails/company",
        ),
        ({"customerAddress": {"city": "Berlin"}}, "/customerAddress"),
        ({"customerAddress": {"contactName": "Erin", "country": "Germany"}}, "/customerAddress/country"),
        ({"customerAddress": {"contactName": "Erin", "tags": ["A", "A"]}}, "/customerAddress/tags"),
    ],
)
def test_b12_a_bad_sign_up_names_the_field_and_creates_nobody(client: Client, body: Any, field: str) -> None:
    assert detail_of(sign_up(client, **body)) == (400, field)
    assert sign_up(client).status_code == 201


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_b13_a_profile_changes_field_by_field(client: Client, method: str) -> None:
    before = read_me(client)
    assert call(client, method, "me", {"title": "MR", "middleName": "J.", "contactEmail": "j@example.com"}).data == b""
    change = {"title": None, "lastName": None, "company": "Emporium", "mixins": {"size": {"shoes": 44, "hat": 5}}}
    assert call(client, method, "me", {**change, "metadata": {"version": 2}}).status_code == 200
    assert call(client, method, "me", {"mixins": {"size": {"hat": None}}, "unknown": 1}).status_code == 200
    assert read_me(client) == {
        **before,
        "middleName": "J.",
        "contactEmail": "j@example.com",
        "lastName": "",
        "company": "Emporium",
        "mixins": {"size": {"shoes": 44}},
        "metadata": {"version": 4},
    }
    assert call(client, method, "me", {"contactEmail": "john.doe@email.com", "company": "Other"}).status_code == 200
    assert log_in(client, "john.doe@email.com", "secret1").status_code == 200
    row = Admin(client).call("GET", f"/state/customers/{JOHN}")
    assert "contactEmail" not in row
    assert "unknown" not in row


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"contactEmail": None}, (400, "/contactEmail")),
        ({"contactEmail": "nobody"}, (400, "/contactEmail")),
        ({"firstName": 5}, (400, "/firstName")),
        ({"preferredLanguage": "english!"}, (400, "/preferredLanguage")),
        ({"b2b": {"companyRegistrationId": "1"}}, (400, "/company")),
        ({"firstName": "Jim", "metadata": {"version": 7}}, (409, "")),
        ([], (400, "")),
    ],
)
def test_b13_a_bad_change_of_the_profile_changes_nothing(
    client: Client, method: str, body: Any, expected: tuple[int, str]
) -> None:
    before = read_me(client)
    assert detail_of(call(client, method, "me", body)) == expected
    assert read_me(client) == before


def test_b13_a_merge_patch_has_a_media_type_of_its_own(client: Client) -> None:
    reply = client.with_token(CUSTOMER).send(
        "PATCH", f"//customer/{client.tenant}/me", data='{"title": "MR"}', content_type="application/merge-patch+json"
    )
    assert reply.status_code == 200
    assert read_me(client)["title"] == "MR"


@pytest.mark.parametrize("token", [VISITOR, "admin-token", "read-token"])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", "me", {}),
        ("PUT", "me", {}),
        ("GET", "me/addresses", None),
        ("POST", "me/addresses", {"contactName": "J"}),
        ("GET", f"me/addresses/{JOHNS_ADDRESS}", None),
        ("PATCH", f"me/addresses/{JOHNS_ADDRESS}", {}),
        ("PUT", f"me/addresses/{JOHNS_ADDRESS}", {}),
        ("DELETE", f"me/addresses/{JOHNS_ADDRESS}", None),
        ("POST", f"me/addresses/{JOHNS_ADDRESS}/tags?tags=A", None),
        ("DELETE", f"me/addresses/{JOHNS_ADDRESS}/tags?tags=A", None),
        ("POST", "password/change", {"currentPassword": "secret1", "newPassword": "secret2"}),
    ],
)
def test_b7b_only_customers_have_an_account(client: Client, token: str, method: str, path: str, body: Any) -> None:
    reply = call(client, method, path, body, token)
    assert reply.status_code == 403
    assert "needs the token of a customer" in reply.headers["X-Mock-Hint"]


def test_b14_one_address_at_most_is_the_default(client: Client) -> None:
    added = [
        call(client, "POST", "me/addresses", {"contactName": name, "city": "Ulm"}, "customer2-token").get_json()["id"]
        for name in ("first", "second")
    ]
    assert [len(id_) for id_ in added] == [10, 10]

    def defaults() -> list[bool]:
        return [address["isDefault"] for address in list_addresses(client, "customer2-token")]

    assert defaults() == [True, False]
    changed = call(client, "PATCH", f"me/addresses/{added[1]}", {"isDefault": True}, "customer2-token")
    assert (changed.status_code, changed.data) == (200, b"")
    assert defaults() == [False, True]
    assert read_me(client, "customer2-token")["defaultAddress"]["id"] == added[1]
    assert call(client, "PUT", f"me/addresses/{added[1]}", {"isDefault": False}, "customer2-token").status_code == 200
    assert defaults() == [False, False]
    assert "defaultAddress" not in read_me(client, "customer2-token")


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_b14_an_address_changes_field_by_field(client: Client, method: str) -> None:
    (before,) = list_addresses(client)
    body = {"id": JOHNS_ADDRESS, "city": "Hamburg", "zipCode": None, "mixins": {"a": {"b": 1}}, "unknown": 1}
    assert (
        call(client, method, f"me/addresses/{JOHNS_ADDRESS}", {**body, "metadata": {"version": 1}}).status_code == 200
    )
    del before["zipCode"]
    expected = {**before, "city": "Hamburg", "mixins": {"a": {"b": 1}}, "metadata": {"version": 2}}
    assert list_addresses(client) == [expected]
    assert call(client, "GET", f"me/addresses/{JOHNS_ADDRESS}").get_json() == expected
    assert read_me(client)["addresses"] == [expected]


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "", {}, (400, "")),
        ("POST", "", {"contactName": None}, (400, "/contactName")),
        ("POST", "", {"contactName": "J", "country": "de"}, (400, "/country")),
        ("POST", "", {"contactName": "J", "tags": "A"}, (400, "/tags")),
        ("PATCH", f"/{JOHNS_ADDRESS}", {"contactName": None}, (400, "/contactName")),
        ("PUT", f"/{JOHNS_ADDRESS}", {"isDefault": None}, (400, "/isDefault")),
        ("PUT", f"/{JOHNS_ADDRESS}", {"city": "Ulm", "metadata": {"version": 2}}, (409, "")),
        ("PATCH", "/none", {"city": "Ulm"}, (404, "")),
        ("PUT", "/none", {"contactName": "J"}, (404, "")),
    ],
)
def test_b14_a_bad_address_changes_nothing(
    client: Client, method: str, path: str, body: Any, expected: tuple[int, str]
) -> None:
    before = list_addresses(client)
    assert detail_of(call(client, method, f"me/addresses{path}", body)) == expected
    assert list_addresses(client) == before


def test_b14_tags_are_added_once_and_removed(client: Client) -> None:
    tags = f"me/addresses/{JOHNS_ADDRESS}/tags?tags="
    for method, text, expected in [
        ("POST", "GIFTS,%20BILLING,", ["BILLING", "SHIPPING", "GIFTS"]),
        ("DELETE", "SHIPPING,NONE", ["BILLING", "GIFTS"]),
        ("DELETE", "BILLING,GIFTS", []),
    ]:
        assert call(client, method, tags + text).status_code == 204
        assert list_addresses(client)[0]["tags"] == expected


@given(st.lists(st.sampled_from([True, False, None]), min_size=1, max_size=5), st.data())
def test_b14_no_write_leaves_two_defaults(flags: list[bool | None], data: st.DataObject) -> None:
    addresses: list[Any] = []
    for number, flag in enumerate(flags):
        default = {} if flag is None else {"isDefault": flag}
        addresses = settle_default([*addresses, {"id": str(number), **default}], str(number))
        assert sum(address.get("isDefault", False) for address in addresses) <= 1
        assert addresses[-1].get("isDefault", False) == (bool(flag) or (flag is None and number == 0))
    written = data.draw(st.sampled_from(addresses))
    changed = [{**each, "isDefault": True} if each is written else each for each in addresses]
    assert [each["id"] for each in settle_default(changed, written["id"]) if each.get("isDefault")] == [written["id"]]


def test_d9b_a_missing_address_cannot_be_removed(client: Client) -> None:
    path = f"me/addresses/{JOHNS_ADDRESS}"
    assert call(client, "DELETE", path, token="customer2-token").status_code == 404
    assert call(client, "DELETE", path).status_code == 204
    assert call(client, "DELETE", path).status_code == 404
    assert list_addresses(client) == []


def test_b15_a_password_is_changed_with_the_current_one(client: Client) -> None:
    body = {"currentPassword": "secret2", "newPassword": "secret3"}
    assert detail_of(call(client, "POST", "password/change", body)) == (400, "/currentPassword")
    assert log_in(client, "john.doe@email.com", "secret1").status_code == 200
    assert call(client, "POST", "password/change", {**body, "currentPassword": "secret1"}).status_code == 204
    assert log_in(client, "john.doe@email.com", "secret1").status_code == 401
    assert log_in(client, "john.doe@email.com", "secret3").status_code == 200
    short = {"currentPassword": "secret3", "newPassword": "short"}
    assert detail_of(call(client, "POST", "password/change", short)) == (400, "/newPassword")


def reset_tokens(client: Client) -> list[str]:
    return [row["token"] for row in Admin(client).call("GET", "/state/passwordResets")]


def test_b16_a_forgotten_password_is_replaced_with_a_token(client: Client) -> None:
    for email in ("nobody@example.com", "JOHN.doe@email.com"):
        assert call(client, "POST", "password/reset/", {"email": email}, VISITOR).status_code == 204
    (first,) = reset_tokens(client)
    assert call(client, "POST", "password/reset", {"email": "john.doe@email.com", "site": "main"}, VISITOR).data == b""
    (second,) = reset_tokens(client)
    for token, expected in [(first, 400), ("none", 400), (second, 204), (second, 400)]:
        body = {"token": token, "password": "secret5"}
        assert call(client, "POST", "password/reset/update", body, VISITOR).status_code == expected
    assert reset_tokens(client) == []
    assert log_in(client, "john.doe@email.com", "secret5").status_code == 200


@pytest.mark.parametrize(("seconds", "status"), [(86_399, 204), (86_400, 400)])
def test_b16_a_token_expires_after_a_day(clock: ManualClock, seconds: int, status: int) -> None:
    client = Client(build(Settings(), clock).flask, "acme")
    assert call(client, "POST", "password/reset", {"email": "john.doe@email.com"}, VISITOR).status_code == 204
    (token,) = reset_tokens(client)
    Admin(client).call("POST", "/clock/advance", {"seconds": seconds})
    body = {"token": token, "password": "secret5"}
    assert call(client, "POST", "password/reset/update", body, VISITOR).status_code == status


def test_what_customers_do_is_in_an_exported_world(shared: App, client: Client) -> None:
    sign_up(client, customerAddress={"contactName": "Erin"}, customerDetails={"contactEmail": ERIN["email"]})
    call(client, "PATCH", "me", {"mixins": {"a": {"b": 1}}, "contactEmail": "j@example.com", "preferredLanguage": None})
    call(client, "PUT", f"me/addresses/{JOHNS_ADDRESS}", {"mixins": {"a": {"b": 1}}, "street": None})
    call(client, "POST", "password/reset", {"email": "john.doe@email.com"}, VISITOR)
    world = Admin(client).call("GET", "/world")
    other = Client(shared.flask, f"test{next(TENANT_NUMBERS)}")
    Admin(other).call("PUT", "/world", world)
    assert Admin(other).call("GET", "/world")["customers"] == world["customers"]
    assert list_addresses(other) == list_addresses(client)
    assert log_in(other, **ERIN).status_code == 200


def test_an_account_can_be_undone(client: Client) -> None:
    number = sign_up(client).get_json()["id"]
    assert read_me(client, f"customer:{number}")["id"] == number
    Admin(client).call("POST", "/undo")
    assert call(client, "GET", "me", token=f"customer:{number}").status_code == 401
