"""Count the modules, functions and calls of `mockserver` that one warm request enters, over a real socket.

`python benchmarks/modules.py`; `--list` names the modules too.
"""

from __future__ import annotations

import argparse
import sys
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path
from threading import Thread
from types import CodeType, FrameType
from typing import Any

from caller import Caller
from load import GOLDEN

import mockserver
from mockserver.app import build
from mockserver.settings import Settings

PACKAGE = f"{Path(mockserver.__file__).parent}/"
ITEM = f"/{GOLDEN}/items/PRODUCT/12468504"
REQUESTS = {"GET one": ("GET", ITEM), "list of 60": ("GET", "/items?pageSize=60"), "PUT one": ("PUT", ITEM)}
WARM_UP_REQUESTS = 3


class Profile:
    """Counts the calls of our functions in the server's thread."""

    def __init__(self) -> None:
        self.calls: Counter[CodeType] = Counter()

    def __call__(self, frame: FrameType, event: str, _: Any) -> None:
        """Count a call; the interpreter calls this on every event."""
        if event == "call" and frame.f_code.co_filename.startswith(PACKAGE):
            self.calls[frame.f_code] += 1

    def modules(self) -> list[str]:
        """Return the modules that were entered."""
        return sorted({code.co_filename.removeprefix(PACKAGE).removesuffix(".py") for code in self.calls})


def main() -> None:
    """Print a row for each kind of request."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list", action="store_true", help="name the modules")
    options = parser.parse_args()
    app, profile = build(Settings()), Profile()
    server = app.create_server("127.0.0.1", 0)
    threading.setprofile(profile)
    running = Thread(target=server.run)
    running.start()
    threading.setprofile(None)
    print(f"{sys.version.split()[0]}\n| request | modules | functions | calls |\n|---|---|---|---|")
    with closing(Caller(server.port)) as caller:
        for name, (method, path) in REQUESTS.items():
            for _ in range(WARM_UP_REQUESTS + 1):
                profile.calls.clear()
                status, content = caller.call(method, path, {} if method == "PUT" else None)
                if status >= 300:
                    raise SystemExit(f"{method} {path}: {status} {content[:200]!r}")
            calls = Counter({code: count for code, count in profile.calls.items() if not _is_periodic(code)})
            profile.calls = calls
            print(f"| {name} | {len(profile.modules())} | {len(calls)} | {calls.total()} |")
            if options.list:
                print("  " + ", ".join(profile.modules()))
    server.stop()
    running.join()


def _is_periodic(code: CodeType) -> bool:
    """Whether the server calls this function once a second, whatever the clients do."""
    return "check_timeout" in code.co_name


if __name__ == "__main__":
    main()
