"""Compare with other mock servers that read the same spec, side by side; they answer examples, this one does the work.

The others come by `npm install --prefix /tmp/mocks @stoplight/prism-cli @mockoon/cli`; then `--mocks /tmp/mocks`.
The runs alternate between the servers; a table has the median of each, and the ratio to ours.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from load import Work, load, served, works

SPEC = Path(__file__).parents[1] / "spec" / "customer-segment.yaml"
CONNECTIONS = 8
TRIES = 200  # for a server to start
OTHERS: Mapping[str, tuple[int, list[str]]] = {
    "prism": (4110, ["prism", "mock", "--port", "4110", str(SPEC)]),
    "mockoon": (4111, ["mockoon-cli", "start", "--port", "4111", "--disable-log-to-file", "--data", str(SPEC)]),
}


@contextmanager
def running(folder: Path, command: list[str], port: int, work: Work) -> Iterator[int]:
    """Start another server; give its port when it answers."""
    program = folder / "node_modules" / ".bin" / command[0]
    with subprocess.Popen([program, *command[1:]], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(TRIES):
                try:
                    load(port, work.request, 0.5, 1)
                    break
                except (OSError, statistics.StatisticsError):  # not there, or too slow to begin with
                    time.sleep(0.1)
            else:
                raise SystemExit(f"{command[0]} does not answer")
            yield port
        finally:
            process.kill()


def compared(ports: Mapping[str, int], work: Work, seconds: float, rounds: int) -> dict[str, float | None]:
    """Return the median rate of each server, None for one that does not answer 2xx; the servers take turns."""
    rates: dict[str, list[float]] = {name: [] for name in ports}
    failed = set()
    for _ in range(rounds):
        for name, port in ports.items():
            try:
                rates[name].append(load(port, work.request, seconds, CONNECTIONS).rate)
            except (SystemExit, OSError, statistics.StatisticsError):
                failed.add(name)
    return {name: None if name in failed else statistics.median(found) for name, found in rates.items()}


def cell(rate: float | None, ours: float | None) -> str:
    """Write a rate, and how many times as much ours is."""
    if rate is None or ours is None:
        return "no 2xx"
    return f"{rate:,.0f} ({ours / rate:.1f} x)"


def main() -> None:
    """Print a row for each kind of request."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mocks", type=Path, required=True, help="folder with the node_modules of the other servers")
    parser.add_argument("--seconds", type=float, default=2, help="length of one run")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each kind for each server")
    given = parser.parse_args()
    with ExitStack() as stack:
        url, _, _ = stack.enter_context(served())
        ports = {"ours": int(url.rpartition(":")[2])}
        kinds = works(url)
        for name, (port, command) in OTHERS.items():
            ports[name] = stack.enter_context(running(given.mocks, command, port, kinds[0]))
        print(f"| work | ours, requests/s | {' | '.join(OTHERS)} |\n|---|{'---|' * (1 + len(OTHERS))}")
        for work in kinds:
            rates = compared(ports, work, given.seconds, given.rounds)
            others = " | ".join(cell(rates[name], rates["ours"]) for name in OTHERS)
            print(f"| {work.name} | {rates['ours']:,.0f} | {others} |", flush=True)


if __name__ == "__main__":
    main()
