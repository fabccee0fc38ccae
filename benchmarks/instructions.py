"""Count the instructions of the server for each request with valgrind: a step of 1 % shows on a busy machine too.

`python benchmarks/instructions.py`, or with `--old FOLDER` to compare with a clone of an older commit. Ids, mixins and
tokens vary from request to request.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from builds import name_python
from targets import Target, exchange
from varied import varied_requests
from versions import ROOT, start_version

VALGRIND = ["valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no"]
REPEATS = {"bulk of 200 with mixins": 14}
MANY_REPEATS = 280  # so that it hardly matters how many garbage collections fall into the measurement


def send_requests(port: int, requests: list[bytes]) -> None:
    """Send requests, and exit if a response is not 2xx."""
    for status, body in exchange(port, requests):
        if status >= 300:
            raise SystemExit(f"{status} {body[:200]!r}")


def control_callgrind(target: Target, *options: str) -> None:
    """Give callgrind a command about the running server."""
    subprocess.run(["callgrind_control", *options, str(target.process.pid)], check=True, capture_output=True)


def sum_totals(dumps: Iterable[Path]) -> int:
    """Return the instructions in these dumps of callgrind."""
    texts = [path.read_text() for path in dumps]
    return sum(int(total) for text in texts for total in re.findall(r"^totals: (\d+)", text, re.MULTILINE))


def count_instructions(folder: Path, only: str) -> Iterator[tuple[str, float]]:
    """Yield the kinds of requests, and thousands of instructions for each request of a kind."""
    with (
        tempfile.TemporaryDirectory() as out,
        start_version(folder, [*VALGRIND, f"--callgrind-out-file={out}/out"]) as target,
    ):
        kinds = varied_requests(target.port)
        for name, requests in kinds.items():
            if not re.search(only, name):
                continue
            repeats = REPEATS.get(name, MANY_REPEATS)
            sent = (requests * repeats)[: 2 * repeats]
            send_requests(target.port, sent[:repeats])  # warm: encoded rows, compiled validators
            before = set(Path(out).iterdir())
            control_callgrind(target, "--instr=on")
            control_callgrind(target, "--zero")
            send_requests(target.port, sent[repeats:])
            control_callgrind(target, f"--dump={name}")
            control_callgrind(target, "--instr=off")
            yield name, sum_totals(set(Path(out).iterdir()) - before) / repeats / 1000


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", type=Path, help="folder with an older version to compare with")
    parser.add_argument("--only", default="", help="the kinds of requests whose names match this regex")
    options = parser.parse_args()
    if shutil.which("valgrind") is None:
        parser.error("valgrind is not installed; on Debian: apt-get install valgrind")
    print(f"{name_python()}, thousands of instructions for each request", flush=True)
    counts = dict(count_instructions(ROOT, options.only))
    if options.old is None:
        print("\n".join(f"{name}: {count:,.0f}" for name, count in counts.items()))
        return
    print("| requests | old | new | ratio |\n|---|---|---|---|")
    for name, count in count_instructions(options.old, options.only):
        print(f"| {name} | {count:,.0f} | {counts[name]:,.0f} | {count / counts[name]:.2f} |")


if __name__ == "__main__":
    main()
