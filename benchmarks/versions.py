"""Compare this version with an older one: requests per second, and the server's CPU time for each request.

`python benchmarks/versions.py --old FOLDER`, where FOLDER is a clone of the older commit; the same interpreter runs
both. The two servers take turns; the table has the medians, and the median ratio of all turns. Items, mixins and tokens
vary from request to request, so that no cache of equal requests helps.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from builds import name_python
from load import SERVE
from targets import CONNECTIONS, Target, measure
from varied import varied_requests

ROOT = Path(__file__).parents[1]


@contextmanager
def start_version(folder: Path, wrapper: Sequence[str] = ()) -> Iterator[Target]:
    """Start the server of the version in a folder; `wrapper` is a command that runs it, such as valgrind's."""
    variables = {**os.environ, "PYTHONPATH": str(folder), "PYTHONHASHSEED": "0"}
    with subprocess.Popen([*wrapper, *SERVE], stdout=subprocess.PIPE, text=True, cwd=folder, env=variables) as process:
        assert process.stdout
        url = json.loads(process.stdout.readline())["url"]
        try:
            yield Target(process, int(url.rpartition(":")[2]))
        finally:
            process.terminate()


def compare(
    old: Target, new: Target, requests: Mapping[str, list[list[bytes]]], seconds: float, rounds: int
) -> Iterator[str]:
    """Yield a row for each kind of request."""
    for name, (of_old, of_new) in requests.items():
        pairs = [(measure(old, of_old, seconds), measure(new, of_new, seconds)) for _ in range(rounds + 1)][1:]
        rates = statistics.median(new.rate / old.rate for old, new in pairs)
        cpu = statistics.median(old.cpu / new.cpu for old, new in pairs)
        before, after = (
            (statistics.median(side.rate for side in sides), statistics.median(side.cpu for side in sides))
            for sides in zip(*pairs, strict=True)
        )
        yield (
            f"| {name} | {before[0]:,.0f} | {after[0]:,.0f} | {rates:.2f} "
            f"| {before[1]:,.0f} | {after[1]:,.0f} | {cpu:.2f} |"
        )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--old", type=Path, required=True, help="folder with the older version")
    parser.add_argument("--only", default="", help="only kinds of requests whose names match this regular expression")
    parser.add_argument("--seconds", type=float, default=1.5, help="length of one run, in seconds")
    parser.add_argument("--rounds", type=int, default=7, help="runs of each kind for each version")
    options = parser.parse_args()
    with start_version(options.old) as old, start_version(ROOT) as new:
        both = zip(varied_requests(old.port).items(), varied_requests(new.port).values(), strict=True)
        requests = {name: [first, second] for (name, first), second in both if re.search(options.only, name)}
        print(f"{name_python()}, {CONNECTIONS} connections")
        print("| requests | old, requests/s | new | ratio | old, CPU us each | new | ratio |\n" + "|---" * 7 + "|")
        for row in compare(old, new, requests, options.seconds, options.rounds):
            print(row, flush=True)


if __name__ == "__main__":
    main()
