"""Calls the control plane of a running server."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

from ..cli.error_replies import describe_error_reply

CONTROL_PREFIX = "/__admin"
SECONDS_PER_CALL = 30.0
EXPECTATION_FAILED = 417
JSON_HEADERS = {"Content-Type": "application/json"}


class ControlError(Exception):
    """The control plane refused a call, or cannot be reached; the message says why. status: of the reply, or None."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class ControlClient:
    """Calls the control plane.

    url: of the server. world: of all calls, or None. token: of the control plane, if it needs one.
    """

    def __init__(self, url: str, world: str | None, token: str) -> None:
        self.url, self.world = url.rstrip("/"), world
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._opener = build_opener(ProxyHandler({}))

    def call(self, method: str, path: str, body: Any = None, *, seconds: float = SECONDS_PER_CALL, **query: Any) -> Any:
        """Return the JSON of a reply, or its text; None without content. ControlError if it is not a success.

        An expectation about requests that is not met is an AssertionError, which shows the nearest ones.
        path: below /__admin. query: parameters; those that are None are left out.
        """
        parameters = {name: value for name, value in {"world": self.world, **query}.items() if value is not None}
        url = f"{self.url}{CONTROL_PREFIX}{path}?{urlencode(parameters)}"
        content = None if body is None else json.dumps(body).encode()
        headers = self._headers | (JSON_HEADERS if content is not None else {})
        request = Request(url, data=content, headers=headers, method=method)  # noqa: S310 - the user's own server
        try:
            with self._opener.open(request, timeout=seconds) as response:
                received = response.read()
                is_json = response.headers.get_content_type() == "application/json"
        except HTTPError as error:
            if error.code == EXPECTATION_FAILED:
                raise AssertionError(_describe_expectation(json.load(error))) from None
            reason = describe_error_reply(error)
            raise ControlError(f"{method} {CONTROL_PREFIX}{path}: {reason}", error.code) from None
        except (OSError, HTTPException) as error:
            raise ControlError(f"no answer from {self.url}: {getattr(error, 'reason', error)}") from None
        return (json.loads(received) if is_json else received.decode()) if received else None


def _describe_expectation(reply: Mapping[str, Any]) -> str:
    """Return what was expected and what came, with the nearest requests."""
    near = [miss["request"] for miss in reply.get("nearMisses", ())]
    latest = [] if near else reply.get("journal", {}).get("latest", [])
    lines = [reply["message"]]
    for title, requests in (
        ("Requests that match:", reply.get("requests", [])),
        ("The nearest requests:", near),
        ("The latest requests:", latest),
    ):
        lines += [title, *(f"    {request['method']} {request['url']}" for request in requests)] if requests else []
    return "\n".join(lines)
