"""Concurrent calls: one of several writers with the same version wins, histories are linearizable, no write is lost.

The interpreter's own lock would hide most races, so threads are made to switch as often as possible, above all between
the check of a version and the write. Tests without the tenant's lock show that the others would fail without it.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from random import Random
from threading import Barrier, Event
from typing import Any, TypeVar

import pytest

from mockserver.app import App, build
from mockserver.practices import writes
from mockserver.settings import Settings
from mockserver.store.state import Revision, State
from tests.support.client import TENANT_NUMBERS, Client
from tests.support.linearizability import History, Record, is_linearizable
from tests.support.live_server import TIMEOUT_SECONDS
from tests.support.samples import ANOTHER_COMPANY, COMPANY, GOLDEN, HAMMER, JACK, JOHN, SCREWDRIVER, TOOL_FANS

Result = TypeVar("Result")
Row = dict[str, Any]
Write = Callable[[Client, Row], list[int]]  # makes a write with these metadata; returns a status for each resource

THREADS = 8
ITEMS = f"/{GOLDEN}/items/PRODUCT"
SEGMENT: Row = {"name": {"en": "Segment"}, "siteCode": "main"}


def run_threads(act: Callable[[int], Result], threads: int = THREADS) -> list[Result]:
    """Start this many threads together. Return the result of each."""
    start = Barrier(threads)

    def run(number: int) -> Result:
        start.wait(TIMEOUT_SECONDS)
        return act(number)

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


@pytest.fixture(autouse=True)
def fast_thread_switches() -> Iterator[None]:
    """Make the interpreter switch threads as often as possible."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.fixture
def eager_yields(monkeypatch: pytest.MonkeyPatch) -> None:
    """Yield to other threads before and after every check of a version and every new state."""

    def yielding(real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*arguments: Any) -> Any:
            time.sleep(0)
            result = real(*arguments)
            time.sleep(0)
            return result

        return act

    monkeypatch.setattr(writes, "next_revision", yielding(writes.next_revision))
    for name in ("with_item", "without_item", "with_member", "with_segment"):
        monkeypatch.setattr(State, name, yielding(getattr(State, name)))


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch, shared: App, client: Client) -> None:
    """Remove the lock of the client's tenant, and make two writers meet between check and write."""
    both, real = Barrier(2), writes.next_revision

    def meeting(*arguments: Any) -> Revision:
        revision = real(*arguments)
        both.wait(TIMEOUT_SECONDS)
        return revision

    monkeypatch.setattr(shared.world.tenant(client.tenant), "_write_lock", nullcontext())
    monkeypatch.setattr(writes, "next_revision", meeting)


def put(path: str, **content: Any) -> Write:
    return lambda client, metadata: [client.put(path, json=content | {"metadata": metadata}).status_code]


def put_many(path: str, *elements: Row) -> Write:
    def write(client: Client, metadata: Row) -> list[int]:
        reply = client.put(path, json=[element | {"metadata": metadata} for element in elements])
        return [entry["code"] for entry in reply.get_json()]

    return write


def patch(path: str) -> Write:
    def write(client: Client, metadata: Row) -> list[int]:
        checks = [{"op": "replace", "path": f"/metadata/{name}", "value": value} for name, value in metadata.items()]
        return [client.send("PATCH", path, json=checks).status_code]

    return write


WRITES = {
    "item": put(f"{ITEMS}/{HAMMER}"),
    "customer": put(f"/{TOOL_FANS}/customers/{JOHN}"),
    "customer of a legal entity": put(f"/{GOLDEN}/customers/{JOHN}/{COMPANY}"),
    "segment": put(f"/{GOLDEN}", **SEGMENT),
    "patched segment": patch(f"/{GOLDEN}"),
    "items": put_many(f"{ITEMS}/bulk", {"id": HAMMER}, {"id": SCREWDRIVER}),
    "customers": put_many(
        f"/{GOLDEN}/customers/bulk",
        {"customerId": JOHN, "legalEntityId": COMPANY},
        {"customerId": JACK, "legalEntityId": ANOTHER_COMPANY},
    ),
    "segments": put_many("/bulk", {"id": GOLDEN, **SEGMENT}, {"id": TOOL_FANS, **SEGMENT}),
}


def check_that_one_wins(client: Client, write: Write, version: int, threads: int) -> None:
    answers = run_threads(lambda _: write(client, {"version": version}), threads)
    for statuses in zip(*answers, strict=True):
        assert sorted(statuses) == [204, *[409] * (threads - 1)]


@pytest.mark.usefixtures("eager_yields")
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_one_of_many_writers_with_the_same_version_wins(client: Client, write: Write) -> None:
    for version in range(1, 6):
        check_that_one_wins(client, write, version, THREADS)


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize("name", ["item", "customer", "segment", "patched segment"])
def test_without_the_lock_two_writers_win(client: Client, name: str) -> None:
    with pytest.raises(AssertionError, match=r"\[204, 204\]"):
        check_that_one_wins(client, WRITES[name], 1, threads=2)


@pytest.mark.usefixtures("eager_yields")
def test_one_of_many_creations_of_an_id_wins(client: Client) -> None:
    alone = run_threads(lambda _: [client.post("", json=SEGMENT | {"id": id_}).status_code for id_ in ("a", "b", "c")])
    for statuses in zip(*alone, strict=True):
        assert sorted(statuses) == [201, *[409] * (THREADS - 1)]
    batch = [SEGMENT | {"id": "d"}, SEGMENT | {"id": "e"}, SEGMENT | {"id": "d"}]
    answers = run_threads(lambda _: client.post("/bulk", json=batch).get_json())
    created = Counter(entry["id"] for entries in answers for entry in entries if entry["code"] == 201)
    assert created == {"d": 1, "e": 1}


@pytest.mark.usefixtures("eager_yields")
def test_ids_generated_concurrently_are_unique(client: Client) -> None:
    replies = run_threads(lambda _: [client.post("", json=SEGMENT).get_json()["id"] for _ in range(10)])
    assert len({id_ for ids in replies for id_ in ids}) == 10 * THREADS


# One assignment as a register with versions. The state is its version, or None without an assignment. A call is the
# method and the version in the body. A response is the status, and the version that a GET shows.

Call = tuple[str, int | None]
Answer = tuple[int, int | None]


def apply_call(version: int | None, call: Call) -> tuple[int | None, Answer]:
    """Return the next version and the response to one call (D1, D2, D3, D9, C10)."""
    method, expected_version = call
    if method == "GET":
        return version, (404, None) if version is None else (200, version)
    if method == "DELETE":
        return None, (204, None)
    if version is None:
        return 1, (201, None)
    if expected_version not in (None, version):
        return version, (409, None)
    return version + 1, (204, None)


def make_call(client: Client, call: Call) -> Answer:
    """Send a call about the assignment that all threads share."""
    method, version = call
    body = {} if version is None else {"json": {"metadata": {"version": version}}}
    reply = client.send(method, f"{ITEMS}/{HAMMER}", **body)
    return reply.status_code, reply.get_json()["metadata"]["version"] if reply.status_code == 200 else None


def record_history(client: Client, *scripts: list[Call]) -> list[Record]:
    """Run the scripts concurrently, a thread for each; then read once more."""
    history = History()

    def run(number: int) -> None:
        for call in scripts[number]:
            history.record(call, partial(make_call, client))

    run_threads(run, len(scripts))
    history.record(("GET", None), partial(make_call, client))
    return history.records


def draw_script(random: Random) -> list[Call]:
    calls: list[Call] = [("PUT", None), ("PUT", 1), ("PUT", 2), ("PUT", 3), ("DELETE", None), ("GET", None)]
    return random.choices(calls, weights=[2, 2, 2, 1, 1, 4], k=8)


@pytest.mark.usefixtures("eager_yields")
@pytest.mark.parametrize("seed", range(20))
def test_histories_of_one_assignment_are_linearizable(client: Client, seed: int) -> None:
    random = Random(seed)
    records = record_history(client, *(draw_script(random) for _ in range(4)))
    assert is_linearizable(records, 1, apply_call)


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize("version", [1, None], ids=["same version", "no version"])
def test_without_the_lock_a_history_is_not_linearizable(client: Client, version: int | None) -> None:
    records = record_history(client, [("PUT", version)], [("PUT", version)])
    assert [record.response for record in records] == [(204, None), (204, None), (200, 2)]
    assert not is_linearizable(records, 1, apply_call)


@pytest.mark.parametrize(
    ("records", "verdict"),
    [
        ([], True),
        ([Record(("PUT", 1), (204, None), 0, 3), Record(("PUT", 1), (409, None), 1, 2)], True),
        ([Record(("PUT", 1), (204, None), 0, 3), Record(("PUT", 1), (204, None), 1, 2)], False),  # two winners
        ([Record(("PUT", 1), (409, None), 0, 3), Record(("PUT", 1), (409, None), 1, 2)], False),  # no winner
        ([Record(("PUT", 1), (204, None), 0, 2), Record(("GET", None), (200, 1), 1, 3)], True),  # a read that overlaps
        ([Record(("PUT", 1), (204, None), 0, 1), Record(("GET", None), (200, 1), 2, 3)], False),  # a stale read
        ([Record(("GET", None), (200, 2), 0, 1), Record(("PUT", 1), (204, None), 2, 3)], False),  # a read of the future
        ([Record(("PUT", None), (204, None), 0, 2), Record(("PUT", None), (204, None), 1, 3)], True),
        (
            [
                Record(("PUT", None), (204, None), 0, 2),
                Record(("PUT", None), (204, None), 1, 3),
                Record(("GET", None), (200, 2), 4, 5),
            ],
            False,  # a lost write
        ),
        (
            [
                Record(("DELETE", None), (204, None), 0, 5),
                Record(("PUT", 7), (201, None), 1, 4),  # only after the removal
                Record(("GET", None), (200, 1), 2, 3),  # before it, or after the creation
            ],
            True,
        ),
    ],
)
def test_the_checker_accepts_only_linearizable_histories(records: list[Record], verdict: bool) -> None:
    for order in (records, records[::-1]):
        assert is_linearizable(order, 1, apply_call) is verdict


# Each write, and the paths of the resources whose version it increments.
LEDGER = {
    "item": [f"{ITEMS}/{HAMMER}"],
    "items": [f"{ITEMS}/{HAMMER}", f"{ITEMS}/{SCREWDRIVER}"],
    "customer": [f"/{TOOL_FANS}/customers/{JOHN}"],
    "customers": [f"/{GOLDEN}/customers/{JOHN}/{COMPANY}", f"/{GOLDEN}/customers/{JACK}/{ANOTHER_COMPANY}"],
    "patched segment": [f"/{GOLDEN}"],
    "segments": [f"/{GOLDEN}", f"/{TOOL_FANS}"],
}


def make_writes(client: Client, names: Iterable[str]) -> Counter[str]:
    """Make these writes, all of which must succeed. Return their number by path."""
    count: Counter[str] = Counter()
    for name in names:
        assert WRITES[name](client, {}) == [204] * len(LEDGER[name])
        count.update(LEDGER[name])
    return count


@pytest.mark.usefixtures("eager_yields")
def test_no_write_is_lost_among_many(client: Client) -> None:
    counts = run_threads(lambda number: make_writes(client, Random(number).choices(list(LEDGER), k=60)))
    total = sum(counts, Counter[str]())
    assert total.total() > 60 * THREADS
    assert {path: client.get(path).get_json()["metadata"]["version"] - 1 for path in total} == total


@pytest.mark.usefixtures("eager_yields")
def test_a_bulk_is_read_whole_or_not_at_all(client: Client) -> None:
    def work(number: int) -> list[list[int]]:
        if number < 2:
            make_writes(client, ["items"] * 20)
            return []
        pages = [client.get(f"/{GOLDEN}/items").get_json() for _ in range(20)]
        return [[row["metadata"]["version"] for row in page] for page in pages]

    for one, other in [pair for pairs in run_threads(work, threads=4) for pair in pairs]:
        assert one == other


@pytest.mark.usefixtures("eager_yields")
def test_reset_under_traffic_reverts_earlier_writes(shared: App, client: Client) -> None:
    over = Event()

    def work(number: int) -> list[int]:
        if number == 0:
            try:
                return [reset_after_write(client, f"mark{turn}") for turn in range(20)]
            finally:
                over.set()
        while not over.is_set():
            make_writes(client, LEDGER)
        return []

    assert run_threads(work)[0] == [404] * 20
    make_writes(client, LEDGER)
    client.post(f"//__admin/reset?tenant={client.tenant}")
    assert shared.world.tenant(client.tenant).state is shared.world.seed.state


def reset_after_write(client: Client, mark: str) -> int:
    """Create a segment and reset. Return the status of a read afterwards."""
    assert client.put(f"/{mark}", json=SEGMENT).status_code == 201
    assert client.post(f"//__admin/reset?tenant={client.tenant}").status_code == 200
    return client.get(f"/{mark}").status_code


def test_concurrent_first_calls_create_one_tenant(shared: App) -> None:
    names = [f"touched{next(TENANT_NUMBERS)}" for _ in range(20)]
    tenants = run_threads(lambda _: [shared.world.tenant(name) for name in names])
    assert all(len(set(map(id, same_name))) == 1 for same_name in zip(*tenants, strict=True))


def test_concurrent_first_pages_create_one_flask_application() -> None:
    app = build(Settings(fixture="empty"))
    assert len(set(map(id, run_threads(lambda _: app.flask)))) == 1
