"""The start imports only what it needs: what most clients never use is imported with the first request that does."""

from __future__ import annotations

import re
import sys

from tests.support.live_server import COMMAND, TIMEOUT_SECONDS, run_command, send_request, start_server
from tests.support.samples import GOLDEN

IMPORTED = re.compile(r"^import time: .*\|\s+([\w.]+)$", re.MULTILINE)
NEEDED_LATER = {
    "faker",
    "flask",
    "flask_cors",
    "flask_swagger_ui",
    "http.client",
    "jinja2",
    "jsonschema",
    "junitparser",
    "jwt",
    "openapi_core",
    "regex",
    "urllib.request",
    "werkzeug",
    "yaml",
}


def test_the_start_and_a_first_answer_import_no_more_than_they_need() -> None:
    command = [COMMAND[0], "-X", "importtime", *COMMAND[1:]]
    with start_server(command=command) as (process, ready):
        status, _ = send_request(f"{ready['url']}/customer-segment/acme/segments/{GOLDEN}/items")
        process.terminate()
        process.wait(TIMEOUT_SECONDS)
        assert process.stderr
        imported = set(IMPORTED.findall(process.stderr.read()))
    assert status == 200
    assert {"asyncio", "click", "jsonschema_rs", "mockserver.web.server", "orjson"} <= imported
    assert imported & NEEDED_LATER == set()


def test_the_server_collects_garbage_although_the_start_does_not() -> None:
    script = (
        "import gc, runpy, sys; from unittest.mock import patch; from mockserver.web.server import Server; "
        "sys.argv = ['mockserver', 'serve', '--port', '0']; "
        "patch.object(Server, 'run', lambda _: print('collects garbage:', gc.isenabled())).start(); "
        "runpy.run_module('mockserver', run_name='__main__')"
    )
    done = run_command("-c", script, command=[sys.executable])
    assert done.stdout.endswith("collects garbage: True\n"), done.stderr
