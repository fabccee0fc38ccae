"""Write from several connections at once, and compare the versions of all items with the acknowledged writes.

`python benchmarks/ledger.py`. After that, it resets the tenant during further writes, and compares the exported state
with the one before, byte for byte. Exit code 1 if a write is lost or executed twice, or if a byte differs.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from random import Random

from caller import Caller, ItemKey
from load import start_server

from mockserver.services import collections_of, import_services

CONNECTIONS = 8
RESETS = 20
COLLECTIONS = collections_of(import_services())


def write_items(port: int, keys: list[ItemKey], writes: int, seed: int) -> Counter[ItemKey]:
    """Write random items on a connection of its own; return the number of acknowledged writes (204) by item."""
    random, count = Random(seed), Counter[ItemKey]()
    with closing(Caller(port)) as caller:
        for _ in range(writes):
            key = segment, item_type, id_ = random.choice(keys)
            status, content = caller.call("PUT", f"/{segment}/items/{item_type}/{id_}", {})
            if status != 204:
                raise SystemExit(f"PUT {key}: {status} {content[:200]!r}")
            count[key] += 1
    return count


def export_state(caller: Caller) -> list[tuple[int, bytes]]:
    """Return status and bytes of the export of each collection of the tenant."""
    return [caller.call("GET", f"//__admin/state/{name}?tenant={caller.tenant}") for name in COLLECTIONS]


def is_nothing_lost(port: int, writes: int) -> bool:
    with closing(Caller(port)) as caller, ThreadPoolExecutor(CONNECTIONS) as pool:
        before = caller.versions()
        began = time.perf_counter()
        work = partial(write_items, port, list(before), writes // CONNECTIONS)
        acknowledged = sum(pool.map(work, range(CONNECTIONS)), Counter[ItemKey]())
        seconds = time.perf_counter() - began
        executed = caller.versions() - before
    wrong = sum(abs(executed[key] - acknowledged[key]) for key in before)
    print(
        f"{acknowledged.total():,} writes acknowledged on {CONNECTIONS} connections, in {seconds:.1f} s: {wrong} wrong"
    )
    return not wrong


def is_restored_by_reset(port: int, writes: int) -> bool:
    with closing(Caller(port)) as caller, ThreadPoolExecutor(CONNECTIONS) as pool:
        reset = partial(caller.call, "POST", f"//__admin/reset?tenant={caller.tenant}")
        reset()
        before, keys = export_state(caller), list(caller.versions())
        work = partial(write_items, port, keys, writes // CONNECTIONS)
        running = [pool.submit(work, seed) for seed in range(CONNECTIONS)]
        statuses = {reset()[0] for _ in range(RESETS)}
        written = sum(run.result().total() for run in running)
        is_changed = export_state(caller) != before
        statuses.add(reset()[0])
        is_restored = export_state(caller) == before
    print(
        f"{RESETS} resets among {written:,} writes, and one after: {'the same bytes' if is_restored else 'OTHER BYTES'}"
    )
    return is_changed and is_restored and statuses == {200} and {status for status, _ in before} == {200}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writes", type=int, default=20_000, help="number of writes")
    options = parser.parse_args()
    with start_server() as (url, *_):
        port = int(url.rpartition(":")[2])
        checks = [is_nothing_lost(port, options.writes), is_restored_by_reset(port, options.writes // 10)]
    sys.exit(not all(checks))


if __name__ == "__main__":
    main()
