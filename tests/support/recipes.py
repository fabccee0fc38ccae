"""The recipes of docs/unchanged-clients.md, for servers of a test, and the application that they run."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.live_server import TIMEOUT_SECONDS, clean_environment
from tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "unchanged-clients.md").read_text()
PROXY_URL, TLS_ADDRESS = "http://127.0.0.1:8080", "8443"
URL = "https://api.emporix.io/customer-segment/acme/segments"
FETCH = f"""fetch("{URL}", {{ headers: {{ Authorization: "Bearer admin-token" }} }}).then((reply) => reply.status)"""
APP = f"""
import https from "node:https";
console.log(await {FETCH});
https.get("{URL}", {{ headers: {{ Authorization: "Bearer admin-token" }} }}, (reply) => {{
  console.log(reply.statusCode);
  reply.resume();
}});
"""


class Servers:
    """A server with a plain port and one with HTTPS, which have the same authority, in a folder with `ca.crt`."""

    def __init__(self, folder: Path, plain: dict[str, Any], encrypted: dict[str, Any]) -> None:
        self.folder, self.plain, self.encrypted = folder, plain["url"], encrypted["url"]
        self.spki = encrypted["tls"]["spki"]

    def blocks(self, heading: str, language: str) -> list[str]:
        """Return the code blocks below a heading, for the ports of these servers."""
        section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0] if heading else PAGE.partition("\n## ")[0]
        found = re.findall(rf"^```{language}\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
        assert found, (heading, language)
        port = self.encrypted.rpartition(":")[2]
        return [block.replace(PROXY_URL, self.plain).replace(TLS_ADDRESS, port) for block in found]

    def run(self, script: str) -> str:
        """Run a shell script in the folder; return its output."""
        done = subprocess.run(
            ["sh", "-e", "-c", script],
            cwd=self.folder,
            env=clean_environment(PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}"),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
