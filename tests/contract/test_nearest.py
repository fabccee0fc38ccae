"""A path that no operation has: the 404, the explanation and the near misses name the same operation."""

from __future__ import annotations

import shlex
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from mockserver.app import App
from mockserver.contract import path_distance
from mockserver.contract.routing import MAX_SUGGESTED_DISTANCE
from tests.support.client import Client
from tests.support.paths import TABLES
from tests.support.service_tables import join_tables

CASES = [*yaml.safe_load((TABLES / "nearest.yaml").read_text(encoding="utf-8")), *join_tables("nearest")]


@pytest.mark.parametrize("case", CASES, ids=[case["call"] for case in CASES])
def test_three_places_name_the_same_operation(case: dict[str, str], shared: App) -> None:
    client = Client(shared.flask, "acme")
    method, path = case["call"].split()
    refused = client.send(method, f"/{path}")
    assert refused.status_code == 404
    if method != "HEAD":
        question = f" Did you mean {case['nearest']}?" if "nearest" in case else ""
        assert refused.get_json()["message"] == f"No endpoint {path}.{question}"
    control = client.with_token(None)
    offer = control.get(f"//__admin/explain/{refused.headers['X-Mock-Explain']}").get_json().get("nearest")
    assert (offer is not None) == ("offer" in case)
    if offer:
        assert offer["why"] == f"The nearest operation is {case['nearest']}."
        assert offered_path(offer["curl"]) == case["offer"]
    near = control.post("//__admin/near-misses/request", json={"method": method, "url": path}).get_json()["nearMisses"]
    pattern = near[0]["requestPattern"]
    if "nearest" in case:
        assert f"{pattern['method']} {pattern['urlPathTemplate']}" == case["nearest"]
    else:
        assert distance(pattern["urlPathTemplate"], path) > MAX_SUGGESTED_DISTANCE


def offered_path(curl: str) -> str:
    (url,) = (word for word in shlex.split(curl) if word.startswith("http"))
    return urlsplit(url).path


def distance(template: str, path: str) -> float:
    return path_distance.distance(path_distance.split_path(template), path_distance.split_path(path))


def test_the_table_has_every_service_and_method(shared: App) -> None:
    suggested = {case["nearest"].split()[1].split("/")[1] for case in CASES if "nearest" in case}
    assert suggested == {operation.path.split("/")[1] for operation in shared.api_operations}
    assert {case["call"].split()[0] for case in CASES} == {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.parametrize(
    ("path", "ids"),
    [
        ("/shop/acme/items/5", {"tenant": "acme", "id": "5"}),
        ("/api/v1/shop/acme/items/5", {"tenant": "acme", "id": "5"}),
        ("/shop/acme/item/5/more", {"tenant": "acme", "id": "5"}),
        ("/items/5", {"id": "5"}),
        ("/shop/acme/items/", {"tenant": "acme"}),
        ("/", {}),
    ],
)
def test_ids_are_read_from_the_steps_that_stand_for_them(path: str, ids: dict[str, Any]) -> None:
    template = path_distance.split_path("/shop/{tenant}/items/{id}")
    assert path_distance.read_ids(template, path_distance.split_path(path)) == ids
