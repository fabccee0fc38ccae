"""Measure what `serve --state` costs: writes of clients with and without it, and how long the file takes.

`python benchmarks/state_file.py`. The world has 100,000 assignments. Each client sends its next PUT when it has
the last answer; rounds with and without the file alternate.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import orjson
from load import SERVE, LoadFigures, encode_request, send_load

from mockserver.app import App, build
from mockserver.settings import Settings
from mockserver.worlds.state_file import ROW_INDENT, StateFormat
from mockserver.worlds.state_keeper import StateKeeper
from mockserver.worlds.world_text import WorldWriter

METADATA = {"createdAt": "2024-01-01T08:00:00.000Z", "modifiedAt": "2024-01-01T08:00:00.000Z", "version": 1}


def write_world(path: Path, assignments: int, segments: int = 50) -> None:
    """Write a world with this many item assignments, evenly in segments."""
    products = assignments // segments
    world = {
        "sites": [
            {
                "code": "main",
                "name": "Main",
                "currency": "EUR",
                "default": True,
                "defaultLanguage": "en",
                "languages": ["en"],
            }
        ],
        "products": [
            {"id": f"p{number:06}", "code": f"c{number}", "name": {"en": f"P {number}"}} for number in range(products)
        ],
        "segments": [
            {"id": f"s{number:03}", "name": {"en": "S"}, "status": "ACTIVE", "siteCode": "main", "metadata": METADATA}
            for number in range(segments)
        ],
        "itemAssignments": [
            {"segmentId": f"s{segment:03}", "type": "PRODUCT", "itemId": f"p{number:06}", "metadata": METADATA}
            for segment in range(segments)
            for number in range(products)
        ],
    }
    path.write_bytes(orjson.dumps(world))


@contextmanager
def start_with(world: Path, *options: str) -> Iterator[int]:
    """Start a server with a world, and yield its port."""
    command = [*SERVE, "--fixture", str(world), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield int(orjson.loads(process.stdout.readline())["url"].rpartition(":")[2])
        process.terminate()


def measure_puts(
    world: Path, folder: Path, seconds: float, rounds: int, connections: int
) -> dict[str, list[LoadFigures]]:
    """Return the figures of PUTs to many items, by kind of server."""
    puts = [encode_request("PUT", f"/s{at % 50:03}/items/PRODUCT/p{at * 37 % 2000:06}") for at in range(1000)]
    with ExitStack() as stack:
        ports = {
            "without": stack.enter_context(start_with(world)),
            "with --state": stack.enter_context(start_with(world, "--state", str(folder / "load.yaml"))),
        }
        figures: dict[str, list[LoadFigures]] = {name: [] for name in ports}
        for _ in range(rounds):
            for name, port in ports.items():
                figures[name].append(send_load(port, puts, seconds, connections))
    return figures


def measure_saves(app: App, folder: Path) -> Iterator[tuple[str, float]]:
    """Yield what is done to the file, and how many seconds it takes in a process that does nothing else."""
    tenant = app.world.tenant("acme")
    for name in ("file.yaml", "file.json"):
        path = folder / name
        writer = WorldWriter(app.worlds.collections, "json" if path.suffix == ".json" else "yaml", ROW_INDENT)
        touch(app, "x")
        file_format = StateFormat(app.world, app.worlds, app.world.seed)
        record = file_format.capture()
        began = time.perf_counter()
        pieces = file_format.write(record, writer, datetime.now(UTC))
        yield f"encode all, {path.suffix[1:]}, {sum(map(len, pieces)) / 1e6:.0f} MB", time.perf_counter() - began
        tenant.reset()
        keeper = StateKeeper(path, app.world, app.worlds)
        touch(app, "y")
        began = time.perf_counter()
        keeper.save()
        yield f"save after one change, {path.suffix[1:]}", time.perf_counter() - began
        keeper.start()
        keeper.stop()
        began = time.perf_counter()
        file_format.read(path.read_bytes(), path)
        yield f"read and check, {path.suffix[1:]}", time.perf_counter() - began
        tenant.reset()


def touch(app: App, name: str) -> None:
    """Change a tenant, as a client would."""
    segment = {"id": "s000", "name": {"en": name}, "status": "ACTIVE", "siteCode": "main", "metadata": METADATA}
    app.world.tenant("acme").change(lambda state: (state.with_segment(segment), None))


def main() -> None:
    """Print two tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assignments", type=int, default=100_000, help="item assignments in the world")
    parser.add_argument("--seconds", type=float, default=5, help="length of a round, in seconds")
    parser.add_argument("--rounds", type=int, default=5, help="rounds for each kind of server")
    parser.add_argument("--connections", type=int, default=1, help="clients that write at the same time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        world = folder / "world.json"
        write_world(world, options.assignments)
        print("| the file | seconds |\n|---|---|")
        for text, seconds in measure_saves(build(Settings(fixture=str(world))), folder):
            print(f"| {text} | {seconds:.3f} |", flush=True)
        figures = measure_puts(world, folder, options.seconds, options.rounds, options.connections)
        print("\n| PUT | per second | p50, ms | p95, ms | p99, ms |\n|---|---|---|---|---|")
        for kind, runs in figures.items():
            medians = [
                statistics.median(getattr(run, field) for run in runs) for field in ("rate", "p50", "p95", "p99")
            ]
            print(
                f"| {kind} | {medians[0]:,.0f} | {' | '.join(f'{median:.2f}' for median in medians[1:])} |", flush=True
            )


if __name__ == "__main__":
    main()
