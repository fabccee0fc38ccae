"""Count the instructions of the server for each request with valgrind: a step of 1 % shows on a busy machine too.

`python benchmarks/instructions.py`, or with `--old FOLDER` to compare with a clone of an older commit. Ids, mixins and
tokens vary from request to request.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path

from load import SERVE
from versions import ROOT, Target, varied_requests

VALGRIND = ["valgrind", "--tool=callgrind", "--instr-atstart=no", "--compress-strings=no"]
REPEATS = {"bulk of 200 with mixins": 3}
MANY_REPEATS = 60


@contextmanager
def serving_counted(folder: Path, out: Path) -> Iterator[Target]:
    """Serve the version in a folder below callgrind."""
    variables = {**os.environ, "PYTHONPATH": str(folder), "PYTHONHASHSEED": "0"}
    command = [*VALGRIND, f"--callgrind-out-file={out}/callgrind", *SERVE]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=folder, env=variables
    ) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        try:
            yield Target(process, int(url.rpartition(":")[2]))
        finally:
            process.terminate()


def send(port: int, requests: list[bytes]) -> None:
    """Send requests over one connection, each after the response to the one before."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as client:
        for request in requests:
            client.sendall(request)
            response = HTTPResponse(client)
            response.begin()
            response.read()
            assert response.status < 300, response.status


def control(target: Target, *options: str) -> None:
    """Have callgrind do something to the running server."""
    subprocess.run(["callgrind_control", *options, str(target.process.pid)], check=True, capture_output=True)


def count_instructions(folder: Path, only: str) -> Iterator[tuple[str, float]]:
    """Yield the kinds of requests, and thousands of instructions for each request of a kind."""
    with tempfile.TemporaryDirectory() as out, serving_counted(folder, Path(out)) as target:
        kinds = varied_requests(target.port)
        for name, requests in kinds.items():
            if not re.search(only, name):
                continue
            repeats = REPEATS.get(name, MANY_REPEATS)
            sent = (requests * repeats)[: 2 * repeats]
            send(target.port, sent[:repeats])  # warm: encoded rows, compiled validators
            before = set(Path(out).iterdir())
            control(target, "--instr=on")
            control(target, "--zero")
            send(target.port, sent[repeats:])
            control(target, f"--dump={name}")
            control(target, "--instr=off")
            totals = [
                int(total)
                for path in sorted(set(Path(out).iterdir()) - before)
                for total in re.findall(r"^totals: (\d+)", path.read_text(), re.MULTILINE)
            ]
            yield name, sum(totals) / repeats / 1000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", type=Path, help="folder with an older version to compare with")
    parser.add_argument("--only", default="", help="the kinds of requests whose names match this regex")
    options = parser.parse_args()
    print(f"{sys.version.split()[0]}, thousands of instructions for each request", flush=True)
    counts = dict(count_instructions(ROOT, options.only))
    if options.old is None:
        print("\n".join(f"{name}: {count:,.0f}" for name, count in counts.items()))
        return
    print("| requests | old | new | ratio |\n|---|---|---|---|")
    for name, count in count_instructions(options.old, options.only):
        print(f"| {name} | {count:,.0f} | {counts[name]:,.0f} | {count / counts[name]:.2f} |")


if __name__ == "__main__":
    main()
