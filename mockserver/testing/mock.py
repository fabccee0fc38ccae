"""The simulator as a test sees it: its URL, tokens, state, clock, faults and requests, in a world of the test's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from .control_client import SECONDS_PER_CALL, ControlClient, ControlError

if TYPE_CHECKING:
    import httpx

ANY_REQUEST = {"method": "ANY"}
DEFAULT_TENANT = "acme"
URL_SCHEMES = ("http://", "https://")
NOT_FOUND, UNAUTHORIZED = 404, 401
NOT_IN_HEADERS, MAX_TEST_LENGTH = re.compile(r"[^ -~]"), 200
Pattern = Mapping[str, Any]


class Mock(AbstractContextManager["Mock"]):
    """A running simulator, for one tenant in one world. As a context manager, it closes its clients.

    url: without a final slash. world: None for the world of requests that name none.
    headers: what each request of the code under test must send to be in this world; `test` is shown in the journal.
    ValueError for a URL without http:// or https://, and for an empty name of a world.
    """

    def __init__(
        self,
        url: str,
        *,
        world: str | None = None,
        tenant: str = DEFAULT_TENANT,
        admin_token: str = "",
        test: str | None = None,
    ) -> None:
        if not url.startswith(URL_SCHEMES):
            raise ValueError(f"a URL such as http://127.0.0.1:8080 is needed, not {url!r}")
        if world == "":
            raise ValueError("the name of a world is empty; without a world, leave it out")
        self.url, self.world, self.tenant, self._admin_token = url.rstrip("/"), world, tenant, admin_token
        shown = None if test is None else NOT_IN_HEADERS.sub("?", test).strip()[:MAX_TEST_LENGTH]
        names = {"X-Mock-World": world, "X-Mock-Test": shown}
        self.headers = {name: text for name, text in names.items() if text is not None}
        self._control = ControlClient(url, world, admin_token)
        self._clients: list[httpx.Client] = []

    def in_world(self, world: str, test: str | None = None) -> Mock:
        """Return the same server in another world."""
        return Mock(self.url, world=world, tenant=self.tenant, admin_token=self._admin_token, test=test)

    def control(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Call any operation of the control plane for this world; return its JSON. ControlError if it is refused.

        path: below /__admin, such as `/settings`.
        """
        return self._control.call(method, path, body, **query)

    def check(self) -> None:
        """Check that the URL is that of a simulator which this package can use; ControlError if it is not."""
        try:
            facts = self.control("GET", "/version")
        except ControlError as error:
            if error.status in {None, UNAUTHORIZED}:
                raise
            facts = None
        if not isinstance(facts, dict) or facts.get("name") != "emporix-mockserver":
            raise ControlError(f"{self.url} is not an emporix-mockserver")
        try:
            self.control("GET", "/worlds")
        except ControlError as error:
            if error.status != NOT_FOUND:
                raise
            old = f"the simulator at {self.url} has version {facts.get('version')}, which is too old: it has no worlds"
            raise ControlError(old) from None

    @cached_property
    def client(self) -> httpx.Client:
        """An httpx client with the URL and the headers of this world, as the administrator."""
        return self.client_as("admin")

    def client_as(self, persona: str | None) -> httpx.Client:
        """Return an httpx client with the token of a persona (see `token`), or without one for None."""
        try:
            import httpx  # noqa: PLC0415 - only tests that use a client need it
        except ModuleNotFoundError:
            raise ControlError("`client` needs httpx; run `pip install httpx`") from None
        access = {} if persona is None else {"Authorization": f"Bearer {self.token(persona)}"}
        client = httpx.Client(base_url=self.url, headers=self.headers | access, trust_env=False)
        self._clients.append(client)
        return client

    def close(self) -> None:
        """Close the clients."""
        while self._clients:
            self._clients.pop().close()

    def __exit__(self, *_: object) -> None:
        self.close()

    def token(self, persona: str = "admin", *, scopes: list[str] | None = None, seconds: int | None = None) -> str:
        """Return a token of the world, or a new one like it; ControlError if there is no such persona.

        persona: a token of the world, with or without `-token`.
        scopes, seconds: what is different about the new token, and how long it is valid.
        """
        tokens = {token["token"]: token for token in self._call("GET", "/tokens")["tokens"]}
        name = next((name for name in (persona, f"{persona}-token") if name in tokens), None)
        if name is None:
            raise ControlError(f"unknown persona {persona!r}; the tokens are {', '.join(tokens)}")
        if scopes is None and seconds is None:
            return name
        body = {"scopes": tokens[name]["scopes"] if scopes is None else scopes, "lifetimeSeconds": seconds}
        body |= {"customerId": tokens[name].get("customerId")}
        minted = {key: value for key, value in body.items() if value is not None}
        return str(self._call("POST", "/tokens", minted)["token"])

    def drop_world(self) -> None:
        """Drop the world of this object, which the next request creates again."""
        names = {world["name"] for world in self.control("GET", "/worlds")["worlds"]}
        if self.world is not None and self.world.lower() in names:
            self.control("DELETE", f"/worlds/{self.world}")

    def reset(self, to: str = "world") -> None:
        """Reset state, clock, settings, revoked tokens and faults. `to` is `world`, `empty` or `snapshot:NAME`."""
        self._call("POST", "/reset", {"to": to})

    def seed(self, world: str | Path | Mapping[str, Any] | None = None, **generated: Any) -> None:
        """Load another world: the name of a shipped one, a world file, its content, or counts for the generator.

        generated: `seed=42, counts={"products": 500}`.
        """
        if isinstance(world, Mapping):
            body: dict[str, Any] = {"inline": world}
        elif isinstance(world, Path) or (isinstance(world, str) and Path(world).suffix in {".yaml", ".yml", ".json"}):
            from ..strict_yaml import load_yaml  # noqa: PLC0415 - only tests with a world file need it

            body = {"inline": load_yaml(Path(world).read_text())}
        else:
            body = generated if world is None else {"world": world}
        self._call("POST", "/seed", body)

    def snapshot(self, name: str = "test") -> Snapshot:
        """Save the state under a name, and return what restores it."""
        saved = Snapshot(self, name)
        saved.save()
        return saved

    def freeze(self, at: datetime | str | None = None) -> None:
        """Stop the clock, at a time or now."""
        time = at.isoformat() if isinstance(at, datetime) else at
        self._call("PUT", "/clock", {"mode": "frozen"} | ({} if time is None else {"at": time}))

    def advance(self, duration: timedelta | float) -> None:
        """Set the clock forward, by seconds or a timedelta."""
        seconds = duration.total_seconds() if isinstance(duration, timedelta) else duration
        self._call("POST", "/clock/advance", {"seconds": seconds})

    def fail(
        self, operation: str, status: int | None = None, *, times: int | None = None, **response: Any
    ) -> InjectedFault:
        """Inject a fault into an operation. As a context manager, it ends with the block.

        status: of the response. times: how often; None for every call. response: other fields of a fault's response.
        """
        replies = response if status is None else {"status": status, **response}
        rule = {"operation": operation, "response": replies} | ({} if times is None else {"times": times})
        return InjectedFault(self, str(self._call("POST", "/faults", rule)["id"]))

    def requests(self, pattern: Pattern | None = None, **matchers: Any) -> list[dict[str, Any]]:
        """Return the requests of this world that match a WireMock pattern, the latest first."""
        found: list[dict[str, Any]] = self._call("POST", "/requests/find", _join_pattern(pattern, matchers))["requests"]
        return found

    def journal(self) -> list[dict[str, Any]]:
        """Return the journal entries of this world, the latest first: requests with their responses and our facts."""
        entries: list[dict[str, Any]] = self._call("GET", "/requests")["requests"]
        return entries

    def wait_for(
        self, pattern: Pattern | None = None, *, count: int = 1, timeout: float = 5, **matchers: Any
    ) -> list[dict[str, Any]]:
        """Wait until so many requests match, and return them; AssertionError after `timeout` seconds.

        It also looks at the requests so far, so it does not matter whether they arrive before or after the call.
        """
        body = {"pattern": _join_pattern(pattern, matchers), "count": count, "timeout": timeout}
        return self._expect("/requests/wait", body, timeout)

    def never(self, pattern: Pattern | None = None, *, timeout: float = 0, **matchers: Any) -> None:
        """Check that no request matches, so far and for `timeout` seconds more; AssertionError if one does."""
        self._expect("/requests/never", {"pattern": _join_pattern(pattern, matchers), "timeout": timeout}, timeout)

    def scenario(self, name: str) -> None:
        """Start a scenario, one of the server's by name, in this world."""
        self._call("POST", f"/scenarios/{quote(name, safe='')}", {})

    def list_unmatched(self) -> list[dict[str, Any]]:
        """Return the requests that no operation answers."""
        found: list[dict[str, Any]] = self._call("GET", "/requests/unmatched")["requests"]
        return found

    def findings(self) -> list[dict[str, Any]]:
        """Return what the vendor tolerates but the contract does not allow."""
        found: list[dict[str, Any]] = self._call("GET", "/findings")["findings"]
        return found

    def changes(self, since: int | str | None = None) -> list[dict[str, Any]]:
        """Return the changes of the state, the earliest first. since: a version, or the name of a snapshot."""
        found: list[dict[str, Any]] = self._call("GET", "/changes", since=since)["changes"]
        return found

    def explain(self, request_id: str) -> dict[str, Any]:
        """Return why a request was answered as it was."""
        explanation: dict[str, Any] = self._call("GET", f"/explain/{quote(request_id, safe='')}")
        return explanation

    def export_har(self, *, origin: str | None = None) -> dict[str, Any]:
        """Return the calls as an HTTP Archive. origin: what their URLs begin with, instead of the simulator's."""
        har: dict[str, Any] = self._call("GET", "/requests/export", format="har")
        if origin is not None:
            for entry in har["log"]["entries"]:
                entry["request"]["url"] = _replace_origin(entry["request"]["url"], self.url, origin.rstrip("/"))
        return har

    def describe_calls(self) -> str:
        """Return the calls as text: why some failed, and what the contract does not allow; "" without calls."""
        from .failure_report import describe_calls  # noqa: PLC0415 - it imports this module

        return describe_calls(self)

    def _expect(self, path: str, body: Mapping[str, Any], timeout: float) -> list[dict[str, Any]]:
        query = {} if self.world else {"tenant": self.tenant}
        reply = self._control.call("POST", path, body, seconds=timeout + SECONDS_PER_CALL, **query)
        found: list[dict[str, Any]] = reply.get("requests", [])
        return found

    def _call(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        """Call the control plane for this world, or for this tenant if the world is that of everybody."""
        return self._control.call(method, path, body, tenant=None if self.world else self.tenant, **query)


class Snapshot:
    """A saved state of a tenant."""

    def __init__(self, mock: Mock, name: str) -> None:
        self._mock, self.name = mock, name
        self._path = f"/snapshots/{quote(name, safe='')}"

    def save(self) -> None:
        """Save the state again, as it is now."""
        self._mock.control("PUT", self._path, tenant=self._mock.tenant)

    def restore(self) -> None:
        """Return to the saved state."""
        self._mock.control("POST", f"{self._path}/restore", tenant=self._mock.tenant)

    def diff(self) -> dict[str, Any]:
        """Return what has changed since, by collection."""
        changes: dict[str, Any] = self._mock.control("GET", f"{self._path}/diff", tenant=self._mock.tenant)["changes"]
        return changes


class InjectedFault(AbstractContextManager["InjectedFault"]):
    """An injected fault."""

    def __init__(self, mock: Mock, id_: str) -> None:
        self._mock, self.id = mock, id_
        self._path = f"/faults/{quote(id_, safe='')}"

    @property
    def hits(self) -> int:
        """How many calls it has hit."""
        return int(self._mock.control("GET", self._path)["hits"])

    def remove(self) -> None:
        """Remove it."""
        self._mock.control("DELETE", self._path)

    def __exit__(self, *_: object) -> None:
        self.remove()


def _join_pattern(pattern: Pattern | None, matchers: Pattern) -> dict[str, Any]:
    return ANY_REQUEST | dict(pattern or {}) | dict(matchers)


def _replace_origin(url: str, own: str, origin: str) -> str:
    """Return a URL of the simulator, under whatever name it was called, as one of another origin."""
    parts = urlsplit(url)
    path = parts.path.removeprefix(urlsplit(own).path)
    return f"{origin}{path}?{parts.query}" if parts.query else f"{origin}{path}"
