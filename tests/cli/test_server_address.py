"""How the commands find a server: by URL, host and port, as options or variables; and waiting until it is healthy."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any

import click
import pytest
import trustme

from mockserver.cli import health_check
from mockserver.cli.commands import commands, coverage, healthcheck
from mockserver.cli.health_check import HEALTH_PATH
from mockserver.cli.server_address import OPTIONS, pop_address
from mockserver.cli.server_trust import ServerAddress
from mockserver.control import guard
from mockserver.tls.authority import open_authority
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


@pytest.mark.parametrize("seconds", ["-1", "nan", "NaN", "inf", "-inf", "1e9", "x"])
def test_the_health_check_waits_a_number_of_seconds(seconds: str) -> None:
    done = run_command("healthcheck", "--wait", seconds, "--url", "http://127.0.0.1:1")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


def test_the_health_check_trusts_the_authority_that_the_server_makes_meanwhile(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
    arguments = ["--port", port, "--tls", "--tls-folder", str(tmp_path / "fresh")]
    command = [*COMMAND, "healthcheck", "--wait", str(TIMEOUT_SECONDS), *arguments]
    with subprocess.Popen(command, env=clean_environment(), stdout=subprocess.PIPE, text=True) as waiting:
        assert waiting.stdout
        with start_server(*arguments):
            assert waiting.wait(TIMEOUT_SECONDS) == 0
        assert waiting.stdout.read() == '{"status":"healthy"}\n'


def test_the_health_check_trusts_each_authority_that_appears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """First another authority's file, which the server then replaces."""
    folder = tmp_path / "fresh"
    open_authority(tmp_path / "other").path.rename(tmp_path / "old.crt")
    folder.mkdir()
    (folder / "ca.crt").write_bytes((tmp_path / "old.crt").read_bytes())
    with start_server("--tls", "--tls-folder", str(tmp_path / "own")) as (_, ready):
        address = ServerAddress(ready["url"], folder=folder)
        own, pauses = (tmp_path / "own" / "ca.crt").read_bytes(), count()

        def replace_authority(_: float) -> None:
            if next(pauses) == 1:
                (folder / "ca.crt").write_bytes(own)

        monkeypatch.setattr(time, "sleep", replace_authority)
        assert health_check.await_health(address, TIMEOUT_SECONDS) == '{"status":"healthy"}'


def test_a_folder_with_the_secret_file_only_is_enough(secure: tuple[str, Path], tmp_path: Path) -> None:
    url, folder = secure
    (tmp_path / "authority.pem").write_bytes((folder / "authority.pem").read_bytes())
    stale = open_authority(tmp_path / "other").certificate
    for content in (None, stale):
        if content is not None:
            (tmp_path / "ca.crt").write_bytes(content)
        done = run_command("healthcheck", "--url", url, "--tls-folder", str(tmp_path))
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("command", ["healthcheck", "coverage"])
@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--host", "[::1]", "--host takes an address without brackets: ::1"),
        ("--base-path", "mock", "'mock' does not start with a slash"),
    ],
)
def test_hosts_and_base_paths_are_checked_as_in_serve(command: str, option: str, value: str, says: str) -> None:
    done = run_command(command, option, value)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert says in done.stderr


@pytest.mark.parametrize("command", ["healthcheck", "coverage"])
def test_an_answer_with_an_error_says_what_to_check(secure: tuple[str, Path], command: str) -> None:
    url, _ = secure
    plain = url.removesuffix("/mock").replace("https:", "http:")
    with start_server("--base-path", "/mock") as (_, ready):
        wrong = [
            (plain, "answers 400: This port speaks HTTPS only; use a URL that starts with https://."),
            (ready["url"].removesuffix("/mock"), "this server answers below /mock (--base-path)"),
        ]
        for address, says in wrong:
            done = run_command(command, "--url", address)
            assert (done.returncode > 0, done.stdout, done.stderr.count("\n")) == (True, "", 1)
            assert says in done.stderr
            assert "https:// or --tls for HTTPS, and the path in --base-path" in done.stderr
            assert "`mockserver serve`" not in done.stderr


class HtmlHandler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize("command", ["healthcheck", "coverage"])
def test_another_program_and_none_are_described_in_words(command: str) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), HtmlHandler) as other:
        Thread(target=other.serve_forever).start()
        done = run_command(command, "--url", f"http://127.0.0.1:{other.server_port}")
        other.shutdown()
    assert "answers 404 Not Found; check the address" in done.stderr
    done = run_command(command, "--url", "http://127.0.0.1:1")
    assert "`mockserver serve` starts one" in done.stderr
    assert "<" not in done.stderr


@pytest.mark.parametrize(
    ("host", "days", "hint"),
    [
        ("localhost", 1, None),
        ("127.0.0.1", 1, "use a name that its certificate has"),
        ("localhost", -1, "renew its certificate"),
    ],
)
def test_the_hint_fits_the_problem(tmp_path: Path, host: str, days: int, hint: str | None) -> None:
    authority = trustme.CA()
    now = datetime.now(UTC)
    leaf = authority.issue_cert("localhost", not_before=now - timedelta(days=9), not_after=now + timedelta(days=days))
    for name, blob in (("a.crt", leaf.cert_chain_pems[0]), ("a.key", leaf.private_key_pem), ("ca", authority.cert_pem)):
        blob.write_to_path(tmp_path / name)
    with start_server("--tls-cert", str(tmp_path / "a.crt"), "--tls-key", str(tmp_path / "a.key")) as (_, ready):
        url = f"https://{host}:{ready['url'].rpartition(':')[2]}"
        for command in ("healthcheck", "coverage"):
            done = run_command(command, "--url", url, "--ca", str(tmp_path / "ca"))
            assert (done.returncode == 0) is (hint is None)
            assert "with --ca" not in done.stderr
            assert (hint or "") in done.stderr


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
        (["--url", url], {"MOCKSERVER_CA": str(folder / "ca.crt")}),
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
