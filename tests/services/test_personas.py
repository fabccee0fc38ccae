"""Access as a table: the status of every operation for every persona (rules A1 to A9, A13)."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml

from mockserver.access import MANAGE_SEGMENTS, READ_SEGMENTS, Principal
from mockserver.app import App
from tests.support.client import Client
from tests.support.paths import TABLES
from tests.support.samples import GOLDEN, MANAGER, MANAGERS

MATRIX = yaml.safe_load((TABLES / "personas.yaml").read_text())
STATUSES = yaml.safe_load((TABLES / "statuses.yaml").read_text())
TOKENS = {
    "admin": "admin-token",
    "manager": "manage-token",
    "reader": "read-token",
    "customer": "customer2-token",
    "two-entity": "customer-token",
    "group-member": "group-member",
    "anonymous": "anonymous",
    "no-scope": "no-scope-token",
    "expired": "expired-token",
    "other-tenant": "other-tenant",
    "no-token": None,
}
CELLS = [
    (id_, persona, status)
    for id_, row in MATRIX["rows"].items()
    for persona, status in zip(MATRIX["columns"], row, strict=True)
]


@pytest.fixture
def callers(shared: App, client: Client) -> Client:
    """Return a client and issue tokens in its tenant to the personas that have none in the world."""
    assert client.put(f"/{GOLDEN}/groups/{MANAGERS}").status_code == 201
    shared.world.tokens.issue("group-member", Principal(frozenset(), client.tenant, customer_id=MANAGER))
    shared.world.tokens.issue("anonymous", Principal(frozenset(), client.tenant))
    shared.world.tokens.issue("other-tenant", Principal(frozenset({MANAGE_SEGMENTS, READ_SEGMENTS}), "another"))
    return client


@pytest.mark.parametrize(("operation_id", "persona", "status"), CELLS)
def test_every_persona_gets_the_status_of_the_table(
    callers: Client, shared: App, operation_id: str, persona: str, status: int
) -> None:
    (operation,) = [candidate for candidate in shared.api_operations if candidate.id == operation_id]
    good: dict[str, Any] = next(dict(case) for code, case in STATUSES[operation_id].items() if code.startswith("2"))
    del good["token"]
    path = good.pop("path").replace("/acme/", f"/{callers.tenant}/")
    reply = callers.with_token(TOKENS[persona]).send(operation.method, path, **good)
    assert reply.status_code == status, reply.text
    if status == 403:
        assert "scope" in reply.headers["X-Mock-Hint"]


def test_the_matrix_has_every_operation_and_every_persona(shared: App) -> None:
    assert MATRIX["columns"] == list(TOKENS)
    assert set(MATRIX["rows"]) == {
        operation.id for operation in shared.api_operations if re.search(r"-(customer-segment|iam)-", operation.id)
    }
