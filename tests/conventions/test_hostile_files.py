"""Attacks: broken files never make a server that fails, hostile requests are never a 500, and 44 files load by hand."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.app import App, build
from mockserver.contract.operations import HTTP_METHODS
from mockserver.contract.spec import SpecError
from mockserver.conventions.published_file import Progress, read_files
from mockserver.conventions.service_loading import load_services
from mockserver.messages import Request
from mockserver.settings import Settings
from mockserver.strict_yaml import load_yaml
from tests.conformance.run import run_schemathesis
from tests.support.live_server import start_server
from tests.support.paths import ROOT
from tests.support.vendor_files import BADGE, FILES, WAREHOUSE

PUBLISHED = load_yaml(WAREHOUSE.read_text(), allows_aliases=True)
REFERENCES = ("schemas/tree", "responses/conflict", "parameters/tenant", "examples/none")
JUNK: list[Any] = [None, True, 0, -1, 1.5, "", "x", "201", "object", "array", "é\u0000"]
JUNK += [[], [1], {}, {"a": 1}, {"$ref": 5}, [[]], {"type": ["string", "null"]}]
JUNK += [{"$ref": f"#/components/{reference}"} for reference in REFERENCES]
JUNK += [{"allOf": [{"$ref": "#/components/schemas/tree"}]}]


def list_places(node: Any, place: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the places of all values."""
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [place, *(below for key, part in parts for below in list_places(part, (*place, key)))]


PLACES = [place for place in list_places(PUBLISHED) if place]


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(JUNK)), min_size=1, max_size=4))
def test_a_broken_file_is_served_or_refused_with_a_reason(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    root = copy.deepcopy(PUBLISHED)
    for place, junk in changes:
        node = root
        for step in place[:-1]:
            node = node[step] if isinstance(node, dict) and step in node else None
        if isinstance(node, dict):
            node[place[-1]] = copy.deepcopy(junk)
    path = tmp_path_factory.mktemp("broken") / "api.json"
    path.write_text(json.dumps(root))
    try:
        loaded = load_services([path], [], [])
    except SpecError as refusal:
        reason = str(refusal)
        assert reason.startswith(str(path))
        return
    for service in loaded.services:
        for operation in service.operations:
            for status in operation.reply_validators:
                operation.examples.for_status(status)
            assert operation.id in service.service.handlers


BODIES = [
    None,
    b"",
    b"null",
    b"[]",
    b"{}",
    b"7",
    b'"q"',
    b"[null]",
    b"[{}]",
    b'[{"id": {}}, []]',
    b"{",
    b"\xff",
    b"[[1]]",
]
BODIES += [
    json.dumps(body).encode()
    for body in (
        {"q": 5},
        {"q": "("},
        {"id": None, "metadata": "x", "mixins": 7},
        {"id": "a", "metadata": {"version": "1", "mixins": {"a": 5}}, "mixins": {"a": {}}},
        {"id": True},
        {"id": "x" * 10_000},
        {"metadata": {"version": None}},
        [{"op": "add", "path": "/metadata", "value": 5}],
        [{"op": "UPSERT", "path": "/metadata/version", "value": "x"}],
        [{"op": "remove", "path": ""}],
        [{"op": "replace", "path": "", "value": []}],
        {"name": {"en": ["x"]}, "id": "D1"},
        [{"id": "D1", "metadata": []}, {"id": "D1", "metadata": {"version": 99}}],
    )
]
QUERIES = [
    "",
    "pageSize=1e9",
    "q=)",
    "sort=metadata:x",
    "fields=,",
    "open=%00",
    "city=%FF",
    "partial=true",
    "pageNumber=0.5",
]
LANGUAGES = [None, "*", "de", ";;;", "xx-YY;q=0"]


@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_request_is_a_500(published: App, data: st.DataObject) -> None:
    pipeline = published.api_pipeline
    operations = [op for op in published.api_operations if op.service in ("warehouse", "badge")]
    requests = data.draw(st.lists(st.sampled_from(operations), min_size=1, max_size=6))
    for operation in requests:
        path = operation.path.replace("{tenant}", "hostile")
        for parameter in operation.parameters["path"]:
            id_ = data.draw(st.sampled_from(["D1", "a", "%2F", "%00", "..", "é"]))
            path = path.replace(f"{{{parameter.name}}}", id_)
        headers = {"authorization": "Bearer admin-token", "content-type": "application/json"}
        languages = data.draw(st.sampled_from(LANGUAGES))
        headers |= {"accept-language": languages} if languages else {}
        body, query = data.draw(st.sampled_from(BODIES)), data.draw(st.sampled_from(QUERIES))
        response = pipeline.handle_request(Request(operation.method, path, query, headers, body or b""))
        assert response.status < 500
        if response.status < 300 and response.content and response.media_type == "application/json":
            json.loads(response.content)


@pytest.mark.parametrize("file", [WAREHOUSE, BADGE], ids=lambda file: file.stem)
def test_schemathesis_finds_no_server_error(file: Path) -> None:
    with start_server("--service", str(FILES)) as (_, ready):
        cases, output = run_schemathesis(ready["url"], file, 2, "admin-token")
    assert "Server error" not in output
    assert cases > 10


def test_our_own_specs_can_be_loaded_too() -> None:
    specs = sorted(path for path in (ROOT / "spec").glob("*.yaml") if path.stem != "control")
    files = read_files(specs, Progress())
    assert len(files) == len(specs)
    for spec in specs:
        report = load_services([spec], [], []).reports[0]
        paths = load_yaml(spec.read_text())["paths"].values()
        assert report.total == sum(method in item for item in paths for method in HTTP_METHODS)


def test_many_rows_are_paged(published: App) -> None:
    tenant = published.world.tenant("manyrows")
    collection = published.worlds.collections["depots"]
    rows = [{"id": f"D{number:05}", "name": "x", "metadata": {"version": 1}} for number in range(3000)]
    tenant.change(lambda state: (collection.load(state, rows), None))
    headers = {"authorization": "Bearer admin-token", "x-total-count": "true"}
    request = Request("GET", "/warehouse/manyrows/depots", "pageSize=1000&pageNumber=3&sort=id:desc", headers)
    response = published.api_pipeline.handle_request(request)
    assert (response.status, response.headers["X-Total-Count"]) == (200, "3000")
    assert [row["id"] for row in json.loads(response.content)][:1] == ["D00999"]


def test_a_built_in_service_is_as_it_was() -> None:
    request = Request("GET", "/customer-segment/acme/segments", "", {"authorization": "Bearer admin-token"})
    plain, loaded = build(Settings()), build(Settings(service=(str(FILES),)))
    contents = [app.api_pipeline.handle_request(request).content for app in (plain, loaded)]
    assert contents[0] == contents[1]
    assert {op.id for op in plain.api_operations} < {op.id for op in loaded.api_operations}
    before = {op.id: op for op in plain.api_operations}
    shared = [op for op in loaded.api_operations if op.id in before]
    assert not any(op.is_example for op in shared)
    assert all(op.has_token_tenant == before[op.id].has_token_tenant for op in shared)
