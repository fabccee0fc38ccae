"""Compare the start of this version with that of an older one, and the first request of each kind after it.

`python benchmarks/start.py --old FOLDER`, where FOLDER is a clone of the older commit. With `--wheel` instead, the old
one is the checkout, and the new one its wheel as pip installs it. CPU time counts from the start of the process to its
first 200, the list of a segment's items. The two versions take turns; the table has medians. Both use compiled modules
(`__pycache__`). `--instructions` counts the instructions of one start with valgrind as well. With `--health`
it measures when the health check of the image first succeeds: server and check run as in the image, without Docker.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from builds import name_python
from instructions import control_callgrind, send_requests, sum_totals
from load import GOLDEN, encode_request, with_header
from targets import Target
from varied import MIXIN_URL
from versions import ROOT, start_version

MIXIN = {
    "mixins": {"segmentAttributes": {"membershipStatus": "PREMIUM"}},
    "metadata": {"mixins": {"segmentAttributes": MIXIN_URL}},
}
ITEM = f"/{GOLDEN}/items/PRODUCT/12468504"
FIRST = encode_request("GET", f"/{GOLDEN}/items")
FIRST_REQUESTS = {
    "GET one": encode_request("GET", ITEM),
    "list of 60": encode_request("GET", "/items?pageSize=60"),
    "list of 60, q, sort, count": with_header(
        encode_request("GET", "/items?q=type:PRODUCT&sort=item.id&pageSize=60"), "X-Total-Count: true"
    ),
    "PUT one with a mixin": encode_request("PUT", ITEM, MIXIN),
    "list, from a web page": with_header(FIRST, "Origin: http://localhost:3000"),
}
COMMAND = [sys.executable, "-m", "mockserver"]
HEALTH_PORT = "8099"
CALLGRIND = ["valgrind", "--quiet", "--tool=callgrind"]


def cpu_milliseconds(target: Target) -> float:
    """Return the CPU time of the server's one thread; `/proc/PID/stat` only has hundredths of a second."""
    return int(Path(f"/proc/{target.process.pid}/schedstat").read_text().split()[0]) / 1e6


def measure_start(folder: Path) -> dict[str, float]:
    """Start a version; return the figures of its start."""
    began = time.perf_counter()
    with start_version(folder) as target:
        send_requests(target.port, [FIRST])
        elapsed = (time.perf_counter() - began) * 1e3
        return {
            "start to first 200, CPU ms": cpu_milliseconds(target),
            "start to first 200, ms": elapsed,
            "memory after it, MB": target.memory_mb(),
        }


def measure_first_requests(folder: Path) -> dict[str, float]:
    """Return the server's CPU time for each kind of request, each to a server that has answered nothing before."""
    times = {}
    for name, request in FIRST_REQUESTS.items():
        with start_version(folder) as target:
            before = cpu_milliseconds(target)
            send_requests(target.port, [request])
            times[f"first request: {name}, CPU ms"] = cpu_milliseconds(target) - before
    return times


def count_instructions(folder: Path) -> dict[str, float]:
    """Return the instructions from the start to the first 200, in millions."""
    with (
        tempfile.TemporaryDirectory() as out,
        start_version(folder, [*CALLGRIND, f"--callgrind-out-file={out}/out"]) as target,
    ):
        send_requests(target.port, [FIRST])
        control_callgrind(target, "--dump")
        return {"start to first 200, million instructions": sum_totals(Path(out).iterdir()) / 1e6}


def install_wheel(folder: Path) -> Path:
    """Install this version without its dependencies, which are here already. Return the folder."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", folder, ROOT]
    subprocess.run(command, check=True)
    return folder


def print_rows(pairs: list[tuple[Mapping[str, float], Mapping[str, float]]]) -> None:
    """Print the medians of each figure, and the median of new to old."""
    for name in pairs[0][0]:
        old, new = (statistics.median(side[name] for side in sides) for sides in zip(*pairs, strict=True))
        ratio = statistics.median(after[name] / before[name] for before, after in pairs)
        print(f"| {name} | {old:,.1f} | {new:,.1f} | {ratio:.2f} |", flush=True)


def measure_health() -> float:
    """Return the seconds from a start to the first success of the health check, which is repeated at an interval."""
    interval = float(re.search(r"--start-interval=([\d.]+)s", (ROOT / "Dockerfile").read_text())[1])  # type: ignore[index]
    began = time.perf_counter()
    with subprocess.Popen([*COMMAND, "serve", "--port", HEALTH_PORT], stdout=subprocess.DEVNULL) as server:
        time.sleep(interval)
        while subprocess.run(
            [*COMMAND, "healthcheck", "--port", HEALTH_PORT], check=False, capture_output=True
        ).returncode:
            time.sleep(interval)
        elapsed = time.perf_counter() - began
        server.terminate()
    return elapsed


def print_health(rounds: int) -> None:
    """Print when the health check first succeeds."""
    times = sorted(measure_health() for _ in range(rounds))
    print(f"start to the first healthy check: {statistics.median(times):.2f} s ({times[0]:.2f}-{times[-1]:.2f})")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    versions = parser.add_mutually_exclusive_group(required=True)
    versions.add_argument("--old", type=Path, help="folder with the older version")
    versions.add_argument("--wheel", action="store_true", help="compare the checkout with its wheel")
    versions.add_argument("--health", action="store_true", help="when the health check of the image first succeeds")
    parser.add_argument("--rounds", type=int, default=11, help="starts of each version")
    parser.add_argument("--instructions", action="store_true", help="count instructions as well")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else each start may compile all modules
    if options.health:
        print_health(options.rounds)
        return
    with tempfile.TemporaryDirectory() as installed:
        old, new = (ROOT, install_wheel(Path(installed))) if options.wheel else (options.old, ROOT)
        for folder in (old, new):
            measure_start(folder)  # writes __pycache__
        print(f"{name_python()}, {options.rounds} rounds")
        print("| figure | old | new | new / old |\n|---|---|---|---|")
        for measure, rounds in ((measure_start, options.rounds), (measure_first_requests, max(1, options.rounds // 2))):
            print_rows([(measure(old), measure(new)) for _ in range(rounds)])
        if options.instructions:
            print_rows([(count_instructions(old), count_instructions(new))])


if __name__ == "__main__":
    main()
