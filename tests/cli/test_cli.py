"""The command line: start, ready line, stop, errors in one line, and the other commands."""

from __future__ import annotations

import json
import signal
import socket
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from mockserver.app import build
from mockserver.cli import operations_table
from mockserver.cli.commands import serve
from mockserver.cli.options import collect_settings
from mockserver.cli.ready import format_ready_line
from mockserver.contract.operations import compile_operations
from mockserver.contract.spec import Spec, hide_unpublished, load_spec
from mockserver.resources import data_folder
from mockserver.settings import Settings, Switches
from tests.support.live_server import run_command, send_request, start_server
from tests.support.samples import GOLDEN
from tests.support.specs import SPECS

SWITCHED: dict[str, Any] = {
    "own_list": "catalogue",
    "foreign_segment": "403",
    "active": "status-and-validity",
    "anonymous_refresh": "once",
    "max_page_size": 5,
    "accept_language_absent": "default",
    "missing_parent": "404",
    "match_descendants": "false",
    "references": "lenient",
    "delete_missing": "404",
    "unknown_mixin": "reject",
    "bulk_index_base": "1",
    "unsupported_language": "accept",
    "root_relatives": "list",
    "reference_type": "product",
    "session_context": "at-once",
    "login_cart": "create",
    "price_context": "default-site",
    "tiered_prices": "reached",
}


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_after_its_ready_line_and_stops_cleanly(stop_signal: signal.Signals) -> None:
    with start_server() as (process, ready):
        assert ready["event"] == "ready"
        assert "admin-token" in ready["tokens"]
        status, rows = send_request(f"{ready['url']}/customer-segment/{ready['tenant']}/segments/{GOLDEN}/items")
        assert (status, len(rows)) == (200, 2)
        method, url = ready["reset"].split()
        assert send_request(url, method)[0] == 200
        process.send_signal(stop_signal)
        assert process.wait(timeout=30) == 0
        assert process.stderr
        assert process.stderr.read() == ""


def test_the_text_of_the_ready_line_names_url_tokens_and_reset() -> None:
    text = format_ready_line(build(Settings()), "http://127.0.0.1:8080", 0.5)
    assert "http://127.0.0.1:8080" in text
    for token in ("admin-token", "manage-token", "read-token", "customer-token", "customer2-token"):
        assert token in text
    assert "curl -X POST http://127.0.0.1:8080/__admin/reset" in text
    assert "none needed" in format_ready_line(build(Settings(auth="off")), "http://127.0.0.1:8080", 0.5)


def test_settings_come_from_the_environment_too() -> None:
    with start_server(MOCKSERVER_TENANT="shop", MOCKSERVER_FIXTURE="empty", MOCKSERVER_AUTH="off") as (_, ready):
        assert (ready["tenant"], ready["world"]) == ("shop", "empty")
        status, rows = send_request(
            f"{ready['url']}/customer-segment/shop/segments/items", headers={"Authorization": ""}
        )
        assert (status, rows) == (200, [])


def test_a_switch_reaches_the_rules() -> None:
    with start_server("--bulk-index-base", "1", MOCKSERVER_REFERENCES="lenient") as (_, ready):
        url = f"{ready['url']}/customer-segment/acme/segments/{GOLDEN}/items/PRODUCT/bulk"
        assert send_request(url, "PUT", [{"id": "made-up"}]) == (207, [{"index": 1, "code": 201, "status": "Created"}])


def test_the_reference_validator_can_be_added() -> None:
    with start_server("--validator", "reference") as (_, ready):
        url = f"{ready['url']}/customer-segment/acme/segments/{GOLDEN}/items"
        assert len(send_request(url)[1]) == 2
        assert send_request(f"{url}/PRODUCT/12468504", "PUT", {"metadata": {"version": "1"}})[0] == 400
        entries = send_request(f"{url}/PRODUCT/bulk", "PUT", [{"id": "12468504"}, {"id": 5}])[1]
        assert [entry["code"] for entry in entries] == [204, 400]
        assert send_request(f"{ready['url']}/__admin/health")[0] == 200  # its path has no parameter


def parse_switches(*arguments: str) -> Switches:
    """Return the switches that the real command reads from these arguments and the environment."""
    with serve.make_context("serve", list(arguments)) as context:
        return collect_settings(context.params).behaviour


@pytest.mark.parametrize("name", [switch.name for switch in fields(Switches)])
def test_every_switch_is_a_flag_and_a_variable_and_the_flag_wins(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    flag, variable, text = f"--{name.replace('_', '-')}", f"MOCKSERVER_{name.upper()}", str(SWITCHED[name])
    switched = Switches(**{name: SWITCHED[name]})
    assert parse_switches() == Switches() != switched
    assert parse_switches(flag, text) == switched
    monkeypatch.setenv(variable, text)
    assert parse_switches() == switched
    other = getattr(Switches(), name) or 60  # no flag sets max_page_size back to None
    assert getattr(parse_switches(flag, str(other)), name) == other


@pytest.mark.parametrize(
    ("arguments", "variables", "reason"),
    [
        (["serve", "--port", "many"], {}, "--port"),
        (["serve", "--port", "99999"], {}, "--port"),
        (["serve", "--nonsense"], {}, "--nonsense"),
        (["serve", "--auth", "maybe"], {}, "--auth"),
        (["serve", "--tenant", "NO"], {}, "--tenant"),
        (["serve", "--cors-origin", "http://shop.example/"], {}, "--cors-origin"),
        (["serve", "--cors-origin", "shop.example"], {}, "--cors-origin"),
        (["serve", "--cors-origin", "https://*.example"], {}, "--cors-origin"),
        (["serve", "--cors-credentials"], {}, "--cors-credentials"),
        (["serve", "--cors-credentials", "--cors-origin", "*"], {}, "--cors-credentials"),
        (["serve"], {"MOCKSERVER_CORS_CREDENTIALS": "1"}, "--cors-credentials"),
        (["serve", "--known-header", "X Shop"], {}, "--known-header"),
        (["serve", "--known-header", "X-Shop: 1"], {}, "--known-header"),
        (["serve", "--known-header", "*-Shop"], {}, "--known-header"),
        (["serve", "--known-header", ""], {}, "--known-header"),
        (["serve", "--max-page-size", "0"], {}, "--max-page-size"),
        (["serve", "--spec", "/nowhere"], {}, "/nowhere"),
        (["serve", "--fixture", "nowhere"], {}, "default"),
        (["serve", "--fixture", "/nowhere.yaml"], {}, "/nowhere.yaml"),
        (["serve", "--host", "256.256.256.256", "--port", "0"], {}, "256.256.256.256"),
        (["serve"], {"MOCKSERVER_PROT": "1"}, "MOCKSERVER_PROT"),
        (["serve"], {"MOCKSERVER_PORT": "tcp://10.0.0.1:80"}, "MOCKSERVER_PORT"),
        (["serve"], {"MOCKSERVER_LOG": "debug"}, "MOCKSERVER_LOG"),
        (["serve", "--log", "all"], {}, "'warnings', 'requests'"),
        (["serve", "--spec", __file__], {}, "--spec"),
        (["serve", "--fixture", __file__], {}, "test_cli.py"),
        (["healthcheck", "--port", "0"], {}, "--port"),
        (["healthcheck"], {"MOCKSERVER_PORT": "tcp://10.0.0.1:80"}, "MOCKSERVER_PORT"),
        (["coverage"], {"MOCKSERVER_URL": "localhost:8080"}, "MOCKSERVER_URL"),
        (["seed", "--products", "many"], {}, "--products"),
        (["seed", "--shipped", "none"], {}, "--shipped"),
        (["nonsense"], {}, "nonsense"),
        (["spec", "/nowhere.yaml"], {}, "/nowhere.yaml"),
    ],
)
def test_an_error_is_one_clear_line(arguments: list[str], variables: dict[str, str], reason: str) -> None:
    done = run_command(*arguments, variables=variables)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert reason in done.stderr


@pytest.mark.parametrize(
    ("host", "address"),
    [("localhost", "localhost"), ("127.0.0.1", "127.0.0.1"), ("::ffff:127.0.0.1", "[::ffff:127.0.0.1]")],
)
def test_a_port_in_use_is_named(host: str, address: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = run_command("serve", "--host", host, "--port", port)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert f"cannot listen on {address}:{port}: " in done.stderr


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("openapi: 3.0.3", "openapi: 3.1.0"), "not an OpenAPI 3.0 document"),
        (("operationId: GET-customer-segment-retrieve-item", "operationId: other"), "is not in the spec"),
        (("$ref: '#/components/parameters/itemId'", "$ref: '#/components/parameters/none'"), "none"),
        (("  /customer-segment/{tenant}/segments/items:", "  - x: ["), "line"),
        (("pattern: ^[a-z][a-z0-9]+$", "pattern: '['"), "customer-segment.yaml"),
        (("          description: The item assignment.\n", ""), "get/responses/200"),
    ],
)
def test_an_unusable_spec_is_one_clear_line(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    text = (data_folder("spec") / "customer-segment.yaml").read_text()
    assert change[0] in text
    (tmp_path / "customer-segment.yaml").write_text(text.replace(*change, 1))
    done = run_command("serve", "--port", "0", "--spec", str(tmp_path))
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "customer-segment.yaml" in done.stderr
    assert reason in done.stderr


def test_routes_lists_every_operation_with_its_scopes() -> None:
    lines = run_command("routes").stdout.splitlines()
    app = build(Settings())
    assert [line.split()[2] for line in lines] == [
        operation.id for operation in (*app.api_operations, *app.control_operations)
    ]
    assert any(
        "PUT-customer-segment-update-item " in line and "customersegment.segment_manage" in line for line in lines
    )
    assert next(line for line in lines if "retrieve-customer-profile" in line).endswith("any token")
    assert next(line for line in lines if "request-token" in line).endswith("open")


def test_the_table_of_operations_in_the_documentation_is_what_the_command_prints() -> None:
    printed = run_command("routes", "--format", "markdown").stdout
    assert all(
        f"`{operation.id}`" in printed
        for path in data_folder("spec").glob("*.yaml")
        for operation in compile_operations(hide_unpublished(load_spec(path))[0])
    )
    assert printed == (data_folder("docs") / "operations.md").read_text()


def test_the_table_of_settings_in_the_documentation_is_what_the_command_prints() -> None:
    printed = run_command("settings", "--format", "markdown").stdout
    assert printed == (data_folder("docs") / "settings.md").read_text()
    lines = run_command("settings").stdout.splitlines()
    assert len(lines) == len(fields(Settings)) - 1 + len(fields(Switches))
    assert all(line.split()[0] in printed for line in lines)


@pytest.mark.parametrize(
    ("security", "words"),
    [
        ([], "open"),
        ([{"OAuth2": []}], "any token"),
        ([{"OAuth2": ["a"]}, {"OAuth2": ["b"]}], "a | b"),
        ([{"OAuth2": ["a"]}, {"BearerToken": []}], "any token; more with a"),
        ([{}, {"OAuth2": []}], "token optional"),
        ([{}, {"OAuth2": ["a", "b"]}], "token optional; more with a | b"),
    ],
)
def test_the_access_of_an_operation_is_described(security: list[dict[str, list[str]]], words: str) -> None:
    operation = {"operationId": "read", "security": security, "responses": {"204": {"description": "Done."}}}
    paths = {"/x": {"get": operation}}
    (compiled,) = compile_operations(Spec(Path("x.yaml"), {"paths": paths}))
    assert operations_table.describe_access(compiled) == words
    assert operations_table.operations_text([compiled]) == f"GET     /x  read  {words}"


def test_the_shipped_specs_are_good() -> None:
    done = run_command("spec")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("good") == len(SPECS)


def test_healthcheck_distinguishes_a_healthy_server_from_a_missing_one() -> None:
    with start_server() as (process, ready):
        port = ready["url"].rpartition(":")[2]
        assert json.loads(run_command("healthcheck", "--port", port).stdout) == {"status": "healthy"}
        process.kill()
        process.wait(timeout=30)
        assert run_command("healthcheck", "--port", port).returncode == 1
    impossible = run_command("healthcheck", "--host", "no host")
    assert (impossible.returncode, impossible.stderr.count("\n")) == (1, 1)


def test_help_and_version() -> None:
    assert run_command("--version").stdout.startswith("mockserver")
    help_text = run_command("serve", "--help").stdout
    assert "MOCKSERVER_BULK_INDEX_BASE" in help_text
    assert run_command().returncode in {0, 2}


def test_garbage_on_a_socket_is_answered_in_json() -> None:
    with start_server() as (_, ready):
        port = int(ready["url"].rpartition(":")[2])
        for garbage in (b"GARBAGE\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
                connection.sendall(garbage)
                head, _, body = connection.makefile("rb").read().partition(b"\r\n\r\n")
                assert head.startswith((b"HTTP/1.0 400", b"HTTP/1.1 400")), head
                assert json.loads(body)["code"] == 400
        assert send_request(f"{ready['url']}/__admin/health")[0] == 200
