"""The first calls of the vendor's own JavaScript clients, as a table: each gets a 200 with what the client reads."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.support.client import Client
from tests.support.paths import TABLES

TABLE = yaml.safe_load((TABLES / "official_clients.yaml").read_text())


def list_calls() -> list[Any]:
    """Return a parameter set for each call."""
    return [
        pytest.param({**call, "headers": client["headers"] | call.get("headers", {})}, id=f"{name} {call['call']}")
        for name, client in TABLE.items()
        for call in client["calls"]
    ]


def find_token(client: Client, caller: str | None) -> str | None:
    """Return the token that a caller gets in the way of these clients."""
    query = {"client_id": "storefront", "hybris-tenant": client.tenant}
    anonymous = client.with_token(None).get("//customerlogin/auth/anonymous/login", query_string=query)
    visitor = str(anonymous.get_json()["access_token"])
    body = {"email": "john.doe@email.com", "password": "secret1"}
    login = client.with_token(visitor).post(f"//customer/{client.tenant}/login", json=body)
    tokens = {"visitor": visitor, "customer": str(login.get_json()["accessToken"]), "admin": "admin-token"}
    return tokens[caller] if caller else None


def read_field(document: Any, path: str) -> Any:
    for name in path.split("."):
        document = document[name]
    return document


@pytest.mark.parametrize("call", list_calls())
def test_a_first_call_of_an_official_client_is_answered(client: Client, call: dict[str, Any]) -> None:
    method, path = call["call"].replace("{tenant}", client.tenant).split(" ")
    headers = {name: value.replace("{tenant}", client.tenant) for name, value in call["headers"].items()}
    token = find_token(client, call.get("caller"))
    reply = client.with_token(token).send(method, f"/{path}", headers=headers, json=call.get("json"))
    assert reply.status_code == 200, reply.text
    received = reply.get_json()
    document = received[0] if isinstance(received, list) else received
    for field in call["reads"]:
        assert read_field(document, field) is not None, field
    if call.get("counts"):
        assert int(reply.headers["X-Total-Count"]) >= len(received)
