"""Recognize recorded calls by the operations of the specs, whatever host or base path they went to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from ..access import TENANT_NAME
from ..contract import published_services
from ..contract.operations import Operation
from ..contract.routing import Router, decode_ids
from ..errors import BadRequest
from .recorded_call import RecordedCall

VENDOR_HOST = "api.emporix.io"
MAX_BASE_STEPS = 4  # of the path of a proxy before that of the API
TENANT = "tenant"
WITHOUT_ROWS = frozenset({"OPTIONS", "HEAD"})  # methods that browsers call on their own, or that have no body
MAX_LABEL_LENGTH = 120


class Recognition(NamedTuple):
    """What a call is.

    operation: of the specs; None for another call. label: what a report calls it. reason: why it has no rows; "" if it
    may have some. tenant: of an operation with one.
    """

    call: RecordedCall
    operation: Operation | None
    label: str
    reason: str
    tenant: str = ""


class Recognizer:
    """Recognizes calls of these operations."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._router = Router(operations)

    def recognize(self, call: RecordedCall) -> Recognition:
        """Return what a call is."""
        for path in _list_paths(call.url.path):
            route = self._router.find_route(call.method, path)
            if route is None:
                continue
            operation, encoded_ids = route
            try:
                ids = decode_ids(encoded_ids)
            except BadRequest:
                continue
            tenant = ids.get(TENANT, "")
            if TENANT in ids and not TENANT_NAME.fullmatch(tenant):
                continue
            label = f"{operation.method} {operation.path}"
            return Recognition(replace(call, ids=ids), operation, label, _find_reason(call), tenant)
        return Recognition(call, None, *_describe_other(call))


def _list_paths(path: str) -> list[str]:
    """Return a path, and what is left of it without the first steps, which may be a proxy's."""
    steps = path.split("/")[1:]
    return ["/" + "/".join(steps[count:]) for count in range(min(MAX_BASE_STEPS, max(len(steps) - 2, 0)) + 1)]


def _find_reason(call: RecordedCall) -> str:
    """Return why a call of an operation says nothing about rows; "" if it may."""
    if not call.status:
        return "no response"
    if call.status == 304:
        return "not modified, so the browser recorded no body; export with its cache disabled"
    if not call.is_successful:
        return f"an error response, {call.status}"
    if call.text is None and call.is_detached:
        return "the body is in another file; export the HAR file with its bodies in it"
    return ""


def _describe_other(call: RecordedCall) -> tuple[str, str]:
    """Return label and reason of a call that no operation describes."""
    host = (call.url.hostname or "?")[:MAX_LABEL_LENGTH]
    known = published_services.find_published_path(call.method, call.url.path)
    if known is not None and (known.is_known or host == VENDOR_HOST):
        return known.operation, "not simulated"
    if host == VENDOR_HOST:
        service = call.url.path.split("/")[1]  # what follows may be an id with personal data
        return f"{call.method} /{service[:MAX_LABEL_LENGTH]}/...", "no known operation"
    return host, "another host"
