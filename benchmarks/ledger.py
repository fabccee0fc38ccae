"""Write from several connections at once, and hold the versions of all items against the writes that were acknowledged.

`python benchmarks/ledger.py`. Then more writes go on while the tenant is reset, and the world has to be, byte for byte,
what it was before. Exit code 1 if a write is lost or made twice, or a byte differs.
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

from caller import Caller, Row
from load import served

from mockserver.worlds.exporting import SECTIONS

CONNECTIONS = 8
RESETS = 20


def written(port: int, rows: list[Row], writes: int, seed: int) -> Counter[Row]:
    """Write on a connection of its own; count what is acknowledged with 204, by item."""
    random, count = Random(seed), Counter[Row]()
    with closing(Caller(port)) as caller:
        for _ in range(writes):
            chosen = segment, kind, id_ = random.choice(rows)
            status, content = caller.call("PUT", f"/{segment}/items/{kind}/{id_}", {})
            if status != 204:
                raise SystemExit(f"PUT {chosen}: {status} {content[:200]!r}")
            count[chosen] += 1
    return count


def exported(caller: Caller) -> list[tuple[int, bytes]]:
    """Export all that the tenant has, as bytes."""
    return [caller.call("GET", f"//__admin/state/{name}?tenant={caller.tenant}") for name in SECTIONS]


def is_nothing_lost(port: int, writes: int) -> bool:
    with closing(Caller(port)) as caller, ThreadPoolExecutor(CONNECTIONS) as pool:
        before = caller.versions()
        began = time.perf_counter()
        work = partial(written, port, list(before), writes // CONNECTIONS)
        acknowledged = sum(pool.map(work, range(CONNECTIONS)), Counter[Row]())
        took = time.perf_counter() - began
        counted = caller.versions() - before
    wrong = sum(abs(counted[each] - acknowledged[each]) for each in before)
    print(f"{acknowledged.total():,} writes acknowledged on {CONNECTIONS} connections, in {took:.1f} s: {wrong} wrong")
    return not wrong


def is_whole_after_reset(port: int, writes: int) -> bool:
    with closing(Caller(port)) as caller, ThreadPoolExecutor(CONNECTIONS) as pool:
        reset = partial(caller.call, "POST", f"//__admin/reset?tenant={caller.tenant}")
        reset()
        before, rows = exported(caller), list(caller.versions())
        work = partial(written, port, rows, writes // CONNECTIONS)
        running = [pool.submit(work, seed) for seed in range(CONNECTIONS)]
        statuses = {reset()[0] for _ in range(RESETS)}
        made = sum(each.result().total() for each in running)
        is_changed = exported(caller) != before
        statuses.add(reset()[0])
        is_whole = exported(caller) == before
    print(f"{RESETS} resets among {made:,} writes, and one after: {'the same bytes' if is_whole else 'OTHER BYTES'}")
    return is_changed and is_whole and statuses == {200} and {status for status, _ in before} == {200}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--writes", type=int, default=20_000)
    given = parser.parse_args()
    with served() as (url, *_):
        port = int(url.rpartition(":")[2])
        checks = [is_nothing_lost(port, given.writes), is_whole_after_reset(port, given.writes // 10)]
    sys.exit(not all(checks))


if __name__ == "__main__":
    main()
