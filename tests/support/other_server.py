"""A server that is not the simulator, or an old one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread


class OtherServer(BaseHTTPRequestHandler):
    """A server that answers for its version, and has nothing else."""

    version: object = None

    def do_GET(self) -> None:
        is_known = self.version is not None and self.path.startswith("/__admin/version")
        self.send_response(200 if is_known else 404)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(self.version if is_known else {}).encode())

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def other_server(version: object) -> Iterator[str]:
    """Run a server with this version; yield its URL."""
    with HTTPServer(("127.0.0.1", 0), type("Handler", (OtherServer,), {"version": version})) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
