"""Compare with other mock servers: requests per second, CPU time, memory, and the start.

`python benchmarks/compare.py --peers FOLDER`, where FOLDER has the other servers; Java runs WireMock. Install them with
`npm install --prefix FOLDER @stoplight/prism-cli @mockoon/cli wiremock @labdigital/commercetools-mock`. Our server is
built as a wheel and installed into an empty environment, for the Python of `--python`.

Each response is checked before the measurement: its status, and the number of its rows. Then each server is warmed up.
All servers run at the same time, and take turns in each round; the first round does not count. The tables have the
medians, and the median of the ratios in a round: 2.0 x means that ours is twice as good. `>` marks a rate that the load
generator limits. CPU time and memory include all threads and child processes. All takes about 12 minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from builds import name_python
from load import send_load
from peers import BULK, KINDS, LIST, SORTED_LIST, Peer, list_peers, our_peer
from targets import CONNECTIONS, Run, Target, exchange, measure
from varied import varied_requests

ROOT = Path(__file__).parents[1]
MAX_START_SECONDS = 60
POLL_SECONDS = 0.005
WARM_UP_SECONDS = 15
GENERATOR_LIMIT = 0.95  # of a core
ROWS = {LIST: 60, SORTED_LIST: 60, BULK: 200}


def show_progress(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def install_wheel(python: str, work: Path) -> Path:
    """Build our wheel, and install it into an empty environment of this Python; return the program."""
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--quiet", "--quiet"]  # errors only
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", work, ROOT], check=True)
    (wheel,) = work.glob("*.whl")
    subprocess.run([python, "-m", "venv", "--without-pip", work / "venv"], check=True)
    pip += ["--python", work / "venv" / "bin" / "python"]
    subprocess.run([*pip, "install", "--constraint", ROOT / "constraints.txt", wheel], check=True)
    return work / "venv" / "bin" / "mockserver"


@contextmanager
def start_peer(peer: Peer) -> Iterator[tuple[Target, float, float]]:
    """Start a server; yield it, and the wall and CPU seconds until its first 200."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [argument.replace("PORT", str(port)) for argument in peer.command]
    variables = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    nothing = subprocess.DEVNULL
    began = time.perf_counter()
    with subprocess.Popen(
        command, stdout=nothing, stderr=nothing, text=True, env=variables, start_new_session=True
    ) as process:
        try:
            target = Target(process, port)
            while not is_answering(port, peer.first):
                if process.poll() is not None or time.perf_counter() - began > MAX_START_SECONDS:
                    raise SystemExit(f"{peer.name} does not answer: {' '.join(command)}")
                time.sleep(POLL_SECONDS)
            yield target, time.perf_counter() - began, target.cpu_seconds()
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # with the processes that it has started


def is_answering(port: int, request: bytes) -> bool:
    try:
        return [status for status, _ in exchange(port, [request])] == [200]
    except OSError:
        return False


def check_responses(peer: Peer, port: int) -> None:
    """Send each request once; exit if a response is not what is to be measured."""
    for kind, requests in peer.requests.items():
        for status, body in exchange(port, requests):
            rows = json.loads(body or b"null")
            rows = rows.get("results", rows) if isinstance(rows, dict) else rows
            is_complete = kind not in ROWS or len(rows) == ROWS[kind]
            is_done = kind != BULK or all(200 <= entry["code"] < 300 for entry in rows)
            if not (200 <= status < 300 and is_complete and is_done):
                raise SystemExit(f"{peer.name}, {kind}: {status} {body[:500]!r}")


def warm_up(peer: Peer, port: int) -> None:
    """Send requests of all kinds, long enough for Java to compile what is hot."""
    longest = max(map(len, peer.requests.values()))
    mixed = [requests[at % len(requests)] for at in range(longest) for requests in peer.requests.values()]
    send_load(port, mixed, WARM_UP_SECONDS, CONNECTIONS)


def measure_starts(peers: list[Peer], rounds: int) -> dict[str, tuple[float, float]]:
    """Return the median seconds of a start, wall and CPU, by server."""
    starts: dict[str, list[tuple[float, float]]] = {peer.name: [] for peer in peers}
    for at in range(rounds):
        show_progress(f"starts, round {at + 1} of {rounds}")
        for peer in peers:
            with start_peer(peer) as (_, wall, cpu):
                starts[peer.name].append((wall, cpu))
    return {
        name: (statistics.median(wall for wall, _ in runs), statistics.median(cpu for _, cpu in runs))
        for name, runs in starts.items()
    }


def measure_kind(
    kind: str, peers: list[Peer], targets: Mapping[str, Target], seconds: float, rounds: int
) -> dict[str, list[Run]]:
    """Return the runs of each server that can answer this kind of request; another one begins in each round."""
    able = [peer for peer in peers if kind in peer.requests]
    runs: dict[str, list[Run]] = {peer.name: [] for peer in able}
    for at in range(rounds + 1):
        show_progress(f"{kind}, round {at} of {rounds}" if at else f"{kind}, warm-up")
        first = at % len(able)
        for peer in able[first:] + able[:first]:
            list(exchange(targets[peer.name].port, peer.before_run))
            runs[peer.name].append(measure(targets[peer.name], peer.requests[kind], seconds))
    return {name: all_runs[1:] for name, all_runs in runs.items()}


def format_rate(theirs: list[Run], ours: list[Run]) -> str:
    """Return the median rate, and how many times higher ours is."""
    is_limited = statistics.median(run.generator for run in theirs) > GENERATOR_LIMIT
    rate = f"{'> ' if is_limited else ''}{statistics.median(run.rate for run in theirs):,.0f}"
    return rate + format_ratio([our.rate / their.rate for our, their in zip(ours, theirs, strict=True)])


def format_cpu(theirs: list[Run], ours: list[Run]) -> str:
    """Return the median CPU time of a request, and how many times less ours is."""
    cpu = f"{statistics.median(run.cpu for run in theirs):,.0f}"
    return cpu + format_ratio([their.cpu / our.cpu for our, their in zip(ours, theirs, strict=True)])


def format_ratio(ratios: list[float]) -> str:
    """Return the median, with two digits; nothing for ours, compared with itself."""
    ratio = statistics.median(ratios)
    return "" if set(ratios) == {1} else f" ({ratio:.{1 if ratio >= 1 else 2}f} x)"


def print_table(title: str, columns: list[str], rows: Mapping[str, list[str]]) -> None:
    print(f"\n| {title} | {' | '.join(columns)} |\n|---|{'---|' * len(columns)}")
    for name, cells in rows.items():
        print(f"| {name} | {' | '.join(cells)} |")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=Path, required=True, help="folder with the node_modules of the other servers")
    parser.add_argument("--python", default=sys.executable, help="the Python that runs our server")
    parser.add_argument("--seconds", type=float, default=2, help="length of one run, in seconds")
    parser.add_argument("--only", default="", help="only kinds of requests whose names match this regular expression")
    parser.add_argument("--rounds", type=int, default=5, help="runs of each kind for each server")
    options = parser.parse_args()
    if missing := [program for program in ("java", "node") if not shutil.which(program)]:
        parser.error(f"not installed: {', '.join(missing)}")
    if not (options.peers / "node_modules").is_dir():
        parser.error(f"no node_modules in {options.peers}; see --help")
    with ExitStack() as stack:
        work = Path(stack.enter_context(TemporaryDirectory()))
        show_progress("building our wheel, and installing it")
        ours = our_peer(install_wheel(options.python, work), name_python(options.python))
        targets = {ours.name: stack.enter_context(start_peer(ours))[0]}
        ours.requests = varied_requests(targets[ours.name].port)
        check_responses(ours, targets[ours.name].port)  # from now on, rows have mixins: those that the others get, too
        peers = [ours, *list_peers(options.peers.absolute(), work, targets[ours.name].port, ours.requests)]
        starts = measure_starts(peers, options.rounds)
        for peer in peers:
            show_progress(f"{peer.name}: checking its responses, and warming it up")
            if peer is not ours:
                targets[peer.name] = stack.enter_context(start_peer(peer))[0]
                list(exchange(targets[peer.name].port, peer.content))
                check_responses(peer, targets[peer.name].port)
            warm_up(peer, targets[peer.name].port)
        kinds = [kind for kind in KINDS if re.search(options.only, kind)]
        figures = {kind: measure_kind(kind, peers, targets, options.seconds, options.rounds) for kind in kinds}
        memory = {name: target.memory_mb() for name, target in targets.items()}
    print(f"{CONNECTIONS} connections, {os.cpu_count()} cores. " + "; ".join(f"{p.name}: {p.version}" for p in peers))
    names = [peer.name for peer in peers]
    for title, show in (("requests/s", format_rate), ("CPU time of a request, us", format_cpu)):
        cells = {
            kind: [show(runs[name], runs[ours.name]) if name in runs else "-" for name in names]
            for kind, runs in figures.items()
        }
        print_table(title, names, cells)
    rows = {
        "start to the first 200, s": [f"{starts[name][0]:.2f}" for name in names],
        "CPU time of the start, s": [f"{starts[name][1]:.2f}" for name in names],
        "memory after the load, MB": [f"{memory[name]:,.0f}" for name in names],
    }
    print_table("once", names, rows)


if __name__ == "__main__":
    main()
