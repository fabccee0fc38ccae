"""Access and tokens over HTTP: rules A1 to A15 and B1 to B3."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import pytest
from werkzeug.test import TestResponse

from mockserver.access import READ_OWN_SEGMENTS, READ_SEGMENTS
from mockserver.app import build
from mockserver.settings import Settings
from mockserver.store import token_store
from tests.support.client import Admin, Client
from tests.support.clock import ManualClock
from tests.support.samples import (
    ADMIN_SCOPES,
    COMPANY,
    EXPIRED_TOKEN,
    FORBIDDEN,
    GOLDEN,
    INVALID_TOKEN,
    PLATINUM,
    THIRD_COMPANY,
    TOOL_FANS,
    write_default_world,
)


def token_for(client: Client, **fields: str) -> Any:
    credentials = {"grant_type": "client_credentials", "client_id": "admin", "client_secret": "secret", **fields}
    return client.with_token(None).post("//oauth/token", data=credentials).get_json()


@pytest.mark.parametrize(
    "header", [None, "", "Bearer", "Bearer ", "Basic admin-token", "admin-token", "Bearer nobody", "Bearer ünknown"]
)
def test_a1_a_missing_or_unknown_token_is_a_gateway_fault(client: Client, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    reply = client.with_token(None).get("/items", headers=headers)
    assert (reply.status_code, reply.get_json()) == (401, INVALID_TOKEN)
    assert "token" in reply.headers["X-Mock-Hint"]


def test_a1_the_scheme_is_read_in_any_case(client: Client) -> None:
    assert client.with_token(None).get("/items", headers={"Authorization": "bearer read-token"}).status_code == 200


def test_a2_an_expired_token_says_so(client: Client) -> None:
    on_the_machines_clock = Client(build(Settings()).flask, "acme")
    for caller in (client, on_the_machines_clock):
        reply = caller.with_token("expired-token").get("/items")
        assert (reply.status_code, reply.get_json()) == (401, EXPIRED_TOKEN)


def test_a3_a_token_of_another_tenant_is_unknown(client: Client) -> None:
    token = token_for(client, scope="tenant=another")["access_token"]
    assert Client(client.flask, "another", token).get("/items").status_code == 200
    reply = client.with_token(token).get("/items")
    assert (reply.status_code, reply.get_json()) == (401, INVALID_TOKEN)
    assert reply.headers["X-Mock-Hint"] == "this token belongs to another tenant"
    explanation = client.get(f"//__admin/explain/{reply.headers['X-Mock-Explain']}").get_json()
    assert explanation["rule"]["id"] == "A3"


def test_a5_a_missing_scope_is_named_in_the_header_only(client: Client) -> None:
    reply = client.with_token("no-scope-token").get("/items")
    assert (reply.status_code, reply.get_json()) == (403, FORBIDDEN)
    assert "customersegment.segment_read" in reply.headers["X-Mock-Hint"]


@pytest.mark.parametrize("path", ["/items", f"/{GOLDEN}/items", f"/{GOLDEN}/items/PRODUCT/12468504"])
def test_a6_managing_does_not_imply_reading(client: Client, path: str) -> None:
    assert client.with_token("manage-token").get(path).status_code == 403


def test_a6_trees_are_for_customers_only(client: Client) -> None:
    assert client.with_token("admin-token").get("/items/category-trees").status_code == 403


def test_a7_reading_sees_inactive_segments_too(client: Client) -> None:
    segments = {row["segmentId"] for row in client.with_token("read-token").get("/items").get_json()}
    assert {GOLDEN, PLATINUM, TOOL_FANS} <= segments


def test_a8_a_customer_sees_own_active_segments_only(client: Client) -> None:
    rows = client.with_token("customer-token").get("/items?onlyActive=false").get_json()
    assert {row["segmentId"] for row in rows} == {GOLDEN, TOOL_FANS}
    assert client.with_token("customer-token").get(f"/{PLATINUM}/items").get_json() == []
    assert client.with_token("customer2-token").get(f"/{TOOL_FANS}/items").get_json() == []


def test_a9_the_wider_of_two_scopes_applies(simulator: Callable[..., Client], tmp_path: Path) -> None:
    both = {"token": "both", "customerId": "98029737", "scopes": [READ_SEGMENTS, READ_OWN_SEGMENTS]}
    client = simulator(fixture=write_default_world(tmp_path, tokens=[both])).with_token("both")
    assert PLATINUM in {row["segmentId"] for row in client.get("/items").get_json()}
    assert client.get(f"/{PLATINUM}/items/PRODUCT/12849186").status_code == 200


def test_a11_a_foreign_item_does_not_show_that_it_exists(client: Client) -> None:
    reply = client.with_token("customer-token").get(f"/{PLATINUM}/items/PRODUCT/12849186")
    assert reply.status_code == 404
    assert reply.get_json()["message"] == "The resource with id 12849186 has not been found."


def test_a11_switched_a_foreign_item_is_forbidden(simulator: Callable[..., Client]) -> None:
    client = simulator(foreign_segment="403").with_token("customer-token")
    assert client.get(f"/{PLATINUM}/items/PRODUCT/12849186").status_code == 403
    assert client.get(f"/{PLATINUM}/items/PRODUCT/nowhere").status_code == 404


def visible_segment_ids(client: Client, token: str, entity: str | None) -> set[str]:
    query = f"?legalEntityId={entity}" if entity else ""
    return {row["segmentId"] for row in client.with_token(token).get(f"/items{query}").get_json()}


def test_a12_the_query_names_the_legal_entity_for_members_of_several(client: Client) -> None:
    assert visible_segment_ids(client, "customer-token", None) == {GOLDEN, TOOL_FANS}
    assert visible_segment_ids(client, "customer-token", COMPANY) == {GOLDEN, TOOL_FANS}
    assert visible_segment_ids(client, "customer-token", THIRD_COMPANY) == {TOOL_FANS}


def test_a12_a_segment_and_its_items_are_visible_for_the_legal_entity(client: Client) -> None:
    customer = client.with_token("customer-token")
    for path in (f"/{GOLDEN}", f"/{GOLDEN}/items/PRODUCT/12468504"):
        assert [customer.get(f"{path}?legalEntityId={entity}").status_code for entity in (COMPANY, THIRD_COMPANY)] == [
            200,
            404,
        ]
    item_lists = [
        customer.get(f"/{GOLDEN}/items?legalEntityId={entity}").get_json() for entity in (COMPANY, THIRD_COMPANY)
    ]
    assert [bool(rows) for rows in item_lists] == [True, False]


def test_a12_trees_are_those_of_the_legal_entity(client: Client) -> None:
    for id_ in ("12468505", "12468506"):
        client.delete(f"/{TOOL_FANS}/items/CATEGORY/{id_}")
    client.put(f"/{GOLDEN}/items/CATEGORY/12468506")
    customer = client.with_token("customer-token")
    assert customer.get(f"/items/category-trees?legalEntityId={COMPANY}").get_json() != []
    assert customer.get(f"/items/category-trees?legalEntityId={THIRD_COMPANY}").get_json() == []


def test_a12_a_foreign_legal_entity_is_ignored(client: Client) -> None:
    assert visible_segment_ids(client, "customer-token", "448gh29h1d0b5453g6346df6") == {GOLDEN, TOOL_FANS}
    assert visible_segment_ids(client, "customer2-token", COMPANY) == {GOLDEN}


def test_a12_the_token_wins_over_the_query(simulator: Callable[..., Client], tmp_path: Path) -> None:
    bound = {"token": "bound", "customerId": "98029737", "legalEntityId": THIRD_COMPANY, "scopes": [READ_OWN_SEGMENTS]}
    client = simulator(fixture=write_default_world(tmp_path, tokens=[bound]))
    assert visible_segment_ids(client, "bound", None) == {TOOL_FANS}
    assert visible_segment_ids(client, "bound", COMPANY) == {TOOL_FANS}


def test_a12_a_header_of_the_client_widens_nothing(client: Client) -> None:
    reply = client.with_token("customer-token").get(
        f"/items?legalEntityId={THIRD_COMPANY}", headers={"legal-entity-id": COMPANY}
    )
    assert {row["segmentId"] for row in reply.get_json()} == {TOOL_FANS}


def test_a14_access_comes_before_the_shape_and_the_shape_before_existence(client: Client) -> None:
    nowhere = "/nowhere/items/product/nowhere?fields=%FF"
    assert client.with_token(None).put(nowhere, data="{").status_code == 401
    assert client.with_token("read-token").put(nowhere, data="{").status_code == 403
    assert client.with_token("read-token").get(nowhere).status_code == 400
    assert client.with_token("read-token").get("/nowhere/items/PRODUCT/nowhere").status_code == 404


def test_a14_a_stale_version_is_found_after_everything_else(client: Client) -> None:
    stale = {"metadata": {"version": 9}}
    assert client.put(f"/{GOLDEN}/items/PRODUCT/nowhere", json=stale).status_code == 400
    assert client.put(f"/{GOLDEN}/items/PRODUCT/12468504", json=stale | {"mixins": []}).status_code == 400
    assert client.put(f"/{GOLDEN}/items/PRODUCT/12468504", json=stale).status_code == 409


@pytest.mark.parametrize(
    ("validity", "is_visible"),
    [
        ({"from": "2025-01-01T00:00:00.000Z", "to": "2027-01-01T00:00:00.000Z"}, True),
        ({"from": "2025-01-01T00:00:00.000Z"}, True),
        ({"from": "2026-01-01T12:00:00.000Z"}, True),
        ({"from": "2026-01-01T12:00:00.001Z"}, False),
        ({"to": "2026-01-01T12:00:00.000Z"}, False),
        ({"to": "2026-01-01T12:00:00.001Z"}, True),
        ({}, True),
    ],
)
def test_a15_switched_the_validity_counts_on_the_clock(
    simulator: Callable[..., Client], tmp_path: Path, validity: dict[str, str], is_visible: bool
) -> None:
    world = write_default_world(tmp_path)
    changed = json.loads(Path(world).read_text())
    next(segment for segment in changed["segments"] if segment["id"] == GOLDEN)["validity"] = validity
    Path(world).write_text(json.dumps(changed))
    for active, expected in (("status", True), ("status-and-validity", is_visible)):
        client = simulator(fixture=world, active=active)
        client.put(f"/{GOLDEN}/items/CATEGORY/12468506")
        for path in ("/items", "/items/category-trees"):
            assert bool(client.with_token("customer2-token").get(path).get_json()) is expected
        active_ones = {row["segmentId"] for row in client.get("/items?onlyActive=true&pageSize=100000").get_json()}
        assert (GOLDEN in active_ones) is expected


def test_auth_off_makes_every_call_as_admin(simulator: Callable[..., Client]) -> None:
    client = simulator(auth="off").with_token(None)
    assert client.get("/items").status_code == 200
    assert client.put(f"/{GOLDEN}/items/PRODUCT/12468504", json={}).status_code == 204
    assert client.get("/items/category-trees").status_code == 403


@pytest.mark.parametrize("place", ["data", "json", "query_string"])
def test_b1_a_token_is_granted_to_forms_json_and_queries(client: Client, place: str) -> None:
    credentials = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": "secret"}
    arguments: dict[str, Any] = {place: credentials | {"scope": f"tenant={client.tenant}"}}
    token = client.with_token(None).post("//oauth/token", **arguments).get_json()
    assert len(token.pop("access_token")) == 32
    assert token == {
        "token_type": "Bearer",
        "expires_in": 14399,
        "session_idle_time": 120,
        "refresh_token": "",
        "refresh_token_expires_in": 0,
        "scope": f"customersegment.segment_read tenant={client.tenant}",
    }


def test_b1_the_body_wins_over_the_query(client: Client) -> None:
    credentials = {"grant_type": "client_credentials", "client_id": "reader", "client_secret": "secret"}
    token = client.with_token(None).post("//oauth/token?client_id=nobody", data=credentials).get_json()
    assert "access_token" in token


def test_b1_a_token_works_for_its_lifetime(clock: ManualClock) -> None:
    client = Client(build(Settings(), clock).flask, "acme")
    token = token_for(client)["access_token"]
    clock.advance(seconds=14398)
    assert client.with_token(token).get("/items").status_code == 200
    clock.advance(seconds=1)
    assert client.with_token(token).get("/items").get_json() == EXPIRED_TOKEN


def test_b1_tokens_are_the_same_after_every_start() -> None:
    first, second = (token_for(Client(build(Settings()).flask, "acme"))["access_token"] for _ in range(2))
    assert first == second


def test_b1_old_tokens_make_room_for_new_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_store, "MAX_ISSUED_TOKENS", 3)
    client = Client(build(Settings()).flask, "acme")
    tokens = [token_for(client)["access_token"] for _ in range(4)]
    assert [client.with_token(token).get("/items").status_code for token in tokens] == [401, 200, 200, 200]


@pytest.mark.parametrize(
    ("scope", "granted"),
    [
        ("", " ".join(ADMIN_SCOPES)),
        ("customersegment.segment_read", "customersegment.segment_read"),
        (
            "customersegment.segment_read invoice.invoice_read customersegment.segment_read_own",
            "customersegment.segment_read",
        ),
        ("invoice.invoice_read", ""),
    ],
)
def test_b2_scopes_that_the_client_lacks_are_dropped_silently(client: Client, scope: str, granted: str) -> None:
    token = token_for(client, scope=f"{scope} tenant={client.tenant}")
    assert token["scope"] == f"{granted} tenant={client.tenant}".strip()


def test_b3_an_unknown_client_is_a_gateway_fault(client: Client) -> None:
    fault = token_for(client, client_id="nobody")["fault"]
    assert fault == {"faultstring": "Invalid ApiKey", "detail": {"errorcode": "oauth.v2.InvalidApiKey"}}


def test_b3_the_hint_names_a_few_clients_in_ascii(client: Client) -> None:
    shops = [{"id": f"{letter}{number}", "secret": "s", "scopes": []} for number in range(50) for letter in "ü日x"]
    Admin(client).call("POST", "/seed", {"inline": {"clients": shops}})
    form = {"grant_type": "client_credentials", "client_id": "nobody", "scope": f"tenant={client.tenant}"}
    anonymous = {"tenant": client.tenant, "client_id": "nobody"}
    caller = client.with_token(None)
    for reply in (
        caller.post("//oauth/token", data=form),
        caller.get("//customerlogin/auth/anonymous/login", query_string=anonymous),
    ):
        assert reply.status_code == 401
        hint = reply.headers["X-Mock-Hint"]
        assert hint.startswith("known clients: admin, manager, reader, storefront, x0, x1, x2, x3, x4, x5")
        assert len(hint) < 150


def test_b3_a_wrong_secret_is_an_oauth_error(client: Client) -> None:
    assert token_for(client, client_secret="wrong")["ErrorCode"] == "invalid_client"


def basic(credentials: str) -> dict[str, str]:
    """Return the header of HTTP Basic for `id:secret`, which may be encoded already."""
    return {"Authorization": f"Basic {b64encode(credentials.encode()).decode()}"}


def request_token(client: Client, headers: dict[str, str], **form: str) -> TestResponse:
    form = {"grant_type": "client_credentials", **form}
    return client.with_token(None).post("//oauth/token", headers=headers, data=form)


@pytest.mark.parametrize(
    ("headers", "form"),
    [
        (basic("admin:secret"), {}),
        (basic("%61dmin:secr%65t"), {}),
        ({"Authorization": basic("admin:secret")["Authorization"].replace("Basic", "bAsIc")}, {}),
        (basic("admin:secret"), {"client_id": "admin"}),
        (basic("admin:secret"), {"client_id": "admin", "client_secret": "secret"}),
        (basic("admin:secret"), {"client_id": "", "client_secret": ""}),
        ({"Authorization": "Bearer any"}, {"client_id": "admin", "client_secret": "secret"}),
        ({"Authorization": ""}, {"client_id": "admin", "client_secret": "secret"}),
    ],
)
def test_b1c_a_client_may_authenticate_with_http_basic(
    client: Client, headers: dict[str, str], form: dict[str, str]
) -> None:
    reply = request_token(client, headers, **form)
    assert reply.status_code == 200, reply.text
    assert client.with_token(reply.get_json()["access_token"]).get("").status_code == 200


def test_b1c_id_and_secret_are_form_urlencoded_before_they_are_joined(client: Client) -> None:
    shop = {"id": "shop: ü+", "secret": "100% s:c&ret", "scopes": [READ_SEGMENTS]}
    Admin(client).call("POST", "/seed", {"inline": {"clients": [shop]}})
    credentials = f"{quote_plus(str(shop['id']))}:{quote_plus(str(shop['secret']))}"
    assert request_token(client, basic(credentials)).status_code == 200
    assert request_token(client, basic("shop%3A%20%C3%BC%2B:100%25%20s%3Ac%26ret")).status_code == 200


@pytest.mark.parametrize(
    ("headers", "form", "status", "code"),
    [
        (basic("admin:wrong"), {}, 401, "invalid_client"),
        (basic("admin:"), {}, 401, "invalid_client"),
        (basic("nobody:secret"), {}, 401, None),
        (basic(":"), {}, 401, None),
        (basic("admin"), {}, 400, "invalid_request"),
        (basic("admin:%FF"), {}, 400, "invalid_request"),
        ({"Authorization": "Basic"}, {}, 400, "invalid_request"),
        ({"Authorization": "Basic ***"}, {}, 400, "invalid_request"),
        ({"Authorization": "Basic /w=="}, {}, 400, "invalid_request"),
        (basic("admin:secret"), {"client_id": "reader"}, 400, "invalid_request"),
        (basic("admin:secret"), {"client_secret": "wrong"}, 400, "invalid_request"),
        (basic("admin:secret"), {"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_b1c_basic_credentials_are_refused_with_a_reason(
    client: Client, headers: dict[str, str], form: dict[str, str], status: int, code: str | None
) -> None:
    reply = request_token(client, headers, **form)
    assert (reply.status_code, reply.get_json().get("ErrorCode")) == (status, code)
    assert reply.headers.get("WWW-Authenticate") == ("Basic" if code == "invalid_client" else None)


def test_b3_a_wrong_secret_in_the_form_gets_no_challenge(client: Client) -> None:
    reply = request_token(client, {}, client_id="admin", client_secret="wrong")
    assert (reply.status_code, "WWW-Authenticate" in reply.headers) == (401, False)


def test_b1a_a_token_without_a_tenant_works_for_all(client: Client) -> None:
    token = token_for(client)
    assert token["scope"].endswith(" tenant=acme")
    for tenant in (client.tenant, "another"):
        assert Client(client.flask, tenant, token["access_token"]).get("/items").status_code == 200


def test_a_scope_with_an_invalid_tenant_is_refused(client: Client) -> None:
    assert token_for(client, scope="tenant=NO")["ErrorCode"] == "invalid_scope"
