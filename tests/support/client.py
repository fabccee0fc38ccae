"""Clients that call the simulator in process, as curl would."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

from flask import Flask
from werkzeug.test import TestResponse

TENANT_NUMBERS = count(1)


@dataclass
class Client:
    """Calls the service for one tenant with one token."""

    flask: Flask
    tenant: str
    token: str | None = "admin-token"

    def with_token(self, token: str | None) -> Client:
        return Client(self.flask, self.tenant, token)

    def send(self, method: str, path: str, **request: Any) -> TestResponse:
        """Send a request below /customer-segment/{tenant}/segments, or to a path that begins with //."""
        headers = dict(request.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        url = path[1:] if path.startswith("//") else f"/customer-segment/{self.tenant}/segments{path}"
        return self.flask.test_client(use_cookies=False).open(url, method=method, headers=headers, **request)

    def get(self, path: str, **request: Any) -> TestResponse:
        return self.send("GET", path, **request)

    def put(self, path: str, **request: Any) -> TestResponse:
        return self.send("PUT", path, **request)

    def post(self, path: str, **request: Any) -> TestResponse:
        return self.send("POST", path, **request)

    def delete(self, path: str, **request: Any) -> TestResponse:
        return self.send("DELETE", path, **request)

    def list_all_items(self) -> Any:
        """Return all item assignments of the tenant. A failed write must not change them."""
        return self.with_token("read-token").get("/items?pageSize=100000").get_json()


class Admin:
    """Calls the control plane for one tenant."""

    def __init__(self, client: Client) -> None:
        self.client = client.with_token(None)

    def call(self, method: str, path: str, body: Any = None, status: int = 200, **query: str) -> Any:
        path, _, more = path.partition("?")
        query = {"tenant": self.client.tenant, **query, **dict(parse_qsl(more))}
        reply = self.client.send(method, f"//__admin{path}", json=body, query_string=query)
        assert reply.status_code == status, reply.text
        return reply.get_json() if reply.data else None
