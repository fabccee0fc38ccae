"""Replies in other media types than JSON: the spec declares them, and they are validated like all others."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from mockserver.contract.openapi_core_validator import OpenApiCoreValidator
from mockserver.contract.operations import compile_operations
from mockserver.contract.routing import Router
from mockserver.contract.spec import load_spec
from mockserver.control.guard import Guard
from mockserver.messages import Reply, Request, TextBody
from mockserver.pipeline import Pipeline
from mockserver.records.store import RecordStore
from mockserver.reply_encoding import ContractViolation
from mockserver.store.world import World
from mockserver.web.entrances import Entrances

TEXT, OBJECT = {"schema": {"type": "string"}}, {"schema": {"type": "object"}}
SPEC = {
    "openapi": "3.0.3",
    "info": {"title": "Greetings", "version": "1"},
    "paths": {
        "/hello": {
            "get": {
                "operationId": "hello",
                "responses": {"200": {"description": "", "content": {"text/plain": TEXT, "application/json": OBJECT}}},
            }
        }
    },
}


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / "hello.yaml").write_text(yaml.safe_dump(SPEC))
    return tmp_path / "hello.yaml"


def build_pipeline(spec: Path, world: World, reply: Reply, *, with_reference: bool) -> Pipeline:
    document = load_spec(spec)
    validator = OpenApiCoreValidator([document]) if with_reference else None
    return Pipeline(
        world, Router(compile_operations(document)), {"hello": lambda _: reply}, RecordStore(), second_opinion=validator
    )


@pytest.mark.parametrize("with_reference", [False, True])
@pytest.mark.parametrize(
    ("body", "content", "media_type"),
    [
        (TextBody("Grüße, {not: json", "text/plain"), "Grüße, {not: json".encode(), "text/plain"),
        ({"hello": "there"}, b'{"hello":"there"}', "application/json"),
    ],
    ids=["text", "json"],
)
def test_a_declared_media_type_is_sent(
    spec: Path, world: World, body: object, content: bytes, media_type: str, with_reference: bool
) -> None:
    answering = build_pipeline(spec, world, Reply(200, body), with_reference=with_reference)
    flask = Entrances(answering.handle_request, answering.handle_request, Guard(), {}).flask
    reply = flask.test_client().get("/hello")
    assert (reply.status_code, reply.data, reply.mimetype) == (200, content, media_type)


@pytest.mark.parametrize("reply", [Reply(200, TextBody("<p>", "text/html")), Reply(200, "hello")], ids=["text", "json"])
def test_an_undeclared_media_type_is_a_defect(spec: Path, world: World, reply: Reply) -> None:
    with pytest.raises(ContractViolation):
        build_pipeline(spec, world, reply, with_reference=False).handle_request(Request("GET", "/hello", "", {}))
    (operation,) = compile_operations(load_spec(spec))
    assert (
        OpenApiCoreValidator([load_spec(spec)]).validate_reply(operation, Request("GET", "/hello", "", {}), {}, reply)
        is not None
    )
