"""How the commands find a server: by URL, host and port, as options or variables; and waiting until it is healthy."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest

from mockserver.cli.commands import commands, coverage, healthcheck
from mockserver.cli.health_check import HEALTH_PATH
from mockserver.cli.server_address import OPTIONS, pop_address
from mockserver.control import guard
from tests.support.live_server import COMMAND, TIMEOUT_SECONDS, clean_environment, run_command, start_server
from tests.support.tls import write_certificate

CASES: list[tuple[list[str], dict[str, str], str]] = [
    ([], {}, "http://127.0.0.1:8080"),
    (["--url", "http://a:1/"], {}, "http://a:1"),
    (["--url", "https://a/mock/"], {}, "https://a/mock"),
    ([], {"URL": "http://a:1"}, "http://a:1"),
    ([], {"URL": "http://a:1", "HOST": "b", "PORT": "2"}, "http://a:1"),
    ([], {"URL": "", "PORT": "2"}, "http://127.0.0.1:2"),
    ([], {"HOST": "b", "PORT": "2"}, "http://b:2"),
    ([], {"HOST": "0.0.0.0"}, "http://127.0.0.1:8080"),
    ([], {"HOST": "::"}, "http://127.0.0.1:8080"),
    ([], {"HOST": "::1"}, "http://[::1]:8080"),
    (["--port", "3"], {"URL": "http://a:1", "HOST": "b"}, "http://b:3"),
    (["--host", "c"], {"URL": "http://a:1", "PORT": "2"}, "http://c:2"),
    (["--url", "http://a:1", "--port", "3"], {}, "http://a:1"),
    (["--tls", "--base-path", "/mock"], {}, "https://127.0.0.1:8080/mock"),
    ([], {"TLS": "1", "BASE_PATH": "/mock", "HOST": "0.0.0.0"}, "https://127.0.0.1:8080/mock"),
    ([], {"TLS_CERT": "server.pem"}, "https://127.0.0.1:8080"),
    ([], {"TLS": "0"}, "http://127.0.0.1:8080"),
    (["--url", "http://a:1"], {"TLS": "1", "BASE_PATH": "/mock"}, "http://a:1"),
]
INVALID = [
    "nonsense",
    "127.0.0.1:8080",
    "ftp://a",
    "http://",
    "http://a:x",
    "http://a:0",
    "http://[a",
    "http://a:70000",
]


def parse_url(command: click.Command, arguments: list[str]) -> str:
    with command.make_context("command", list(arguments)) as context:
        options: dict[str, Any] = context.params
        address = pop_address(options)
        assert options.keys().isdisjoint(OPTIONS)
        return address.url


@pytest.mark.parametrize("command", [healthcheck, coverage], ids=lambda command: command.name)
@pytest.mark.parametrize(("arguments", "variables", "url"), CASES)
def test_every_command_finds_the_server_in_the_same_way(
    monkeypatch: pytest.MonkeyPatch, command: click.Command, arguments: list[str], variables: dict[str, str], url: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(f"MOCKSERVER_{name}", value)
    assert parse_url(command, arguments) == url


def test_no_other_command_takes_a_url() -> None:
    takers = {name for name, command in commands.commands.items() if any(p.name == "url" for p in command.params)}
    assert takers == {"healthcheck", "coverage"}


@pytest.mark.parametrize("command", ["healthcheck", "coverage"])
@pytest.mark.parametrize("url", INVALID)
def test_an_invalid_url_is_an_error_with_an_example(command: str, url: str) -> None:
    with pytest.raises(click.UsageError, match=r"take a URL such as http://127\.0\.0\.1:8080, not "):
        parse_url(commands.commands[command], ["--url", url])
    if url == INVALID[0]:
        done = run_command(command, variables={"MOCKSERVER_URL": url})
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_both_commands_reach_a_server_by_its_url() -> None:
    with start_server() as (_, ready):
        for command in ("healthcheck", "coverage"):
            done = run_command(command, variables={"MOCKSERVER_URL": ready["url"]})
            assert (done.returncode, done.stderr) == (0, "")
            port = ready["url"].rpartition(":")[2]
            done = run_command(command, variables={"MOCKSERVER_PORT": port, "MOCKSERVER_HOST": "0.0.0.0"})
            assert (done.returncode, done.stderr) == (0, "")


def test_the_health_check_waits_for_a_server_that_starts_later() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    command = [*COMMAND, "healthcheck", "--wait", str(TIMEOUT_SECONDS), "--port", port]
    with subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, text=True) as waiting:
        with start_server("--port", port):
            assert waiting.wait(TIMEOUT_SECONDS) == 0
        assert waiting.stdout
        assert waiting.stdout.read() == '{"status":"healthy"}\n'


def test_the_health_check_says_how_long_it_waited_in_vain() -> None:
    done = run_command("healthcheck", "--wait", "0.2", "--url", "http://127.0.0.1:1")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "no healthy server at http://127.0.0.1:1 after 0.2 s: " in done.stderr
    assert "`mockserver serve`" in done.stderr
    assert run_command("healthcheck", "--wait", "-1").returncode == 2


def test_the_health_check_recognizes_another_program() -> None:
    with start_server() as (_, ready):
        done = run_command("healthcheck", "--url", f"{ready['url']}/?")  # GET / answers
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "another program answers there" in done.stderr


def test_the_path_of_the_health_check_is_that_of_the_control_plane() -> None:
    assert HEALTH_PATH == guard.HEALTH_PATH


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """The URL of a server with TLS and a base path, and the folder of its authority."""
    folder = tmp_path_factory.mktemp("authority")
    with start_server("--tls", "--tls-folder", str(folder), "--base-path", "/mock") as (_, ready):
        yield ready["url"], folder


@pytest.mark.parametrize("command", ["healthcheck", "coverage"])
def test_both_commands_trust_the_authority_of_a_server_with_tls(secure: tuple[str, Path], command: str) -> None:
    url, folder = secure
    port = url.rpartition(":")[2].partition("/")[0]
    own = {"MOCKSERVER_TLS_FOLDER": str(folder)}
    ways: list[tuple[list[str], dict[str, str]]] = [
        (["--url", url, "--ca", str(folder / "ca.crt")], {}),
        (["--url", url], own),
        (["--tls", "--base-path", "/mock", "--port", port, "--tls-folder", str(folder)], {}),
        ([], own | {"MOCKSERVER_TLS": "1", "MOCKSERVER_BASE_PATH": "/mock", "MOCKSERVER_PORT": port}),
    ]
    for arguments, variables in ways:
        done = run_command(command, *arguments, variables=variables)
        assert (done.returncode, done.stderr) == (0, ""), arguments


@pytest.mark.parametrize("command", ["healthcheck", "coverage"])
def test_an_unknown_authority_and_the_wrong_scheme_are_named(secure: tuple[str, Path], command: str) -> None:
    url, folder = secure
    elsewhere = {"MOCKSERVER_TLS_FOLDER": str(folder / "none")}
    done = run_command(command, "--url", url, variables=elsewhere)
    assert (done.returncode > 0, done.stderr.count("\n")) == (True, 1)
    assert "; name the file of its certificate authority with --ca" in done.stderr
    with start_server() as (_, ready):
        done = run_command(command, "--url", ready["url"].replace("http:", "https:"), variables=elsewhere)
        assert (done.returncode > 0, done.stderr.count("\n")) == (True, 1)
        assert "; does the server speak HTTP?" in done.stderr
    for path, reason in ((folder / "none", "No such file"), (Path(__file__), "it holds no certificate in PEM")):
        done = run_command(command, "--url", url, "--ca", str(path), variables=elsewhere)
        assert (done.returncode, done.stderr.count("\n")) == (2, 1)
        assert f"cannot read the certificate in {path}: {reason}" in done.stderr


def test_the_variables_of_a_server_with_a_given_certificate_suffice(tmp_path: Path) -> None:
    certificate, key, _ = write_certificate(tmp_path)
    other, _, _ = write_certificate(tmp_path, "other.test")
    with start_server("--tls-cert", str(certificate), "--tls-key", str(key), "--host", "127.0.0.1") as (_, ready):
        variables = {"MOCKSERVER_HOST": "127.0.0.1", "MOCKSERVER_PORT": ready["url"].rpartition(":")[2]}
        done = run_command("healthcheck", variables=variables | {"MOCKSERVER_TLS_CERT": str(certificate)})
        assert (done.returncode, done.stderr) == (0, "")
        done = run_command("healthcheck", variables=variables | {"MOCKSERVER_TLS_CERT": str(other)})
        assert done.returncode == 1
