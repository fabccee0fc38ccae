"""Scripts that repeat a session: on a fresh server every response is as recorded, whatever the session was."""

from __future__ import annotations

import ast
import gzip
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import jwt
import pytest
import yaml
from flask import Flask

from mockserver.app import App, build
from mockserver.control.requests import recording, replay_runtime
from mockserver.domain import saas_tokens
from mockserver.records import journal
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.live_server import TIMEOUT_SECONDS, clean_environment, serve_in_thread, start_server
from tests.support.paths import ROOT
from tests.support.samples import GOLDEN, HAMMER, ITEM, TOOL_FANS, WORLDS

RUNTIME = ROOT / "mockserver" / "control" / "requests" / "replay_runtime.py"
NEW_SEGMENT = {"name": {"en": "New"}, "siteCode": "main"}
READ = "customersegment.segment_read"
LITERALS = ("SERVER", "WORLD", "NOTES", "STEPS")  # the names whose values differ between scripts
SUMMARY = re.compile(r"(\d+) calls repeated, (\d+) different, (\d+) left out$")


class Session:
    """Calls a simulator in process, exports the script, and runs it on another one."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self.app = build(self.settings)
        self.flask: Flask = self.app.flask
        self.script = ""

    def call(self, method: str, path: str, token: str | None = None, **request: Any) -> Any:
        """Send a request, and return the JSON of the response."""
        client = Client(self.flask, "acme", token)
        reply = client.send(method, path if path.startswith("//") else f"//{path[1:]}", **request)
        return reply.get_json(silent=True)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        reply = Client(self.flask, "acme", None).send(method, f"//__admin{path}", json=body)
        assert reply.status_code < 300, reply.text
        return reply.get_json(silent=True)

    def segments(self, method: str, path: str, token: str | None = "admin-token", **request: Any) -> Any:
        return Client(self.flask, "acme", token).send(method, path, **request).get_json(silent=True)

    def log_in(self, email: str = "john.doe@email.com", password: str = "secret1") -> Any:
        """Start a visitor's session, log a customer in, and return the reply."""
        visitor = self.call("GET", "//customerlogin/auth/anonymous/login?tenant=acme&client_id=storefront")
        body = {"email": email, "password": password}
        return self.call("POST", "//customer/acme/login", visitor["access_token"], json=body)

    def refresh(self, tokens: Any) -> Any:
        path = f"//customer/acme/refreshauthtoken?refreshToken={tokens['refresh_token']}"
        return self.call("GET", path, tokens["access_token"])

    def export(self, query: str = "") -> str:
        reply = Client(self.flask, "acme", None).get(f"//__admin/requests/export?format=python{query}")
        assert (reply.status_code, reply.mimetype) == (200, "text/plain"), reply.text
        self.script = reply.text
        return self.script

    def steps(self) -> list[Any]:
        return [json.loads(step) for step in read_literals(self.script)["STEPS"]]

    def repeat(self, capsys: pytest.CaptureFixture[str], app: App | None = None) -> tuple[int, str]:
        """Run the script on a fresh simulator; return exit code and output."""
        namespace: dict[str, Any] = {"__name__": "script"}
        exec(compile(self.script, "script.py", "exec"), namespace)
        with serve_in_thread(app or build(Settings())) as port:
            code = namespace["run_script"](["--server", f"http://127.0.0.1:{port}", "--verbose"])
        return code, capsys.readouterr().out


@pytest.fixture
def session() -> Session:
    return Session()


Repeat = Callable[..., str]


@pytest.fixture
def repeat(session: Session, capsys: pytest.CaptureFixture[str]) -> Repeat:
    """Export the session and repeat it on a fresh simulator, which must give the same responses."""

    def run(calls: int, left_out: int = 0, query: str = "") -> str:
        session.export(query)
        code, output = session.repeat(capsys)
        assert code == 0, output
        found = SUMMARY.search(output)
        assert found, output
        assert tuple(map(int, found.groups())) == (calls, 0, left_out), output
        return output

    return run


def read_literals(script: str) -> dict[str, Any]:
    """Return the values of the names that differ between scripts."""
    values = {}
    for node in ast.parse(script).body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id in LITERALS:
                values[target.id] = ast.literal_eval(node.value)
    return values


def send_live(url: str, method: str, path: str, token: str | None = None, body: Any = None, form: str = "") -> Any:
    """Send a request over a socket; return the JSON of the response, None without a response."""
    address = url.rpartition("/")[2]
    connection = HTTPConnection(address, timeout=TIMEOUT_SECONDS)
    headers = {"Content-Type": "application/x-www-form-urlencoded" if form else "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    try:
        connection.request(method, path, form or (None if body is None else json.dumps(body)), headers)
        content = connection.getresponse().read()
        return json.loads(content) if content else None
    except OSError:
        return None
    finally:
        connection.close()


def play_long_session(url: str) -> None:
    """Call two tenants as a visitor, two customers and an employee, with a conflict, faults and a frozen clock."""

    def call(method: str, path: str, token: str | None = None, body: Any = None, form: str = "") -> Any:
        return send_live(url, method, path, token, body, form)

    segments = "/customer-segment/acme/segments"
    call("PUT", "/__admin/clock", body={"tenant": "acme", "mode": "frozen", "at": "2026-01-24T18:00:00Z"})
    call("PUT", "/__admin/settings", body={"tenant": "acme", "delete_missing": "404"})
    fault = {"operation": "PUT-customer-segment-update-item", "skip": 1, "times": 1, "response": {"status": 503}}
    call("POST", "/__admin/faults", body={"tenant": "acme"} | fault)
    visitor = call("GET", "/customerlogin/auth/anonymous/login?tenant=acme&client_id=storefront")
    john = {"email": "john.doe@email.com", "password": "secret1"}
    call("POST", "/customer/acme/login", visitor["access_token"], john | {"password": "wrong-hush"})
    login = call("POST", "/customer/acme/login", visitor["access_token"], john)
    refresh = f"/customer/acme/refreshauthtoken?refreshToken={login['refresh_token']}"
    renewed = call("GET", refresh, login["access_token"])
    call("GET", refresh, login["access_token"])  # it works once
    call("GET", segments, renewed["access_token"])
    jack = call("POST", "/customer/acme/login", visitor["access_token"], {**john, "email": "jack.smith@email.com"})
    call("GET", segments, jack["access_token"])
    form = "grant_type=client_credentials&client_id=admin&client_secret=secret&scope=tenant%3Dacme"
    call("POST", "/oauth/token", form=form.replace("secret=secret", "secret=hush-secret"))
    admin = call("POST", "/oauth/token", form=form)["access_token"]
    made = call("POST", segments, admin, NEW_SEGMENT)["id"]
    call("GET", f"{segments}/{made}", admin)
    for body in ({}, {}, {"metadata": {"version": 1}}):
        call("PUT", segments + ITEM, "admin-token", body)
    call("DELETE", f"{segments}/nowhere", admin)
    call("POST", "/__admin/clock/advance", body={"tenant": "acme", "seconds": 14399})
    call("GET", segments, admin)  # expired
    other = segments.replace("acme", "other")
    minted = call("POST", "/__admin/tokens", body={"scopes": ["customersegment.segment_manage"]})["token"]
    made = call("POST", other, minted, NEW_SEGMENT)["id"]
    call("GET", f"{other}/{made}", "read-token")
    call("GET", other, "hush-unknown-token")
    broken = {"times": 1, "response": {"fault": "EMPTY_RESPONSE"}}
    call("POST", "/__admin/faults", body={"tenant": "other"} | broken)
    call("GET", other, "read-token")


@pytest.fixture(scope="module")
def exported() -> Iterator[dict[str, str]]:
    """Yield the scripts of a long session, by tenant; "" for all."""
    with start_server() as (_, ready):
        play_long_session(ready["url"])
        address = ready["url"].rpartition("/")[2]
        scripts = {}
        for tenant in ("", "acme", "other"):
            connection = HTTPConnection(address, timeout=TIMEOUT_SECONDS)
            connection.request("GET", f"/__admin/requests/export?format=python{tenant and f'&tenant={tenant}'}")
            scripts[tenant] = connection.getresponse().read().decode()
            connection.close()
        yield scripts


@pytest.mark.parametrize(("tenant", "calls"), [("", 21), ("acme", 17), ("other", 4)])
def test_a_fresh_server_gives_the_same_responses(
    exported: dict[str, str], tmp_path: Path, tenant: str, calls: int
) -> None:
    script = tmp_path / "report.py"
    script.write_text(exported[tenant])
    with start_server() as (_, ready):
        command = [sys.executable, "-I", str(script)]
        done = subprocess.run(
            command,
            env=clean_environment(SERVER=ready["url"]),
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert done.stdout.endswith(f"\n{calls} calls repeated, 0 different, 0 left out\n")
    assert ("not compared: /access_token: a token (call" in done.stdout) == (tenant != "other")
    assert ("/metadata/createdAt: a time" in done.stdout) == (tenant != "acme")  # its clock was frozen


def test_a_script_contains_no_secret(exported: dict[str, str]) -> None:
    for script in exported.values():
        assert "hush" not in script
        tokens = re.findall(r"\b(?!0{8})[0-9a-f]{28}\b|\b[0-9a-f]{32}\b|eyJ", script)
        assert tokens == []


def test_a_difference_is_readable_and_exits_with_1(exported: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / "report.py"
    script.write_text(exported["acme"].replace("Golden", "Silver").replace('"status":404', '"status":204'))
    with start_server() as (_, ready):
        command = [sys.executable, str(script), "--server", ready["url"]]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    assert done.returncode == 1
    assert "  GET /customer-segment/acme/segments  200 DIFFERENT\n" in done.stdout
    assert re.search(r"^ +/\d+/name/en: was Silver\w*( \w+)*, is Golden", done.stdout, re.M)
    assert "         status: was 204, is 404\n" in done.stdout
    assert "17 calls repeated, 3 different" in done.stdout


def test_a_server_that_cannot_be_reached_or_prepared_is_exit_code_2(exported: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / "report.py"
    script.write_text(exported["acme"])
    command = [sys.executable, str(script)]
    done = subprocess.run([*command, "--server", "http://127.0.0.1:1"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("cannot reach http://127.0.0.1:1: ")
    with start_server(MOCKSERVER_ADMIN_TOKEN="mine") as (_, ready):
        command += ["--server", ready["url"]]
        refused = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
        assert refused.returncode == 2
        assert refused.stderr.startswith("the server refuses a step: POST /__admin/reset?tenant=acme: 401 ")
        command += ["--admin-token", "mine"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    assert done.returncode == 0, done.stdout


def test_a_script_starts_from_the_state_that_the_journal_began_with(session: Session, repeat: Repeat) -> None:
    session.segments("POST", "", json=NEW_SEGMENT | {"id": "early"})
    session.control("PUT", "/clock", {"tenant": "acme", "mode": "frozen", "at": "2026-01-01T00:00:00Z"})
    session.control("PUT", "/settings", {"tenant": "acme", "delete_missing": "404"})
    fault = {"id": "rest", "tenant": "acme", "operation": "GET-customer-segment-retrieve-item", "skip": 2, "times": 2}
    session.control("POST", "/faults", fault | {"response": {"status": 503}})
    for _ in range(3):
        session.segments("GET", ITEM)
    session.control("DELETE", "/requests?tenant=acme")
    session.segments("GET", "/early")
    for _ in range(2):
        session.segments("GET", ITEM)  # 503, 200
    session.segments("DELETE", "/nowhere")
    session.control("POST", "/reset?tenant=acme")
    session.segments("GET", "/early")  # no longer there
    repeat(5)
    statuses = [step["status"] for step in session.steps() if "status" in step]
    assert statuses == [200, 503, 200, 404, 404]


def test_what_the_control_plane_changed_is_repeated(session: Session, repeat: Repeat) -> None:
    session.control("PUT", "/state/languages?tenant=acme", {"default": "de", "supported": ["de", "en"]})
    session.segments("GET", f"/{GOLDEN}")
    session.control("PUT", "/snapshots/before?tenant=acme")
    session.segments("DELETE", f"/{GOLDEN}?forceDelete=true")
    session.segments("GET", f"/{GOLDEN}")
    session.control("POST", "/snapshots/before/restore?tenant=acme")
    session.segments("GET", f"/{GOLDEN}")
    session.segments("DELETE", f"{ITEM}")
    session.control("POST", "/undo", {"tenant": "acme"})
    session.segments("GET", ITEM)
    session.control("POST", "/tokens", {"token": "short", "scopes": [READ], "tenant": "acme", "lifetimeSeconds": 60})
    session.segments("GET", "", "short")
    session.control("POST", "/clock/advance", {"seconds": 60})
    session.segments("GET", "", "short")
    session.control("DELETE", "/tokens/read-token?tenant=acme")
    session.segments("GET", "", "read-token")
    session.control("POST", "/faults", {"tenant": "acme", "response": {"status": 500}})
    session.segments("GET", "")
    session.control("DELETE", "/faults/fault-1")
    session.segments("GET", "")
    session.control("POST", "/seed", {"tenant": "acme", "world": "empty"})
    session.segments("GET", "")
    repeat(12)
    assert '"short"' not in session.script


def test_a_session_of_a_world_is_repeated_in_that_world(
    session: Session, repeat: Repeat, capsys: pytest.CaptureFixture[str]
) -> None:
    world = {"X-Mock-World": "Checkout"}
    session.segments("DELETE", f"/{GOLDEN}?forceDelete=true")  # without a world
    session.control("PUT", "/settings?world=checkout", {"tenant": "acme", "delete_missing": "404"})
    session.segments("DELETE", f"/{GOLDEN}?forceDelete=true", headers=world)
    session.segments("DELETE", f"/{GOLDEN}?forceDelete=true", headers={"baggage": "mock-world=checkout"})
    session.control("POST", "/undo?world=checkout", {"tenant": "acme"})
    session.segments("GET", f"/{GOLDEN}", headers=world)
    repeat(3, query="&world=checkout")
    assert [step["status"] for step in session.steps() if "status" in step] == [204, 404, 200]
    app = build(Settings())
    assert session.repeat(capsys, app)[0] == 0
    admin = Client(app.flask, "acme", None)
    assert [world["name"] for world in admin.get("//__admin/worlds").get_json()["worlds"]] == ["checkout"]
    assert admin.get("//__admin/requests").get_json()["meta"]["total"] == 0
    assert admin.get("//__admin/requests?world=checkout").get_json()["meta"]["total"] == 3
    session.export()
    assert read_literals(session.script)["WORLD"] == ""
    assert sum("status" in step for step in session.steps()) == 1


def test_a_world_of_ones_own_comes_without_its_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    world = WORLDS.load_world("default") | {
        "clients": [{"id": "shop", "secret": "client-hush-1", "scopes": [READ]}],
        "tokens": [{"token": "own-token", "scopes": "all"}],
    }
    world["customers"] = [row | {"password": "customer-hush-2"} for row in world["customers"]]
    path = tmp_path / "default.yaml"  # a shipped world has the same name
    path.write_text(yaml.safe_dump(world))
    session = Session(Settings(fixture=str(path)))
    email = world["customers"][0]["email"]
    session.call("GET", "//customerlogin/auth/anonymous/login?tenant=acme&client_id=shop")
    session.call("POST", "//customer/acme/login", "own-token", json={"email": email, "password": "customer-hush-2"})
    session.call("POST", "//customer/acme/login", "own-token", json={"email": email, "password": "secret1"})
    for secret in ("client-hush-1", "other-hush-3"):
        form = {"grant_type": "client_credentials", "client_id": "shop", "client_secret": secret}
        session.call("POST", "//oauth/token?scope=tenant%3Dacme", data=form)
        session.call("POST", "//oauth/token?scope=tenant%3Dacme&grant_type=client_credentials", auth=("shop", secret))
    session.control(
        "POST",
        "/seed",
        {"tenant": "acme", "inline": world | {"clients": [{"id": "shop", "secret": "seeded-hush-4", "scopes": []}]}},
    )
    form = {"grant_type": "client_credentials", "client_id": "shop", "client_secret": "seeded-hush-4"}
    session.call("POST", "//oauth/token?scope=tenant%3Dacme", data=form)
    session.segments("GET", "", "own-token")
    session.export()
    code, output = session.repeat(capsys)
    assert code == 0, output
    assert [step["status"] for step in session.steps() if "status" in step] == [
        200, 200, 401, 200, 200, 401, 401, 200, 200,
    ]  # fmt: skip
    assert "hush" not in session.script
    assert "aHVzaC" not in session.script  # hush in Base64


def test_calls_whose_secret_is_unknown_are_left_out_and_their_tokens_minted(session: Session, repeat: Repeat) -> None:
    early = session.log_in()
    session.control("DELETE", "/requests")
    renewed = session.refresh(early)
    session.segments("GET", "", renewed["access_token"])
    session.segments("GET", "", early["access_token"])
    session.refresh(early)  # used already
    output = repeat(3, left_out=1)
    assert "LEFT OUT: it needs a token from before the first call here" in output


def test_a_short_password_stays_too_short_and_is_not_quoted(session: Session, repeat: Repeat) -> None:
    session.log_in(password="h-sh!")
    session.log_in(password='"h\\')
    session.call("POST", "//customer/acme/login", "admin-token", json={"email": "a@b.c", "password": 987654})
    repeat(5)
    assert "h-sh!" not in session.script
    assert "987654" not in session.script
    assert [step["status"] for step in session.steps() if "status" in step] == [200, 400, 200, 400, 400]


@pytest.mark.parametrize("expiry", [10_000_000_000, 10])
def test_a_subject_token_is_signed_again(session: Session, repeat: Repeat, expiry: int) -> None:
    subject = jwt.encode(
        {"sub": "98029737", "exp": expiry, "mail": "hush"}, saas_tokens.SIGNING_KEY, saas_tokens.ALGORITHM
    )
    visitor = session.call("GET", "//customerlogin/auth/anonymous/login?tenant=acme&client_id=storefront")
    path = f"//customer/acme/exchangeauthtoken?subjectAccessToken={subject}"
    tokens = session.call("POST", path, visitor["access_token"])
    if "access_token" in tokens:
        session.segments("GET", "", tokens["access_token"])
    repeat(3 if "access_token" in tokens else 2)
    assert subject not in session.script


HOSTILE = [
    """"]; import os; os.abort() #""",
    "'''\nraise SystemExit(9)\n'''",
    '"""\\"\n',
    "$(touch made) `touch made` %s {0} \\",
    "\u2028\u2029\x85\x0b\x00",
    "\ud7ff\U0001f600</script>",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_that_clients_send_becomes_code(session: Session, repeat: Repeat, text: str) -> None:
    header = re.sub(r"[\x00-\x1f]", "", text).encode().decode("latin-1")
    headers = {"X-Mock-Test": header, "X-Odd": header, "User-Agent": header, "Host": header}
    session.segments("POST", "", json=NEW_SEGMENT | {"name": {"en": text}}, headers=headers)
    session.segments("GET", "", query_string={"q": text, text: text})
    session.segments("POST", "/search", data=text.encode(), content_type="application/json")
    session.call("GET", f"/customer-segment/{text}/segments".replace("\x00", ""), "admin-token")
    session.control("POST", "/tokens", {"token": "odd-token", "name": text, "scopes": [text, READ]})
    session.segments("GET", "", "odd-token")
    session.control("DELETE", "/requests")
    session.segments("GET", "", "odd-token")
    session.segments("POST", "", json=NEW_SEGMENT | {"name": {"en": text}}, headers=headers)
    repeat(2)
    assert session.script.isascii()
    own, other = ast.parse(session.script), ast.parse(RUNTIME.read_text())
    for tree in (own, other):
        for node in tree.body:
            if isinstance(node, ast.AnnAssign | ast.Assign) and ast.unparse(node).startswith(LITERALS):
                node.value = ast.Constant(None)
    assert ast.dump(own) == ast.dump(other)


def test_odd_bodies_are_repeated_exactly(session: Session, repeat: Repeat) -> None:
    for body in (
        b"\x00\xff binary",
        b'{"q": ',
        "Gr\u00fc\u00dfe".encode(),
        b"",
        b'{\n\t"q": "id:x"\n}',
        b"\xef\xbb\xbf{}",
    ):
        session.segments("POST", "/search", data=body, content_type="application/json")
    gzipped = gzip.compress(json.dumps({"q": "id:x"}).encode())
    packed = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
    session.segments("POST", "/search", data=gzipped, headers=packed)
    session.segments("POST", "/search", data=b"not gzip", headers=packed)
    session.segments("HEAD", "")
    session.segments("OPTIONS", "")
    session.segments("PUT", ITEM, data=b"x" * 100_000)
    session.segments("GET", "/items?q=name.%7Een%7E:[a,b]&sort={{")
    session.segments("DELETE", f"/{TOOL_FANS}/items/PRODUCT/bulk", json=[HAMMER, "x%2Fy"])
    output = repeat(11, left_out=2)
    assert "LEFT OUT: the journal keeps only 65536 bytes of its body" in output
    assert "LEFT OUT: the server could not read it" in output


def test_a_journal_that_has_lost_its_beginning_says_so(
    session: Session, repeat: Repeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MAX_ENTRIES", 20)
    monkeypatch.setattr(journal, "ENTRIES_BETWEEN_STARTS", 5)
    for number in range(60):
        session.segments("POST", "", json=NEW_SEGMENT | {"id": f"made{number}"})
        session.segments("GET", f"/made{number // 2}")
    session.export()
    kept = sum("status" in step for step in session.steps())
    assert 10 <= kept <= 20
    (note,) = read_literals(session.script)["NOTES"]
    assert note.startswith(f"The journal has lost its beginning: the first {120 - kept} calls of acme are missing.")
    assert note in repeat(kept)


def test_a_start_for_new_tenants_is_none_for_others(
    session: Session, repeat: Repeat, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "MAX_ENTRIES", 20)
    monkeypatch.setattr(recording, "EVENTS_BETWEEN_STARTS", 2)
    for number in range(30):
        session.segments("POST", "", json=NEW_SEGMENT | {"id": f"made{number}"})
        session.segments("GET", f"/made{number // 2}")
        session.control("PUT", "/clock", {"mode": "real"})
    session.export()
    repeat(sum("status" in step for step in session.steps()))


def test_a_journal_that_was_just_filled_has_a_start(session: Session, repeat: Repeat) -> None:
    """Even without any call after the latest start, the script says what is missing."""
    for _ in range(journal.MAX_ENTRIES + 50):
        session.segments("GET", f"/{GOLDEN}")
    session.export()
    kept = sum("status" in step for step in session.steps())
    assert kept > journal.MAX_ENTRIES // 2


def test_the_runtime_needs_only_python_3_8() -> None:
    ast.parse(RUNTIME.read_text(), feature_version=(3, 8))
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else node.names[0].name) or ""
        for node in ast.walk(ast.parse(RUNTIME.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert {name.partition(".")[0] for name in imported} <= sys.stdlib_module_names
    assert replay_runtime.STEPS == []


def test_the_commands_of_the_documentation_repeat_a_session(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "testing.md").read_text()
    (commands, shown) = re.findall(r"## Bug reports.*?```bash\n(.*?)```.*?```text\n(.*?)```", page, re.S)[0]
    with start_server() as (_, ready):
        script = commands.replace("http://127.0.0.1:8080", ready["url"]).replace("python3", sys.executable)
        command = ["bash", "-e", "-c", script]
        environment = clean_environment()
        done = subprocess.run(
            command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith(shown), done.stdout
