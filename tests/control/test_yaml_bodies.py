"""Worlds and rows in YAML: the strict YAML of world files, for the calls of the control plane that declare it."""

from __future__ import annotations

from typing import Any

import pytest
from werkzeug.test import TestResponse

from mockserver.resources import data_folder
from tests.support.client import Admin, Client

TYPES = ["application/yaml", "text/yaml", "application/x-yaml", "Application/YAML; charset=utf-8"]
WORLD = "sites: [{code: main, name: Main, defaultLanguage: en, languages: [en], currency: EUR}]\n"


@pytest.fixture
def admin(client: Client) -> Admin:
    return Admin(client)


def send(client: Client, method: str, path: str, text: str | bytes, media_type: str = TYPES[0]) -> TestResponse:
    url = f"//__admin{path}?tenant={client.tenant}"
    return client.with_token(None).send(method, url, data=text, headers={"Content-Type": media_type})


@pytest.mark.parametrize("media_type", TYPES)
def test_a_world_file_can_be_sent_as_it_is(client: Client, admin: Admin, media_type: str) -> None:
    reply = send(client, "POST", "/seed", f"# My world\n{WORLD}", media_type)
    assert reply.get_json() == {"world": "inline", "tenants": [client.tenant]}
    assert [row["code"] for row in admin.call("GET", "/state/sites")] == ["main"]


def test_the_file_of_a_shipped_world_gives_its_state(client: Client, admin: Admin) -> None:
    rows, _, _ = (data_folder("fixtures") / "default.yaml").read_text().partition("mixinSchemas:")
    schemas = admin.call("GET", "/state/mixinSchemas")
    assert send(client, "POST", "/seed", rows).status_code == 200
    admin.call("PUT", "/state/mixinSchemas", schemas)
    admin.call("PUT", "/snapshots/sent")
    admin.call("POST", "/seed", {"world": "default"})
    assert admin.call("GET", "/snapshots/sent/diff")["changes"] == {}


def test_the_fields_of_json_work_in_yaml_too(client: Client, admin: Admin) -> None:
    assert send(client, "POST", "/seed", f"tenant: {client.tenant}\nworld: empty\n").get_json()["world"] == "empty"
    reply = send(client, "POST", "/seed", "seed: 4\ncounts: {products: 3}\n")
    assert reply.get_json()["world"] == "seed-4"
    assert admin.call("GET", "/state")["counts"]["products"] == 3
    assert send(client, "POST", "/seed", f"inline:\n  {WORLD}").get_json()["world"] == "inline"
    assert send(client, "POST", "/seed", f"tenant: {client.tenant}\n{WORLD}").status_code == 200


def test_rows_can_be_yaml(client: Client, admin: Admin) -> None:
    assert send(client, "PUT", "/state/products/mug", "code: MUG\nname:\n  en: Mug\n").status_code == 201
    assert admin.call("GET", "/state/products/mug")["name"] == {"en": "Mug"}
    assert send(client, "PATCH", "/state/products/mug", "name: {de: Becher}\npublished: false\n").status_code == 200
    patched = admin.call("GET", "/state/products/mug")
    assert (patched["name"], patched["published"]) == ({"en": "Mug", "de": "Becher"}, False)
    assert send(client, "PUT", "/state/mixinSchemas", "- url: https://example.com/a\n  schema: {}\n").status_code == 200
    assert admin.call("GET", "/state/mixinSchemas")[0]["schema"] == {}


# Text, and a part of the message.
MISTAKES: list[tuple[Any, str]] = [
    ("sites: [", "line 1 column 9"),
    ("a: 1\na: 2\n", "line 2 column 1: the key 'a' comes twice"),
    ("a: &x 1\nb: *x\n", "anchors and aliases"),
    ("a: !!python/none\n", "tags"),
    ("a: 1\n---\nb: 2\n", "second document"),
    ("- 1\n", "object"),
    ("just a text", "object"),
    (b"a: \xff\n", "UTF-8"),
    ("#\n", "object"),
    ("[" * 200, "levels"),
    ("world: 5\n", "5"),
    ("sites: 5\n", "5"),
    ("thing: []\n", "thing"),
    ("seed: 1\ncounts: {products: 200000}\n", "100000"),
    ("a: 99999999999999999999999999\n", "a"),
]


@pytest.mark.parametrize(("text", "message"), MISTAKES, ids=lambda part: ascii(part)[:20])
def test_a_mistake_is_named_and_changes_nothing(client: Client, admin: Admin, text: Any, message: str) -> None:
    reply = send(client, "POST", "/seed", text)
    assert reply.status_code == 400, reply.text
    assert message in reply.text
    assert admin.call("GET", "/state")["version"] == 0


def test_a_body_without_a_world_is_refused_in_both_formats(client: Client) -> None:
    for text, media_type in (("{}", "application/json"), ("{}", TYPES[0]), ("tenant: acme\n", TYPES[0])):
        reply = send(client, "POST", "/seed", text, media_type)
        assert (reply.status_code, reply.get_json()["message"][:11]) == (422, "Give one of")


def test_json_stays_strict(client: Client) -> None:
    body: Any
    for body in ({"sites": []}, {"world": "empty", "sites": []}):
        reply = client.with_token(None).post("//__admin/seed", json=body)
        assert (reply.status_code, reply.get_json()["details"]["type"]) == (400, "additionalProperties")


@pytest.mark.parametrize(("method", "path"), [("POST", "/reset"), ("POST", "/undo"), ("PUT", "/clock")])
def test_calls_that_do_not_declare_yaml_name_what_they_take(client: Client, method: str, path: str) -> None:
    reply = send(client, method, path, "{}")
    assert (reply.status_code, reply.get_json()["details"]["type"]) == (400, "contentType")
    assert "application/json" in reply.get_json()["details"]["message"]
