"""Send requests of many kinds to a running server for a long time, and check that its memory stays constant.

`python benchmarks/soak.py --seconds 60`; needs Linux. What the server stores about requests is bounded: tokens reach
their limit before the load, everything else in its first half. Exit code 1 if a request fails, or if memory grows by
more than 5 % in the second half.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from subprocess import Popen
from threading import Event
from typing import Any

from caller import Caller
from load import GOLDEN, memory_mb, start_server

from mockserver.store.token_store import MAX_ISSUED_TOKENS

CLIENTS = 4
MAX_GROWTH = 0.05
HAMMER, SCREWDRIVER, CUSTOMER = "12468504", "12849186", "18249883"
ITEMS = f"/{GOLDEN}/items/PRODUCT"
LOGIN = {"email": "john.doe@email.com", "password": "secret1"}
RENAMING = [{"op": "replace", "path": "/name", "value": {"en": "Soaked"}}]
CALLS: list[tuple[str, str, Any]] = [
    ("GET", f"{ITEMS}/{HAMMER}", None),
    ("GET", "?sort=name", None),
    ("GET", "/items?q=type:PRODUCT&sort=item.code", None),
    ("GET", f"/{GOLDEN}/customers", None),
    ("PUT", f"{ITEMS}/{HAMMER}", {}),
    ("PUT", f"{ITEMS}/bulk", [{"id": HAMMER}, {"id": SCREWDRIVER}, {"id": "nowhere"}]),
    ("PATCH", f"/{GOLDEN}", RENAMING),
    ("PUT", f"/{GOLDEN}/customers/{CUSTOMER}", {}),
    ("DELETE", f"/{GOLDEN}/customers/{CUSTOMER}", None),
    ("POST", "", {"name": {"en": "New"}, "siteCode": "main"}),
    ("POST", "//customer/{tenant}/login", LOGIN),
    ("POST", "//__admin/reset?tenant={tenant}", None),
]
DROP_TENANT = ("DELETE", "//__admin/tenants/{tenant}", None)
ROUNDS_PER_DROP = 500


def repeat_calls() -> Iterator[tuple[str, str, Any]]:
    """Yield all kinds of calls repeatedly, and drop the tenant after every 500 rounds."""
    while True:
        for _ in range(ROUNDS_PER_DROP):
            yield from CALLS
        yield DROP_TENANT


def run_client(port: int, stop: Event, number: int) -> Counter[str]:
    """Make calls for a tenant of its own until `stop` is set; return their number by method and status."""
    count: Counter[str] = Counter()
    with closing(Caller(port, f"soak{number}")) as caller:
        for method, path, body in repeat_calls():
            if stop.is_set():
                break
            status, content = caller.call(method, path.replace("{tenant}", caller.tenant), body)
            if not 200 <= status < 300:
                raise SystemExit(f"{method} {path}: {status} {content[:300]!r}")
            count[f"{method} {status}"] += 1
    return count


def fill_tokens(port: int, number: int) -> None:
    """Log in until the server has as many tokens and sessions as it stores, so that it drops older ones from now on."""
    with closing(Caller(port, f"soak{number}")) as caller:
        for _ in range(MAX_ISSUED_TOKENS // CLIENTS + 1):
            status, content = caller.call("POST", f"//customer/{caller.tenant}/login", LOGIN)
            if status != 200:
                raise SystemExit(f"login: {status} {content[:300]!r}")


def sample_memory(process: Popen[str], seconds: float) -> list[float]:
    """Return the memory (MB) after each quarter of the time."""
    sizes = []
    for quarter in range(1, 5):
        time.sleep(seconds / 4)
        sizes.append(memory_mb(process))
        print(f"| {25 * quarter} % | {sizes[-1]:.1f} |", flush=True)
    return sizes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="length of the load, without the logins before it")
    options = parser.parse_args()
    stop = Event()
    with start_server() as (url, process, _), ThreadPoolExecutor(CLIENTS) as pool:
        port = int(url.rpartition(":")[2])
        print(f"memory at the start: {memory_mb(process):.1f} MB")
        list(pool.map(partial(fill_tokens, port), range(CLIENTS)))
        print(f"with {MAX_ISSUED_TOKENS:,} tokens: {memory_mb(process):.1f} MB\n\n| time | memory MB |\n|---|---|")
        running = [pool.submit(run_client, port, stop, number) for number in range(CLIENTS)]
        sizes = sample_memory(process, options.seconds)
        stop.set()
        total = sum((run.result() for run in running), Counter[str]())
    growth = sizes[3] / sizes[1] - 1
    print(f"\n{total.total():,} calls: {', '.join(f'{name} {count:,}' for name, count in sorted(total.items()))}")
    print(f"growth from 50 % to 100 %: {100 * growth:.1f} %")
    sys.exit(growth > MAX_GROWTH)


if __name__ == "__main__":
    main()
