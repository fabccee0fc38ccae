"""The start imports only what it needs: what most clients never use is imported with the first request that does."""

from __future__ import annotations

import re
import sys

import pytest

from mockserver.cli.commands import CHECKERS_OF_SPECS
from tests.support.live_server import COMMAND, TIMEOUT_SECONDS, run_command, send_request, start_server
from tests.support.samples import GOLDEN

IMPORTED = re.compile(r"^import time: .*\|\s+([\w.]+)$", re.MULTILINE)
NEEDED_LATER = {
    "cryptography",
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
    "trustme",
    "urllib.request",
    "werkzeug",
    "yaml",
}
# The control plane consists of modules that are imported with the first call of one of their operations.
NEEDED_CONTROL = {
    "mockserver.control",
    "mockserver.control.context",
    "mockserver.control.guard",
    "mockserver.control.requests",
    "mockserver.control.requests.recording",
}
NEEDED_SCENARIOS = {
    "mockserver.scenarios",
    *(f"mockserver.scenarios.{name}" for name in ("director", "scenario_library", "scenario_mistakes")),
    "mockserver.scenarios.scenario_stage",
}
OWN_NEEDED_LATER = {
    "mockserver.contract.published_services",
    "mockserver.dashboard",
    "mockserver.importing",
    *(
        f"mockserver.worlds.{name}"
        for name in ("checking", "completion", "doubtful_scopes", "example_ids", "violations")
    ),
    *(f"mockserver.worlds.{name}" for name in ("exporting", "transfer", "world_file", "world_text")),
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
    assert imported & (NEEDED_LATER | OWN_NEEDED_LATER) == set()
    assert {name for name in imported if name.startswith("mockserver.control")} == NEEDED_CONTROL
    assert {name for name in imported if name.startswith("mockserver.scenarios")} == NEEDED_SCENARIOS
    assert [name for name in imported if name.startswith("mockserver.services.") and name.endswith(".imports")] == []


def test_a_health_check_imports_nothing_of_the_simulation() -> None:
    """Docker runs one twice a second until the first succeeds."""
    done = run_command("healthcheck", "--port", "1", command=[COMMAND[0], "-X", "importtime", *COMMAND[1:]])
    imported = set(IMPORTED.findall(done.stderr))
    assert {"click", "mockserver.cli.health_check"} <= imported
    assert (
        imported & {"mockserver.contract", "mockserver.store", "mockserver.control", "jsonschema_rs", "yaml"} == set()
    )


def test_the_server_collects_garbage_although_the_start_does_not() -> None:
    script = (
        "import gc, runpy, sys; from unittest.mock import patch; from mockserver.web.server import Server; "
        "sys.argv = ['mockserver', 'serve', '--port', '0']; "
        "patch.object(Server, 'run', lambda _: print('collects garbage:', gc.isenabled())).start(); "
        "runpy.run_module('mockserver', run_name='__main__')"
    )
    done = run_command("-c", script, command=[sys.executable])
    assert done.stdout.endswith("collects garbage: True\n"), done.stderr


@pytest.mark.parametrize("library", sorted(CHECKERS_OF_SPECS))
@pytest.mark.parametrize("arguments", [["spec"], ["serve", "--port", "0", "--validator", "reference"]])
def test_a_command_that_checks_specs_says_what_is_missing(library: str, arguments: list[str]) -> None:
    script = (
        f"import runpy, sys; sys.modules[{library!r}] = None; sys.argv = ['mockserver', *{arguments}]; "
        "runpy.run_module('mockserver', run_name='__main__')"
    )
    done = run_command("-c", script, command=[sys.executable])
    message = "mockserver: this needs openapi-core, which `make serve` does not install; run `make dev`\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


def test_a_server_needs_no_checker_of_specs() -> None:
    script = (
        f"import runpy, sys; sys.modules.update(dict.fromkeys({sorted(CHECKERS_OF_SPECS)})); "
        "runpy.run_module('mockserver', run_name='__main__')"
    )
    command = [sys.executable, "-c", script]
    with start_server(command=command) as (_, ready):
        assert send_request(f"{ready['url']}/customer-segment/acme/segments/{GOLDEN}/items")[0] == 200
