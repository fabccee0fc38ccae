"""Access to the control plane: foreign pages and hosts are refused, a token may be required, or it is closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from mockserver.app import App, build
from mockserver.control.guard import is_loopback_address
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.live_server import run_command, send_request, start_server
from tests.support.samples import ITEM


@pytest.fixture
def build_client() -> Callable[..., Client]:
    """Return a function that builds a client, without a token, of a simulator with the given settings."""
    return lambda **settings: Client(build(Settings(**settings)).flask, "acme", None)


@pytest.mark.parametrize("site", ["cross-site", "same-site", "other"])
def test_pages_on_other_ports_are_foreign_too(client: Client, site: str) -> None:
    reply = client.with_token(None).get("//__admin/state", headers={"Sec-Fetch-Site": site})
    assert reply.status_code == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_own_pages_and_typed_addresses_are_answered(client: Client, site: str) -> None:
    assert client.with_token(None).get("//__admin/state", headers={"Sec-Fetch-Site": site}).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_content_type_that_needs_no_preflight_is_refused(client: Client, kind: str) -> None:
    client.delete(ITEM)
    body = f'{{"tenant": "{client.tenant}"}}'
    headers = {"Content-Type": kind} if kind else {}
    reply = client.with_token(None).post("//__admin/reset", data=body, headers=headers)
    assert reply.status_code == 400
    assert "application/json" in reply.get_json()["details"]["message"]
    assert client.get(ITEM).status_code == 404


def test_no_control_answer_has_a_cors_header(client: Client, shared: App) -> None:
    for operation in shared.control_operations:
        path = "/" + operation.path.replace("{", "").replace("}", "")
        reply = client.with_token(None).send("OPTIONS", path, headers={"Origin": "http://localhost:3000"})
        assert not [name for name, _ in reply.headers if name.startswith("Access-Control")]


def describe_simulator(app: App) -> Any:
    """Return what calls of the control plane with an empty id could change."""
    tenant = app.world.tenant("acme")
    return (
        tenant.capture(),
        app.world.tenant_names,
        tenant.snapshots.names,
        [run.scenario.name for run in app.scenarios.runs],
        app.faults.faults,
        len(app.records.list_entries("acme")),
    )


def test_an_empty_id_never_means_all() -> None:
    app = build(Settings())
    client = Client(app.flask, "acme", None)
    client.send("POST", "//__admin/scenarios/slow")
    client.send("PUT", "//__admin/snapshots/before")
    client.send("POST", "//__admin/faults", json={"status": 503, "times": 5})
    client.with_token("admin-token").get("")
    before = describe_simulator(app)
    single_ones = [operation for operation in app.control_operations if operation.path.endswith("}")]
    parents = {(operation.method, operation.path.rpartition("/{")[0]) for operation in single_ones}
    assert {("DELETE", "/__admin/state/{collection}"), ("PUT", "/__admin/snapshots")} <= parents
    for method, parent in parents:
        path = parent.replace("{collection}", "products")
        for query in ("", "?tenant=acme", "?force=true"):
            reply = client.send(method, f"/{path}/{query}", json={} if method != "GET" else None)
            if method != "GET":
                assert (reply.status_code, "lacks the id" in reply.get_json()["message"]) == (404, True), (method, path)
            assert client.send(method, f"/{path}//{query}", json={}).status_code == 404
    assert describe_simulator(app) == before
    for path in ("/__admin/state/diff/", "/__admin/health/", "/__admin/requests/unmatched/"):
        assert client.get(f"/{path}").status_code == 200


def control_statuses(client: Client, token: str | None) -> list[int]:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    calls = [("GET", "/state"), ("POST", "/reset"), ("GET", "/version"), ("GET", "/nothing")]
    return [client.send(method, f"//__admin{path}", headers=headers).status_code for method, path in calls]


def test_a_configured_token_is_required(build_client: Callable[..., Client]) -> None:
    client = build_client(admin_token="secret")
    for wrong in (None, "", "admin-token", "secre", "secrets", "ü"):
        assert control_statuses(client, wrong) == [401] * 4
    assert control_statuses(client, "secret") == [200, 200, 200, 404]
    reply = client.get("//__admin/state")
    assert reply.headers["WWW-Authenticate"].startswith("Bearer")
    assert client.get("//__admin/health").status_code == 200
    assert client.get("//__admin/docs/").status_code == 200
    assert client.with_token("admin-token").get("/items").status_code == 200


def test_a_server_that_others_can_reach_generates_a_token() -> None:
    apps = [build(Settings(host="0.0.0.0")) for _ in range(2)]
    tokens = [app.guard.token for app in apps]
    assert all(len(token) >= 32 for token in tokens)
    assert tokens[0] != tokens[1]
    assert control_statuses(Client(apps[0].flask, "acme", None), tokens[1]) == [401] * 4
    assert control_statuses(Client(apps[0].flask, "acme", None), tokens[0]) == [200, 200, 200, 404]
    assert build(Settings(host="0.0.0.0", admin_token="mine")).guard.token == "mine"
    assert build(Settings()).guard.token == ""


LOOPBACK_NAMES = [
    *("localhost", "LocalHost", "localhost.", "shop.localhost", "a.b-c.d_e.localhost", "127.0.0.1", "127.255.255.254"),
    *("[::1]", "[0:0:0:0:0:0:0:1]", "[0000:0000:0000:0000:0000:0000:0000:0001]", "[::ffff:127.0.0.1]"),
    *("[::ffff:7f00:1]", "[::FFFF:7F00:1]"),
]
OTHER_NAMES = [
    *("", "example.com", "localhost.example.com", "xlocalhost", "127.0.0.1.example.com", "128.0.0.1", "10.1.2.3"),
    *("[::2]", "[::ffff:10.1.2.3]", "[::ffff:8000:1]", "[::]", "::1", "[::1", "..localhost", "0.0.0.0", "localhost@x"),
]


@pytest.mark.parametrize("port", ["", ":8080"])
@pytest.mark.parametrize("name", LOOPBACK_NAMES)
def test_every_loopback_name_reaches_the_control_plane_and_may_call_the_api(
    client: Client, name: str, port: str
) -> None:
    host = name + port
    assert client.with_token(None).get("//__admin/state", headers={"Host": host}).status_code == 200
    own_page = client.with_token(None).get("//__admin/state", headers={"Host": host, "Origin": f"http://{host}"})
    assert own_page.status_code == 200
    reply = client.get("/items", headers={"Origin": f"http://{host}"})
    assert reply.headers["Access-Control-Allow-Origin"] == f"http://{host}"


@pytest.mark.parametrize("port", ["", ":8080", ":x", ":123456"])
@pytest.mark.parametrize("name", OTHER_NAMES)
def test_no_other_name_reaches_the_control_plane_except_for_its_health(client: Client, name: str, port: str) -> None:
    headers = {"Host": name + port}
    assert client.with_token(None).get("//__admin/state", headers=headers).status_code == 403
    assert client.with_token(None).get("//__admin/health", headers=headers).get_json() == {"status": "healthy"}
    assert client.with_token(None).send("HEAD", "//__admin/health", headers=headers).status_code == 200
    reply = client.get("/items", headers={"Origin": f"http://{name}{port}"})
    assert "Access-Control-Allow-Origin" not in reply.headers


@pytest.mark.parametrize("origin", ["http://example.com", "null", "http://[::1", "", "localhost", "http://", "://"])
@pytest.mark.parametrize("path", ["health", "state"])
def test_pages_of_other_origins_read_nothing(client: Client, origin: str, path: str) -> None:
    for host in ("localhost", ""):
        headers = {"Host": host, "Origin": origin}
        assert client.with_token(None).get(f"//__admin/{path}", headers=headers).status_code == 403


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1"])
def test_loopback_addresses(host: str) -> None:
    assert is_loopback_address(host)


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "::", "", "::ffff:10.0.0.1", "192.168.1.2", "mockserver", "localhost.example.com"]
)
def test_addresses_that_others_can_reach(host: str) -> None:
    assert not is_loopback_address(host)


def test_the_ready_line_names_the_token_that_works() -> None:
    with start_server("--host", "0.0.0.0") as (process, ready):
        url = ready["url"]
        assert send_request(f"{url}/__admin/state")[0] == 401
        assert (
            send_request(f"{url}/__admin/state", headers={"Authorization": f"Bearer {ready['adminToken']}"})[0] == 200
        )
        assert run_command("healthcheck", "--port", url.rpartition(":")[2]).returncode == 0
    with start_server() as (process, ready):
        assert "adminToken" not in ready
        assert process.poll() is None


def test_a_closed_control_plane_answers_only_health_checks(build_client: Callable[..., Client]) -> None:
    client = build_client(no_admin=True)
    assert control_statuses(client, None) == [404] * 4
    assert "--no-admin" in client.get("//__admin/docs/").get_json()["message"]
    assert client.get("//__admin/health").status_code == 200
    assert client.with_token("admin-token").get("/items").status_code == 200


def test_a_flag_or_a_variable_closes_the_control_plane() -> None:
    with start_server("--no-admin") as (_, ready):
        assert send_request(f"{ready['url']}/__admin/state")[0] == 404
    with start_server(MOCKSERVER_NO_ADMIN="1") as (_, ready):
        assert send_request(f"{ready['url']}/__admin/state")[0] == 404


def test_the_documentation_loads_nothing_from_other_hosts(client: Client, shared: App) -> None:
    page = client.with_token(None).get("//__admin/docs/")
    assert page.status_code == 200
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    for name in ("control", "customer-login", "customer-segment", "oauth"):
        assert f'"specs/{name}.json"' in page.text
        spec: dict[str, Any] = client.with_token(None).get(f"//__admin/docs/specs/{name}.json").get_json()
        assert spec["openapi"] == "3.0.3"
    with client.with_token(None).get("//__admin/docs/swagger-ui-bundle.js") as script:
        assert len(script.data) > 1_000_000
    for missing in ("specs/none.json", "none.js", "../state", "%2e%2e/state", "specs/..%2f..%2fstate"):
        reply = client.with_token(None).get(f"//__admin/docs/{missing}")
        assert (reply.status_code, reply.get_json()["code"]) == (404, 404)
        assert reply.get_json()["message"] == "The documentation has no such page."
    for path in ("", "specs/control.json", "none.js"):
        reply = client.with_token(None).put(f"//__admin/docs/{path}")
        assert (reply.status_code, reply.get_json()["message"]) == (405, "This path allows GET, HEAD, OPTIONS.")
        assert reply.headers["Allow"] == "GET, HEAD, OPTIONS"


@pytest.mark.parametrize("headers", [{"Host": "example.com"}, {"Origin": "http://example.com"}])
def test_foreign_pages_cannot_read_the_documentation(client: Client, headers: dict[str, str]) -> None:
    assert client.with_token(None).get("//__admin/docs/", headers=headers).status_code == 403
