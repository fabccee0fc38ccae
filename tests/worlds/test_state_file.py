"""`serve --state`: what a server continues from its file, which files it refuses, and writes that fail."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from mockserver.app import App, build
from mockserver.settings import Settings, Switches
from mockserver.store.tenant import Seed
from mockserver.store.world import World
from mockserver.worlds.durable_file import DurableFile, FileUnusable, write_pieces
from mockserver.worlds.exporting import export_world
from mockserver.worlds.row_lines import parse_text
from mockserver.worlds.state_file import ROW_INDENT, StateFileError, StateFormat
from mockserver.worlds.state_keeper import FORMS, StateKeeper
from mockserver.worlds.world_text import WorldWriter
from tests.support.client import Admin, Client
from tests.support.clock import ManualClock
from tests.support.drawn_worlds import CLIENTS, TOKENS, WORLD_ROWS, draw_switches
from tests.support.live_server import TIMEOUT_SECONDS, run_command, send_request, start_server
from tests.support.samples import DEFAULT, GOLDEN, HAMMER, WORLDS
from tests.support.state_files import describe_tenants, serve_with

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ITEM = f"/{GOLDEN}/items/PRODUCT/{HAMMER}"


@pytest.fixture(params=[".yaml", ".json"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / f"state{request.param}"


def test_a_restart_continues_every_tenant(path: Path) -> None:
    with serve_with(path) as app:
        one, two, three = (Client(app.flask, name) for name in ("one", "two", "null"))
        assert one.delete(ITEM).status_code == 204
        assert one.post("", json={"name": {"": "\u2028"}, "siteCode": "main"}).status_code == 201
        Admin(one).call("PUT", "/clock", {"mode": "scaled", "at": "2026-05-01T00:00:00Z", "rate": 2.5})
        Admin(two).call(
            "PUT", "/world", {"switches": {"delete_missing": "404"}, "tokens": [{"token": "t", "scopes": []}]}
        )
        Admin(two).call("PUT", "/settings", {"unknown_mixin": "reject", "contract": "warn"})
        Admin(three).call("POST", "/seed", {"world": "empty"})
        Client(app.flask, "same").get("")
        app.world.ids.next_hex(28)
        app.world.clock.shift(60)
        before = describe_tenants(app.world)
        next_ids = app.world.tenant("one").ids.next_hex(24), app.world.ids.next_hex(24)
        app.world.tenant("one").ids = type(app.world.ids)("default/one", app.world.tenant("one").ids.position - 3)
        shared = app.world.clock.setting
    file = parse_text(path.read_text())
    assert [row["name"] for row in file["tenants"]] == ["null", "one", "two"]  # the other one is as the world
    with serve_with(path) as app:
        after = describe_tenants(app.world)
        assert after == {name: facts for name, facts in before.items() if name != "same"}
        assert app.world.clock.setting == shared
        assert app.world.tenant("one").ids.next_hex(24) == next_ids[0]
        two = Client(app.flask, "two").with_token("t")
        assert two.get("").status_code == 403  # the token of its world
        assert Client(app.flask, "one").with_token("t").get("").status_code == 401
        for name, count in (("one", len(DEFAULT["itemAssignments"])), ("null", 0)):
            Admin(Client(app.flask, name)).call("POST", "/reset")
            assert len(export_world(app.world.tenant(name).state, WORLDS.collections)["itemAssignments"]) == count


def test_a_later_start_may_have_another_world_and_other_switches(path: Path) -> None:
    with serve_with(path) as app:
        assert Client(app.flask, "one").delete(ITEM).status_code == 204
    with serve_with(path, fixture="empty", behaviour=Switches(delete_missing="404")) as app:
        kept, new = Client(app.flask, "one"), Client(app.flask, "new")
        assert [client.get("").status_code for client in (kept, new)] == [200, 200]
        assert kept.with_token("read-token").get(f"/{GOLDEN}").status_code == 200
        assert new.with_token("read-token").get(f"/{GOLDEN}").status_code == 404
        assert kept.delete("/nowhere").status_code == 404
        Admin(kept).call("POST", "/reset")
        assert kept.with_token("read-token").get(f"/{GOLDEN}").status_code == 404


def test_a_file_without_changes_is_left_alone(path: Path) -> None:
    with serve_with(path) as app:
        Client(app.flask, "one").delete(ITEM)
    before = path.read_bytes()
    with serve_with(path) as app:
        Client(app.flask, "two").with_token("read-token").get("")
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


DRAWN = World(Seed("drawn", WORLDS.build_state({})), Switches(), "acme", None, "vendor")


@pytest.mark.parametrize("form", ["yaml", "json"])
@settings(max_examples=40)
@given(rows=WORLD_ROWS, tokens=TOKENS, clients=CLIENTS, switches=draw_switches())
def test_any_tenant_is_read_as_it_was_written(form: Any, rows: Any, tokens: Any, clients: Any, switches: Any) -> None:
    seed = Seed(
        "se: ed", WORLDS.build_state(rows), {client.id: client for client in clients}, tokens, switches=switches
    )
    DRAWN.reseed(seed, "drawn")
    other = World(DRAWN.seed, Switches(), "acme", None, "vendor")
    file_format = StateFormat(DRAWN, WORLDS)
    written = b"".join(file_format.write(file_format.capture(), WorldWriter(WORLDS.collections, form, ROW_INDENT), NOW))
    for tenant in StateFormat(other, WORLDS).read(written, Path("state")).tenants:
        other.restore_tenant(tenant)
    assert describe_tenants(other) == describe_tenants(DRAWN)


def test_only_chunks_that_changed_are_encoded_again(shared: App) -> None:
    seed = shared.world.seed
    world = World(seed, Switches(), "acme", None, "vendor")
    encoded: list[None] = []
    writer = WorldWriter(WORLDS.collections, "yaml", ROW_INDENT, lambda: encoded.append(None))
    file_format = StateFormat(world, WORLDS)
    counts = []
    for change in (None, "first", "second", None):
        if change:
            segment = {**world.tenant("acme").state.segments[GOLDEN], "name": {"en": change}}
            world.tenant("acme").reset(world.tenant("acme").state.with_segment(segment))
        file_format.write(file_format.capture(), writer, NOW)
        counts.append(len(encoded))
    mixin_schemas = 1  # they are in no table
    assert [later - earlier for earlier, later in pairwise(counts)] == [
        1 + 2 * mixin_schemas,
        1 + 2 * mixin_schemas,
        2 * mixin_schemas,
    ]
    assert counts[0] > 10


GOOD = """stateFormat: 1
ids: 0
worlds: []
tenants:
- {name: acme, version: 3, ids: 0, state: {}}
complete: true
"""
REFUSED = [
    ("", "is empty; remove it to start from the world"),
    (" \n", "is empty"),
    ("- 1\n", "is no state file"),
    ("segments: []\n", "a world file goes to --fixture"),
    (
        GOOD.replace("stateFormat: 1", "stateFormat: 3\nwrittenBy: emporix-mockserver 9"),
        "has the format 3; this version reads 1 and 2. Use the version that wrote it (emporix-mockserver 9)",
    ),
    (GOOD.replace("stateFormat: 1", "stateFormat: '1'"), "has the format '1'"),
    (GOOD.removesuffix("complete: true\n"), "its end is missing"),
    (GOOD.replace("complete: true", "complete: false"), "/complete: true was expected"),
    (GOOD[:60], "is damaged: "),
    (GOOD.replace("tenants:", "tenants: {"), "is damaged: line"),
    (GOOD.replace("acme", "Acme!"), "/tenants/0/name: "),
    (GOOD.replace("acme", "a" * 300), "/tenants/0/name: "),
    (GOOD.replace("version: 3", "version: -3"), "/tenants/0/version: "),
    (GOOD.replace("ids: 0,", "ids: 99999999999,"), "/tenants/0/ids: "),
    (GOOD.replace("ids: 0,", "ids: 0, world: 0,"), "/tenants/0/world: there is no world 0"),
    (GOOD.replace("state: {}", "state: {segments: [{id: a, status: 5}]}"), "/tenants/0/state/segments/0/status: "),
    (GOOD.replace("state: {}", "state: {things: []}"), "/tenants/0/state/things: unknown section"),
    (GOOD.replace("state: {}", "state: {}, switches: {own: own}"), "/tenants/0/switches: "),
    (
        GOOD.replace("worlds: []", "worlds: [{name: w, world: {switches: {a: 1}}}]"),
        "/worlds/0/world/switches/a: unknown field",
    ),
    (GOOD.replace("complete", "- {name: acme, version: 1, ids: 0, state: {}}\ncomplete"), "a tenant comes twice"),
    (GOOD.replace("ids: 0\n", "ids: 0\nclock: {mode: frozen}\n"), "/clock: "),
    ('{"stateFormat": 1, "ids": 0, ', "is damaged: "),
    ('{"stateFormat": 1, "stateFormat": 1}', "comes twice"),
    ("\ufeff\x00", "is damaged: "),
    ("\udcff\udcfe", "is damaged: not UTF-8"),
]


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_a_file_that_cannot_be_used_is_refused_and_left_alone(
    shared: App, tmp_path: Path, text: str, reason: str
) -> None:
    content = text.encode(errors="surrogateescape")
    path = tmp_path / "state.yaml"
    path.write_bytes(content)
    world = World(shared.world.seed, Switches(), "acme", None, "vendor")
    with pytest.raises(StateFileError) as caught:
        StateKeeper(path, world, shared.worlds)
    assert str(caught.value).startswith(f"{path}: ")
    assert reason in str(caught.value)
    assert path.read_bytes() == content
    assert [file.name for file in tmp_path.iterdir()] == ["state.yaml"]
    assert world.tenant_names == []


def test_the_good_file_is_good(shared: App, tmp_path: Path) -> None:
    (tmp_path / "state.yaml").write_text(GOOD)
    with serve_with(tmp_path / "state.yaml") as app:
        assert app.world.tenant("acme").version == 3


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_file_that_was_cut_is_refused(path: Path, cut: int) -> None:
    with serve_with(path) as app:
        Client(app.flask, "one").delete(ITEM)
    content = path.read_bytes()
    path.write_bytes(content[: cut * len(content) // 20])
    with pytest.raises(StateFileError, match="damaged"):
        StateKeeper(path, app.world, app.worlds)


def make_folder(folder: Path) -> Path:
    (folder / "state.yaml").mkdir()
    return folder / "state.yaml"


def make_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "state.yaml")
    return folder / "state.yaml"


def make_file_above(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "state.yaml"


def make_loop(folder: Path) -> Path:
    (folder / "state.yaml").symlink_to(folder / "state.yaml")
    return folder / "state.yaml"


def make_unwritable(folder: Path) -> Path:
    (folder / "closed").mkdir(mode=0o500)
    if os.access(folder / "closed", os.W_OK):
        pytest.skip("the superuser may write everywhere")
    return folder / "closed" / "state.yaml"


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (make_folder, "is a folder"),
        (make_pipe, "is no regular file"),
        (make_file_above, "Not a directory"),
        (make_loop, "symbolic links"),
        (make_unwritable, "must be writable"),
        (lambda folder: folder / "none" / "state.yaml", "does not exist"),
        (lambda folder: folder / f"{'n' * 300}.yaml", "File name too long"),
    ],
)
def test_a_place_that_cannot_have_the_file_is_refused(
    tmp_path: Path, make: Callable[[Path], Path], reason: str
) -> None:
    with pytest.raises(FileUnusable, match=reason):
        DurableFile(make(tmp_path))


def test_one_file_belongs_to_one_server_whatever_its_name(tmp_path: Path) -> None:
    target, link = tmp_path / "state.yaml", tmp_path / "link.yaml"
    target.touch(0o640)
    link.symlink_to(target)
    first = DurableFile(link)
    for path in (target, link):
        with pytest.raises(FileUnusable, match="another server"):
            DurableFile(path)
    first.replace([b"a", b"", b"b"])
    first.release()
    assert link.is_symlink()
    assert target.read_bytes() == b"ab"
    assert target.stat().st_mode & 0o777 == 0o640
    DurableFile(target).release()


def test_pieces_of_any_number_and_size_are_written(tmp_path: Path) -> None:
    pieces = [b"", *[bytes([number % 256]) * (number % 7) for number in range(3000)], b"x" * 300_000, b""]
    reading, writing = os.pipe()  # which takes only a part at once
    with (tmp_path / "copy").open("wb") as copy, subprocess.Popen(["cat"], stdin=reading, stdout=copy):
        os.close(reading)
        write_pieces(writing, pieces)
        os.close(writing)
    assert (tmp_path / "copy").read_bytes() == b"".join(pieces)


def test_a_failed_write_is_logged_once_and_tried_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "state.yaml"
    app = build(Settings(), ManualClock())
    keeper = StateKeeper(path, app.world, app.worlds)
    before = path.read_bytes()
    obstacle = tmp_path / "state.yaml.new"
    obstacle.mkdir()
    assert Client(app.flask, "one").delete(ITEM).status_code == 204
    assert [keeper.save() for _ in range(3)] == [False] * 3
    assert path.read_bytes() == before
    obstacle.rmdir()
    assert [keeper.save() for _ in range(2)] == [True] * 2
    lines = [record.getMessage() for record in caplog.records]
    assert lines == [f"cannot write the state to {path}: Is a directory; trying again", f"the state is in {path} again"]
    keeper.start()
    assert keeper.stop()
    assert path.read_bytes() != before


@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM])
def test_the_command_writes_at_the_end_and_reads_at_the_start(tmp_path: Path, stop_signal: int) -> None:
    path = tmp_path / "state.yaml"
    with start_server("--state", str(path)) as (process, ready):
        url = f"{ready['url']}/customer-segment/acme/segments"
        assert send_request(f"{url}{ITEM}", "DELETE")[0] == 204
        second = run_command("serve", "--port", "0", "--state", str(path))
        assert (second.returncode, second.stdout) == (2, "")
        assert second.stderr == f"mockserver: --state {path}: another server keeps its state there\n"
        process.send_signal(stop_signal)
        assert process.wait(TIMEOUT_SECONDS) == 0
        assert process.stderr
        assert process.stderr.read() == ""
    assert os.listdir(tmp_path) == ["state.yaml"]
    with start_server(MOCKSERVER_STATE=str(path)) as (_, ready):
        url = f"{ready['url']}/customer-segment/acme/segments"
        assert send_request(f"{url}{ITEM}")[0] == 404


def test_the_command_refuses_a_damaged_file_and_other_suffixes(tmp_path: Path) -> None:
    path = tmp_path / "state.yaml"
    path.touch()
    for name, reason in (("state.yaml", "is empty"), ("state.txt", ".yaml, .yml, .json")):
        done = run_command("serve", "--port", "0", "--state", str(tmp_path / name))
        assert (done.returncode, done.stdout) == (2, "")
        assert reason in done.stderr
    assert path.read_bytes() == b""
    assert list(FORMS) == [".yaml", ".yml", ".json"]
