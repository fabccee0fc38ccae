"""Measure growing tenants in process: reads, a write, a reset, `q` over all rows, and memory.

`python benchmarks/size.py 1000 50000`; the default sizes are 1,000, 100,000 and 1,000,000 item assignments, all in
one segment.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from resource import getpagesize

from mockserver.app import App, build
from mockserver.messages import Request
from mockserver.settings import Settings
from mockserver.store.state import ItemAssignment, Revision, State
from mockserver.store.table import Table

SEGMENT = "628cd20c6e8b2432b6346ca6"
REVISION = Revision(1, "2024-10-12T12:00:00.000Z", "2024-10-12T12:00:00.000Z")
HEADERS = {"authorization": "Bearer admin-token", "host": "localhost", "content-type": "application/json"}
ITEMS = f"/customer-segment/acme/segments/{SEGMENT}/items"
ROUNDS = {"reset": 1, "q": 3}  # repetitions of what takes long or works only once
DEFAULT_ROUNDS = 200


def fill_segment(state: State, assignments: int) -> State:
    """Return a state whose segment has this many items."""
    rows = (ItemAssignment(SEGMENT, "PRODUCT", f"p{at:07}", REVISION) for at in range(assignments))
    return state._replace(items=state.items.set(SEGMENT, Table.from_pairs((row.key, row) for row in rows)))


def resident_bytes() -> int:
    """Return the resident memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize()


def median_milliseconds(app: App, name: str, method: str, path: str, body: bytes = b"") -> float:
    """Return the median time of a request in the pipeline; exit if its status is not 2xx."""
    target, _, query = path.partition("?")
    request = Request(method, target, query, HEADERS, body)
    handle = app.control_pipeline.handle_request if path.startswith("/__admin") else app.api_pipeline.handle_request
    times = []
    for _ in range(ROUNDS.get(name.partition(" ")[0], DEFAULT_ROUNDS)):
        began = time.perf_counter()
        status = handle(request).status
        times.append((time.perf_counter() - began) * 1e3)
        if status >= 300:
            raise SystemExit(f"{method} {path} answered {status}")
    return statistics.median(times)


def measure(assignments: int) -> None:
    """Print the row of one size."""
    app = build(Settings())
    median_milliseconds(app, "reset", "POST", "/__admin/reset?tenant=other")  # compiles what the first call needs
    tenant = app.world.tenant("acme")
    before = resident_bytes()
    tenant.change(lambda state: (fill_segment(state, assignments), None))
    memory = (resident_bytes() - before) / assignments
    calls = {
        "one": ("GET", f"{ITEMS}/PRODUCT/p{assignments // 2:07}"),
        "page 1": ("GET", ITEMS),
        "page 1000": ("GET", f"{ITEMS}?pageNumber=1000"),
        "last page": ("GET", f"{ITEMS}?pageNumber={-(-assignments // 60)}"),
        "put": ("PUT", f"{ITEMS}/PRODUCT/12468504", b"{}"),
        "q": ("GET", f"{ITEMS}?q=metadata.version:2"),
        "reset": ("POST", "/__admin/reset?tenant=acme"),
    }
    figures = [f"{median_milliseconds(app, name, *call):.2f}" for name, call in calls.items()]  # type: ignore[arg-type]
    print(f"| {assignments:,} | {memory:.0f} | {' | '.join(figures)} |", flush=True)


def main() -> None:
    """Print a table: a row for each size, medians in milliseconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, default=[1_000, 100_000, 1_000_000], help="item assignments")
    print("| assignments | bytes each | GET one | page 1 | page 1,000 | last page | PUT one | `q` over all | reset |")
    print("|" + "---|" * 9)
    for assignments in parser.parse_args().sizes:
        measure(assignments)


if __name__ == "__main__":
    main()
