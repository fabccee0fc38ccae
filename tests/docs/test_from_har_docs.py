"""docs/from-har.md: its commands make the world and print the report that it shows."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

from tests.support.live_server import TIMEOUT_SECONDS, clean_environment, start_server
from tests.support.paths import ROOT

PAGE = (ROOT / "docs" / "from-har.md").read_text()
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.S | re.M)


def test_the_commands_print_the_report_that_is_shown(tmp_path: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -m mockserver"
    script = next(text for language, text in BLOCKS if language == "sh" and "curl" in text)
    (report,) = (text for language, text in BLOCKS if language == "text")
    with start_server() as (_, ready):
        lines = script.replace("http://127.0.0.1:8080", ready["url"]).replace("mockserver world", f"{command} world")
        result = subprocess.run(
            ["bash", "-e", "-c", lines],
            cwd=tmp_path,
            env=clean_environment(PYTHONPATH=str(ROOT)),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", report)
    with start_server("--fixture", str(tmp_path / "shop.yaml")) as (_, ready):
        assert ready["url"]
