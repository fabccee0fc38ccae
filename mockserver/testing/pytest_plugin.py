"""The pytest plugin: the fixture `mock`, and options that report and check what tests have called.

pytest imports this module in every project that has the package installed. So it imports nothing else of ours before a
fixture or an option needs it.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .mock import Mock

NOT_IN_WORLD_NAME = re.compile(r"[^a-z0-9]+")
MAX_READABLE_LENGTH = 40  # of the part of a world's name that tells people which test it is
REPORT_TITLE = "emporix-mockserver"
WORKER_URL = "mock_url"  # in the input that pytest-xdist passes to its workers
FORMATS = {".json": "json", ".html": "html", ".xml": "junit"}
HASH_DIGITS = 8
MAX_PERCENT = 100
SHARED: pytest.StashKey[SharedServer] = pytest.StashKey()
OWN: pytest.StashKey[Mock] = pytest.StashKey()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options, and the same settings for the configuration file."""
    group = parser.getgroup("mock", "emporix-mockserver")
    group.addoption(
        "--mock-url", help="Use this running simulator instead of one in the process of the tests; or MOCKSERVER_URL."
    )
    group.addoption(
        "--mock-fail-on",
        action="append",
        choices=["findings", "unmatched"],
        help="Fail a test whose calls violate the contract, or have no operation; repeatable.",
    )
    group.addoption("--mock-coverage", metavar="FILE", help="Write the API coverage: .json, .html or .xml.")
    group.addoption(
        "--mock-min",
        action="append",
        metavar="DIMENSION=PERCENT",
        help="Fail if less of the API is covered, such as operations=50; repeatable.",
    )
    group.addoption("--mock-service", help="The service that --mock-coverage and --mock-min are about; default: all.")
    for name in ("mock_url", "mock_coverage", "mock_service"):
        parser.addini(name, f"see --{name.replace('_', '-')}")
    for name in ("mock_fail_on", "mock_min"):
        parser.addini(name, f"see --{name.replace('_', '-')}, a line each", type="linelist")
    parser.addini("mock_settings", "settings of the simulator, a line each: fixture = shop.yaml", type="linelist")
    parser.addini(
        "mock_admin_token", "token of the control plane of --mock-url, if it needs one; or MOCKSERVER_ADMIN_TOKEN"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and check the options."""
    config.addinivalue_line(
        "markers", "mock_world(world): the test starts from this world: a name, a file or its content"
    )
    for text in _read_option(config, "mock_min") or ():
        _parse_minimum(text)
    config.stash[SHARED] = SharedServer(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give the workers of pytest-xdist one server, if their coverage counts together."""
    if _needs_coverage(node.config):
        node.workerinput[WORKER_URL] = node.config.stash[SHARED].start().url


@pytest.fixture(scope="session")
def mock_settings(pytestconfig: pytest.Config) -> dict[str, Any]:
    """Settings of the simulator in the process of the tests; override it to change them."""
    return _read_settings(pytestconfig)


@pytest.fixture(scope="session")
def mock_server(pytestconfig: pytest.Config, mock_settings: dict[str, Any]) -> Mock:
    """The simulator that the tests share, in the world that requests without a name are in."""
    return pytestconfig.stash[SHARED].start(mock_settings)


@pytest.fixture
def mock_world_name(request: pytest.FixtureRequest) -> str:
    """The name of the test's world; override it to let several tests share one."""
    return _name_world(request.node.nodeid)


@pytest.fixture
def mock(mock_server: Mock, mock_world_name: str, request: pytest.FixtureRequest) -> Iterator[Mock]:
    """The simulator, in a world of the test's own."""
    node: pytest.Item = request.node
    own = mock_server.in_world(mock_world_name, test=node.name)
    own.drop_world()
    if marker := node.get_closest_marker("mock_world"):
        own.seed(*marker.args, **marker.kwargs)
    node.stash[OWN] = own
    with own:
        yield own
    _check_calls(request.config, own)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Show the calls of a test that has failed."""
    report = yield
    own = item.stash.get(OWN, None)
    if own is not None and report.when == "call" and report.failed:
        report.sections.append((REPORT_TITLE, _describe_safely(own)))
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the coverage, and let the session fail if too little is covered."""
    config = session.config
    shared = config.stash[SHARED]
    if shared.is_running and _needs_coverage(config) and not hasattr(config, "workerinput"):
        shared.shortfalls = _write_coverage(config, shared.start())
        if shared.shortfalls and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
    shared.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what is not covered although a minimum requires it."""
    if shortfalls := config.stash[SHARED].shortfalls:
        terminalreporter.section(f"{REPORT_TITLE}: too little of the API is covered", red=True)
        for line in shortfalls:
            terminalreporter.line(line)


class SharedServer:
    """The simulator that all tests of this process share; started when it is first needed."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._closing = ExitStack()
        self._mock: Mock | None = None
        self.shortfalls: list[str] = []

    @property
    def is_running(self) -> bool:
        """Whether a test has needed it."""
        return self._mock is not None

    def start(self, settings: Mapping[str, Any] | None = None) -> Mock:
        """Return the simulator: at --mock-url, in the controller of pytest-xdist, or in this process."""
        if self._mock is None:
            from .mock import Mock  # noqa: PLC0415 - see above
            from .running import running  # noqa: PLC0415

            inherited = getattr(self._config, "workerinput", {}).get(WORKER_URL)
            url = inherited or _read_option(self._config, "mock_url") or os.environ.get("MOCKSERVER_URL")
            if url:
                token = self._config.getini("mock_admin_token") or os.environ.get("MOCKSERVER_ADMIN_TOKEN", "")
                self._mock = Mock(url, admin_token=token)
                self._mock.check()
            else:
                given = _read_settings(self._config) if settings is None else settings
                self._mock = self._closing.enter_context(running(**given))
        return self._mock

    def stop(self) -> None:
        """Stop the simulator of this process."""
        self._closing.close()


def _read_option(config: pytest.Config, name: str) -> Any:
    """Return an option of the command line, or else that of the configuration file."""
    given = config.getoption(name)
    return config.getini(name) if given is None else given


def _read_settings(config: pytest.Config) -> dict[str, Any]:
    """Return the settings of the configuration file; UsageError for an invalid one."""
    from .running import parse_settings  # noqa: PLC0415 - see above

    try:
        return parse_settings(config.getini("mock_settings"))
    except ValueError as error:
        raise pytest.UsageError(f"mock_settings: {error}") from None


def _needs_coverage(config: pytest.Config) -> bool:
    return bool(_read_option(config, "mock_coverage") or _read_option(config, "mock_min"))


def _parse_minimum(text: str) -> tuple[str, int]:
    """Return dimension and percent; UsageError if the text has neither."""
    name, _, percent = (part.strip() for part in text.partition("="))
    if not (name.isalpha() and percent.isdecimal() and int(percent) <= MAX_PERCENT):
        raise pytest.UsageError(f"--mock-min takes a dimension and a percentage, such as operations=50, not {text!r}")
    return name, int(percent)


def _write_coverage(config: pytest.Config, mock: Mock) -> list[str]:
    """Write the report, and return what is missing below the minimums."""
    query = {"service": _read_option(config, "mock_service") or None}
    if name := _read_option(config, "mock_coverage"):
        path = Path(name)
        if path.suffix not in FORMATS:
            return [f"--mock-coverage: {path.name} must end with {', '.join(FORMATS)}"]
        content = mock.control("GET", "/coverage", format=FORMATS[path.suffix], **query)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    dimensions = mock.control("GET", "/coverage", **query)["dimensions"]
    lines = []
    for name, minimum in map(_parse_minimum, _read_option(config, "mock_min") or ()):
        if name not in dimensions:
            lines.append(f"--mock-min: unknown dimension {name!r}; known: {', '.join(dimensions)}")
        elif (percent := dimensions[name]["percent"]) < minimum:
            lines.append(f"{name}: {percent} % is below the minimum of {minimum} %; not covered:")
            lines += [f"    {label}" for label in dimensions[name]["missing"]]
    return lines


def _name_world(nodeid: str) -> str:
    """Return a name for the world of a test: readable, and unique."""
    readable = NOT_IN_WORLD_NAME.sub("-", nodeid.rpartition("::")[2].lower()).strip("-")[:MAX_READABLE_LENGTH]
    return f"{readable or 'test'}-{sha256(nodeid.encode()).hexdigest()[:HASH_DIGITS]}"


def _describe_safely(mock: Mock) -> str:
    from .control_client import ControlError  # noqa: PLC0415 - see above

    try:
        return mock.describe_calls() or "The test made no calls."
    except ControlError as error:  # the server may be why the test has failed
        return str(error)


def _check_calls(config: pytest.Config, mock: Mock) -> None:
    """Fail the test if it made calls that the options forbid."""
    forbidden = _read_option(config, "mock_fail_on") or ()
    problems = []
    if "unmatched" in forbidden:
        problems += [f"no operation answers {request['method']} {request['url']}" for request in mock.list_unmatched()]
    if "findings" in forbidden:
        problems += [
            f"{finding['operationId']} {finding['kind']} {finding['place']}: {finding['message']}"
            for finding in mock.findings()
            if finding["kind"] != "scope"
        ]
    if problems:
        pytest.fail("\n".join(["The test made calls that --mock-fail-on forbids:", *problems]), pytrace=False)
