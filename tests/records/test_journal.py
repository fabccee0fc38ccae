"""The journal over HTTP: WireMock's Python client, patterns, near misses and exports. No secret is shown."""

from __future__ import annotations

import json
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wiremock.constants import Config
from wiremock.resources.near_misses import NearMissMatchPatternRequest, NearMissMatchRequest
from wiremock.resources.near_misses.resource import NearMisses
from wiremock.resources.requests.resource import Requests

from mockserver.app import App, build
from mockserver.control.requests import redaction
from mockserver.control.requests.patterns import request_patterns
from mockserver.practices import regexes
from mockserver.records.exchange import MAX_STORED_BODY_BYTES
from mockserver.records.journal import MAX_ENTRIES, MAX_JOURNAL_BYTES
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.live_server import TIMEOUT_SECONDS, clean_environment, send_request, start_server
from tests.support.samples import GOLDEN, ITEM


class JournalClient:
    """A client of the journal of one tenant."""

    def __init__(self, client: Client) -> None:
        self.client = client.with_token(None)

    def call(self, method: str, path: str = "", body: Any = None, status: int = 200, **parameters: Any) -> Any:
        query = {"tenant": self.client.tenant, **parameters}
        reply = self.client.send(method, f"//__admin{path}", json=body, query_string=query)
        assert reply.status_code == status, reply.text
        return reply.get_json()

    def list_events(self, **query: Any) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.call("GET", "/requests", **query)["requests"]
        return entries

    def count(self, **pattern: Any) -> int:
        return int(self.call("POST", "/requests/count", pattern)["count"])


@pytest.fixture
def journal(client: Client) -> JournalClient:
    return JournalClient(client)


def test_an_entry_describes_the_whole_exchange(client: Client, journal: JournalClient) -> None:
    client.put(f"{ITEM}?why=1", json={"metadata": {"version": 1}}, headers={"X-Mock-Test": "t1"})
    client.with_token("read-token").put(ITEM, json={}, headers={"Cookie": "a=b"})
    client.put(ITEM, json={"metadata": {"version": 9}})
    stale, forbidden, written = journal.list_events()
    assert written["request"]["method"] == "PUT"
    assert written["request"]["url"] == f"/customer-segment/{client.tenant}/segments{ITEM}?why=1"
    assert json.loads(written["request"]["body"]) == {"metadata": {"version": 1}}
    assert written["request"]["queryParams"] == {"why": {"key": "why", "values": ["1"]}}
    assert (written["response"]["status"], written["wasMatched"]) == (204, True)
    assert written["mock"].pop("microseconds") > 0
    assert [finding["place"] for finding in written["mock"].pop("findings")] == [
        "why",
        "PUT-customer-segment-update-item",
    ]
    assert written["mock"] == {
        "tenant": client.tenant,
        "service": "customer-segment",
        "operationId": "PUT-customer-segment-update-item",
        "persona": "admin-token",
        "scope": "customersegment.segment_manage",
        "test": "t1",
        "versions": {"before": 0, "after": 1},
    }
    assert forbidden["mock"]["missingScopes"] == ["customersegment.segment_manage"]
    assert (forbidden["mock"]["rule"], "scope" in forbidden["mock"]) == ("A5", False)
    assert forbidden["request"]["cookies"] == {"a": "(redacted)"}
    assert json.loads(stale["response"]["body"])["code"] == 409
    assert (stale["mock"]["rule"], stale["mock"]["versions"]) == ("D3", {"before": 1, "after": 1})
    assert stale["id"] == stale["response"]["headers"]["X-Mock-Explain"]


def test_lists_are_limited_by_number_time_and_test(client: Client, journal: JournalClient) -> None:
    for number in range(5):
        client.get("/items", headers={"X-Mock-Test": f"t{number % 2}"})
    events = journal.list_events()
    assert [event["id"] for event in events] == sorted((event["id"] for event in events), reverse=True)
    assert len(journal.list_events(limit="2")) == 2
    assert journal.call("GET", "/requests", limit="2")["meta"] == {"total": 5}
    assert len(journal.list_events(test="t0")) == 3
    assert len(journal.list_events(since=events[0]["request"]["loggedDateString"])) >= 1
    assert journal.list_events(since="2999-01-01T00:00:00Z") == []
    for wrong in ({"limit": "-1"}, {"limit": "x"}, {"limit": "9" * 500}, {"since": "yesterday"}):
        journal.call("GET", "/requests", status=400, **wrong)


def test_entries_are_listed_per_tenant_and_in_order_for_all(client: Client, journal: JournalClient) -> None:
    other = Client(client.flask, f"{client.tenant}b")
    for caller in (client, other, client):
        caller.get("/items")
    assert len(journal.list_events()) == 2
    assert len(JournalClient(other).list_events()) == 1
    entries = client.with_token(None).get("//__admin/requests?limit=3").get_json()["requests"]
    assert [event["mock"]["tenant"] for event in entries] == [client.tenant, other.tenant, client.tenant]
    journal.call("DELETE", "/requests")
    assert (journal.list_events(), len(JournalClient(other).list_events())) == ([], 1)


def test_one_entry_is_shown_and_removed(client: Client, journal: JournalClient) -> None:
    client.get("/items")
    (event,) = journal.list_events()
    assert journal.call("GET", f"/requests/{event['id']}") == event
    journal.call("DELETE", f"/requests/{event['id']}")
    journal.call("GET", f"/requests/{event['id']}", status=404)
    assert journal.list_events() == []


MATCHING = [
    ({}, 3),
    ({"method": "ANY"}, 3),
    ({"method": "put"}, 1),
    ({"urlPathPattern": ".*/items"}, 1),
    ({"urlPattern": r".*\?.*"}, 1),
    ({"queryParameters": {"q": {"equalTo": "type:PRODUCT"}}}, 1),
    ({"queryParameters": {"q": {"absent": True}}}, 2),
    ({"queryParameters": {"q": {"absent": False}}}, 1),
    ({"headers": {"x-mock-test": {"contains": "two"}}}, 1),
    ({"headers": {"X-Mock-Test": {"equalTo": "TEST TWO", "caseInsensitive": True}}}, 1),
    ({"headers": {"X-Mock-Test": {"doesNotContain": "two"}}}, 2),
    ({"headers": {"X-Mock-Test": {"matches": "test .*"}}}, 1),
    ({"headers": {"X-Mock-Test": {"doesNotMatch": "test .*"}}}, 2),
    ({"cookies": {"c": {"equalTo": "1"}}}, 1),
    ({"bodyPatterns": [{"contains": "PREMIUM"}]}, 1),
    ({"bodyPatterns": {"contains": "PREMIUM"}}, 1),
    ({"bodyPatterns": [{"equalToJson": '{"mixins": {"a": ["x", "PREMIUM"]}}'}]}, 1),
    ({"bodyPatterns": [{"equalToJson": {"mixins": {"a": ["PREMIUM", "x"]}}}]}, 0),
    ({"bodyPatterns": [{"equalToJson": {"mixins": {"a": ["PREMIUM", "x"]}}, "ignoreArrayOrder": True}]}, 1),
    ({"bodyPatterns": [{"equalToJson": {"mixins": {}}}]}, 0),
    ({"bodyPatterns": [{"equalToJson": {"mixins": {}}, "ignoreExtraElements": True}]}, 1),
    ({"bodyPatterns": [{"equalToJson": {"mixins": {"a": ["x"]}}, "ignoreExtraElements": True}]}, 1),
    ({"operationId": "PUT-customer-segment-update-item"}, 1),
    ({"test": "test two"}, 1),
    ({"method": "GET", "test": "test two"}, 0),
    ({"bodyPatterns": [{"absent": True}]}, 2),
]


@pytest.mark.parametrize(("pattern", "count"), MATCHING, ids=str)
def test_patterns_of_wiremock(client: Client, journal: JournalClient, pattern: dict[str, Any], count: int) -> None:
    client.get("/items", query_string={"q": "type:PRODUCT"})
    client.put(ITEM, json={"mixins": {"a": ["x", "PREMIUM"]}}, headers={"X-Mock-Test": "test two"})
    client.get(f"/{GOLDEN}", headers={"Cookie": "b=2; c=1"})
    assert journal.count(**pattern) == count
    entries = journal.call("POST", "/requests/find", pattern)["requests"]
    assert len(entries) == count
    assert len(journal.call("POST", "/requests/remove", pattern)["serveEvents"]) == count
    assert len(journal.list_events()) == 3 - count


@pytest.mark.parametrize(
    ("pattern", "status"),
    [
        ({"headers": {"a": {"near": "b"}}}, 422),
        ({"headers": {"a": {}}}, 422),
        ({"headers": {"a": {"equalTo": "x", "contains": "y"}}}, 422),
        ({"headers": {"a": {"equalTo": 5}}}, 422),
        ({"urlPattern": "("}, 422),
        ({"urlPattern": "x" * 1001}, 422),
        ({"bodyPatterns": [{"equalToJson": "{"}]}, 422),
        ({"bodyPatterns": [{"matchesJsonPath": "$.a["}]}, 422),
        ({"urls": "/x"}, 400),
        ({"headers": []}, 400),
        ([], 400),
        ("x", 400),
    ],
    ids=str,
)
def test_invalid_patterns(client: Client, journal: JournalClient, pattern: Any, status: int) -> None:
    client.get("/items")
    for path in ("/requests/count", "/requests/find", "/requests/remove", "/near-misses/request-pattern"):
        journal.call("POST", path, pattern, status)
    assert len(journal.list_events()) == 1


UNORDERED = {"equalToJson": [*range(6000)], "ignoreArrayOrder": True}


@pytest.mark.parametrize(
    ("body", "matcher"),
    [({"mixins": {"a": "a" * 5000}}, {"matches": r"^(.|..)*(a+)+\d$"}), ([*reversed(range(6000))], UNORDERED)],
    ids=["regex", "json"],
)
def test_a_pattern_that_takes_too_long_is_refused(
    client: Client, journal: JournalClient, monkeypatch: pytest.MonkeyPatch, body: Any, matcher: dict[str, Any]
) -> None:
    monkeypatch.setattr(regexes, "MAX_SEARCH_SECONDS", 0.05)
    client.put(ITEM, json=body)
    pattern = {"bodyPatterns": [matcher]}
    assert journal.call("POST", "/requests/count", pattern, 400)["details"]["type"] == "expensive"
    assert journal.count() == 1


def test_a_search_computes_no_distances(
    client: Client, journal: JournalClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/items")
    client.get(f"/{GOLDEN}")
    monkeypatch.setattr(request_patterns, "_text_distance", None)  # it would take up to 30 ms for two bodies
    assert journal.count(urlPath=f"/customer-segment/{client.tenant}/segments/items") == 1


def test_deep_json_is_refused_in_a_pattern_and_read_in_the_journal(client: Client, journal: JournalClient) -> None:
    deep, flat = "[" * 500 + "]" * 500, "[" * 99 + "]" * 99
    client.put(ITEM, data=deep, content_type="application/json")
    journal.call("POST", "/requests/count", {"bodyPatterns": [{"equalToJson": deep}]}, 422)
    assert journal.count(bodyPatterns=[{"equalToJson": flat}]) == 0
    assert journal.count(bodyPatterns=[{"equalToJson": flat, "ignoreExtraElements": True}]) == 1


def test_a_near_miss_can_be_asked_for_as_a_pattern(client: Client, journal: JournalClient) -> None:
    client.get(f"/{GOLDEN}/items")
    request = {"method": "GET", "url": f"/customer-segment/{client.tenant}/segments/{GOLDEN}/itmes"}
    (first, *_) = journal.call("POST", "/near-misses/request", request)["nearMisses"]
    assert journal.count(**first["requestPattern"]) == 1
    assert journal.count(urlPathTemplate="/customer-segment/{tenant}/segments/{segmentId}") == 0


def test_unmatched_requests_have_near_misses(client: Client, journal: JournalClient) -> None:
    client.get("/items")
    client.post("/items/category-tree", json={})
    client.send("PATCH", ITEM)
    client.send("OPTIONS", ITEM)
    assert len(journal.call("GET", "/requests/unmatched")["requests"]) == 2
    misses = journal.call("GET", "/requests/unmatched/near-misses")["nearMisses"]
    assert misses[0]["requestPattern"]["urlPathTemplate"].startswith("/customer-segment/{tenant}/segments")
    nearest = next(miss for miss in misses if miss["request"]["method"] == "PATCH")
    assert nearest["requestPattern"]["urlPathTemplate"].endswith("/items/{type}/{itemId}")
    assert nearest["matchResult"]["distance"] < 0.3


def test_near_misses_of_a_request_and_of_a_pattern(client: Client, journal: JournalClient) -> None:
    client.get("/items")
    client.get("/search")
    request = {"method": "GET", "url": "/customer-segment/acme/segmets/items"}
    (first, *_) = journal.call("POST", "/near-misses/request", request)["nearMisses"]
    assert first["operationId"] == "GET-customer-segment-retrieve-segments-items"
    pattern = {"method": "GET", "urlPath": f"/customer-segment/{client.tenant}/segments/item"}
    misses = journal.call("POST", "/near-misses/request-pattern", pattern)["nearMisses"]
    assert misses[0]["request"]["url"].endswith("/items")
    assert 0 < misses[0]["matchResult"]["distance"] < misses[1]["matchResult"]["distance"] <= 1


def test_the_journal_is_bounded_and_counts_dropped_entries(client: Client, journal: JournalClient, shared: App) -> None:
    for _ in range(MAX_ENTRIES + 5):
        client.get(f"/{GOLDEN}")
    report = journal.call("GET", "/requests", limit="1")
    assert (report["meta"]["total"], report["dropped"]) == (MAX_ENTRIES, 5)
    large = b'{"mixins": {"a": "' + b"x" * (MAX_STORED_BODY_BYTES + 1) + b'"}}'
    for _ in range(MAX_JOURNAL_BYTES // MAX_STORED_BODY_BYTES + 5):
        client.put(ITEM, data=large, content_type="application/json")
    (latest,) = journal.list_events(limit="1")
    assert latest["mock"]["bodyIsCut"] is True
    assert len(latest["request"]["body"]) == MAX_STORED_BODY_BYTES
    exchanges = shared.records.get_record(client.tenant).journal.list_entries()
    assert sum(len(exchange.request.body) for exchange in exchanges) <= MAX_JOURNAL_BYTES


def test_secrets_are_not_shown(client: Client, journal: JournalClient) -> None:
    credentials = {"grant_type": "client_credentials", "client_id": "admin", "client_secret": "secret"}
    all_tenants = JournalClient(Client(client.flask, client.tenant, None))
    all_tenants.call("DELETE", "/requests", tenant="")
    replies = [
        client.with_token(None).post("//oauth/token", **{place: credentials})
        for place in ("data", "json", "query_string")
    ]
    tokens = [reply.get_json()["access_token"] for reply in replies]
    for token in tokens:
        client.with_token(token).get("/items")
    for path in ("/requests", "/requests/export?format=har", "/requests/export?format=curl"):
        text = client.with_token(None).get(f"//__admin{path}").text
        assert not [secret for secret in ["=secret", '"secret"', *tokens] if secret in text], path
        assert "client_credentials" in text


@given(st.sampled_from(["password", "client_secret", "refresh_token"]), st.text(min_size=1))
def test_no_secret_survives_in_json(name: str, value: str) -> None:
    hidden = redaction.redact_text(json.dumps({"a": 1, name: value, "b": 2}))
    assert json.loads(hidden) == {"a": 1, name: redaction.REDACTED, "b": 2}


@pytest.mark.parametrize(
    "request_",
    [
        {"headers": {"Authorization": "hush"}},
        {"headers": {"Authorization": "hush hush"}},
        {"headers": {"Authorization": "Basic hush"}},
        {"headers": {"Proxy-Authorization": "Bearer hush"}},
        {"headers": {"Cookie": "a=hush; hush; b=hush"}},
        {"query_string": "a=1&CLIENT%5FSECRET=hush&b=2"},
        {"query_string": "[&password=hush"},
        {"data": {"client_secret": "hush", "password": "hush"}},
        {"data": b"password=\xc3\xa0hush"},
        {"data": '{"password": hush, "a": 1}'},
        {"data": '[{"Password" :\n"hush'},
        {"data": b'{"client_secret": "\xff\xc3\xa0 \\"hush\\'},
    ],
    ids=str,
)
def test_a_secret_is_hidden_however_it_is_written(
    client: Client, journal: JournalClient, request_: dict[str, Any]
) -> None:
    client.with_token(None).post("/search", **request_)
    (event,) = journal.list_events()
    texts = [str(event), b64decode(event["request"]["bodyAsBase64"]).decode("latin-1")]
    texts += [journal.client.get(f"//__admin/requests/export?format={format_}").text for format_ in ("har", "curl")]
    assert not [text for text in texts if "hush" in text]
    assert redaction.REDACTED in texts[0]


@pytest.mark.parametrize("body", [b"\x00\xff binary", b'{"text": "one&password=two&three"}'], ids=["binary", "json"])
def test_a_body_without_secret_is_shown_unchanged(client: Client, journal: JournalClient, body: bytes) -> None:
    client.put(ITEM, data=body, content_type="application/json")
    (event,) = journal.list_events()
    assert b64decode(event["request"]["bodyAsBase64"]) == body


def test_a_har_follows_the_format(client: Client, journal: JournalClient) -> None:
    client.put(f"{ITEM}?a=1", json={"x": "ü"})
    client.get("/items")
    log = journal.call("GET", "/requests/export", format="har")["log"]
    assert log["version"] == "1.2"
    first, second = log["entries"]
    assert first["request"]["queryString"] == [{"name": "a", "value": "1"}]
    assert json.loads(first["request"]["postData"]["text"]) == {"x": "ü"}
    assert (first["response"]["status"], first["response"]["statusText"]) == (204, "No Content")
    assert json.loads(second["response"]["content"]["text"])
    types = [
        [pair["value"] for pair in entry["response"]["headers"] if pair["name"] == "Content-Type"]
        for entry in (first, second)
    ]
    assert types == [[], ["application/json"]]
    for entry in log["entries"]:
        assert {"startedDateTime", "time", "request", "response", "cache", "timings"} <= entry.keys()
        assert {"method", "url", "httpVersion", "cookies", "headers", "queryString"} <= entry["request"].keys()
        assert {"headersSize", "bodySize"} <= entry["request"].keys() & entry["response"].keys()


def test_an_exported_script_repeats_the_requests(tmp_path: Path) -> None:
    with start_server() as (_, ready):
        url = ready["url"]
        base = f"{url}/customer-segment/acme/segments"
        send_request(f"{base}/it%27s", "PUT", {"name": {"en": "'$HOME' \"x\"\n"}, "siteCode": "main"})
        send_request(f"{base}/it%27s")
        send_request(f"{base}/it%27s", "DELETE")
        script = subprocess.run(
            ["curl", "-s", f"{url}/__admin/requests/export?format=curl&tenant=acme"], capture_output=True, check=True
        ).stdout.decode()
        send_request(f"{url}/__admin/requests", "DELETE")
        script = script.replace("curl -X", "curl -s -o /dev/null -w '%{http_code} ' -X")
        completed = subprocess.run(
            ["bash", "-ec", script],
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
            env=clean_environment(),
        )
        assert completed.stdout.split() == ["201", "200", "204"]
        events = send_request(f"{url}/__admin/requests?tenant=acme")[1]["requests"]
    assert json.loads(events[2]["request"]["body"])["name"]["en"] == "'$HOME' \"x\"\n"


def send_exactly(url: str, method: str, body: bytes | None, headers: dict[str, str]) -> None:
    """Send a request over a socket exactly as given."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    connection.request(method, url.partition(parts.netloc)[2], body, headers)
    connection.getresponse().read()
    connection.close()


ODD_BODIES = [
    b'{"metadata": {"version": "it\'s"}}',
    b'{\n\t"q": "100%s \\n"\n}',
    '{"q": "Grüße €"}'.encode(),
    b"@/etc/hosts",
    b"\x00\xff%\\'",
]


def list_sent(url: str) -> list[Any]:
    """Return the requests of the journal, oldest first, with everything that a script can repeat."""
    events = send_request(f"{url}/__admin/requests")[1]["requests"][::-1]
    requests, names = [event["request"] for event in events], ("content-type", "x-odd", "x-empty", "authorization")
    received = [(request["method"], request["url"], request["bodyAsBase64"]) for request in requests]
    headers = [[request["headers"].get(name) for name in names] for request in requests]
    facts = [(event["response"]["status"], event["mock"].get("persona")) for event in events]
    return list(zip(received, headers, facts, strict=True))


def test_an_exported_script_repeats_odd_requests_exactly(tmp_path: Path) -> None:
    reader = {"Authorization": "Bearer read-token"}
    with start_server() as (_, ready):
        url = ready["url"]
        base = f"{url}/customer-segment/acme/segments"
        for body in ODD_BODIES:
            send_exactly(
                f"{base}/search", "POST", body, reader | {"Content-Type": "application/json", "X-Odd": "a 'b' $c \\d"}
            )
        send_exactly(f"{base}/search", "POST", b"{}", reader)
        send_exactly(f"{base}/x%2Fy/items?q=name.%7Ben%7D:[a,b]&sort={{", "GET", None, reader)
        send_exactly(f"{base}/./../segments", "HEAD", None, {"Authorization": "Bearer manage-token"})
        send_exactly(f"{base}{ITEM}", "DELETE", None, {"X-Empty": ""})
        send_exactly(f"{base}", "GET", None, {"Host": f"$(touch${{IFS}}{tmp_path}/made)"})
        send_exactly(f"{base}{ITEM}", "PUT", b"x" * 100_000, {"Authorization": "Bearer unknown1"})
        before = list_sent(url)
        exported = subprocess.run(
            ["curl", "-s", f"{url}/__admin/requests/export?format=curl"], capture_output=True, check=True, text=True
        ).stdout
        lines = exported.splitlines()[4:]
        assert len(lines) == len(before)
        assert lines[-1].startswith("# cut off: curl ")
        assert '"Authorization: Bearer $TOKEN"' in lines[-1]
        ran = subprocess.run(
            ["bash", "-eo", "pipefail"],
            input=exported,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
            env=clean_environment(SERVER=url),
        )
        assert list_sent(url) == before + before[:-1], ran.stderr
        subprocess.run(["bash"], input="\n".join(exported.splitlines()[:4]), text=True, check=True)
        assert list(tmp_path.iterdir()) == []


def test_an_entry_is_recorded_before_the_response_is_sent() -> None:
    with start_server() as (_, ready):

        def work(number: int) -> None:
            tenant = f"early{number}"
            for calls in range(1, 21):
                assert send_request(f"{ready['url']}/customer-segment/{tenant}/segments/items")[0] == 200
                report = send_request(f"{ready['url']}/__admin/requests?tenant={tenant}&limit=1")[1]
                assert report["meta"]["total"] == calls

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, range(4)))


@pytest.fixture
def wiremock() -> Iterator[str]:
    """Start a server with three requests in its journal, and point WireMock's client at it. Yield the URL."""
    with start_server() as (_, ready):
        Config.base_url = f"{ready['url']}/__admin"
        base = f"{ready['url']}/customer-segment/acme/segments"
        send_request(f"{base}/items")
        send_request(f"{base}/{GOLDEN}", "PUT", {"name": {"en": "Gold"}, "siteCode": "main"})
        send_request(f"{base}/{GOLDEN}/nothing")
        yield ready["url"]


def test_wiremocks_client_for_java_gets_only_members_that_it_knows(client: Client, journal: JournalClient) -> None:
    """Its version 3.13.2 refuses others; tried by hand, since it needs Java."""
    client.get("/items", headers={"X-Mock-Test": "mine"})
    known = {"id", "request", "responseDefinition", "response", "wasMatched", "timing", "subEvents"}
    headers = {"User-Agent": "Apache-HttpClient/5.5.1 (Java/17.0.15)"}
    url = f"//__admin/requests?tenant={client.tenant}"
    report = journal.client.get(url, headers=headers).get_json()
    assert report.keys() == {"requests", "meta", "requestJournalDisabled"}
    (event,) = report["requests"]
    assert event.keys() == known
    (sub_event,) = event["subEvents"]
    assert (sub_event["type"], sub_event["data"]["test"]) == ("mock", "mine")
    shown = journal.client.get(f"//__admin/requests/{event['id']}", headers=headers).get_json()
    removed = journal.client.post(
        "//__admin/requests/remove", json={"tenant": client.tenant}, headers=headers
    ).get_json()
    assert [shown] == removed["serveEvents"] == [event]


def test_wiremocks_client_reads_the_requests(wiremock: str) -> None:
    received = Requests.get_all_received_requests()
    assert received.meta.total == 3
    assert received.request_journal_disabled is False
    latest = received.requests[0]
    assert (latest.request.method, latest.response_definition.status) == ("GET", 404)
    assert latest.request.absolute_url == f"{wiremock}{latest.request.url}"
    assert Requests.get_request(latest.id).request.url == latest.request.url
    assert len(Requests.get_all_received_requests(limit=1).requests) == 1
    (lost,) = Requests.get_unmatched_requests().requests
    assert lost.url.endswith("/nothing")
    near_misses = Requests.get_unmatched_requests_near_misses().near_misses
    assert near_misses[0].match_result.distance < 0.5


def test_wiremocks_client_counts_finds_and_resets(wiremock: str) -> None:
    put = NearMissMatchPatternRequest(method="PUT", url_path_pattern=".*/segments/.*")
    assert Requests.get_matching_request_count(put).count == 1
    (entry,) = Requests.get_matching_requests(put).requests
    assert json.loads(entry.body)["siteCode"] == "main"
    assert entry.headers["authorization"] == "Bearer (redacted)"
    Requests.reset_request_journal()
    assert Requests.get_matching_request_count(put).count == 0


def test_wiremocks_client_finds_near_misses(wiremock: str) -> None:
    request = NearMissMatchRequest(url="/customer-segment/acme/segmets/items", method="GET")
    misses = NearMisses.find_nearest_misses_by_request(request).near_misses
    assert misses[0].match_result.distance < 0.5
    pattern = NearMissMatchPatternRequest(url="/customer-segment/acme/segments/item", method="GET")
    near_misses = NearMisses.find_nearest_misses_by_request_pattern(pattern).near_misses
    assert near_misses[0].request.url == "/customer-segment/acme/segments/items"
    assert near_misses[0].request_pattern.url == "/customer-segment/acme/segments/item"


def test_unreadable_requests_are_recorded_too(client: Client) -> None:
    app = build(Settings())
    caller = Client(app.flask, "acme")
    assert caller.get("/items?q=" + "x" * 11_000).status_code == 414
    assert caller.put(ITEM, data=b"{}", environ_overrides={"CONTENT_LENGTH": "20"}).status_code == 400
    statuses = [exchange.status for exchange in app.records.list_entries()]
    assert statuses == [414, 400]
