"""Environment variables: one that is nearly a known one is an error, an unrelated one a warning."""

from __future__ import annotations

import pytest
from click import UsageError

from mockserver.cli.variables import count_typos, find_unknown_variables, known_variables
from tests.support.live_server import run_command, start_server

MISSPELT = {
    "MOCKSERVER_PROT": "MOCKSERVER_PORT",
    "MOCKSERVER_PORTS": "MOCKSERVER_PORT",
    "MOCKSERVER_HOTS": "MOCKSERVER_HOST",
    "MOCKSERVER_ULR": "MOCKSERVER_URL",
    "MOCKSERVER_CORS_ORIGINS": "MOCKSERVER_CORS_ORIGIN",
    "MOCKSERVER_CORSORIGIN": "MOCKSERVER_CORS_ORIGIN",
    "MOCKSERVER_CORS-ORIGIN": "MOCKSERVER_CORS_ORIGIN",
    "MOCKSERVER_LOGFORMAT": "MOCKSERVER_LOG_FORMAT",
    "MOCKSERVER_FIXTUERS": "MOCKSERVER_FIXTURE",
    "MOCKSERVER_ADMIN_TOCKEN": "MOCKSERVER_ADMIN_TOKEN",
    "MOCK_SERVER_PORT": "MOCKSERVER_PORT",
    "MOCKSERVERPORT": "MOCKSERVER_PORT",
    "mockserver_port": "MOCKSERVER_PORT",
    "MOKSERVER_PORT": "MOCKSERVER_PORT",
    "MCOKSERVER_HOST": "MOCKSERVER_HOST",
    "OCKSERVER_URL": "MOCKSERVER_URL",
    "MOOCKSERVER_ADMIN_TOKEN": "MOCKSERVER_ADMIN_TOKEN",
}
UNRELATED = [
    "MOCKSERVER_LOG_LEVEL",  # of another program
    "MOCKSERVER_BROWSER_TESTS",
    "MOCKSERVER_SERVICE_HOST",  # of Kubernetes, for a service with this name
    "MOCKSERVER_SERVICE_PORT",
    "MOCKSERVER_SERVICE_PORT_HTTP",
    "MOCKSERVER_PORT_8080_TCP",
    "MOCKSERVER_IMAGE",
    "MOCKSERVER_VERSION",
    "MOCKSERVER_CI",
]
OTHERS = [
    "SERVER_PORT",
    "WEBSERVER_PORT",
    "TESTSERVER_UNSUPPORTED_LANGUAGE",
    "MY_SERVER_URL",
    "PORT",
    "KUBERNETES_PORT",
]
COMMANDS = [["serve", "--port", "0"], ["routes"], ["healthcheck"], ["coverage"], ["settings"], ["seed"]]


@pytest.mark.parametrize("name", MISSPELT)
def test_a_misspelt_variable_is_an_error_that_names_the_right_one(name: str) -> None:
    with pytest.raises(UsageError, match=rf"variable {name} does not exist; did you mean {MISSPELT[name]}\?"):
        find_unknown_variables([name, "PATH"])


@pytest.mark.parametrize("name", OTHERS)
def test_a_variable_of_another_program_is_nothing(name: str) -> None:
    assert find_unknown_variables([name]) == []


@pytest.mark.parametrize("name", UNRELATED)
def test_an_unrelated_variable_is_only_unknown(name: str) -> None:
    assert find_unknown_variables([name, "PATH", "MOCKITO"]) == [name]


def test_known_variables_are_not_taken_for_misspelt_ones() -> None:
    assert find_unknown_variables(known_variables()) == []


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_that_reads_variables_refuses_misspelt_ones(command: list[str]) -> None:
    done = run_command(*command, variables={"MOCKSERVER_HOTS": "x"})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "did you mean MOCKSERVER_HOST?" in done.stderr


def test_serve_warns_of_unrelated_variables_and_starts() -> None:
    with start_server(MOCKSERVER_LOG_LEVEL="debug", MOCKSERVER_URL="http://127.0.0.1:1") as (process, ready):
        assert ready["event"] == "ready"
        process.terminate()
        _, errors = process.communicate()
    assert errors.count("\n") == errors.count("MOCKSERVER_LOG_LEVEL has no effect") == 1


@pytest.mark.parametrize(
    ("text", "other", "typos"),
    [
        ("", "", 0),
        ("PORT", "", 4),
        ("PORT", "PORT", 0),
        ("PROT", "PORT", 1),
        ("PRT", "PORT", 1),
        ("PPORT", "PORT", 1),
        ("FORT", "PORT", 1),
        ("TORP", "PORT", 2),
        ("OPTR", "PORT", 2),
        ("CA", "ABC", 3),
    ],
)
def test_typos_are_counted_as_a_typist_makes_them(text: str, other: str, typos: int) -> None:
    assert count_typos(text, other) == count_typos(other, text) == typos
