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
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from urllib.request import Request

from caller import Caller
from load import GOLDEN, OPENER, SERVE, encode_request, product_ids, send_load

CONNECTIONS = 8
ROOT = Path(__file__).parents[1]
MIXIN_URL = "https://res.cloudinary.com/saas-ag/raw/upload/v1600077014/schemata/segmentAttributes_v1.json"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Target:
    """A running server."""

    process: subprocess.Popen[str]
    port: int

    def cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@dataclass
class Run:
    """Requests per second, and the server's CPU time for each request, in microseconds."""

    rate: float
    cpu: float


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


def client_tokens(port: int, count: int) -> list[str]:
    """Return several tokens of the OAuth client `admin`, so that a cache of one token does not help."""
    body = b"grant_type=client_credentials&client_id=admin&client_secret=secret"
    request = Request(f"http://127.0.0.1:{port}/oauth/token", body, method="POST")
    tokens = []
    for _ in range(count):
        with OPENER.open(request) as response:
            tokens.append(json.load(response)["access_token"])
    return tokens


def varied_requests(port: int) -> dict[str, list[bytes]]:
    """Return several requests of each kind, with different ids, mixins and tokens."""
    ids = sorted(set(product_ids(f"http://127.0.0.1:{port}", 200)))
    tokens = client_tokens(port, 7)
    items = f"/{GOLDEN}/items/PRODUCT"
    with closing(Caller(port)) as caller:
        caller.call("PUT", f"{items}/bulk", [{"id": id_} for id_ in ids])

    def mixin(value: str) -> dict[str, object]:
        mixins = {"segmentAttributes": {"membershipStatus": "PREMIUM"}, "note": {"text": value}}
        return {"mixins": mixins, "metadata": {"mixins": {"segmentAttributes": MIXIN_URL}}}

    kinds = {
        "GET one": [encode_request("GET", f"{items}/{id_}") for id_ in ids],
        "list of 60": [encode_request("GET", f"/items?pageSize=60&pageNumber={1 + at % 2}") for at in range(len(ids))],
        "list of 60, q and sort": [
            encode_request("GET", f"/items?q=type:PRODUCT&sort=item.{key}&pageSize=60")
            for key in ("id", "code", "name")
        ],
        "PUT one with a mixin": [
            encode_request("PUT", f"{items}/{id_}", mixin(f"STATUS{at}")) for at, id_ in enumerate(ids)
        ],
        "bulk of 200 with mixins": [
            encode_request(
                "PUT", f"{items}/bulk", [{"id": ids[at % len(ids)], **mixin(f"{turn}-{at}")} for at in range(200)]
            )
            for turn in range(7)
        ],
    }
    return {name: list(map(_with_token, requests, cycle(tokens))) for name, requests in kinds.items()}


def _with_token(request: bytes, token: str) -> bytes:
    return request.replace(b"Bearer admin-token", f"Bearer {token}".encode())


def measure(target: Target, requests: list[bytes], seconds: float) -> Run:
    """Send the requests in turn over 8 connections, and measure."""
    before, began = target.cpu_seconds(), time.perf_counter()
    rate = send_load(target.port, requests, seconds, CONNECTIONS).rate
    elapsed = time.perf_counter() - began
    return Run(rate, (target.cpu_seconds() - before) / (rate * elapsed) * 1e6)


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
        print(f"{sys.version.split()[0]}, {CONNECTIONS} connections")
        print("| requests | old, requests/s | new | ratio | old, CPU us each | new | ratio |\n" + "|---" * 7 + "|")
        for row in compare(old, new, requests, options.seconds, options.rounds):
            print(row, flush=True)


if __name__ == "__main__":
    main()
