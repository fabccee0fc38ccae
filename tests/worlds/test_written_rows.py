"""What clients write can be exported and imported again: the imported world is the same, whatever a body leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import orjson
import pytest

from mockserver.contract.operations import Operation
from mockserver.worlds.exporting import export_world
from tests.support.client import Admin, Client
from tests.support.samples import WORLDS
from tests.support.status_cases import APP, TABLE, find_case, find_success, play_case

TARGET = Client(APP.flask, "imported")
OTHER_VALUES: dict[type, list[Any]] = {str: ["", "a\x01 b/", "x" * 300], dict: [{}], list: [[]], int: [0], float: [0]}


def list_places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each object or list in a body with each of its keys."""
    if isinstance(value, dict | list):
        for key in list(value) if isinstance(value, dict) else range(len(value)):
            yield value, key
            yield from list_places(value[key])


def vary_body(body: Any) -> Iterator[Any]:
    """Yield a body; without each of its properties; with null and other values in each place."""
    yield body
    varied = deepcopy(body)
    for part, key in list_places(varied):
        value = part[key]
        for other in (None, *OTHER_VALUES.get(type(value), [])):
            part[key] = other
            yield deepcopy(varied)
        part[key] = value
        if isinstance(part, dict):
            whole = dict(part)
            del part[key]
            yield deepcopy(varied)
            part.clear()
            part.update(whole)


def writes_json(operation: Operation) -> bool:
    if operation.method == "GET" or operation.id not in TABLE:
        return False
    case = find_case(operation, find_success(operation.id))
    return "json" in case and "switches" not in case


@pytest.mark.parametrize("operation", [*filter(writes_json, APP.api_operations)], ids=lambda operation: operation.id)
def test_what_is_written_can_be_imported(operation: Operation) -> None:
    status = find_success(operation.id)
    for body in vary_body(find_case(operation, status)["json"]):
        case = find_case(operation, status) | {"json": body}
        client = Client(APP.flask, "statuses" if "/statuses/" in case["path"] else "acme")
        admin = Admin(client)
        admin.call("POST", "/reset")
        reply = play_case(client.with_token(case.pop("token")), operation, case)
        assert reply.status_code < 500, body
        if reply.status_code < 300:
            Admin(TARGET).call("PUT", "/world", admin.call("GET", "/world"))
            assert list_rows(TARGET) == list_rows(client), body


def list_rows(client: Client) -> bytes:
    rows = dict(export_world(APP.world.tenant(client.tenant).state, WORLDS.collections))
    return orjson.dumps(rows, option=orjson.OPT_SORT_KEYS)
