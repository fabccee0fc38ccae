"""The world file is read again: tenants without changes follow it, others keep theirs, and mistakes change nothing."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.settings import Settings
from mockserver.worlds.world_file import WorldFile
from tests.support.client import Admin, Client
from tests.support.live_server import run_command, send_request, start_server
from tests.support.samples import ADMIN_SCOPES

SITE = {"code": "main", "name": "Main", "defaultLanguage": "en", "languages": ["en"], "currency": "EUR"}
SCHEMA_URL = "https://example.com/size.json"


def product(id_: str) -> dict[str, Any]:
    return {"id": id_, "code": id_, "name": {"en": id_.title()}}


def world_of(*products: str, **more: Any) -> str:
    """Return a world with these products; JSON is YAML too."""
    return json.dumps({"sites": [SITE], "products": [product(id_) for id_ in products], **more})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "world.yaml"
    file.write_text(world_of("mug"))
    return file


@pytest.fixture
def app(path: Path) -> App:
    return build(Settings(fixture=str(path)))


@pytest.fixture
def file(app: App) -> WorldFile:
    assert app.world_file
    return app.world_file


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], list[str]]]:
    """Return the lines that were logged since the last call."""
    caplog.set_level(logging.WARNING, "mockserver")
    logger = logging.getLogger("mockserver")
    propagates, logger.propagate = logger.propagate, True

    def take() -> list[str]:
        lines = [record.getMessage() for record in caplog.records]
        caplog.clear()
        return lines

    yield take
    logger.propagate = propagates


def admin_of(app: App, tenant: str) -> Admin:
    return Admin(Client(app.flask, tenant))


def products_of(app: App, tenant: str) -> list[str]:
    return [row["id"] for row in admin_of(app, tenant).call("GET", "/state/products")]


def reload(app: App, status: int = 200) -> Any:
    reply = Client(app.flask, "acme", None).post("//__admin/reload")
    assert reply.status_code == status, reply.text
    return reply.get_json()


def settle(file: WorldFile) -> None:
    """Check as often as the watching thread needs to read a change."""
    file.check()
    file.check()


def test_tenants_without_changes_follow_and_the_others_keep_theirs(
    app: App, path: Path, log: Callable[[], list[str]]
) -> None:
    own, untouched, reverted = (admin_of(app, name) for name in ("own", "untouched", "reverted"))
    untouched.call("GET", "/state")
    for admin in (own, reverted):
        admin.call("PUT", "/state/products/hat", product("hat"), 201)
    reverted.call("POST", "/reset")
    path.write_text(world_of("mug", "pen"))
    assert reload(app) == {
        "world": "world",
        "file": str(path),
        "changed": True,
        "followed": ["reverted", "untouched"],
        "kept": ["own"],
    }
    assert products_of(app, "untouched") == products_of(app, "reverted") == products_of(app, "new") == ["mug", "pen"]
    assert products_of(app, "own") == ["hat", "mug"]
    (line,) = log()
    assert "POST /__admin/reset?tenant=own: own" in line
    own.call("POST", "/reset")
    assert products_of(app, "own") == ["mug", "pen"]
    assert own.call("GET", "/state/diff")["changes"] == {}


def test_a_reload_without_a_change_does_nothing(app: App, path: Path, log: Callable[[], list[str]]) -> None:
    admin_of(app, "acme").call("GET", "/state")
    os.utime(path, (0, 0))
    assert (reload(app)["changed"], log()) == (False, [])
    assert admin_of(app, "acme").call("GET", "/state")["version"] == 0


def test_clients_and_tokens_follow_the_file(app: App, path: Path) -> None:
    client = Client(app.flask, "acme")
    for name in ("first", "second"):
        token = {"token": f"{name}-token", "scopes": [*ADMIN_SCOPES]}
        path.write_text(
            world_of(tokens=[token], clients=[{"id": name, "secret": "s3cret", "scopes": []}], description=name)
        )
        reload(app)
        assert client.with_token(f"{name}-token").get("/items").status_code == 200
    assert client.with_token("first-token").get("/items").status_code == 401
    grants = [
        client.with_token(None).post(
            "//oauth/token", data={"grant_type": "client_credentials", "client_id": id_, "client_secret": "s3cret"}
        )
        for id_ in ("first", "second")
    ]
    assert [grant.status_code for grant in grants] == [401, 200]


def test_tenants_that_were_seeded_with_another_world_keep_it(app: App, path: Path) -> None:
    seeded = admin_of(app, "seeded")
    seeded.call("POST", "/seed", {"inline": json.loads(world_of("cup"))})
    path.write_text(world_of("pen"))
    assert reload(app)["kept"] == []
    seeded.call("POST", "/reset")
    assert products_of(app, "seeded") == ["cup"]
    assert products_of(app, "new") == ["pen"]
    Client(app.flask, "acme", None).post("//__admin/seed", json={"inline": json.loads(world_of("cap"))})
    path.write_text(world_of("ink"))
    reload(app)
    assert products_of(app, "another") == ["cap"]


MISTAKES = [
    world_of("mug", "mug"),
    world_of("mug")[:-20],
    world_of("mug", things=[]),
    world_of("mug", categories=[{"name": "a"}]),
    world_of("mug", mixinSchemas=[{"url": SCHEMA_URL, "file": "missing.json"}]),
    "\0",
    "[]",
]


@pytest.mark.parametrize("text", MISTAKES)
def test_a_file_with_mistakes_changes_nothing_and_is_reported_once(
    app: App, path: Path, file: WorldFile, text: str, log: Callable[[], list[str]]
) -> None:
    admin = admin_of(app, "acme")
    admin.call("GET", "/state")
    path.write_text(text)
    for _ in range(5):
        file.check()
    (line,) = log()
    assert str(path) in line
    error = reload(app, 400)
    assert error["message"] == "The world file has mistakes; nothing was changed."
    assert error["details"]["message"] in line
    settle(file)
    assert (admin.call("GET", "/state")["version"], products_of(app, "acme")) == (0, ["mug"])
    path.write_text(world_of("pen"))
    settle(file)
    assert products_of(app, "acme") == ["pen"]


def test_bytes_that_are_not_text_are_a_mistake(app: App, path: Path) -> None:
    path.write_bytes(b"\xff")
    assert "UTF-8" in reload(app, 400)["details"]["message"]


def test_a_shipped_world_has_no_file_to_read_again(client: Client) -> None:
    reply = client.with_token(None).post("//__admin/reload")
    assert reply.get_json() == {"world": "default", "changed": False, "followed": [], "kept": []}
    result = run_command("serve", "--watch", "--port", "0")
    assert result.returncode == 2
    assert "--watch needs a world file of your own, such as --fixture world.yaml" in result.stderr


def test_a_change_is_read_once_it_has_settled(app: App, path: Path, file: WorldFile) -> None:
    for number in range(5):  # an editor or a program that writes for seconds
        path.write_text(world_of("pen", *(f"p{part}" for part in range(number))))
        file.check()
        assert products_of(app, "acme") == ["mug"]
    file.check()
    assert products_of(app, "acme") == ["p0", "p1", "p2", "p3", "pen"]


def test_a_half_written_file_is_not_read(app: App, path: Path, file: WorldFile, log: Callable[[], list[str]]) -> None:
    text = world_of("pen")
    path.write_text(text[: len(text) // 2])
    file.check()
    path.write_text(text)
    settle(file)
    assert (products_of(app, "acme"), len(log())) == (["pen"], 1)


def test_a_file_may_be_replaced_removed_and_written_again(
    app: App, path: Path, file: WorldFile, log: Callable[[], list[str]]
) -> None:
    path.unlink()
    file.check()
    path.write_text(world_of("mug"))
    settle(file)
    assert log() == []  # the same content again
    other = path.with_name("new")
    for number in range(100):
        other.write_text(world_of("pen", f"p{number}"))
        other.replace(path)
        if number % 3 == 0:
            file.check()
    settle(file)
    assert products_of(app, "acme") == ["p99", "pen"]
    log()
    path.unlink()
    for _ in range(4):
        file.check()
    assert log() == [f"The world stays as it is, because its file is missing: {path}"]
    assert reload(app, 400)["message"] == "The world file is missing; nothing was changed."
    assert products_of(app, "acme") == ["p99", "pen"]


def test_the_target_of_a_symbolic_link_is_watched(tmp_path: Path) -> None:
    """As in Kubernetes, where a link to a folder is replaced."""
    for name, id_ in (("one", "mug"), ("two", "pen")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "world.yaml").write_text(world_of(id_))
    (tmp_path / "data").symlink_to("one")
    (tmp_path / "world.yaml").symlink_to("data/world.yaml")
    app = build(Settings(fixture=str(tmp_path / "world.yaml")))
    assert app.world_file
    (tmp_path / "new").symlink_to("two")
    (tmp_path / "new").replace(tmp_path / "data")
    settle(app.world_file)
    assert products_of(app, "acme") == ["pen"]
    (tmp_path / "data").unlink()
    (tmp_path / "data").symlink_to("data")  # a loop
    settle(app.world_file)
    assert products_of(app, "acme") == ["pen"]


def test_files_of_mixin_schemas_belong_to_the_world(app: App, path: Path, file: WorldFile) -> None:
    rows = [{"url": SCHEMA_URL, "file": "size.json"}]
    schema = path.with_name("size.json")
    path.write_text(world_of("mug", mixinSchemas=rows))
    settle(file)
    assert products_of(app, "acme") == ["mug"]
    for kind in ("string", "integer"):
        schema.write_text(json.dumps({"type": kind}))
        settle(file)
        assert admin_of(app, "acme").call("GET", "/state/mixinSchemas") == [
            {"url": SCHEMA_URL, "schema": {"type": kind}}
        ]
    schema.unlink()
    assert "size.json" not in reload(app, 400)["message"]
    assert len(admin_of(app, "acme").call("GET", "/state/mixinSchemas")) == 1


def test_a_file_that_changes_while_it_is_read_is_read_again(
    app: App, path: Path, file: WorldFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_seed = file._worlds.load_seed
    texts = [world_of("cup"), world_of("cap")]

    def load_and_write(name: str) -> Any:
        seed = load_seed(name)
        if texts:
            path.write_text(texts.pop())
        return seed

    monkeypatch.setattr(type(file._worlds), "load_seed", lambda _, name: load_and_write(name))
    path.write_text(world_of("pen"))
    settle(file)
    assert products_of(app, "acme") == ["mug"]
    reload(app)
    assert products_of(app, "acme") == ["cup"]


def test_watching_goes_on_after_a_defect(file: WorldFile, monkeypatch: pytest.MonkeyPatch, log: Any) -> None:
    stopped = Event()
    checks: list[int] = []

    def check() -> None:
        checks.append(len(checks))
        if len(checks) == 3:
            stopped.set()
        raise RuntimeError("defect")

    monkeypatch.setattr(file, "check", check)
    thread = Thread(target=file.watch, args=(stopped, 0.001))
    thread.start()
    thread.join()
    assert (len(checks), len(log())) == (3, 3)


def test_a_change_of_the_world_is_told(app: App, path: Path, file: WorldFile) -> None:
    admin = admin_of(app, "acme")
    admin.call("GET", "/state")
    path.write_text(world_of("mug", "pen"))
    settle(file)
    path.write_text(world_of("mug"))
    reload(app)
    assert [change["sentence"] for change in admin.call("GET", "/changes")["changes"]] == [
        "Product Pen (pen) was added because the world file changed.",
        "Product Pen (pen) was removed by POST /__admin/reload.",
    ]
    admin.call("POST", "/undo")
    assert products_of(app, "acme") == ["mug", "pen"]


def test_a_server_watches_its_file(path: Path) -> None:
    with start_server("--watch", "--fixture", str(path)) as (process, ready):
        path.write_text(world_of("mug", "pen"))
        assert process.stderr
        assert "was read again" in json.loads(process.stderr.readline())["message"]  # waits for the line
        status, rows = send_request(f"{ready['url']}/__admin/state/products")
        assert (status, [row["id"] for row in rows]) == (200, ["mug", "pen"])
