"""Access as a table: the status of every operation for every persona (rules A1 to A9, A13).

customer belongs to one legal entity, two-entity to two; group-member belongs to the segment by an IAM group only, and
has a customer's token without any scope; other-tenant holds an admin's token of another tenant; manager has only
segment_manage, reader only segment_read.
"""

from __future__ import annotations

import pytest

from mockserver.access import MANAGE_SEGMENTS, READ_SEGMENTS, Principal
from mockserver.app import App
from mockserver.contract.operations import Operation
from tests.support.client import Client
from tests.support.samples import GOLDEN, MANAGER, MANAGERS
from tests.support.service_tables import PERSONAS, merge_tables
from tests.support.status_cases import find_case, find_success, play_case

MATRIX = merge_tables("personas")
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


@pytest.mark.parametrize("operation_id", MATRIX)
def test_every_persona_gets_the_status_of_the_table(shared: App, operation_id: str) -> None:
    (operation,) = [candidate for candidate in shared.api_operations if candidate.id == operation_id]
    assert [call_as(persona, shared, operation) for persona in PERSONAS] == MATRIX[operation_id]


def call_as(persona: str, app: App, operation: Operation) -> int:
    """Return the status that a persona gets for the request that succeeds, in a tenant that has not been changed."""
    case = find_case(operation, find_success(operation.id))
    tenant = "statuses" if "/statuses/" in case["path"] else "acme"
    caller = Client(app.flask, tenant)
    caller.with_token(None).post(f"//__admin/reset?tenant={tenant}")
    assert caller.put(f"/{GOLDEN}/groups/{MANAGERS}").status_code == 201
    app.world.tokens.issue("group-member", Principal(frozenset(), tenant, customer_id=MANAGER))
    app.world.tokens.issue("anonymous", Principal(frozenset(), tenant))
    app.world.tokens.issue("other-tenant", Principal(frozenset({MANAGE_SEGMENTS, READ_SEGMENTS}), "another"))
    preparer = caller.with_token(case.pop("token"))
    reply = play_case(caller.with_token(TOKENS[persona]), operation, case, preparer=preparer)
    if reply.status_code == 403 and "scope" in reply.text:
        assert "scope" in reply.headers["X-Mock-Hint"]
    return reply.status_code


def test_the_matrix_has_every_operation_and_every_persona(shared: App) -> None:
    assert tuple(TOKENS) == PERSONAS
    assert set(MATRIX) == {operation.id for operation in shared.api_operations if operation.needs_token}
