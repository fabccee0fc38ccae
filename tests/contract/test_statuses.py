"""A client can provoke every status that the spec declares, and the response is as declared."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mockserver.contract import spec
from mockserver.contract.openapi_core_validator import OpenApiCoreValidator
from mockserver.messages import Reply, Request, TextBody
from mockserver.resources import data_folder
from tests.support.client import Client
from tests.support.status_cases import APP, TABLE, find_case, play_case

OPERATIONS = {operation.id: operation for operation in (*APP.api_operations, *APP.control_operations)}
PAIRS = [(id_, status) for id_, operation in OPERATIONS.items() for status in operation.reply_validators]


@pytest.fixture(scope="module")
def reference() -> OpenApiCoreValidator:
    return OpenApiCoreValidator(spec.load_spec(path) for path in sorted(data_folder("spec").glob("*.yaml")))


@pytest.fixture(autouse=True)
def reset_afterwards(client: Client) -> Iterator[None]:
    """Reset all tenants after each case, so that the cases may run in any order."""
    yield
    client.with_token(None).post("//__admin/reset")


@pytest.mark.parametrize(("operation_id", "status"), PAIRS)
def test_every_declared_status_can_be_provoked(
    operation_id: str, status: int, simulator: Callable[..., Client], client: Client, reference: OpenApiCoreValidator
) -> None:
    operation = OPERATIONS[operation_id]
    case = find_case(operation, status)
    caller = (simulator(**case.pop("switches")) if "switches" in case else client).with_token(case.pop("token"))
    reply = play_case(caller, operation, case)
    assert reply.status_code == status, reply.text
    body = reply.get_json() if reply.is_json else TextBody(reply.text, reply.mimetype or "") if reply.data else None
    assert operation.reply_violation(status, body) is None
    ids = dict.fromkeys(re.findall(r"{(\w+)}", operation.path), "acme")
    received = Reply(status, body, dict(reply.headers))
    assert reference.validate_reply(operation, Request(operation.method, operation.path, "", {}), ids, received) is None


SUCCESSES = [(id_, status) for id_, status in PAIRS if 200 <= status < 300]
# A slash at the end would make these writes of one resource without an id; tests/control/test_control_safety.py.
WRITES_OF_MANY = {
    "emptyCollection",
    "replaceCollection",
    "clearRequests",
    "removeFaults",
    "removeStubs",
    "stopScenarios",
}


@pytest.mark.parametrize(("operation_id", "status"), [pair for pair in SUCCESSES if pair[0] not in WRITES_OF_MANY])
def test_f2a_a_slash_at_the_end_is_ignored(operation_id: str, status: int, simulator: Callable[..., Client]) -> None:
    case = find_case(OPERATIONS[operation_id], status)
    caller = simulator(**case.pop("switches", {})).with_token(
        case.pop("token")
    )  # of its own: some cases use up a token
    path, question_mark, query = case["path"].partition("?")
    reply = play_case(caller, OPERATIONS[operation_id], case | {"path": f"{path}/{question_mark}{query}"})
    assert reply.status_code == status, reply.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "//site/acme/sites/", 200),
        ("HEAD", "//site/acme/sites/", 200),
        ("OPTIONS", "//site/acme/sites/", 204),
        ("DELETE", "//site/acme/sites/", 405),
        ("GET", "//site/acme/sites/nowhere/", 404),
        ("GET", "//site/acme/sites//", 404),
        ("GET", "//site/acme//sites/", 404),
        ("GET", "//site/acme/", 404),
        ("GET", "///", 404),
    ],
)
def test_f2a_only_one_slash_is_ignored_and_only_at_the_end(client: Client, method: str, path: str, status: int) -> None:
    assert client.send(method, path).status_code == status


def test_the_table_has_exactly_the_declared_statuses() -> None:
    listed_pairs = {(id_, int(status)) for id_, statuses in TABLE.items() for status in statuses}
    assert listed_pairs == set(PAIRS)


@pytest.mark.parametrize("operation", OPERATIONS.values(), ids=OPERATIONS)
def test_every_operation_declares_401_and_403_where_it_needs_a_token_and_a_scope(operation: Any) -> None:
    assert not operation.needs_token or 401 in operation.reply_validators
    assert not operation.needs_scope or 403 in operation.reply_validators
