"""A process that writes to the real store and the real state file until it is killed, and one that kills it.

`python -m tests.support.state_writer FILE KILLS SEED` kills a writer so many times, at random moments. After each, it
reads the file and prints `whole N saved M`: the number of the last write in the file, and of the last one that was said
to be saved.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any, BinaryIO

from mockserver.settings import Switches
from mockserver.store.tenant import Seed
from mockserver.store.world import World
from mockserver.worlds.state_file import StateFormat
from mockserver.worlds.state_keeper import StateKeeper
from tests.support.samples import WORLDS

NOON = "2026-01-01T12:00:00.000Z"
SEGMENTS = 400  # which are written in turn
MAX_REPORTS = 4  # that the killer waits for, if any: the file was read, or saved
MAX_KILL_SECONDS = 0.03  # after that


def make_world() -> World:
    return World(Seed("empty", WORLDS.build_state({})), Switches(), "acme", None, "vendor")


def last_write(state: Any) -> int:
    """Return the number of the last write in a state, which has all earlier ones too; AssertionError otherwise."""
    versions = {segment["id"]: segment["metadata"]["version"] for segment in state.segments.values()}
    last = max(versions.values(), default=0)
    first = max(1, last - SEGMENTS + 1)
    assert versions == {f"{number % SEGMENTS:03}": number for number in range(first, last + 1)}
    return last


def write_until_killed(path: Path, reports: BinaryIO) -> None:
    """Continue from the file, and write one segment after the other, while a thread saves them."""
    world = make_world()
    keeper = StateKeeper(path, world, WORLDS)
    tenant = world.tenant("acme")
    first = last_write(tenant.state)
    reports.write(b"%d\n" % first)
    reports.flush()

    def save_without_end() -> None:
        saved = first
        while True:
            while (count := last_write(tenant.state)) == saved:
                time.sleep(0)
            assert keeper.save()
            saved = count
            reports.write(b"%d\n" % count)
            reports.flush()

    Thread(target=save_without_end, daemon=True).start()
    for number in range(first + 1, sys.maxsize):
        metadata = {"createdAt": NOON, "modifiedAt": NOON, "version": number}
        row = {
            "id": f"{number % SEGMENTS:03}",
            "name": {"en": "x" * 100},
            "status": "ACTIVE",
            "siteCode": "main",
            "metadata": metadata,
        }
        tenant.change(lambda state, row=row: (state.with_segment(row), None))  # type: ignore[misc]


def kill_writer(path: Path, report_count: int, seconds: float) -> int:
    """Start a writer and kill it some time after so many reports; return the last write that it said to be saved."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        write_until_killed(path, os.fdopen(writing, "wb"))
        os._exit(1)
    os.close(writing)
    reports = b""
    while reports.count(b"\n") < report_count:
        received = os.read(reading, 65536)
        if not received:
            break
        reports += received
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        if select.select([reading], [], [], left)[0]:
            received = os.read(reading, 65536)
            if not received:  # the writer has failed
                break
            reports += received
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "the writer has ended by itself"
    with os.fdopen(reading, "rb") as rest:
        lines = (reports + rest.read()).split(b"\n")[:-1]
    return int(lines[-1]) if lines else 0


def main() -> None:
    """Kill writers of one file, which each continue from what the one before left."""
    path, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    random, world = Random(seed), make_world()
    for _ in range(kills):
        saved = kill_writer(path, random.randint(0, MAX_REPORTS), random.random() * MAX_KILL_SECONDS)
        content = path.read_bytes() if path.exists() else None
        whole = 0
        if content is not None:
            record = StateFormat(world, WORLDS).read(content, path)
            whole = max((last_write(tenant.state) for tenant in record.tenants), default=0)
        print(f"whole {whole} saved {saved}", flush=True)


if __name__ == "__main__":
    main()
