"""Session contexts over HTTP: rules S1 to S6."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mockserver.domain.shopping_context import choose, find_context
from mockserver.store.world import World
from tests.support.client import Client
from tests.support.samples import DEFAULT, GOLDEN

JACK = "customer:18249883"
LOGIN = {"email": "john.doe@email.com", "password": "secret1"}


def own(client: Client, token: str, method: str = "GET", more: str = "", body: Any = None) -> TestResponse:
    path = f"//session-context/{client.tenant}/me/context{more}"
    return client.with_token(token).send(method, path, json=body)


def named(client: Client, session_id: str, method: str = "GET", more: str = "", body: Any = None) -> TestResponse:
    path = f"//session-context/{client.tenant}/context/{session_id}{more}"
    return client.with_token("admin-token").send(method, path, json=body)


def read(reply: TestResponse) -> Any:
    """Return the context in a response, without the times."""
    assert reply.status_code == 200, reply.text
    context = reply.get_json()
    return context | {"metadata": context["metadata"]["version"]}


def log_in_visitor(client: Client, **choices: str) -> tuple[str, str]:
    """Return the token and the session of a new visitor."""
    query = {"tenant": client.tenant, "client_id": "storefront", **choices}
    reply = client.with_token(None).get("//customerlogin/auth/anonymous/login", query_string=query).get_json()
    return reply["access_token"], reply["session_id"]


def give_cart(world: World, tenant: str, session_id: str) -> None:
    """Note a cart in the context of a session, as the creation of a cart does."""
    owner = world.tenant(tenant)
    owner.change(lambda state: (choose(owner, state, session_id, cartId="cart1"), None))


def test_s1_a_context_can_be_read_once_there_is_a_cart(client: Client, world: World) -> None:
    token, session_id = log_in_visitor(client, siteCode="export", language="de")
    for reply in (own(client, token), named(client, session_id)):
        assert (reply.status_code, reply.get_json()["sessionId"]) == (404, session_id)
    give_cart(world, client.tenant, session_id)
    assert read(own(client, token)) == read(named(client, session_id))
    assert read(own(client, token)) == {
        "sessionId": session_id,
        "siteCode": "export",
        "currency": "USD",
        "targetLocation": "DE",
        "language": "de",
        "cartId": "cart1",
        "metadata": 2,
    }


@pytest.mark.parametrize("choices", [{}, {"siteCode": "export"}])
def test_s1_switched_a_context_can_be_read_and_changed_at_once(
    simulator: Callable[..., Client], choices: dict[str, str]
) -> None:
    client = simulator(session_context="at-once")
    token, session_id = log_in_visitor(client, **choices)
    first = read(own(client, token))
    assert first["metadata"] == 1
    assert first["siteCode"] == choices.get("siteCode", "main")
    assert own(client, token, "PATCH", body={"currency": "CHF", "metadata": {"version": 1}}).status_code == 204
    assert read(own(client, token)) == first | {"currency": "CHF", "metadata": 2}
    assert read(named(client, session_id))["metadata"] == 2
    assert named(client, "another").status_code == 200


def test_s2_a_service_has_no_session_and_a_token_of_the_world_has_one_of_its_own(client: Client, world: World) -> None:
    reply = own(client, "admin-token")
    assert (reply.status_code, reply.headers["X-Mock-Hint"]) == (
        404,
        "only tokens of visitors and customers have a session",
    )
    give_cart(world, client.tenant, JACK)
    assert read(own(client, JACK))["sessionId"] == JACK
    assert own(client, f"customer:{DEFAULT['customers'][2]['id']}").status_code == 404


CUSTOMER: dict[str, Any] = {"id": "jane"}
ADDRESSES = [{"country": "FR", "tags": ["BILLING"]}, {"country": "AT", "tags": ["SHIPPING"]}]
SITES = [{"code": "main"}, {"code": "alps", "currency": "CHF", "homeBase": {"address": {"country": "CH"}}}]
DEFAULTS = {
    "the default site": (CUSTOMER, {}, ("main", "EUR", "DE")),
    "the site of the session": (CUSTOMER, {"siteCode": "alps"}, ("alps", "CHF", "CH")),
    "the site of the customer": (CUSTOMER | {"preferredSite": "alps"}, {}, ("alps", "CHF", "CH")),
    "an unknown site of the customer": (CUSTOMER | {"preferredSite": "default"}, {}, ("main", "EUR", "DE")),
    "the currency of the customer": (CUSTOMER | {"preferredCurrency": "USD"}, {}, ("main", "USD", "DE")),
    "the currency of the session": (
        CUSTOMER | {"preferredCurrency": "USD"},
        {"currency": "JPY"},
        ("main", "JPY", "DE"),
    ),
    "where the goods go": (CUSTOMER | {"addresses": ADDRESSES}, {}, ("main", "EUR", "AT")),
    "where the invoice goes": (CUSTOMER | {"addresses": ADDRESSES[:1]}, {}, ("main", "EUR", "FR")),
    "the country of the session": (
        CUSTOMER | {"addresses": ADDRESSES},
        {"targetLocation": "PL"},
        ("main", "EUR", "PL"),
    ),
    "a site that does not exist": (CUSTOMER, {"siteCode": "gone"}, ("gone", "EUR", "DE")),
}


@pytest.mark.parametrize("name", DEFAULTS)
def test_s3_what_a_session_has_not_chosen_is_that_of_its_customer_or_site(client: Client, name: str) -> None:
    customer, row, expected = DEFAULTS[name]
    context = {"sessionId": "customer:jane", "customerId": "jane", **row}
    world = {"sites": SITES, "customers": [customer], "sessionContexts": [context]}
    reply = client.post("//__admin/seed", json={"tenant": client.tenant, "inline": world})
    assert reply.status_code == 200, reply.text
    shown = read(own(client, "customer:jane"))
    assert (shown["siteCode"], shown["currency"], shown["targetLocation"]) == expected


def test_s3_rules_see_the_same_as_clients(client: Client, world: World) -> None:
    tenant = world.tenant(client.tenant)
    give_cart(world, client.tenant, JACK)
    holder = world.tokens.find_holder(f"Bearer {JACK}", client.tenant)
    assert holder is not None
    context, shown = find_context(tenant, holder), read(own(client, JACK))
    assert context is not None
    assert (context.site_code, context.currency, context.country) == (
        shown["siteCode"],
        shown["currency"],
        shown["targetLocation"],
    )
    assert context.customer_id == "18249883"
    assert context.segment_ids == {GOLDEN}
    client.post("//__admin/seed", json={"tenant": client.tenant, "inline": {"customers": [{"id": "18249883"}]}})
    assert find_context(tenant, holder) is None  # without a site


def test_s4_a_login_keeps_the_choices_of_the_visitor(client: Client, world: World) -> None:
    visitor, session_id = log_in_visitor(client, siteCode="export", targetLocation="PL")
    give_cart(world, client.tenant, session_id)
    login = client.with_token(visitor).post(f"//customer/{client.tenant}/login", json=LOGIN).get_json()
    shown = read(own(client, login["access_token"]))
    assert (shown["sessionId"], shown["siteCode"], shown["targetLocation"]) == (session_id, "export", "PL")
    assert (shown["customerId"], shown["cartId"]) == ("98029737", "cart1")


def test_s4_a_second_login_of_a_visitor_changes_what_it_names(client: Client, world: World) -> None:
    token, session_id = log_in_visitor(client, siteCode="export", currency="USD")
    give_cart(world, client.tenant, session_id)
    log_in_visitor(client, **{"session-id": session_id, "currency": "EUR"})
    assert (read(own(client, token))["siteCode"], read(own(client, token))["currency"]) == ("export", "EUR")


def test_s4_a_patch_changes_only_some_fields(client: Client, world: World) -> None:
    give_cart(world, client.tenant, JACK)
    body = {"siteCode": "export", "cartId": "other", "sessionId": "other", "context": {"a": {"b": 1}}}
    assert own(client, JACK, "PATCH", body=body | {"metadata": {"version": 1}}).status_code == 204
    shown = read(own(client, JACK))
    assert (shown["siteCode"], shown["cartId"], shown["sessionId"]) == ("export", "cart1", JACK)
    assert (shown["context"], shown["metadata"]) == ({"a": {"b": 1}}, 2)


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        ({"siteCode": "export", "metadata": {}}, 400, "/metadata/version"),
        ({"siteCode": "export", "metadata": {"version": None}}, 400, "/metadata/version"),
        ({"siteCode": "export"}, 400, "metadata"),
        ({"siteCode": "nowhere", "metadata": {"version": 1}}, 400, "export, main"),
        ({"siteCode": 5, "metadata": {"version": 1}}, 400, "/siteCode"),
        ({"siteCode": "export", "metadata": {"version": 2}}, 409, "has changed"),
    ],
)
def test_s5_a_wrong_change_says_why_and_changes_nothing(
    client: Client, world: World, body: dict[str, Any], status: int, reason: str
) -> None:
    give_cart(world, client.tenant, JACK)
    before = read(own(client, JACK))
    for reply in (own(client, JACK, "PATCH", body=body), named(client, JACK, "PUT", body=body)):
        assert (reply.status_code, reply.get_json()["code"]) == (status, status)
        assert reason.lower() in reply.get_json()["message"].lower()
    assert read(own(client, JACK)) == before


def test_s6_an_administrator_creates_and_replaces_a_context(client: Client) -> None:
    body = {"siteCode": "export", "language": "de", "metadata": {}}
    assert named(client, "new", "PUT", body=body).status_code == 404
    assert named(client, "new", "PUT", "?upsert=false", body).status_code == 404
    assert named(client, "new", "PUT", "?upsert=true", body).status_code == 204
    assert read(named(client, "new"))["language"] == "de"
    assert named(client, "new", "PUT", "?upsert=true", {"metadata": {"version": 1}}).status_code == 204
    shown = read(named(client, "new"))
    assert ("language" in shown, shown["siteCode"], shown["metadata"]) == (False, "main", 2)


def test_s6_an_administrator_makes_the_context_of_a_visitor_readable(client: Client) -> None:
    token, session_id = log_in_visitor(client, siteCode="export")
    assert named(client, session_id, "PUT", "?upsert=true", {"currency": "EUR", "metadata": {}}).status_code == 204
    assert read(own(client, token))["currency"] == "EUR"


def test_attributes_are_set_and_removed_whatever_the_version(client: Client, world: World) -> None:
    give_cart(world, client.tenant, JACK)
    for key, value in (("campaign", "spring"), ("campaign", "summer"), ("device", {"kind": "phone"})):
        reply = own(client, JACK, "POST", "/attributes", {"key": key, "value": value})
        assert (reply.status_code, reply.get_json()) == (201, key)
    assert read(own(client, JACK))["context"] == {"campaign": "summer", "device": {"kind": "phone"}}
    assert named(client, JACK, "POST", "/attributes", {"key": "a", "value": "b"}).status_code == 204
    for name in ("a", "device", "nothing"):
        assert own(client, JACK, "DELETE", f"/attributes/{name}").status_code == 204
    assert named(client, JACK, "DELETE", "/attributes/campaign").status_code == 204
    assert read(own(client, JACK))["context"] == {}
