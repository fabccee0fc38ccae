"""Load a running server with calls of all kinds for long, and see whether its memory stays where it is.

`python benchmarks/soak.py --seconds 60`, on Linux. What the server keeps of calls is bounded: it is filled with
tokens first, and with the rest in the first half of the time. Exit code 1 if a call fails, or memory grows by more than
5 % in the second half.
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
from load import GOLDEN, memory, served

from mockserver.access import MAX_ISSUED_TOKENS

CLIENTS = 4
GROWTH_AT_MOST = 0.05
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
DROP = ("DELETE", "//__admin/tenants/{tenant}", None)
DROPPED_EVERY = 500  # rounds


def calls() -> Iterator[tuple[str, str, Any]]:
    """All kinds of calls, again and again; and once in a while the tenant is dropped."""
    while True:
        for _ in range(DROPPED_EVERY):
            yield from CALLS
        yield DROP


def client(port: int, over: Event, number: int) -> Counter[str]:
    """Make calls for a tenant of its own until it is over; count them by status."""
    count: Counter[str] = Counter()
    with closing(Caller(port, f"soak{number}")) as caller:
        for method, path, body in calls():
            if over.is_set():
                break
            status, content = caller.call(method, path.replace("{tenant}", caller.tenant), body)
            if not 200 <= status < 300:
                raise SystemExit(f"{method} {path}: {status} {content[:300]!r}")
            count[f"{method} {status}"] += 1
    return count


def filled(port: int, number: int) -> None:
    """Log in until the server keeps no more tokens and sessions than it has, so that older ones have to go."""
    with closing(Caller(port, f"soak{number}")) as caller:
        for _ in range(MAX_ISSUED_TOKENS // CLIENTS + 1):
            status, content = caller.call("POST", f"//customer/{caller.tenant}/login", LOGIN)
            if status != 200:
                raise SystemExit(f"login: {status} {content[:300]!r}")


def sampled(process: Popen[str], seconds: float) -> list[float]:
    """Wait, and return the memory after each quarter of the time."""
    sizes = []
    for quarter in range(1, 5):
        time.sleep(seconds / 4)
        sizes.append(memory(process))
        print(f"| {25 * quarter} % | {sizes[-1]:.1f} |", flush=True)
    return sizes


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60, help="length of the load, after the server is filled")
    given = parser.parse_args()
    over = Event()
    with served() as (url, process, _), ThreadPoolExecutor(CLIENTS) as pool:
        port = int(url.rpartition(":")[2])
        print(f"memory at the start: {memory(process):.1f} MB")
        list(pool.map(partial(filled, port), range(CLIENTS)))
        print(f"with {MAX_ISSUED_TOKENS:,} tokens: {memory(process):.1f} MB\n\n| time | memory MB |\n|---|---|")
        running = [pool.submit(client, port, over, number) for number in range(CLIENTS)]
        sizes = sampled(process, given.seconds)
        over.set()
        total = sum((each.result() for each in running), Counter[str]())
    growth = sizes[3] / sizes[1] - 1
    print(f"\n{total.total():,} calls: {', '.join(f'{name} {many:,}' for name, many in sorted(total.items()))}")
    print(f"growth from 50 % to 100 %: {100 * growth:.1f} %")
    sys.exit(growth > GROWTH_AT_MOST)


if __name__ == "__main__":
    main()
