"""Play the cases of the services' `statuses`: first the requests that prepare the state, then the request itself."""

from __future__ import annotations

import atexit
from collections.abc import Mapping
from contextlib import ExitStack
from copy import deepcopy
from pathlib import Path
from shutil import rmtree
from string import Template
from tempfile import mkdtemp
from typing import Any
from unittest.mock import patch

from werkzeug.test import TestResponse

from mockserver.app import build
from mockserver.contract.operations import Operation
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.service_tables import merge_tables

APP = build(Settings())  # the cases cover its operations
FOLDER = Path(mkdtemp())  # of world files
atexit.register(rmtree, FOLDER)
TABLE = merge_tables("statuses")


def find_case(operation: Operation, status: int) -> dict[str, Any]:
    """Return a copy of the case that provokes this status."""
    case: dict[str, Any] = deepcopy(TABLE[operation.id][str(status)])
    if "world_file" in case:
        first, second = case.pop("world_file")
        path = FOLDER / f"{operation.id}{status}.yaml"
        path.write_text(first)
        case |= {"switches": {"fixture": str(path)}, "before": [{"write": path, "text": second}]}
    return case


def find_token(operation_id: str) -> str | None:
    """Return the token with which an operation succeeds; None without one, or if the table lacks the operation."""
    successes = [case for status, case in TABLE.get(operation_id, {}).items() if status.startswith("2")]
    token: str | None = successes[0]["token"] if successes else None
    return token


def find_success(operation_id: str) -> int:
    """Return the first status in the table that is a success."""
    return int(next(status for status in TABLE[operation_id] if status.startswith("2")))


def play_case(
    caller: Client,
    operation: Operation,
    case: dict[str, Any],
    headers: Mapping[str, str] | None = None,
    preparer: Client | None = None,
) -> TestResponse:
    """Play a case whose switches and token the caller has applied. Fields kept from earlier replies fill the path.

    headers: sent with the request, in addition to the case's own. preparer: sends the earlier requests, instead of the
    caller.
    """
    with ExitStack() as patches:
        for name, value in case.pop("patches", {}).items():
            patches.enter_context(patch(name, value))
        fields = dict(_play_earlier_request(preparer or caller, earlier) for earlier in case.pop("before", ()))
        path = Template(case.pop("path")).safe_substitute(fields)
        sent_headers = {**case.pop("headers", {}), **(headers or {})}
        return caller.send(operation.method, path, headers=sent_headers, **case)


def _play_earlier_request(caller: Client, request: dict[str, Any]) -> tuple[str, str]:
    """Send a preparing request. Return name and value of the reply's field that the case keeps, or empty texts."""
    if "write" in request:
        request["write"].write_text(request["text"])
        return "", ""
    field = request.pop("keep", "")
    reply = caller.send(request.pop("method"), request.pop("path"), **request)
    return field, reply.get_json()[field] if field else ""
