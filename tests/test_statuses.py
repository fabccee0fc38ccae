"""Every status that the spec declares can be provoked by a client, and what then comes is as declared."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from string import Template
from typing import Any

import pytest
import yaml

from mockserver.app import build
from mockserver.contract import loading
from mockserver.contract.reference import Reference
from mockserver.exchange import Reply, Request, Text
from mockserver.resources import folder
from mockserver.settings import Settings

from .conftest import TABLES, Client

TABLE = yaml.safe_load((TABLES / "statuses.yaml").read_text())
APP = build(Settings())
OPERATIONS = {operation.id: operation for operation in (*APP.operations, *APP.steering)}
PAIRS = [(id_, status) for id_, operation in OPERATIONS.items() for status in operation.replies]


@pytest.fixture(scope="module")
def reference() -> Reference:
    return Reference(loading.read(path) for path in sorted(folder("spec").glob("*.yaml")))


def earlier_field(caller: Client, request: dict[str, Any]) -> tuple[str, str]:
    """Make a request that comes first; return the field of its reply that the case keeps, if it does."""
    field = request.pop("keep", "")
    reply = caller.send(request.pop("method"), request.pop("path"), **request)
    return field, reply.get_json()[field] if field else ""


@pytest.mark.parametrize(("operation_id", "status"), PAIRS)
def test_every_declared_status_can_be_provoked(
    operation_id: str, status: int, simulator: Callable[..., Client], client: Client, reference: Reference
) -> None:
    case: dict[str, Any] = deepcopy(TABLE[operation_id][str(status)])
    operation = OPERATIONS[operation_id]
    caller = (simulator(**case.pop("switches")) if "switches" in case else client).having(case.pop("token"))
    kept = dict(earlier_field(caller, earlier) for earlier in case.pop("before", ()))
    reply = caller.send(operation.method, Template(case.pop("path")).safe_substitute(kept), **case)
    assert reply.status_code == status, reply.text
    body = reply.get_json() if reply.is_json else Text(reply.text, reply.mimetype or "") if reply.data else None
    assert operation.defect(status, body) is None
    ids = dict.fromkeys(re.findall(r"{(\w+)}", operation.path), "acme")
    seen = Reply(status, body, dict(reply.headers))
    assert reference.reply(operation, Request(operation.method, operation.path, "", {}), ids, seen) is None


def test_the_table_names_nothing_that_the_spec_lacks() -> None:
    named = {(id_, int(status)) for id_, statuses in TABLE.items() for status in statuses}
    assert named == set(PAIRS)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_operation_declares_401_and_403_where_it_needs_a_token_and_a_scope(operation: Any) -> None:
    assert not operation.needs_token or 401 in operation.replies
    assert not operation.scopes or 403 in operation.replies
