"""`mockserver.running` and `mockserver.create_wsgi_app`, for tests without pytest."""

from __future__ import annotations

import re
import unittest

import httpx
import pytest

import mockserver
from mockserver.settings import Settings
from mockserver.testing.control_client import ControlError
from mockserver.testing.mock import Mock
from tests.support.other_server import other_server

SEGMENTS = "/customer-segment/acme/segments"


def test_a_simulator_runs_while_the_block_runs() -> None:
    with mockserver.running(fixture="empty") as mock:
        assert mock.client.get(SEGMENTS).json() == []
        url = mock.url
    with pytest.raises(httpx.ConnectError):
        httpx.get(url)


def test_two_simulators_run_at_once() -> None:
    with mockserver.running() as first, mockserver.running(delete_missing="404") as second:
        replies = [mock.client.delete(f"{SEGMENTS}/nowhere").status_code for mock in (first, second)]
    assert replies == [204, 404]


def test_a_control_plane_with_a_token_is_called_with_it() -> None:
    with mockserver.running(admin_token="s3cret") as mock:
        mock.reset()
        with pytest.raises(Exception, match="needs the header Authorization"):
            Mock(mock.url).reset()


def test_changes_and_recorded_calls_are_those_of_the_world() -> None:
    with mockserver.running() as mock, mock.in_world("Checkout") as own:
        first = own.client.get(SEGMENTS).json()[0]["id"]
        assert own.client.delete(f"{SEGMENTS}/{first}?forceDelete=true").status_code == 204
        assert [change["key"] for change in own.changes() if change["collection"] == "segments"] == [first]
        assert own.changes(own.changes()[-1]["version"]) == mock.changes() == []
        recorded = own.export_har(origin="https://api.emporix.io/")["log"]["entries"]
        assert [entry["request"]["url"] for entry in recorded] == [
            f"https://api.emporix.io{path}" for path in (SEGMENTS, f"{SEGMENTS}/{first}?forceDelete=true")
        ]
        assert own.export_har()["log"]["entries"][0]["request"]["url"] == f"{mock.url}{SEGMENTS}"
        assert own.describe_calls().splitlines()[0] == f"GET {SEGMENTS} as admin-token: 200"
        own.drop_world()
        assert (own.journal(), own.describe_calls(), own.changes()) == ([], "", [])


def test_a_base_path_is_not_part_of_recorded_calls() -> None:
    with mockserver.running(base_path="/api") as mock:
        assert mock.client.get(SEGMENTS).status_code == 200
        (entry,) = mock.export_har(origin="https://api.emporix.io")["log"]["entries"]
        assert entry["request"]["url"] == f"https://api.emporix.io{SEGMENTS}"


@pytest.mark.parametrize("test", ["pays", "lässt liegen", "ends with a space "])
def test_tests_that_share_a_world_see_their_own_calls(test: str) -> None:
    with mockserver.running() as mock:
        for name in ("another", test):
            with mock.in_world("shared", test=name) as own:
                own.client.get(SEGMENTS, params={"pageNumber": len(name)})
        assert own.describe_calls().splitlines() == [f"GET {SEGMENTS}?pageNumber={len(test)} as admin-token: 200"]


@pytest.mark.parametrize(
    ("url", "world", "said"),
    [
        ("127.0.0.1:8080", None, "a URL such as http://127.0.0.1:8080 is needed, not '127.0.0.1:8080'"),
        ("file:///", None, "a URL such as"),
        ("http://127.0.0.1:8080", "", "the name of a world is empty"),
    ],
)
def test_a_wrong_address_or_name_is_a_value_error(url: str, world: str | None, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        Mock(url, world=world)


@pytest.mark.parametrize(
    ("version", "said"),
    [
        (None, "is not an emporix-mockserver$"),
        ([], "is not an emporix-mockserver$"),
        ({"version": "3.13.2"}, "is not an emporix-mockserver$"),
        ({"name": "emporix-mockserver", "version": "0.0.1"}, "has version 0.0.1, which is too old: it has no worlds$"),
    ],
)
def test_another_or_an_old_server_is_refused(version: object, said: str) -> None:
    with other_server(version) as url, pytest.raises(ControlError, match=f"{url} {said}"):
        Mock(url).check()


def test_a_simulator_is_accepted_unless_its_control_plane_needs_another_token() -> None:
    with mockserver.running(admin_token="s3cret") as mock:
        mock.check()
        with pytest.raises(ControlError, match="401"):
            Mock(mock.url).check()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"prot": 0}, "unknown setting 'prot'; the settings are host, port"),
        ({"behaviour": None}, "unknown setting 'behaviour'"),
        ({"delete_missing": "405"}, "delete_missing is '204' or '404', not '405'"),
    ],
)
def test_an_invalid_setting_is_a_value_error(settings: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said), mockserver.running(**settings):
        pass


def test_a_wsgi_application_needs_no_port() -> None:
    app = mockserver.create_wsgi_app(fixture="empty")
    transport = httpx.WSGITransport(app=app)
    with httpx.Client(transport=transport, base_url="http://mock") as client:
        headers = {"Authorization": "Bearer admin-token"}
        assert client.get(SEGMENTS, headers=headers).json() == []
    assert app.test_client().get(SEGMENTS, headers=headers).get_json() == []


def test_unittest_can_use_it() -> None:
    class SegmentsTest(unittest.TestCase):
        def setUp(self) -> None:
            self.mock = self.enterContext(mockserver.running())

        def test_list(self) -> None:
            self.assertEqual(self.mock.client.get(SEGMENTS).status_code, 200)  # noqa: PT009

    outcome = unittest.TestResult()
    SegmentsTest("test_list").run(outcome)
    assert (outcome.testsRun, outcome.errors, outcome.failures) == (1, [], [])


def test_the_package_offers_nothing_else() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        getattr(mockserver, "nothing")  # noqa: B009
    assert Settings().port == 8080
