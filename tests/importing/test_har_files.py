"""Files that are not HAR files, or hold anything anywhere: a clear refusal, or a valid world."""

from __future__ import annotations

import contextlib
import copy
import gzip
import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mockserver.app import build
from mockserver.cli.world_from_har import create_progress_printer
from mockserver.importing.har_file import MAX_HAR_DEPTH, HarError, find_entries
from mockserver.importing.world_import import NothingUsable
from mockserver.settings import Settings
from tests.importing.recording import export_har, read_everything
from tests.support.client import Client
from tests.support.har import import_file, make_entry, make_har
from tests.support.live_server import run_command

GOOD = json.dumps(make_har(make_entry("/product/shop/products/1", {"id": "1", "code": "a", "name": {"en": "A"}})))
DEEP = f'{{"log": {{"entries": [{{"x": {"[" * 600}{"]" * 600}}}]}}}}'
REFUSED = {
    "an empty file": (b"", "the file is empty"),
    "a page": (b"<!doctype html>", 'is not a HAR file, which is JSON and begins with {"log"'),
    "a list": (b"[1]", "is not a HAR file"),
    "other JSON": (b'{"a": {"entries": []}}', "has no log.entries"),
    "entries that are no list": (b'{"log": {"entries": {"a": [{}]}}}', "has no log.entries"),
    "a log that is no object": (b'{"log": ["entries", [{}]]}', "has no log.entries"),
    "a truncated file": (GOOD[: len(GOOD) // 2].encode(), "ends in the middle"),
    "a file that ends in a text": (GOOD[: GOOD.index("api.emporix") + 5].encode(), "ends in the middle"),
    "UTF-16": (GOOD.encode("utf-16"), "UTF-16; save it in UTF-8"),
    "compressed": (gzip.compress(GOOD.encode()), "unpack it with gunzip"),
    "deep nesting": (DEEP.encode(), f"deeper than {MAX_HAR_DEPTH} levels"),
    "an entry that is not JSON": (b'{"log": {"entries": [{"a": nothing}]}}', "an entry is not JSON"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_files_are_refused(name: str, tmp_path: Path) -> None:
    content, reason = REFUSED[name]
    (tmp_path / "bad.har").write_bytes(content)
    result = run_command("world", "from-har", str(tmp_path / "bad.har"), "-o", str(tmp_path / "world.yaml"))
    assert result.returncode == 2
    assert reason in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "world.yaml").exists()


def test_a_zip_archive_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "bad.har", "w") as archive:
        archive.writestr("har.har", GOOD)
    with pytest.raises(HarError, match="zip archive"):
        import_file(tmp_path / "bad.har")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "good.har").write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    world, _ = import_file(tmp_path / "good.har")
    assert [row["id"] for row in world["products"]] == ["1"]


UNUSABLE = {
    "another site": ([make_entry("https://news.test/a", {}), make_entry("https://cdn.test/b", {})], "news.test (1)"),
    "no entries": ([], "hosts of the calls: none"),
    "only errors": ([make_entry("/product/shop/products/1", {}, status=500)], "an error response, 500"),
    "bodies in other files": (
        [
            {
                "request": {"method": "GET", "url": "https://api.emporix.io/product/shop/products/1"},
                "response": {"status": 200, "content": {"_file": "abc.json"}},
            }
        ],
        "export the HAR file with its bodies in it",
    ),
    "nothing that a world has": ([make_entry("/iam/shop/users/me/scopes", {"scopes": ""})], "no call shows anything"),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_a_file_without_a_usable_call_says_what_it_has(name: str, tmp_path: Path) -> None:
    entries, reason = UNUSABLE[name]
    (tmp_path / "other.har").write_text(json.dumps(make_har(*entries)))
    result = run_command("world", "from-har", str(tmp_path / "other.har"), "-o", str(tmp_path / "world.yaml"))
    assert result.returncode == 1
    assert reason in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "world.yaml").exists()


def test_an_unknown_tenant_names_those_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "shop.har").write_text(GOOD)
    with pytest.raises(NothingUsable, match=r"tenant nobody; the file has those of shop \(1 calls\)"):
        import_file(tmp_path / "shop.har", tenant="nobody")


def test_the_command_writes_a_world_and_reports(tmp_path: Path) -> None:
    (tmp_path / "shop.har").write_text(GOOD)
    written = run_command("world", "from-har", str(tmp_path / "shop.har"), "-o", str(tmp_path / "world.yaml"))
    assert (written.returncode, written.stdout) == (0, "")
    assert "1 of 1 calls make a world of the tenant shop: 1 products." in written.stderr
    printed = run_command("world", "from-har", str(tmp_path / "shop.har"), "--report", "json")
    assert printed.stdout == (tmp_path / "world.yaml").read_text()
    assert json.loads(printed.stderr)["rows"] == {"products": 1}
    refused = run_command("world", "from-har", str(tmp_path / "shop.har"), "-o", str(tmp_path / "no" / "world.yaml"))
    assert refused.returncode == 2
    assert "No such file or directory" in refused.stderr


def test_progress_is_reported_while_a_file_is_read() -> None:
    shares: list[float] = []
    entry = json.dumps(make_entry("/product/shop/products/1", "x" * 400_000))
    content = f'{{"log": {{"entries": [{", ".join([entry] * 20)}]}}}}'.encode()
    assert len(list(find_entries(content, shares.append))) == 20
    assert shares == sorted(shares)
    assert len(shares) >= 4
    assert all(0 < share < 1 for share in shares)


def test_progress_is_reported_of_each_step_of_an_import(tmp_path: Path) -> None:
    path = tmp_path / "shop.har"
    entries = [make_entry(f"/product/shop/products/{n}", json.dumps({"id": str(n), "code": "a"})) for n in range(20)]
    path.write_text(json.dumps({"log": {"entries": entries}}), encoding="utf-8")
    shares: dict[str, list[float]] = {}
    import_file(path, report_progress=lambda step, share: shares.setdefault(step, []).append(share))
    assert list(shares) == ["reading the file", "removing secrets and personal data"]
    assert all(part == sorted(part) and 0 < part[-1] <= 1 for part in shares.values())


def test_progress_is_printed_every_two_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    times = iter([0, 1, 2, 3, 5])
    print_progress = create_progress_printer(Path("folder/shop.har"), lambda: next(times))
    print_progress("reading the file", 0.25)
    print_progress("reading the file", 0.5)
    assert capsys.readouterr().err == "mockserver: shop.har: reading the file: 50%\n"


def _list_places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    parts = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for name, part in parts:
        yield from _list_places(part, (*path, name))


WRONG: list[Any] = [
    None,
    True,
    0,
    -1,
    1e300,
    "",
    "x",
    "\x00",
    "é\u2028",
    "a@b.de",
    [],
    {},
    [None],
    [[]],
    {"": None},
    "9" * 400,
    [{}],
]


def _break_body(entry: dict[str, Any], chance: random.Random) -> None:
    """Put something wrong into a response, or into the request if it has a body."""
    holder = entry["request"].get("postData") if chance.random() < 0.5 else None
    holder = holder or entry["response"]["content"]
    try:
        body = json.loads(holder.get("text") or "null")
    except ValueError:
        return
    *path, last = chance.choice([place for place in _list_places(body) if place] or [("",)])
    node = body
    for name in path:
        node = node[name]
    if last != "":
        node[last] = copy.deepcopy(chance.choice(WRONG))
        holder["text"] = json.dumps(body)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    client = Client(build(Settings(fixture="default")).flask, "acme")
    read_everything(client)
    client.put("/gold", json={"name": {"en": "Gold"}, "siteCode": "main"})
    client.put("/gold/customers/bulk", json=[{"customerId": "98029737"}])
    client.send("PATCH", "/gold", json=[{"op": "replace", "path": "/status", "value": "ACTIVE"}])
    return export_har(client, tmp_path_factory.mktemp("har") / "shop.har")


@pytest.mark.parametrize("seed", range(10))
def test_wrong_values_in_bodies_leave_a_valid_world(seed: int, recording: dict[str, Any], tmp_path: Path) -> None:
    har, chance = copy.deepcopy(recording), random.Random(seed)
    for entry in har["log"]["entries"]:
        for _ in range(chance.randrange(4)):
            _break_body(entry, chance)
    (tmp_path / "wrong.har").write_text(json.dumps(har))
    import_file(tmp_path / "wrong.har", keeps_personal=seed % 2 == 0)


@pytest.mark.parametrize("seed", range(10))
def test_wrong_values_anywhere_in_entries_are_no_defect(seed: int, recording: dict[str, Any], tmp_path: Path) -> None:
    har, chance = copy.deepcopy(recording), random.Random(seed)
    for entry in chance.choices(har["log"]["entries"], k=150):
        places = [place for place in _list_places(entry) if place]
        if places:
            *path, last = chance.choice(places)
            node = entry
            for name in path:
                node = node[name]
            node[last] = copy.deepcopy(chance.choice(WRONG))
    har["log"]["entries"] += copy.deepcopy(WRONG)
    (tmp_path / "wrong.har").write_text(json.dumps(har))
    with contextlib.suppress(NothingUsable):
        import_file(tmp_path / "wrong.har")
