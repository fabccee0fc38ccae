"""A client with one persistent connection, for benchmarks that send requests of several kinds."""

from __future__ import annotations

import json
from collections import Counter
from http.client import HTTPConnection
from typing import Any

ItemKey = tuple[str, str, str]  # segment, type and id of an item assignment


def item_key(item: dict[str, Any]) -> ItemKey:
    return item["segmentId"], item["type"], item["item"]["id"]


class Caller:
    """Sends requests for one tenant over one connection."""

    def __init__(self, port: int, tenant: str = "acme") -> None:
        self.tenant = tenant
        self._connection = HTTPConnection("127.0.0.1", port, timeout=60)

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Send a request; return status and content. A path is below the tenant's segments unless it starts with //."""
        url = path[1:] if path.startswith("//") else f"/customer-segment/{self.tenant}/segments{path}"
        headers = {"Authorization": "Bearer admin-token", "Content-Type": "application/json"}
        self._connection.request(method, url, None if body is None else json.dumps(body), headers)
        response = self._connection.getresponse()
        return response.status, response.read()

    def get_json(self, path: str) -> Any:
        """Return the body of a GET; exit if its status is not 200."""
        status, content = self.call("GET", path)
        if status != 200:
            raise SystemExit(f"GET {path}: {status} {content[:200]!r}")
        return json.loads(content)

    def versions(self) -> Counter[ItemKey]:
        """Return the version of every item assignment."""
        return Counter(
            {item_key(item): item["metadata"]["version"] for item in self.get_json("/items?pageSize=100000")}
        )

    def close(self) -> None:
        self._connection.close()
