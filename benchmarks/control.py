"""Measure the control plane in process: reset, snapshots, and what recording and faults add to a GET.

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


def fill_segments(state: State, assignments: int) -> State:
    """Return a state with this many item assignments, spread over 20 segments."""
    revision = Revision(1, "2024-10-12T12:00:00.000Z", "2024-10-12T12:00:00.000Z")
    tables = {}
    for segment in [GOLDEN, *(f"segment-{at}" for at in range(SEGMENTS - 1))]:
        rows: dict[ItemKey, ItemAssignment] = {
            ("PRODUCT", "12468504"): ItemAssignment(segment, "PRODUCT", "12468504", revision)
        }
        for at in range(assignments // SEGMENTS - 1):
            rows["PRODUCT", f"p{at}"] = ItemAssignment(segment, "PRODUCT", f"p{at}", revision)
        tables[segment] = Table.from_pairs(rows.items())
    return state._replace(items=Table.from_pairs(tables.items()))


def measure_call(rounds: int, prepare: Callable[[], object], call: Callable[[], object]) -> list[float]:
    """Return the milliseconds of each repetition of a call, without its preparation."""
    times = []
    for _ in range(rounds):
        prepare()
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1e3)
    return times


def print_row(name: str, times: list[float]) -> None:
    p95 = statistics.quantiles(times, n=20)[-1]
    print(f"| {name} | {statistics.median(times):.3f} | {p95:.3f} | {max(times):.3f} |", flush=True)


def measure_control(app: App, rounds: int) -> None:
    """Measure requests to the control plane, each after a write."""
    write = ONE._replace(method="PUT", body=b"{}")

    def call(method: str, path: str) -> Callable[[], object]:
        request = Request(method, f"/__admin{path}", "tenant=acme", TOKEN)
        return lambda: app.control_pipeline.handle_request(request)

    def write_item() -> None:
        assert app.api_pipeline.handle_request(write).status == 204

    call("PUT", "/snapshots/one")()
    print("| control call, after a write | p50 ms | p95 ms | max ms |\n|---|---|---|---|")
    for name, method, path in (
        ("reset", "POST", "/reset"),
        ("save a snapshot", "PUT", "/snapshots/one"),
        ("restore a snapshot", "POST", "/snapshots/one/restore"),
        ("undo", "POST", "/undo"),
    ):
        print_row(name, measure_call(rounds, write_item, call(method, path)))


def measure_records(app: App, rounds: int) -> None:
    """Compare a GET with and without recording, in turn."""
    silent = replace(app.api_pipeline, records=RecordStore(is_recording=False))
    with_records, without_records = [], []
    for _ in range(rounds):
        with_records.append(microseconds(app.api_pipeline.handle_request))
        without_records.append(microseconds(silent.handle_request))
    pairs = zip(with_records, without_records, strict=True)
    cost = statistics.median(recorded - unrecorded for recorded, unrecorded in pairs)
    total, rest = statistics.median(with_records), statistics.median(without_records)
    flask = microseconds(lambda _: app.flask.test_client().get(ONE.path, headers=TOKEN), calls=300)
    print(f"\nGET one, pipeline alone: {total:.1f} us, {rest:.1f} us without recording")
    print(f"recording costs {cost:.1f} us: {100 * cost / rest:.0f} % of the pipeline")
    print(f"(Flask's test client around it: {flask:.0f} us)")


def measure_faults(app: App, rounds: int) -> None:
    """Compare a GET without faults, and with faults for its operation that do not match its path, in turn."""
    times: dict[int, list[float]] = {0: [], 1: [], 100: []}
    for _ in range(rounds):
        for fault_count, measured in times.items():
            for _ in range(fault_count):
                body = b'{"path": {"itemId": "other"}, "response": {"status": 503}}'
                add_fault = Request("POST", "/__admin/faults", "tenant=acme", TOKEN, body)
                assert app.control_pipeline.handle_request(add_fault).status == 201
            measured.append(microseconds(app.api_pipeline.handle_request))
            app.control_pipeline.handle_request(Request("DELETE", "/__admin/faults", "", TOKEN))
    medians = (f"{statistics.median(measured):.1f} us with {fault_count}" for fault_count, measured in times.items())
    print(f"\nGET one, by number of faults that do not match: {', '.join(medians)}")


def microseconds(answer: Callable[[Request], object], calls: int = 2000) -> float:
    """Return the mean time of a GET."""
    began = time.perf_counter()
    for _ in range(calls):
        answer(ONE)
    return (time.perf_counter() - began) * 1e6 / calls


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--assignments", type=int, default=100_000, help="item assignments in the tenant")
    parser.add_argument("--rounds", type=int, default=200, help="repetitions of each control call")
    options = parser.parse_args()
    app = build(Settings())
    tenant = app.world.tenant("acme")
    tenant.reseed(replace(tenant.seed, state=fill_segments(tenant.state, options.assignments)))
    print(f"{options.assignments:,} item assignments in the tenant\n")
    measure_control(app, options.rounds)
    measure_records(app, max(10, options.rounds // 10))
    measure_faults(app, max(10, options.rounds // 10))


if __name__ == "__main__":
    main()
