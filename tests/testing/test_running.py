"""`mockserver.running` and `mockserver.create_wsgi_app`, for tests without pytest."""

from __future__ import annotations

import unittest

import httpx
import pytest

import mockserver
from mockserver.settings import Settings
from mockserver.testing.mock import Mock

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
