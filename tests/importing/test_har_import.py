"""A world from recorded calls claims what they show, and is what their writes left."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mockserver.app import App, build
from mockserver.importing.recorded_call import read_call
from mockserver.settings import Settings
from mockserver.store.collection import format_key
from tests.importing.recording import OWN_READS, export_har, read_everything
from tests.support.client import Client
from tests.support.har import IMPORTS, import_file, list_operations, path_of, read_claims
from tests.support.samples import COMPANY, HAMMER, JOHN, SCREWDRIVER, WORLDS

WRITTEN = ("segments", "customerAssignments", "groupAssignments", "itemAssignments", "groups", "groupUsers")


def serve_world(world: dict[str, Any], path: Path) -> Client:
    """Start a simulator with this world."""
    path.write_text(yaml.safe_dump(world, allow_unicode=True))
    return Client(build(Settings(fixture=str(path))).flask, "acme")


def strip_times(rows: dict[str, Any]) -> dict[str, Any]:
    """Return rows without the times of their metadata, which the journal has from another clock."""
    for row in rows.values():
        for name in ("createdAt", "modifiedAt"):
            row.get("metadata", {}).pop(name, None)
    return rows


def rows_of(app: App, name: str) -> dict[str, Any]:
    """Return the rows of a collection in the state of acme, by key."""
    rows = WORLDS.collections[name].export(app.world.tenant("acme").state)
    return {format_key(key): json.loads(json.dumps(row)) for key, row in rows}


def test_every_operation_says_what_its_calls_say_about_rows() -> None:
    assert {operation.id for operation in list_operations()} == IMPORTS.keys()


def test_a_server_with_the_world_answers_the_recorded_reads_alike(tmp_path: Path) -> None:
    recorded = Client(build(Settings()).flask, "acme")
    read_everything(recorded)
    har = export_har(recorded, tmp_path / "shop.har")
    world, report = import_file(tmp_path / "shop.har", keeps_personal=True)
    replaying = serve_world(world, tmp_path / "shop.yaml")
    compared = 0
    for entry in har["log"]["entries"]:
        call = read_call(entry)
        assert call is not None
        is_own = path_of(call).endswith(tuple(path.removeprefix("/") for path in OWN_READS))
        answer = (replaying.with_token("customer-token") if is_own else replaying).get(f"/{path_of(call)}")
        assert answer.status_code == entry["response"]["status"], path_of(call)
        replayed = {**entry, "response": {**entry["response"], "content": {"text": answer.text}}}
        claims = read_claims(replayed)
        for claim in read_claims(entry):
            assert claim in claims
            compared += 1
    assert compared > 500
    assert report.not_understood == {}


@pytest.mark.parametrize("name", [*WRITTEN, "sites", "products", "legalEntities", "customers"])
def test_what_was_read_is_in_the_world_as_it_was(name: str, tmp_path: Path) -> None:
    recorded = build(Settings())
    client = Client(recorded.flask, "acme")
    read_everything(client)
    for customer in client.get("//customer/acme/customers?pageSize=1000").get_json():
        client.get(f"//customer/acme/customers/{customer['id']}?expand=addresses,mixin:*")
    client.get("//site/acme/sites?expand=mixin:*")
    export_har(client, tmp_path / "shop.har")
    world, _ = import_file(tmp_path / "shop.har", keeps_personal=True)
    expected = rows_of(recorded, name)
    imported = {format_key(WORLDS.collections[name].key_of(row)): row for row in world[name]}
    assert imported.keys() == expected.keys()
    for key, row in expected.items():
        assert {field: imported[key].get(field) for field in row} == row


def _choose_write(client: Client, chance: random.Random) -> None:
    """Send a write; some are refused, and must leave nothing in the world."""
    segments = [segment["id"] for segment in client.get("?pageSize=1000&fields=id").get_json()]
    segment, customer = chance.choice(segments), chance.choice((JOHN, "18249883", "20000003"))
    content = {"name": {"en": f"Segment {chance.random()}"}, "siteCode": "main"}
    version = {"metadata": {"version": chance.choice((1, 99))}} if chance.random() < 0.2 else {}
    item = chance.choice((f"PRODUCT/{HAMMER}", f"PRODUCT/{SCREWDRIVER}", "CATEGORY/12468505", "PRODUCT/unknown"))
    patch = [{"op": "replace", "path": "/status", "value": chance.choice(("ACTIVE", "INACTIVE", "WRONG"))}]
    group = chance.choice([group["id"] for group in client.get("//iam/acme/groups?pageSize=1000").get_json()])
    user_type = chance.choice(("CUSTOMER", "EMPLOYEE"))
    elements = [{"id": chance.choice((HAMMER, SCREWDRIVER, "unknown"))} for _ in range(3)]
    writes: list[Callable[[], Any]] = [
        lambda: client.put(f"/{segment}", json={**content, **version}),
        lambda: client.put(f"/new{chance.randrange(5)}", json={**content, "description": {"en": "New"}}),
        lambda: client.post("", json=content),
        lambda: client.post("/bulk", json=[content, {}, {**content, "id": f"bulk{chance.randrange(3)}"}]),
        lambda: client.put("/bulk", json=[{**content, "id": segment}, {**content, "id": "made", "status": "ACTIVE"}]),
        lambda: client.send("PATCH", f"/{segment}", json=patch),
        lambda: client.delete(f"/{segment}?forceDelete={chance.choice(('true', 'false'))}"),
        lambda: client.send("DELETE", "/bulk?forceDelete=true", json=[segment, "unknown"]),
        lambda: client.put(f"/{segment}/customers/{customer}", json={"mixins": {"a": {"b": 1}}}),
        lambda: client.put(f"/{segment}/customers/{customer}/{COMPANY}"),
        lambda: client.delete(f"/{segment}/customers/{customer}"),
        lambda: client.delete(f"/{segment}/customers/{customer}/{COMPANY}"),
        lambda: client.put(f"/{segment}/customers/bulk", json=[{"customerId": customer}, {"customerId": "unknown"}]),
        lambda: client.send("DELETE", f"/{segment}/customers/bulk", json=[{"customerId": customer}]),
        lambda: client.put(f"/{segment}/items/{item}"),
        lambda: client.delete(f"/{segment}/items/{item}"),
        lambda: client.put(f"/{segment}/items/PRODUCT/bulk", json=elements),
        lambda: client.send("DELETE", f"/{segment}/items/PRODUCT/bulk", json=[HAMMER]),
        lambda: client.put(f"/{segment}/groups/{group}"),
        lambda: client.delete(f"/{segment}/groups/{group}"),
        lambda: client.put("//iam/acme/groups/fresh", json={"name": {"en": "Fresh"}, "userType": user_type}),
        lambda: client.post("//iam/acme/groups", json={"name": {"en": "Fresh"}}),
        lambda: client.put(f"//iam/acme/groups/{group}", json={"name": {"en": "Renamed"}, "userType": "CUSTOMER"}),
        lambda: client.delete(f"//iam/acme/groups/{group}?forceDelete=true"),
        lambda: client.post(f"//iam/acme/groups/{group}/users", json={"userId": customer, "userType": user_type}),
        lambda: client.put(f"//iam/acme/groups/{group}/users/{user_type}/{customer}"),
        lambda: client.delete(f"//iam/acme/groups/{group}/users/{customer}"),
        lambda: client.delete(f"//iam/acme/groups/{group}/users"),
        lambda: client.delete(f"//iam/acme/users/{customer}/groups"),
    ]
    chance.choice(writes)()


@pytest.mark.parametrize("seed", range(8))
def test_the_world_is_the_state_at_the_end_of_all_writes(seed: int, tmp_path: Path) -> None:
    recorded = build(Settings())
    client, chance = Client(recorded.flask, "acme"), random.Random(seed)
    read_everything(client)
    for _ in range(60):
        _choose_write(client, chance)
    export_har(client, tmp_path / "shop.har")
    world, report = import_file(tmp_path / "shop.har", keeps_personal=True)
    assert report.dropped == {}
    for name in WRITTEN:
        imported = {format_key(WORLDS.collections[name].key_of(row)): row for row in world.get(name, ())}
        assert strip_times(imported) == strip_times(rows_of(recorded, name)), name
