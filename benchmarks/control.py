"""Measure the control plane inside the server, without sockets: reset, snapshots, what records and faults cost a GET.

`python benchmarks/control.py`; the tenant has 100,000 item assignments unless --assignments says otherwise.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

from mockserver.app import App, build
from mockserver.messages import Request
from mockserver.records.store import RecordStore
from mockserver.settings import Settings
from mockserver.store.state import ItemAssignment, ItemKey, Revision, State
from mockserver.store.table import Table

GOLDEN = "628cd20c6e8b2432b6346ca6"
SEGMENTS = 20
TOKEN = {"authorization": "Bearer admin-token", "host": "localhost", "content-type": "application/json"}
ONE = Request("GET", f"/customer-segment/acme/segments/{GOLDEN}/items/PRODUCT/12468504", "", TOKEN)


def filled(state: State, assignments: int) -> State:
    """Return a state with this many item assignments, spread over some segments."""
    then = Revision(1, "2024-10-12T12:00:00.000Z", "2024-10-12T12:00:00.000Z")
    tables = {}
    for segment in [GOLDEN, *(f"segment-{at}" for at in range(SEGMENTS - 1))]:
        rows: dict[ItemKey, ItemAssignment] = {
            ("PRODUCT", "12468504"): ItemAssignment(segment, "PRODUCT", "12468504", then)
        }
        for at in range(assignments // SEGMENTS - 1):
            rows["PRODUCT", f"p{at}"] = ItemAssignment(segment, "PRODUCT", f"p{at}", then)
        tables[segment] = Table.from_pairs(rows.items())
    return state._replace(items=Table.from_pairs(tables.items()))


def milliseconds(rounds: int, before: Callable[[], object], measured: Callable[[], object]) -> list[float]:
    """Time a call again and again; what has to come before it is not counted."""
    times = []
    for _ in range(rounds):
        before()
        began = time.perf_counter()
        measured()
        times.append((time.perf_counter() - began) * 1e3)
    return times


def row(name: str, times: list[float]) -> None:
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"| {name} | {statistics.median(times):.3f} | {p95:.3f} | {max(times):.3f} |", flush=True)


def measure_steering(app: App, rounds: int) -> None:
    """Time control calls as the pipeline answers them, after a write each."""
    write = ONE._replace(method="PUT", body=b"{}")

    def call(method: str, path: str) -> Callable[[], object]:
        request = Request(method, f"/__admin{path}", "tenant=acme", TOKEN)
        return lambda: app.control_pipeline.handle_request(request)

    def written() -> None:
        assert app.api_pipeline.handle_request(write).status == 204

    call("PUT", "/snapshots/one")()
    print("| control call, after a write | p50 ms | p95 ms | max ms |\n|---|---|---|---|")
    for name, method, path in (
        ("reset", "POST", "/reset"),
        ("save a snapshot", "PUT", "/snapshots/one"),
        ("restore a snapshot", "POST", "/snapshots/one/restore"),
        ("undo", "POST", "/undo"),
    ):
        row(name, milliseconds(rounds, written, call(method, path)))


def measure_records(app: App, rounds: int) -> None:
    """Compare a GET with and without records, in turn, in process and without sockets."""
    silent = replace(app.api_pipeline, records=RecordStore(is_recording=False))
    kept, lost = [], []
    for _ in range(rounds):
        kept.append(per_call(app.api_pipeline.handle_request))
        lost.append(per_call(silent.handle_request))
    more = statistics.median(with_ - without for with_, without in zip(kept, lost, strict=True))
    flask = per_call(lambda _: app.flask.test_client().get(ONE.path, headers=TOKEN), calls=300)
    print(
        f"\nGET one, pipeline alone: {statistics.median(kept):.1f} us, {statistics.median(lost):.1f} us without records"
    )
    print(f"records cost {more:.1f} us: {100 * more / statistics.median(lost):.0f} % of the pipeline")
    print(f"(Flask's test client around it: {flask:.0f} us)")


def measure_faults(app: App, rounds: int) -> None:
    """Compare a GET without faults and with rules that are for its operation and not for its path, in turn."""
    times: dict[int, list[float]] = {0: [], 1: [], 100: []}
    for _ in range(rounds):
        for rules, measured in times.items():
            for _ in range(rules):
                body = b'{"path": {"itemId": "other"}, "response": {"status": 503}}'
                assert (
                    app.control_pipeline.handle_request(
                        Request("POST", "/__admin/faults", "tenant=acme", TOKEN, body)
                    ).status
                    == 201
                )
            measured.append(per_call(app.api_pipeline.handle_request))
            app.control_pipeline.handle_request(Request("DELETE", "/__admin/faults", "", TOKEN))
    medians = (f"{statistics.median(measured):.1f} us with {rules}" for rules, measured in times.items())
    print(f"\nGET one, by rules for faults that do not match: {', '.join(medians)}")


def per_call(answer: Callable[[Request], object], calls: int = 2000) -> float:
    """Return the microseconds of a GET."""
    began = time.perf_counter()
    for _ in range(calls):
        answer(ONE)
    return (time.perf_counter() - began) * 1e6 / calls


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assignments", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=200)
    given = parser.parse_args()
    app = build(Settings())
    tenant = app.world.tenant("acme")
    tenant.reseed(replace(tenant.seed, state=filled(tenant.state, given.assignments)))
    print(f"{given.assignments:,} item assignments in the tenant\n")
    measure_steering(app, given.rounds)
    measure_records(app, max(10, given.rounds // 10))
    measure_faults(app, max(10, given.rounds // 10))


if __name__ == "__main__":
    main()
