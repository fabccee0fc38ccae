"""The Customer Login Service over HTTP: rules B4 to B8."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import jwt
import pytest
from werkzeug.test import TestResponse

from mockserver.access import READ_OWN_SEGMENTS, Principal
from mockserver.app import App, build
from mockserver.domain.saas_tokens import SIGNING_KEY
from mockserver.services.customer_login import sessions
from mockserver.settings import Settings
from mockserver.store import token_store
from tests.support.client import Client
from tests.support.clock import ManualClock
from tests.support.samples import (
    ANOTHER_COMPANY,
    COMPANY,
    DEFAULT,
    EXPIRED_TOKEN,
    FORBIDDEN,
    GOLDEN,
    INVALID_TOKEN,
    THIRD_COMPANY,
    TOOL_FANS,
    write_default_world,
)

JOHN_LOGIN = {"email": "john.doe@email.com", "password": "secret1"}
OLDER_NAMES = {
    "access_token": "accessToken",
    "expires_in": "expiresIn",
    "refresh_token": "refreshToken",
    "refresh_token_expires_in": "refreshTokenExpiresIn",
}
BAD_REFRESH = {
    "fault": {
        "faultstring": "Invalid Refresh Token",
        "detail": {"errorcode": "keymanagement.service.invalid_refresh_token"},
    }
}
EXPIRED_REFRESH = {
    "fault": {
        "faultstring": "Refresh Token expired",
        "detail": {"errorcode": "keymanagement.service.refresh_token_expired"},
    }
}


@dataclass
class Storefront:
    """Calls the login service for one tenant, with a visitor's token unless another is given."""

    client: Client

    def request_anonymous_token(self, client_id: str = "storefront", **more: str) -> TestResponse:
        query = {"tenant": self.client.tenant, "client_id": client_id, **more}
        return self.client.with_token(None).get("//customerlogin/auth/anonymous/login", query_string=query)

    def refresh_anonymous_token(self, refresh_token: str, client_id: str = "storefront") -> TestResponse:
        query = {"tenant": self.client.tenant, "client_id": client_id, "refresh_token": refresh_token}
        return self.client.with_token(None).get("//customerlogin/auth/anonymous/refresh", query_string=query)

    def visitor_token(self) -> str:
        return str(self.request_anonymous_token().get_json()["access_token"])

    def call(self, path: str, token: str | None, method: str = "GET", **request: Any) -> TestResponse:
        return self.client.with_token(token).send(method, f"//customer/{self.client.tenant}/{path}", **request)

    def log_in_from(self, token: str) -> Any:
        reply = self.login(token=token)
        assert reply.status_code == 200, reply.text
        return reply.get_json()

    def login(self, body: Any = JOHN_LOGIN, token: str | None = None) -> TestResponse:
        return self.call("login", token or self.visitor_token(), "POST", json=body)

    def login_john(self) -> Any:
        reply = self.login()
        assert reply.status_code == 200, reply.text
        return reply.get_json()

    def refresh(self, refresh_token: str, entity: str | None = None, token: str | None = None) -> TestResponse:
        query = {"refreshToken": refresh_token} | ({"legalEntityId": entity} if entity else {})
        return self.call("refreshauthtoken", token or self.visitor_token(), query_string=query)

    def exchange(self, subject: str, token: str | None = None, **more: str) -> TestResponse:
        query = {"subjectAccessToken": subject, **more}
        return self.call("exchangeauthtoken", token or self.visitor_token(), "POST", query_string=query)

    def logout(self, access_token: str, token: str) -> TestResponse:
        return self.call("logout", token, query_string={"accessToken": access_token})

    def segments(self, token: str) -> set[str]:
        return {row["id"] for row in self.client.with_token(token).get("").get_json()}


@pytest.fixture
def storefront(client: Client) -> Storefront:
    return Storefront(client)


@pytest.fixture
def timed_storefront(clock: ManualClock) -> Storefront:
    """Return a storefront of a simulator whose clock the test can move."""
    return Storefront(Client(build(Settings(), clock).flask, "acme"))


def status_and_json(reply: TestResponse) -> tuple[int, Any]:
    return reply.status_code, reply.get_json()


def test_b4_an_anonymous_token_has_no_scope_and_two_names_of_its_session(storefront: Storefront) -> None:
    reply = storefront.request_anonymous_token(
        currency="EUR", siteCode="main", language="de", targetLocation="DE"
    ).get_json()
    assert len(reply.pop("access_token")) == 28
    assert reply.pop("refresh_token")
    session = reply.pop("sessionId")
    assert str(UUID(session)) == session == reply.pop("session_id")
    assert reply == {
        "token_type": "Bearer",
        "expires_in": 3599,
        "refresh_token_expires_in": 86399,
        "scope": f"tenant={storefront.client.tenant}",
    }


def test_b4a_a_refresh_keeps_the_session_and_the_old_refresh_token(storefront: Storefront) -> None:
    first = storefront.request_anonymous_token().get_json()
    second, third = (storefront.refresh_anonymous_token(first["refresh_token"]).get_json() for _ in range(2))
    assert first["sessionId"] == second["sessionId"] == third["session_id"]
    assert len({reply["refresh_token"] for reply in (first, second, third)}) == 3
    assert len({reply["access_token"] for reply in (first, second, third)}) == 3
    assert storefront.request_anonymous_token().get_json()["sessionId"] != first["sessionId"]


def test_b4a_switched_a_visitors_refresh_token_works_once(simulator: Callable[..., Client]) -> None:
    storefront = Storefront(simulator(anonymous_refresh="once"))
    first = storefront.request_anonymous_token().get_json()
    second = storefront.refresh_anonymous_token(first["refresh_token"]).get_json()
    assert status_and_json(storefront.refresh_anonymous_token(first["refresh_token"])) == (401, BAD_REFRESH)
    third = storefront.refresh_anonymous_token(second["refresh_token"]).get_json()
    assert first["sessionId"] == second["sessionId"] == third["sessionId"]


def test_b4c_a_login_goes_on_with_the_session_of_the_visitor(storefront: Storefront) -> None:
    visitor = storefront.request_anonymous_token().get_json()
    token, session = visitor["access_token"], visitor["sessionId"]
    john = storefront.log_in_from(token)
    assert (john["session_id"], john["sessionId"]) == (session, session)
    exchanged = storefront.exchange(john["saas_token"], token).get_json()
    assert exchanged["session_id"] == session
    refreshed = storefront.refresh(john["refresh_token"], token=token).get_json()
    assert refreshed["session_id"] == session
    for customer_token in (john["access_token"], refreshed["access_token"], exchanged["access_token"]):
        assert storefront.call("validateauthtoken", customer_token).get_json()["sessionId"] == session
    storefront.logout(refreshed["access_token"], refreshed["access_token"])
    again = storefront.refresh_anonymous_token(visitor["refresh_token"]).get_json()
    assert again["sessionId"] == session
    assert storefront.log_in_from(again["access_token"])["session_id"] == session


@pytest.mark.parametrize("token", ["admin-token", "customer2-token", "no-scope-token"])
def test_b4c_without_the_session_of_a_visitor_a_new_one_begins(storefront: Storefront, token: str) -> None:
    sessions = {storefront.log_in_from(token)["session_id"] for _ in range(2)}
    assert len(sessions) == 2


def test_b4c_a_customer_who_logs_in_again_gets_a_new_session(storefront: Storefront) -> None:
    john = storefront.login_john()
    assert storefront.log_in_from(john["access_token"])["session_id"] != john["session_id"]


@pytest.mark.parametrize("place", ["query_string", "headers"])
@pytest.mark.parametrize("name", ["session-id", "hybris-session-id"])
def test_b4c_an_anonymous_login_goes_on_with_the_session_that_it_names(
    storefront: Storefront, place: str, name: str
) -> None:
    session = storefront.request_anonymous_token().get_json()["sessionId"]
    path = f"//customerlogin/auth/anonymous/login?tenant={storefront.client.tenant}&client_id=storefront"
    request: Any = {"headers": {name: session}} if place == "headers" else {}
    path += f"&{name}={session}" if place == "query_string" else ""
    caller = storefront.client.with_token(None)
    reply = caller.get(path, **request).get_json()
    assert (reply["sessionId"], reply["session_id"]) == (session, session)
    invalid = caller.get(
        path.replace(session, "%C3%BC") if place == "query_string" else path, headers={name: "x" * 101}
    )
    details = invalid.get_json()["details"]
    assert (invalid.status_code, details[0]["field"]) == (400, "session-id")


@pytest.mark.parametrize(
    ("path", "parameters", "status"),
    [
        ("login", "hybris-tenant={tenant}", 200),
        ("login", "hybris-tenant={tenant}&hybris-session-id=&session-id=", 200),
        ("login", "tenant={tenant}&hybris-tenant=NO", 200),
        ("login", "hybris-tenant=NO&tenant={tenant}", 200),
        ("login", "tenant=&hybris-tenant={tenant}", 200),
        ("login", "tenant=NO&hybris-tenant={tenant}", 400),
        ("login", "hybris-tenant=NO", 400),
        ("login", "Hybris-Tenant={tenant}", 400),
        ("refresh", "hybris-tenant={tenant}&refresh_token={refresh}", 200),
        ("refresh", "tenant={tenant}&refresh_token={refresh}", 200),
        ("refresh", "hybris-tenant=another&refresh_token={refresh}", 401),
    ],
)
def test_b4d_older_names_of_parameters_are_understood(
    storefront: Storefront, path: str, parameters: str, status: int
) -> None:
    refresh = storefront.request_anonymous_token().get_json()["refresh_token"]
    query = parameters.format(tenant=storefront.client.tenant, refresh=refresh)
    reply = storefront.client.with_token(None).get(
        f"//customerlogin/auth/anonymous/{path}?client_id=storefront&{query}"
    )
    assert reply.status_code == status, reply.text
    if status == 200:
        assert reply.get_json()["scope"] == f"tenant={storefront.client.tenant}"
    if status == 400:
        assert [detail["field"] for detail in reply.get_json()["details"]] == ["tenant"]


@pytest.mark.parametrize("validator", ["compiled", "reference"])
def test_b4d_older_names_are_no_findings(validator: Any) -> None:
    strict = Client(build(Settings(contract="strict", validator=validator)).flask, "acme", None)
    path = "//customerlogin/auth/anonymous/login?client_id=storefront&hybris-tenant=acme&hybris-session-id=s1"
    reply = strict.get(path, headers={"hybris-session-id": "s2"})
    assert (reply.status_code, reply.get_json()["sessionId"]) == (200, "s1")


@pytest.mark.parametrize("client_id", ["storefront", "admin", "manager", "reader"])
def test_b4b_any_client_of_the_world_may_ask(storefront: Storefront, client_id: str) -> None:
    assert storefront.request_anonymous_token(client_id).status_code == 200


@pytest.mark.parametrize("client_id", ["nobody", "Storefront", "\x00", "ü" * 100])
def test_b4b_a_client_must_be_known(storefront: Storefront, client_id: str) -> None:
    fault = {"fault": {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}}
    assert status_and_json(storefront.request_anonymous_token(client_id)) == (401, fault)
    refresh = storefront.request_anonymous_token().get_json()["refresh_token"]
    assert status_and_json(storefront.refresh_anonymous_token(refresh, client_id)) == (401, fault)


def test_b4b_a_refresh_token_works_only_for_its_client_and_tenant(storefront: Storefront) -> None:
    refresh = storefront.request_anonymous_token().get_json()["refresh_token"]
    assert status_and_json(storefront.refresh_anonymous_token(refresh, "admin")) == (401, BAD_REFRESH)
    assert status_and_json(Storefront(Client(storefront.client.flask, "another")).refresh_anonymous_token(refresh)) == (
        401,
        BAD_REFRESH,
    )
    assert status_and_json(storefront.refresh_anonymous_token(storefront.login_john()["refresh_token"])) == (
        401,
        BAD_REFRESH,
    )
    assert storefront.refresh_anonymous_token(refresh).status_code == 200


@pytest.mark.parametrize("path", ["", f"/{GOLDEN}", "/items", "/items/category-trees"])
def test_a13_an_anonymous_token_reads_no_segment(storefront: Storefront, path: str) -> None:
    assert status_and_json(storefront.client.with_token(storefront.visitor_token()).get(path)) == (403, FORBIDDEN)


def test_a3_tokens_of_a_login_work_only_for_their_tenant(storefront: Storefront) -> None:
    other = Storefront(Client(storefront.client.flask, "another"))
    assert status_and_json(other.login(token=storefront.visitor_token())) == (401, INVALID_TOKEN)
    john = storefront.login_john()
    assert status_and_json(other.call("me", john["access_token"])) == (401, INVALID_TOKEN)
    assert status_and_json(other.refresh(john["refresh_token"])) == (401, BAD_REFRESH)
    assert status_and_json(other.logout(john["access_token"], "customer-token")) == (401, INVALID_TOKEN)
    assert storefront.call("me", john["access_token"]).status_code == 200


def test_b5_a_login_brings_all_tokens_by_both_names(timed_storefront: Storefront, clock: ManualClock) -> None:
    reply = timed_storefront.login_john()
    names = OLDER_NAMES | {"saas_token": "saasToken", "session_id": "sessionId"}
    assert {newer: reply.pop(older) for newer, older in names.items()} == {newer: reply[newer] for newer in names}
    assert (reply["token_type"], reply["expires_in"], reply["refresh_token_expires_in"]) == ("Bearer", 2591999, 86399)
    *scopes, tenant = reply.pop("scope").split()
    assert (len(scopes), tenant) == (23, "tenant=acme")
    assert [scope for scope in scopes if "segment" in scope] == [READ_OWN_SEGMENTS]
    now = int(clock.now().timestamp())
    claims = jwt.decode(reply["saas_token"], SIGNING_KEY, ["HS256"], {"verify_exp": False, "verify_iat": False})
    assert claims == {"sub": "98029737", "iat": now, "exp": now + 2591999}


@pytest.mark.parametrize("token", ["admin-token", "no-scope-token", "customer2-token"])
def test_b5a_any_valid_token_of_the_tenant_allows_a_login(storefront: Storefront, token: str) -> None:
    john = storefront.login(token=token).get_json()
    assert storefront.refresh(john["refresh_token"], token=token).status_code == 200


@pytest.mark.parametrize("token", [None, "nobody", "expired-token"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "login"),
        ("GET", "refreshauthtoken"),
        ("GET", "validateauthtoken"),
        ("GET", "logout"),
        ("POST", "exchangeauthtoken"),
        ("GET", "me"),
    ],
)
def test_a1_without_a_valid_token_everything_is_refused(
    storefront: Storefront, method: str, path: str, token: str | None
) -> None:
    assert status_and_json(storefront.call(path, token, method)) == (
        401,
        EXPIRED_TOKEN if token == "expired-token" else INVALID_TOKEN,
    )


def test_b5b_a_wrong_password_and_an_unknown_customer_look_alike(storefront: Storefront) -> None:
    wrong = status_and_json(storefront.login(JOHN_LOGIN | {"password": "secret2"}))
    assert wrong[0] == 401
    assert wrong[1]["fault"]["faultstring"] == "Invalid credentials"
    assert status_and_json(storefront.login(JOHN_LOGIN | {"email": "nobody@email.com"})) == wrong
    assert status_and_json(storefront.login(JOHN_LOGIN | {"password": "Secret1"})) == wrong
    assert status_and_json(storefront.login(JOHN_LOGIN | {"password": "secret1ü"})) == wrong
    assert storefront.login(JOHN_LOGIN | {"email": "John.Doe@Email.com"}).status_code == 200


def test_b5c_every_customer_of_the_world_logs_in_with_secret1(storefront: Storefront) -> None:
    visitor = storefront.visitor_token()
    for customer in DEFAULT["customers"]:
        reply = storefront.login({"email": customer["email"], "password": "secret1"}, visitor).get_json()
        assert storefront.call("me", reply["access_token"]).get_json()["customerNumber"] == customer["id"]


def test_b5c_the_world_may_give_a_password(simulator: Callable[..., Client], tmp_path: Path) -> None:
    customers = [customer | {"password": "öffne dich"} for customer in DEFAULT["customers"]]
    storefront = Storefront(simulator(fixture=write_default_world(tmp_path, customers=customers)))
    assert storefront.login(JOHN_LOGIN).status_code == 401
    reply = storefront.login(JOHN_LOGIN | {"password": "öffne dich"})
    assert reply.status_code == 200
    segment = storefront.client.with_token("read-token").get(f"/{GOLDEN}/customers")
    for response in (segment, storefront.call("me", reply.get_json()["access_token"])):
        assert "öffne dich" not in json.dumps(response.get_json(), ensure_ascii=False)


def test_b6_a_refresh_binds_the_token_to_a_legal_entity_or_to_none(storefront: Storefront) -> None:
    john = storefront.login_john()
    bound = storefront.refresh(john["refresh_token"], COMPANY).get_json()
    assert {newer: bound.pop(older) for newer, older in OLDER_NAMES.items()} == {
        newer: bound[newer] for newer in OLDER_NAMES
    }
    assert bound.keys() == {"token_type", "session_id", *OLDER_NAMES}
    assert (bound["expires_in"], bound["refresh_token_expires_in"]) == (2591999, 86390)
    assert bound["session_id"] == john["session_id"]
    facts = storefront.call("validateauthtoken", bound["access_token"]).get_json()
    assert facts["legalEntityId"] == COMPANY
    free = storefront.refresh(bound["refresh_token"]).get_json()
    assert "legalEntityId" not in storefront.call("validateauthtoken", free["access_token"]).get_json()


def test_b6_the_customers_own_token_allows_a_refresh(storefront: Storefront) -> None:
    john = storefront.login_john()
    assert storefront.refresh(john["refresh_token"], token=john["access_token"]).status_code == 200


def test_a12_the_legal_entity_of_the_token_decides_which_segments_show(storefront: Storefront) -> None:
    john = storefront.login_john()
    assert storefront.segments(john["access_token"]) == {GOLDEN, TOOL_FANS}
    third = storefront.refresh(john["refresh_token"], THIRD_COMPANY).get_json()
    assert storefront.segments(third["access_token"]) == {TOOL_FANS}
    bound = storefront.refresh(third["refresh_token"], COMPANY).get_json()
    assert storefront.segments(bound["access_token"]) == {GOLDEN, TOOL_FANS}
    items = storefront.client.with_token(bound["access_token"]).get(f"/items?legalEntityId={THIRD_COMPANY}").get_json()
    assert {row["segmentId"] for row in items} == {GOLDEN, TOOL_FANS}
    trees = storefront.client.with_token(bound["access_token"]).get("/items/category-trees")
    assert (trees.status_code, [tree["id"] for tree in trees.get_json()]) == (200, ["12468504"])


def test_b6a_a_refresh_token_works_once(storefront: Storefront) -> None:
    john = storefront.login_john()
    after = storefront.refresh(john["refresh_token"]).get_json()
    assert after["refresh_token"] != john["refresh_token"]
    assert status_and_json(storefront.refresh(john["refresh_token"])) == (401, BAD_REFRESH)
    assert storefront.call("me", john["access_token"]).status_code == 200
    assert storefront.refresh(after["refresh_token"]).status_code == 200


@pytest.mark.parametrize("refresh_token", ["nobody", "admin-token", "\x00", "ü" * 500])
def test_b6a_an_unknown_refresh_token_is_refused(storefront: Storefront, refresh_token: str) -> None:
    assert status_and_json(storefront.refresh(refresh_token)) == (401, BAD_REFRESH)
    assert status_and_json(storefront.refresh_anonymous_token(refresh_token)) == (401, BAD_REFRESH)


def test_b6a_a_visitors_refresh_token_is_refused(storefront: Storefront) -> None:
    assert status_and_json(storefront.refresh(storefront.request_anonymous_token().get_json()["refresh_token"])) == (
        401,
        BAD_REFRESH,
    )


def test_b6a_a_removed_customer_cannot_refresh(storefront: Storefront) -> None:
    john = storefront.login_john()
    path = f"//__admin/reset?tenant={storefront.client.tenant}"
    assert storefront.client.post(path, json={"to": "empty"}).status_code == 200
    assert status_and_json(storefront.refresh(john["refresh_token"])) == (401, BAD_REFRESH)
    assert storefront.call("me", john["access_token"]).status_code == 403
    assert "email" not in storefront.call("validateauthtoken", john["access_token"]).get_json()


@pytest.mark.parametrize("entity", [ANOTHER_COMPANY, "nowhere", "\x00"])
def test_b6b_a_foreign_legal_entity_is_refused_and_costs_nothing(storefront: Storefront, entity: str) -> None:
    refresh_token = storefront.login_john()["refresh_token"]
    status, error = status_and_json(storefront.refresh(refresh_token, entity))
    assert (status, error["details"][0]["field"]) == (400, "legalEntityId")
    assert storefront.refresh(refresh_token, COMPANY).status_code == 200


def test_b7_the_profile_has_the_fields_of_the_world(storefront: Storefront) -> None:
    assert storefront.call("me", storefront.login_john()["access_token"]).get_json() == {
        "id": "98029737",
        "customerNumber": "98029737",
        "contactEmail": "john.doe@email.com",
        "firstName": "John",
        "lastName": "Doe",
        "preferredLanguage": "en",
        "accounts": [{"id": "john.doe@email.com"}],
        "businessModel": "B2B",
        "b2b": {
            "legalEntities": [
                {"id": COMPANY, "name": "SomeCompany", "contactAssignmentId": "01259b38670025c174560caa"},
                {"id": THIRD_COMPANY, "name": "ThirdCompany", "contactAssignmentId": "6e80108f7663f01436773a9a"},
            ],
        },
        "metadata": {"version": 1},
    }


def test_b7_a_customer_without_legal_entity_is_b2c(storefront: Storefront) -> None:
    alone = next(customer for customer in DEFAULT["customers"] if not customer.get("legalEntities"))
    reply = storefront.login({"email": alone["email"], "password": "secret1"}).get_json()
    profile = storefront.call("me", reply["access_token"]).get_json()
    assert profile["businessModel"] == "B2C"
    assert "b2b" not in profile


def test_b7_a_validation_describes_the_token(timed_storefront: Storefront, clock: ManualClock) -> None:
    john = timed_storefront.login_john()
    clock.advance(seconds=100.5)
    assert timed_storefront.call("validateauthtoken", john["access_token"]).get_json() == {
        "token_type": "Bearer",
        "expires_in": 2591999 - 101,
        "scope": john["scope"],
        "sessionId": john["session_id"],
        "email": "john.doe@email.com",
    }


def test_b7_a_customer_token_of_the_world_works_too(storefront: Storefront) -> None:
    assert storefront.call("me", "customer2-token").get_json()["firstName"] == "Jack"
    assert storefront.call("validateauthtoken", "customer2-token").get_json() == {
        "token_type": "Bearer",
        "expires_in": 2591999,
        "scope": (
            "approval.approval_manage_own approval.approval_read_own"
            f" customer.customer_read_own customermanagement.legalentity_read_own {READ_OWN_SEGMENTS}"
            " iam.assignment_create_own iam.assignment_delete_own iam.group_read_own iam.scope_read_own"
            " iam.user_read_own quote.quote_manage_own quote.quote_read_own returns.returns_manage_own"
            " returns.returns_read_own"
            f" tenant={storefront.client.tenant}"
        ),
        "email": "jack.smith@email.com",
    }


def test_b7_a_logout_ends_the_token_and_its_session(storefront: Storefront) -> None:
    john, again = storefront.login_john(), storefront.login_john()
    token = john["access_token"]
    reply = storefront.logout(token, token)
    assert (reply.status_code, reply.data) == (204, b"")
    for path in ("me", "validateauthtoken"):
        assert status_and_json(storefront.call(path, token)) == (401, INVALID_TOKEN)
    assert status_and_json(storefront.client.with_token(token).get("/items")) == (401, INVALID_TOKEN)
    assert status_and_json(storefront.refresh(john["refresh_token"])) == (401, BAD_REFRESH)
    storefront.client.post(f"//__admin/reset?tenant={storefront.client.tenant}")
    assert status_and_json(storefront.call("me", token)) == (401, INVALID_TOKEN)
    assert storefront.call("me", again["access_token"]).status_code == 200
    assert storefront.refresh(again["refresh_token"]).status_code == 200


def test_b7a_only_ones_own_tokens_can_be_logged_out(storefront: Storefront) -> None:
    john = storefront.login_john()["access_token"]
    for token in ("nobody", "admin-token", "customer2-token", "expired-token", " ", storefront.visitor_token()):
        assert storefront.logout(token, john).status_code == 401, token
    assert storefront.call("me", "customer2-token").status_code == 200
    other = storefront.login_john()["access_token"]
    assert storefront.logout(f" {other} ", john).status_code == 204
    assert status_and_json(storefront.call("me", other)) == (401, INVALID_TOKEN)
    assert storefront.call("me", john).status_code == 200


def test_b7a_a_token_of_the_world_comes_back_with_a_reset(storefront: Storefront) -> None:
    assert storefront.logout("customer-token", "customer-token").status_code == 204
    assert status_and_json(storefront.call("me", "customer-token")) == (401, INVALID_TOKEN)
    other = Storefront(Client(storefront.client.flask, f"{storefront.client.tenant}b"))
    assert other.call("me", "customer-token").status_code == 200
    storefront.client.post(f"//__admin/reset?tenant={storefront.client.tenant}")
    assert storefront.call("me", "customer-token").status_code == 200


def test_b7b_operations_for_customers_refuse_all_others(storefront: Storefront) -> None:
    for token in ("admin-token", "read-token"):
        forbidden = storefront.call("me", token)
        assert (forbidden.status_code, forbidden.get_json()["type"]) == (403, "forbidden")
        assert "customer" in forbidden.headers["X-Mock-Hint"]
    for token in (storefront.visitor_token(), "admin-token", "no-scope-token"):
        assert status_and_json(storefront.call("validateauthtoken", token)) == (401, INVALID_TOKEN)
        assert status_and_json(storefront.logout(token, token)) == (401, INVALID_TOKEN)


@pytest.mark.parametrize("query", ["", "?expand=accounts", "?expand=nothing"])
def test_b7b_visitors_are_the_anonymous_customer(storefront: Storefront, query: str) -> None:
    for token in (storefront.visitor_token(), "no-scope-token"):
        assert storefront.call(f"me{query}", token).get_json() == {
            "firstName": "Anonymous",
            "lastName": "Anonymous",
            "preferredSite": "default",
            "customerNumber": "00000000",
            "id": "00000000",
            "accounts": [],
        }
    profile = storefront.call("me?expand=addresses,mixin:*", storefront.visitor_token()).get_json()
    assert (profile["addresses"], profile["mixins"]) == ([], {})


@pytest.mark.parametrize(
    ("configuration", "status"),
    [
        ("default", 200),
        ("site_main", 200),
        ("Site_MAIN", 200),
        ("", 200),
        ("main", 400),
        ("site_PL", 400),
        ("\x00", 400),
    ],
)
def test_b7c_an_unknown_configuration_is_refused(storefront: Storefront, configuration: str, status: int) -> None:
    subject = jwt.encode({"sub": "18249883"}, SIGNING_KEY, "HS256")
    reply = storefront.exchange(subject, config=configuration)
    assert reply.status_code == status
    if status == 400:
        (detail,) = reply.get_json()["details"]
        assert detail["field"] == "config"
        assert detail["message"].endswith("are default, site_export, site_main.")


def test_b7c_a_subject_token_is_exchanged(storefront: Storefront) -> None:
    subject = jwt.encode({"sub": "18249883", "aud": "any", "nbf": 9e9}, SIGNING_KEY, "HS256")
    reply = storefront.exchange(subject).get_json()
    assert (reply["subject_access_token"], reply["session_idle_time"]) == (subject, 120)
    assert (reply["expires_in"], reply["refresh_token_expires_in"]) == (14399, 15551999)
    assert storefront.call("me", reply["access_token"]).get_json()["firstName"] == "Jack"
    assert storefront.refresh(reply["refresh_token"], ANOTHER_COMPANY).status_code == 200
    assert storefront.exchange(reply["saas_token"]).status_code == 200


def test_b7c_an_expired_subject_token_is_no_longer_exchanged(timed_storefront: Storefront, clock: ManualClock) -> None:
    subject = jwt.encode({"sub": "18249883", "exp": clock.now().timestamp() + 10}, SIGNING_KEY, "HS256")
    clock.advance(seconds=9)
    assert timed_storefront.exchange(subject).status_code == 200
    clock.advance(seconds=1)
    assert status_and_json(timed_storefront.exchange(subject)) == (401, EXPIRED_TOKEN)


@pytest.mark.parametrize(
    "subject",
    [
        "x",
        "..",
        "ü.ü.ü",
        "e30.e30.",
        jwt.encode({"sub": "98029737"}, SIGNING_KEY * 2, "HS256"),
        jwt.encode({"sub": "98029737"}, SIGNING_KEY, "HS384"),
        jwt.encode({"sub": "98029737"}, cast(Any, None), "none"),
        jwt.encode({}, SIGNING_KEY, "HS256"),
        jwt.encode({"sub": "98029737", "exp": "soon"}, SIGNING_KEY, "HS256"),
        jwt.utils.base64url_encode(b"[" * 6000).decode() + ".e30.e30",
    ],
)
def test_b7c_a_wrongly_signed_token_is_refused(storefront: Storefront, subject: str) -> None:
    assert status_and_json(storefront.exchange(subject)) == (401, INVALID_TOKEN)


def test_b7d_errors_have_the_shape_of_the_customer_service(storefront: Storefront) -> None:
    assert status_and_json(storefront.login(JOHN_LOGIN | {"password": "short"})) == (
        400,
        {
            "status": 400,
            "type": "bad_request",
            "message": "Validation problem with request body.",
            "details": [
                {"field": "/password", "type": "min_length", "message": '"short" is shorter than 6 characters'}
            ],
        },
    )
    assert status_and_json(storefront.call("me", "admin-token")) == (
        403,
        {"status": 403, "type": "forbidden", "message": FORBIDDEN["message"]},
    )


@pytest.mark.parametrize("tenant", ["ab", "a" * 17, "Acme", "1acme", "acme\n", "ä"])
def test_f5_invalid_tenant_names(storefront: Storefront, tenant: str) -> None:
    there = Storefront(Client(storefront.client.flask, tenant))
    for reply in (there.request_anonymous_token(), there.refresh_anonymous_token("any")):
        assert (reply.status_code, reply.get_json()["details"][0]["field"]) == (400, "tenant")


@pytest.mark.parametrize("missing", ["tenant", "client_id", "refresh_token"])
def test_what_an_anonymous_refresh_needs(storefront: Storefront, missing: str) -> None:
    query = {"tenant": "acme", "client_id": "storefront", "refresh_token": "any"}
    del query[missing]
    reply = storefront.client.with_token(None).get("//customerlogin/auth/anonymous/refresh", query_string=query)
    assert (reply.status_code, reply.get_json()["details"]) == (
        400,
        [{"field": missing, "type": "required", "message": "is missing"}],
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        None,
        5,
        {"email": JOHN_LOGIN["email"]},
        {"password": "secret1"},
        JOHN_LOGIN | {"email": ""},
        JOHN_LOGIN | {"email": None},
        JOHN_LOGIN | {"email": ["john.doe@email.com"]},
        JOHN_LOGIN | {"password": 1234567},
        JOHN_LOGIN | {"password": {}},
    ],
    ids=str,
)
def test_bodies_without_credentials(storefront: Storefront, body: Any) -> None:
    reply = storefront.login(body)
    assert (reply.status_code, reply.get_json()["type"]) == (400, "bad_request")


@pytest.mark.parametrize(
    "data", [b"", b"{", b'{"email": "\xff"}', b"[" * 100_000, b'{"email": "\\ud800", "password": "secret1"}']
)
def test_unreadable_bodies(storefront: Storefront, data: bytes) -> None:
    reply = storefront.call("login", storefront.visitor_token(), "POST", data=data, content_type="application/json")
    assert (reply.status_code, reply.get_json()["status"]) == (400, 400)


@pytest.mark.parametrize("email", ["\x00", "'", "john.doe@email.com\x00", "*", "J" * 100_000, "İ@ß"])
def test_unknown_emails(storefront: Storefront, email: str) -> None:
    assert storefront.login(JOHN_LOGIN | {"email": email}).status_code == 401


@pytest.mark.parametrize(
    ("path", "needs"),
    [("refreshauthtoken", "refreshToken"), ("logout", "accessToken"), ("exchangeauthtoken", "subjectAccessToken")],
)
def test_what_is_required_is_named(storefront: Storefront, path: str, needs: str) -> None:
    method = "POST" if path.startswith("exchange") else "GET"
    reply = storefront.call(path, "customer-token", method)
    assert (reply.status_code, reply.get_json()["details"][0]["field"]) == (400, needs)


def test_b8_lifetimes_run_on_the_clock_of_the_tenant(timed_storefront: Storefront, clock: ManualClock) -> None:
    visitor, john = timed_storefront.request_anonymous_token().get_json(), timed_storefront.login_john()
    bound = timed_storefront.refresh(timed_storefront.login_john()["refresh_token"], COMPANY).get_json()
    clock.advance(seconds=3598)
    assert timed_storefront.call("me", visitor["access_token"]).status_code == 200
    clock.advance(seconds=1)
    assert status_and_json(timed_storefront.call("me", visitor["access_token"])) == (401, EXPIRED_TOKEN)
    clock.advance(seconds=86389 - 3599)
    assert timed_storefront.refresh_anonymous_token(visitor["refresh_token"]).status_code == 200
    clock.advance(seconds=1)
    assert status_and_json(timed_storefront.refresh(bound["refresh_token"])) == (401, EXPIRED_REFRESH)
    clock.advance(seconds=9)
    assert status_and_json(timed_storefront.refresh_anonymous_token(visitor["refresh_token"])) == (
        401,
        EXPIRED_REFRESH,
    )
    assert status_and_json(timed_storefront.refresh(john["refresh_token"])) == (401, EXPIRED_REFRESH)
    clock.advance(seconds=2591998 - 86399)
    assert timed_storefront.call("validateauthtoken", john["access_token"]).get_json()["expires_in"] == 1
    clock.advance(seconds=1)
    assert status_and_json(timed_storefront.call("me", john["access_token"])) == (401, EXPIRED_TOKEN)


def test_b8_the_control_plane_moves_the_clock_of_one_tenant(storefront: Storefront) -> None:
    here, token = storefront.client, storefront.visitor_token()
    there = Storefront(Client(here.flask, f"{here.tenant}b"))
    token_there = there.visitor_token()
    assert here.post(f"//__admin/clock/advance?tenant={here.tenant}", json={"seconds": 3599}).status_code == 200
    assert status_and_json(storefront.call("me", token)) == (401, EXPIRED_TOKEN)
    assert there.call("me", token_there).status_code == 200


def test_a16_without_authentication_there_is_a_login_and_no_customer(simulator: Callable[..., Client]) -> None:
    storefront = Storefront(simulator(auth="off").with_token(None))
    john = storefront.call("login", None, "POST", json=JOHN_LOGIN).get_json()
    assert storefront.call(f"refreshauthtoken?refreshToken={john['refresh_token']}", None).status_code == 200
    assert storefront.call("me", None).status_code == 403
    assert storefront.call("validateauthtoken", None).status_code == 401


def test_callers_are_named_for_the_journal(storefront: Storefront, shared: App) -> None:
    john, visitor = storefront.login_john()["access_token"], storefront.visitor_token()
    held = [shared.world.tokens.find_holder(f"Bearer {token}") for token in (john, visitor)]
    assert [caller and caller.name for caller in held] == ["customer:98029737", "anonymous"]
    shared.world.tokens.revoke(john, storefront.client.tenant)
    assert shared.world.tokens.find_holder(f"Bearer {john}", storefront.client.tenant) is None


def test_old_tokens_make_room_for_new_ones(timed_storefront: Storefront, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MAX_ISSUED_TOKENS", 3)
    first, *others = [timed_storefront.request_anonymous_token().get_json()["refresh_token"] for _ in range(4)]
    assert status_and_json(timed_storefront.refresh_anonymous_token(first)) == (401, BAD_REFRESH)
    assert timed_storefront.refresh_anonymous_token(others[-1]).status_code == 200


def test_a_token_that_is_logged_out_takes_no_room(
    timed_storefront: Storefront, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(token_store, "MAX_ISSUED_TOKENS", 3)
    visitor = timed_storefront.visitor_token()
    for _ in range(5):
        token = timed_storefront.login(token=visitor).get_json()["access_token"]
        assert timed_storefront.logout(token, token).status_code == 204
    assert timed_storefront.login(token=visitor).status_code == 200


def test_a_minted_token_of_a_customer_is_logged_out_in_its_tenant(storefront: Storefront, shared: App) -> None:
    shared.world.tokens.issue("minted", Principal(frozenset(), customer_id="98029737"))
    assert storefront.logout("minted", "minted").status_code == 204
    assert storefront.call("me", "minted").status_code == 401
    assert Storefront(Client(storefront.client.flask, "another")).call("me", "minted").status_code == 200
