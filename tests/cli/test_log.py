"""The log on stderr: a line for each call with `--log requests`, warnings once, as text or JSON, without secrets."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.cli.log_lines import configure_log
from mockserver.records.store import LoggedRecordStore, RecordStore
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.live_server import send_request, start_server

FOREIGN = "http://shop.example"
TEXT_LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (\S+) (\S+) ([A-Z]+) (\S+) (\d{3}) [\d.]+ ms(?:  (.*))?"
)


class Log:
    """A simulator whose log is read."""

    def __init__(self, settings: Settings, stderr: StringIO) -> None:
        self.app: App = build(settings)
        self.client = Client(self.app.flask, "acme")
        self._stderr = stderr

    def get(self, path: str, headers: Mapping[str, str] | None = None, token: str | None = "admin-token") -> None:
        self.client.with_token(token).get(path, headers=headers or {})

    def read_lines(self) -> list[str]:
        """Return the lines since the last call."""
        lines = self._stderr.getvalue().splitlines()
        self._stderr.seek(0)
        self._stderr.truncate()
        return lines

    def read_facts(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.read_lines()]


@pytest.fixture
def logs() -> Iterator[Any]:
    loggers = [logging.getLogger(name) for name in ("mockserver", "mockserver.requests")]
    before = [(list(logger.handlers), logger.level, logger.propagate) for logger in loggers]
    stderr = StringIO()

    def make(**settings: Any) -> Log:
        configure_log(Settings(**settings), stderr)
        return Log(Settings(**settings), stderr)

    yield make
    for logger, (handlers, level, propagate) in zip(loggers, before, strict=True):
        logger.handlers, logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.mark.parametrize(
    ("path", "token", "line"),
    [
        ("?pageSize=1", "admin-token", ("acme", "admin-token", "?pageSize=1", "200", None)),
        ("", "manage-token", ("acme", "manage-token", "", "403", "needs one of the scopes ")),
        ("", None, ("acme", "-", "", "401", "send the header Authorization: ")),
        ("?pageSize=x", "admin-token", ("acme", "admin-token", "?pageSize=x", "400", "pageSize: must be an integer")),
        ("/none", "admin-token", ("acme", "admin-token", "/none", "404", "The resource with id none ")),
    ],
)
def test_a_call_is_a_line(logs: Any, path: str, token: str | None, line: tuple[str, ...]) -> None:
    log = logs(log="requests")
    log.get(path, token=token)
    (text,) = log.read_lines()
    match = TEXT_LINE.fullmatch(text)
    assert match, text
    tenant, persona, method, url, status, hint = match.groups()
    assert (tenant, persona, method) == (*line[:2], "GET")
    assert (url, status) == (f"/customer-segment/acme/segments{line[2]}", line[3])
    assert hint.startswith(line[4]) if line[4] else hint is None


def test_a_call_is_a_line_of_json(logs: Any) -> None:
    log = logs(log="requests", log_format="json")
    log.get("?pageSize=x", headers={"X-Mock-Test": "one"})
    (facts,) = log.read_facts()
    assert facts.pop("milliseconds") >= 0
    assert facts.pop("time").endswith("Z")
    explanation = log.client.get(f"/{facts.pop('explain')}")
    assert explanation.status_code == 200
    assert facts == {
        "event": "request",
        "tenant": "acme",
        "persona": "admin-token",
        "method": "GET",
        "path": "/customer-segment/acme/segments?pageSize=x",
        "status": 400,
        "test": "one",
        "hint": "pageSize: must be an integer",
    }


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_and_no_control_character_is_logged(logs: Any, form: str) -> None:
    log = logs(log="requests", log_format=form)
    log.client.post("//oauth/token?client_id=admin&client_secret=hush&grant_type=client_credentials")
    log.client.post("//customer/acme/login?password=hush", json={"email": "john.doe@email.com", "password": "hush"})
    log.get("/a\x1b[2J\r\nb")
    lines = log.read_lines()
    assert len(lines) == 3
    assert "hush" not in "".join(lines)
    assert all(line.isprintable() for line in lines)


@pytest.mark.parametrize("path", ["//", "//favicon.ico", "//__admin/health", "//__admin/docs/"])
def test_what_is_not_in_the_journal_is_not_logged(logs: Any, path: str) -> None:
    log = logs(log="requests")
    log.get(path)
    assert log.read_lines() == []


def test_without_the_flag_no_call_is_logged_and_none_pays_for_it(logs: Any) -> None:
    log = logs()
    log.get("")
    assert log.read_lines() == []
    assert type(log.app.records) is RecordStore
    assert type(logs(log="requests").app.records) is LoggedRecordStore


WARNED: dict[str, tuple[dict[str, Any], str]] = {
    "a service": (
        {"path": "//fee/acme/fees"},
        "no answer for GET /fee/{tenant}/fees: the service fee is not simulated; stub it in your client",
    ),
    "an unknown path": (
        {"path": "//customer-segment/acme/segmentz"},
        "no answer for GET /customer-segment/acme/segmentz: No endpoint /customer-segment/acme/segmentz. "
        "Did you mean GET /customer-segment/{tenant}/segments?",
    ),
    "an unknown path without a near one": (
        {"path": "//nowhere"},
        "no answer for GET /nowhere: No endpoint /nowhere.",
    ),
    "a foreign page": (
        {"path": "", "headers": {"Origin": FOREIGN}},
        f"pages of the origin {FOREIGN} cannot read the responses; allow them with --cors-origin {FOREIGN}",
    ),
    "a page without an origin": (
        {"path": "", "headers": {"Origin": "null"}},
        "pages of the origin null cannot read the responses; allow them with --cors-origin null",
    ),
    "a foreign page in the control plane": (
        {"path": "//__admin/state", "headers": {"Origin": FOREIGN}},
        f"refused GET /__admin/state: The control plane does not answer pages of the origin '{FOREIGN}'. Call it from ",
    ),
    "a foreign host": (
        {"path": "//__admin/state", "headers": {"Host": "shop.example"}},
        "refused GET /__admin/state: The control plane does not answer to the host name 'shop.example'. "
        "Allow it with --allowed-host.",
    ),
    "a page of another site": (
        {"path": "//__admin/state", "headers": {"Sec-Fetch-Site": "cross-site"}},
        "refused GET /__admin/state: The control plane does not answer pages of other sites. Call it from ",
    ),
}


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("case", WARNED)
def test_what_nothing_answers_or_is_refused_is_logged_once_with_what_to_do(logs: Any, case: str, form: str) -> None:
    call, message = WARNED[case]
    log = logs(log_format=form)
    log.get(**call)
    log.get(**call)
    (line,) = log.read_lines()
    if form == "json":
        facts = json.loads(line)
        assert (facts["event"], facts["time"][-1]) == ("warning", "Z")
        line = facts["message"]
    assert line.startswith(message)


@pytest.mark.parametrize("headers", [{"Origin": "http://localhost:3000"}, {}])
def test_a_page_that_is_allowed_is_not_logged(logs: Any, headers: dict[str, str]) -> None:
    log = logs(cors_origin=(FOREIGN,))
    for more in ({}, {"Origin": FOREIGN}):
        log.get("", headers=headers | more)
    assert log.read_lines() == []


def test_the_number_of_unknown_paths_that_are_logged_is_limited(logs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.records.unanswered.MAX_LOGGED_PATHS", 3)
    log = logs()
    for number in range(10):
        log.get(f"//nowhere{number}")
    assert len(log.read_lines()) == 3


def test_a_defect_is_one_line_of_json_with_its_traceback(logs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    log = logs(log="requests", log_format="json")
    monkeypatch.setattr("mockserver.pipeline.parse_view", lambda *_: 1 // 0)
    log.get("")
    request, defect = log.read_facts()
    assert (request["event"], request["status"]) == ("request", 500)
    assert defect["event"] == "error"
    assert "ZeroDivisionError" in defect["traceback"]


def test_the_server_logs_on_stderr() -> None:
    with start_server("--log", "requests") as (process, ready):
        assert send_request(f"{ready['url']}/customer-segment/acme/segments")[0] == 200
        process.terminate()
        _, errors = process.communicate()
    assert json.loads(errors)["path"] == "/customer-segment/acme/segments"
