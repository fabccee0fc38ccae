"""Measure what validation costs: each kind of request in process, with all validators and with ones that accept all.

`python benchmarks/validation.py`. Both are measured in turn; the figures are the lowest CPU time of many rounds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from load import RequestKind, list_kinds, start_server

from mockserver.app import App, build
from mockserver.contract.validation import SchemaValidator
from mockserver.practices import mixins
from mockserver.settings import Settings
from mockserver.web.request_parser import RequestParser
from mockserver.web.response_writer import encode

SECONDS = 0.2  # of CPU time, of one round


@contextmanager
def accept_everything() -> Iterator[None]:
    """Make all validators accept everything: of requests, responses and mixins."""
    with (
        patch.object(SchemaValidator, "is_valid", lambda *_: True),
        patch.object(SchemaValidator, "first_error", lambda *_: None),
        patch.object(mixins, "_check_mixin", lambda *_: None),
    ):
        yield


def create_call(app: App, kind: RequestKind) -> Callable[[], bytes]:
    """Return a function that does what the server does, from the bytes of a request to the head of its response."""
    parser = RequestParser("127.0.0.1")

    def call() -> bytes:
        (parsed,) = parser.feed(kind.request)
        return encode(app.entrances.answer(parsed.request), parsed).head

    if not call().startswith(b"HTTP/1.1 2"):
        raise SystemExit(f"{kind.name}: {call()!r}")
    return call


def microseconds(call: Callable[[], bytes]) -> float:
    """Return the mean CPU time of a call."""
    began, calls = time.process_time(), 0
    while (elapsed := time.process_time() - began) < SECONDS:
        call()
        calls += 1
    return elapsed / calls * 1e6


def main() -> None:
    """Print a row for each kind of request."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15, help="rounds of each kind; the lowest is shown")
    options = parser.parse_args()
    with start_server() as (url, _, _):
        kinds = list_kinds(url)
    app = build(Settings())
    print("| request | with validation, us | without | validation |\n|---|---|---|---|")
    for kind in kinds:
        call = create_call(app, kind)
        whole, rest = [], []
        for _ in range(options.rounds):
            whole.append(microseconds(call))
            with accept_everything():
                rest.append(microseconds(call))
        share = 1 - min(rest) / min(whole)
        print(f"| {kind.name} | {min(whole):,.1f} | {min(rest):,.1f} | {share:.0%} |", flush=True)


if __name__ == "__main__":
    main()
