"""Other mock servers: how each is started, and the requests that it can answer.

Where a choice makes a difference, it is the one that is faster for the other server: Prism logs nothing; WireMock has
one stub for each kind of request, and an empty journal before each run (a limit of its length makes it slower);
commercetools-mock checks neither tokens nor bodies.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import yaml
from builds import name_java, name_node, npm_version
from load import GOLDEN, encode_request
from targets import exchange
from varied import varied_mixins

HERE = Path(__file__).parent
SPEC = HERE.parent / "spec" / "customer-segment.yaml"
GET, LIST, SORTED_LIST, PUT, BULK = KINDS = (
    "GET one",
    "list of 60",
    "list of 60, q, sort, count",
    "PUT one with a mixin",
    "bulk of 200 with mixins",
)
SEGMENTS = "/customer-segment/acme/segments"
FREE_FIELDS = {"item", "type", "mixins"}  # the other fields of our rows are in each custom object too
COMMERCETOOLS = "@labdigital/commercetools-mock"


@dataclass
class Peer:
    """A server of the comparison."""

    name: str
    version: str
    command: list[str]  # PORT stands for the port
    first: bytes  # a request that it answers as soon as it has started
    requests: dict[str, list[bytes]] = field(default_factory=dict)  # by kind, without those it cannot answer
    content: list[bytes] = field(default_factory=list)  # requests that fill it
    before_run: list[bytes] = field(default_factory=list)  # requests before each run


def our_peer(program: Path, version: str) -> Peer:
    """Return our server, installed; its requests need tokens that it issues."""
    command = [str(program), "serve", "--port", "PORT", "--log-format", "json"]
    return Peer("ours", version, command, encode_request("GET", "/items?pageSize=60"))


def list_peers(folder: Path, work: Path, port: int, requests: dict[str, list[bytes]]) -> list[Peer]:
    """Return the other servers, installed in a folder; they get the requests and the answers of ours, at this port."""
    answers = {kind: next(iter(exchange(port, sent[:1]))) for kind, sent in requests.items()}
    bodies = {kind: json.loads(body or b"null") for kind, (_, body) in answers.items()}
    programs, node = folder / "node_modules" / ".bin", name_node()
    spec = work / "spec.json"
    spec.write_text(json.dumps(create_spec(bodies)))
    stubs = work / "mappings"
    stubs.mkdir()
    (stubs / "stubs.json").write_text(json.dumps({"mappings": create_stubs(answers)}))

    (jar,) = (folder / "node_modules" / "wiremock" / "build").glob("wiremock-standalone-*.jar")
    rows = json.loads(next(iter(exchange(port, [encode_request("GET", "/items?pageSize=1000")])))[1])

    def peer(name: str, package: str, platform: str, *command: str | Path) -> Peer:
        version = f"{npm_version(folder, package)} ({platform})"
        return Peer(name, version, list(map(str, command)), requests[LIST][0], requests)

    def wiremock(name: str, *options: str) -> Peer:
        listen = ("--port", "PORT", "--bind-address", "127.0.0.1", "--disable-banner", "--root-dir", work)
        return peer(name, "wiremock", name_java(), "java", "-jar", jar, *listen, *options)

    prism = (programs / "prism", "mock", "--port", "PORT", "--verboseLevel", "silent", spec)
    mockoon = (programs / "mockoon-cli", "start", "--port", "PORT", "--disable-log-to-file", "--data", spec)
    return [
        peer("Prism", "@stoplight/prism-cli", node, *prism),
        peer("Mockoon", "@mockoon/cli", node, *mockoon),
        replace(wiremock("WireMock"), before_run=[encode_call("DELETE", "/__admin/requests")]),
        wiremock("WireMock, no journal", "--no-request-journal"),
        commercetools_peer(f"{npm_version(folder, COMMERCETOOLS)} ({node})", folder, rows),
    ]


def create_spec(bodies: Mapping[str, Any]) -> Any:
    """Return our spec with our answers as examples, so that Prism and Mockoon have as much to say as we.

    Mockoon takes the first path that matches, so those with fewer parameters come first.
    """
    spec = yaml.safe_load(SPEC.read_text())
    paths = sorted(spec["paths"], key=lambda path: [word.startswith("{") for word in path.split("/")])
    spec["paths"] = {path: spec["paths"][path] for path in paths}
    item = spec["paths"][SEGMENTS.replace("acme", "{tenant}") + "/{segmentId}/items/{type}/{itemId}"]
    responses = spec["components"]["responses"]
    for response, kind in (
        (item["get"]["responses"]["200"], GET),
        (responses["ItemAssignments"], LIST),
        (responses["BulkEntries"], BULK),
    ):
        media = response["content"]["application/json"]
        name = media["schema"].get("$ref", "").rpartition("/")[2]
        schema = spec["components"]["schemas"][name] if name else media["schema"]
        media |= {"example": bodies[kind], "schema": schema | {"example": bodies[kind]}}
    return spec


def create_stubs(answers: Mapping[str, tuple[int, bytes]]) -> list[dict[str, Any]]:
    """Return a stub with our answer for each kind of request, as WireMock reads them."""
    items = f"{SEGMENTS}/{GOLDEN}/items/PRODUCT"
    matches: dict[str, dict[str, Any]] = {
        GET: {"method": "GET", "urlPathPattern": f"{items}/[^/]+"},
        LIST: {"method": "GET", "urlPath": f"{SEGMENTS}/items"},
        SORTED_LIST: {
            "method": "GET",
            "urlPath": f"{SEGMENTS}/items",
            "queryParameters": {"q": {"equalTo": "type:PRODUCT"}},
        },
        PUT: {"method": "PUT", "urlPathPattern": f"{items}/[^/]+"},
        BULK: {"method": "PUT", "urlPath": f"{items}/bulk"},
    }
    stubs = []
    for kind, (status, body) in answers.items():
        response: dict[str, Any] = {"status": status}
        if body:
            response |= {"body": body.decode(), "headers": {"Content-Type": "application/json"}}
        priority = 1 if kind in {SORTED_LIST, BULK} else 2  # before the stubs of LIST and PUT, which match too
        stubs.append({"priority": priority, "request": matches[kind], "response": response})
    return stubs


def commercetools_peer(version: str, folder: Path, rows: Iterable[dict[str, Any]]) -> Peer:
    """Return commercetools-mock with our rows as custom objects: what it has of free form, found by a key.

    It answers lists with filter and number, but does not sort them, and has no bulk.
    """
    values = {
        f"/acme/custom-objects/{row['segmentId']}/{row['item']['id']}-{row['type']}": {
            name: value for name, value in row.items() if name in FREE_FIELDS
        }
        for row in rows
    }
    filtered = [
        urlencode({"where": 'value(type="PRODUCT")', "sort": f"{key} asc", "limit": 60})
        for key in ("key", "id", "createdAt")
    ]
    lists = [encode_call("GET", f"/acme/custom-objects?limit=60&offset={offset}") for offset in (0, 60)]
    return Peer(
        "commercetools-mock",
        version,
        ["node", str(HERE / "commercetools.mjs"), str(folder), "PORT"],
        lists[0],
        {
            GET: [encode_call("GET", uri) for uri in values],
            LIST: lists,
            SORTED_LIST: [encode_call("GET", f"/acme/custom-objects?{query}") for query in filtered],
            PUT: [
                encode_call("POST", uri, {"value": value | {"mixins": varied_mixins(f"STATUS{at}")}})
                for at, (uri, value) in enumerate(values.items())
            ],
        },
        [encode_call("POST", uri, {"value": value}) for uri, value in values.items()],
    )


def encode_call(method: str, target: str, body: object = None) -> bytes:
    """Return the bytes of a request outside our interface."""
    ours = encode_request(method, "", body)
    return ours.replace(f"{SEGMENTS} ".encode(), f"{target} ".encode(), 1)
