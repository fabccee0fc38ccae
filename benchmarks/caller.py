"""A client that keeps its connection, for benchmarks that make calls of many kinds."""

from __future__ import annotations

import json
from collections import Counter
from http.client import HTTPConnection
from typing import Any

Row = tuple[str, str, str]  # segment, type and id of an item assignment


def row(item: dict[str, Any]) -> Row:
    return item["segmentId"], item["type"], item["item"]["id"]


class Caller:
    """Calls for one tenant over one connection."""

    def __init__(self, port: int, tenant: str = "acme") -> None:
        self.tenant = tenant
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Call what is below the tenant's segments, or a path that begins with //; return status and content."""
        url = path[1:] if path.startswith("//") else f"/customer-segment/{self.tenant}/segments{path}"
        headers = {"Authorization": "Bearer admin-token", "Content-Type": "application/json"}
        self._connection.request(method, url, None if body is None else json.dumps(body), headers)
        reply = self._connection.getresponse()
        return reply.status, reply.read()

    def told(self, path: str) -> Any:
        """Return what a GET shows; it has to be 200."""
        status, content = self.call("GET", path)
        if status != 200:
            raise SystemExit(f"GET {path}: {status} {content[:200]!r}")
        return json.loads(content)

    def versions(self) -> Counter[Row]:
        """Read the version of every item assignment."""
        return Counter({row(item): item["metadata"]["version"] for item in self.told("/items?pageSize=100000")})

    def close(self) -> None:
        self._connection.close()
