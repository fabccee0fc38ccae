"""Measure what validation costs: each kind of request in process, as it is and with judges that find nothing.

`python benchmarks/validation.py`. Both ways are measured in turn; the figures are the least of many rounds of CPU time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from load import Work, served, works

from mockserver.app import App, build
from mockserver.contract.validation import SchemaValidator
from mockserver.practices import mixins
from mockserver.settings import Settings
from mockserver.web.request_parser import RequestParser
from mockserver.web.response_writer import encode

SECONDS = 0.2
ROUNDS = 15


@contextmanager
def blind() -> Iterator[None]:
    """Have every judge find everything good: requests, replies and mixins."""
    with (
        patch.object(SchemaValidator, "accepts", lambda *_: True),
        patch.object(SchemaValidator, "problem", lambda *_: None),
        patch.object(mixins, "_check_one", lambda *_: None),
    ):
        yield


def called(app: App, work: Work) -> Callable[[], bytes]:
    """Return a call as the server makes it, from the bytes of a request to the head of its response."""
    parser = RequestParser("127.0.0.1")

    def call() -> bytes:
        (parsed,) = parser.feed(work.request)
        return encode(app.flask.answer(parsed.request), parsed).head

    if not call().startswith(b"HTTP/1.1 2"):
        raise SystemExit(f"{work.name}: {call()!r}")
    return call


def took(call: Callable[[], bytes]) -> float:
    """Return how long a call takes, in microseconds."""
    began, times = time.process_time(), 0
    while (passed := time.process_time() - began) < SECONDS:
        call()
        times += 1
    return passed / times * 1e6


def main() -> None:
    """Print a row for each kind of request."""
    with served() as (url, _, _):
        kinds = works(url)
    app = build(Settings())
    print("| work | with validation, us | without | validation |\n|---|---|---|---|")
    for work in kinds:
        call = called(app, work)
        whole, rest = [], []
        for _ in range(ROUNDS):
            whole.append(took(call))
            with blind():
                rest.append(took(call))
        share = 1 - min(rest) / min(whole)
        print(f"| {work.name} | {min(whole):,.1f} | {min(rest):,.1f} | {share:.0%} |", flush=True)


if __name__ == "__main__":
    main()
