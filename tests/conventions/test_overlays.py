"""Overlays and code: what people say about a published service that its file does not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.contract.spec import SpecError
from mockserver.settings import Settings
from tests.conventions.conftest import BADGE, WAREHOUSE
from tests.support.client import Client


def refine(folder: Path, text: str, file: Path = WAREHOUSE, code: str = "", **settings: Any) -> App:
    """Return a simulator with an overlay of a file, and perhaps with code."""
    overlay = folder / "overlay.yml"
    overlay.write_text(f"refines: {file}\n{text}")
    rules = folder / "rules"
    if code:
        rules.mkdir()
        (rules / "own.py").write_text(code)
    return build(Settings(service=(str(overlay),), service_code=rules if code else None, **settings))


def test_an_overlay_gives_a_role_a_key_and_filters(tmp_path: Path) -> None:
    text = """
collections: {levels: {name: stockLevels}}
operations:
  GET-warehouse-levels-of-depot: {role: list, collection: levels}
"""
    app = refine(tmp_path, text)
    client = Client(app.flask, "acme")
    for product, depot in (("P1", "D1"), ("P2", "D1"), ("P1", "D2")):
        assert client.post(f"//warehouse/acme/levels/{product}/{depot}", json={"quantity": 1}).status_code == 201
    reply = client.get("//warehouse/acme/levels/depot/D1")
    assert [row["product"] for row in reply.get_json()] == ["P1", "P2"]
    assert "X-Mock-Not-Simulated" not in reply.headers
    assert "stockLevels" in app.worlds.collections


def test_an_overlay_sets_the_index_base_and_the_first_version(tmp_path: Path) -> None:
    client = Client(refine(tmp_path, "indexBase: 1\nfirstVersion: 0\nservice: depots\n").flask, "acme")
    entries = client.post("//warehouse/acme/depots/bulk", json=[{"id": "D1", "name": "A"}]).get_json()
    assert [entry["index"] for entry in entries] == [1]
    assert client.get("//warehouse/acme/depots/D1").get_json()["metadata"]["version"] == 0


def test_an_overlay_names_scopes(tmp_path: Path) -> None:
    text = "operations: {POST-badge-create-badge: {scopes: [badge.badge_manage]}, GET-badge-list-badges: {scopes: []}}"
    app = refine(tmp_path, text, BADGE)
    client = Client(app.flask, "acme")
    refused = client.with_token("no-scope-token").post("//badge/badges", json={"name": "A"})
    assert (refused.status_code, refused.headers["X-Mock-Hint"]) == (403, "needs one of the scopes badge.badge_manage")
    assert client.post("//badge/badges", json={"name": "A"}).status_code == 201  # the administrator has every scope
    assert client.with_token("no-scope-token").get("//badge/badges").status_code == 200


def test_an_overlay_names_filters_keys_and_rows_to_start_with(tmp_path: Path) -> None:
    text = "collections: {badges: {start: examples, key: name, filters: {justNew: isNew}, localized: [title]}}"
    client = Client(refine(tmp_path, text, BADGE).flask, "acme")
    assert [row["name"] for row in client.get("//badge/badges").get_json()] == ["New", "Old"]
    assert [row["name"] for row in client.get("//badge/badges?justNew=false").get_json()] == ["Old"]
    assert client.get("//badge/badges/Old").get_json()["id"] == "B2"


def test_an_overlay_lets_an_operation_answer_by_example(tmp_path: Path) -> None:
    client = Client(refine(tmp_path, "operations: {GET-badge-list-badges: {role: example}}", BADGE).flask, "acme")
    reply = client.get("//badge/badges")
    assert ([row["id"] for row in reply.get_json()], reply.headers["X-Mock-Not-Simulated"]) == (["B1", "B2"], "example")


def test_an_overlay_names_the_parameter_with_the_tenant(tmp_path: Path) -> None:
    published = tmp_path / "shop.yml"
    published.write_text(
        "openapi: 3.0.0\npaths:\n  /shop/{store}/a:\n"
        "    get: {operationId: A, responses: {'200': {description: '', content: {application/json: {example: 1}}}}}\n"
    )
    app = refine(tmp_path, "tenant: store\n", published)
    assert Client(app.flask, "acme").get("//shop/globex1/a").status_code == 200
    assert app.world.tenant_names == ["globex1"]


REFUSED: dict[str, tuple[str, list[str]]] = {
    "an unknown operation": (
        "operations: {GET-nothing: {}}",
        ["Unknown operation 'GET-nothing'", "GET-badge-list-badges"],
    ),
    "an unknown collection": ("collections: {things: {}}", ["Unknown collection 'things'", "badges"]),
    "an unknown word": ("colour: red", ["colour"]),
    "an unknown role": (
        "operations: {GET-badge-list-badges: {role: dance}}",
        ["/GET-badge-list-badges/role"],
    ),
    "a role without a collection": (
        "operations: {GET-badge-list-badges: {role: list}}",
        ["needs a `collection`", "badges"],
    ),
    "a role of another method": (
        "operations: {GET-badge-list-badges: {role: create, collection: badges}}",
        ["GET cannot have the role `create`"],
    ),
    "a role without its ids": (
        "operations: {GET-badge-list-badges: {role: read, collection: badges}}",
        ["but the key is id"],
    ),
    "a key of the wrong length": ("collections: {badges: {key: [a, b]}}", ["has 1 part(s)", "not 2"]),
    "a name that is taken": ("collections: {badges: {name: products}}", ["products", "taken"]),
    "a name of the service that is no name": ("service: My Service", ["/service"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_an_overlay_with_a_mistake_is_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    text, parts = REFUSED[name]
    with pytest.raises(SpecError) as error:
        refine(tmp_path, text, BADGE)
    assert str(error.value).startswith(str(tmp_path / "overlay.yml"))
    for part in parts:
        assert part in str(error.value)


def test_an_overlay_of_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"`refines` names .*missing.yml, which does not exist"):
        refine(tmp_path, "", tmp_path / "missing.yml")


def test_two_overlays_of_one_file_are_refused(tmp_path: Path) -> None:
    for name in ("one.yml", "two.yml"):
        (tmp_path / name).write_text(f"refines: {BADGE}\n")
    with pytest.raises(SpecError, match="refines the same file"):
        build(Settings(service=(str(tmp_path),)))


RULE = """
from mockserver.errors import BadRequest

def check_name(call, answer):
    if call.body["name"] == "bad":
        raise BadRequest(field="/name", error_type="name", detail="This name is not nice.")
    reply = answer(call)
    reply.body["stamp"] = "approved"
    return reply

RULES = {"POST-badge-create-badge": check_name}
"""


def test_code_refines_an_operation(tmp_path: Path) -> None:
    client = Client(refine(tmp_path, "", BADGE, RULE).flask, "acme")
    refused = client.post("//badge/badges", json={"name": "bad"})
    assert (refused.status_code, refused.get_json()[0]["path"]) == (400, "/name")
    assert client.post("//badge/badges", json={"name": "good"}).get_json()["stamp"] == "approved"
    assert [row["name"] for row in client.get("//badge/badges").get_json()] == ["good"]


BAD_CODE: dict[str, tuple[str, str]] = {
    "a mistake": ("1 / 0", "cannot be imported: ZeroDivisionError"),
    "no Python": ("def", "cannot be imported: SyntaxError"),
    "no rules": ("x = 1", "has no Python file with `RULES"),
    "rules that are no functions": ("RULES = {'A': 1}", "must be a dict of functions"),
    "an unknown operation": ("RULES = {'GET-nothing': print}", "Unknown operation 'GET-nothing'"),
}


@pytest.mark.parametrize("name", BAD_CODE)
def test_code_with_a_mistake_is_refused_with_a_reason(tmp_path: Path, name: str) -> None:
    code, part = BAD_CODE[name]
    with pytest.raises(SpecError) as error:
        refine(tmp_path, "", BADGE, code)
    assert part in str(error.value)


def test_a_folder_of_code_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="needs a folder with Python files"):
        build(Settings(service_code=tmp_path / "missing"))
