"""Repeats the calls that a simulator recorded, and compares the responses. It needs Python 3.8, and nothing else.

Exit code: 0 if all responses are as recorded, 1 if one differs, 2 if the server cannot be reached or prepared.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import ssl
import sys
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple, Union  # noqa: UP035 - for Python 3.8
from urllib.parse import quote, urlsplit

# ruff: noqa: UP006, UP007, UP045 - it must run with Python 3.8
SERVER = ""  # the server that the calls were recorded at
WORLD = ""  # the world that they belong to; empty for calls without a world
NOTES: List[str] = []  # what the reader must know
STEPS: List[str] = []  # JSON: starts, calls of the control plane, calls

TIMEOUT_SECONDS = 60
MAX_SHOWN_DIFFERENCES = 20  # of one call
MAX_SHOWN_LENGTH = 200  # characters of a value
WORD = re.compile(r"[\w-]+", re.ASCII)
TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
LIFETIMES = {"expires_in", "expiresIn"}  # seconds that are left
TOKEN = re.compile(r"mock-token-\d+")
MISSING = object()


class Refused(Exception):
    """The control plane refused a step, so the calls cannot be repeated."""


class Answer(NamedTuple):
    """A response: status 0 if none arrived, or not completely."""

    status: int
    content: bytes = b""


class Difference(NamedTuple):
    """A value that is not as recorded, with its JSON pointer."""

    pointer: str
    was: Any
    now: Any


class Replay:
    """The state of a run: values that differ from the recorded ones, and what was found so far."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.base = urlsplit(options.server)
        self.actual: Dict[str, str] = {}  # by the recorded value, or the name of a token
        self.ignored: Dict[str, List[int]] = {}  # numbers of calls, by reason and field
        self.counts = {"repeated": 0, "different": 0, "left out": 0}
        self.is_frozen: Dict[str, bool] = {}

    def run_step(self, step: Dict[str, Any]) -> None:
        """Run one step; Refused if the control plane refuses it."""
        if "start" in step:
            self.start_tenant(step["start"])
        elif "control" in step:
            self.repeat_control(step)
        elif "leftOut" in step:
            self.counts["left out"] += 1
            print("{number:5}  {method} {path}  LEFT OUT: {leftOut}".format(**step))
        else:
            self.repeat_call(step)

    def start_tenant(self, start: Dict[str, Any]) -> None:
        """Bring a tenant into the state that it had before its first call."""
        tenant = start["tenant"]
        self.load_world(tenant, start["world"], start.get("state"))
        self.control("PUT", "/settings", dict(start["settings"], tenant=tenant))
        self.control("PUT", "/clock", dict(start["clock"], tenant=tenant))
        for fault in start["faults"]:
            self.control("DELETE", "/faults/" + quote(fault["id"], safe=""), may_fail=True)
            self.control("POST", "/faults", fault)
        self.is_frozen.clear()

    def load_world(self, tenant: str, world: Dict[str, Any], state: Optional[Dict[str, Any]]) -> None:
        """Load the world that resets return to, and then the state, if it is another one."""
        self.control("POST", "/reset?tenant=" + tenant)
        self.control("POST", "/seed", dict(world, tenant=tenant))
        if state is not None:
            for name, rows in state.items():
                self.control("PUT", f"/state/{name}?tenant={tenant}&force=true", rows)

    def repeat_control(self, step: Dict[str, Any]) -> None:
        """Repeat a call of the control plane, and remember the ids and tokens that it makes."""
        method, path = step["control"]
        answer = self.exchange(method, self.translate(path), self.admin_headers(), self.body_of(step))
        if answer.status >= 400:
            raise Refused("{} {}: {} {}".format(method, path, answer.status, show(answer.content.decode("utf-8"))))
        recorded, received = decode_json(step.get("reply", "")), decode_json(answer.content)
        for name in ("id", "token"):
            if isinstance(recorded, dict) and isinstance(received, dict) and name in recorded:
                self.actual[recorded[name]] = str(received.get(name))
        self.is_frozen.clear()

    def repeat_call(self, step: Dict[str, Any]) -> None:
        """Repeat a call, and print how its response differs from the recorded one."""
        headers = {name: self.translate(text) for name, text in step["headers"].items()}
        answer = self.exchange(step["method"], self.translate(step["path"]), headers, self.body_of(step))
        differences = list(self.compare(step, answer))
        self.counts["repeated"] += 1
        self.counts["different"] += bool(differences)
        if differences or self.options.verbose:
            status = "no response" if step.get("isBroken") else step["status"]
            verdict = " DIFFERENT" if differences else ""
            print("{number:5}  {method} {path}".format(**step) + f"  {status}{verdict}")
        for difference in differences[:MAX_SHOWN_DIFFERENCES]:
            print(f"         {difference.pointer}: was {show(difference.was)}, is {show(difference.now)}")
        if len(differences) > MAX_SHOWN_DIFFERENCES:
            print(f"         and {len(differences) - MAX_SHOWN_DIFFERENCES} more")

    def compare(self, step: Dict[str, Any], answer: Answer) -> Iterator[Difference]:
        """Yield how a response differs from the recorded one; remember new tokens and ids."""
        if step.get("isBroken"):  # by a fault
            if answer.status:
                yield Difference("response", "lost or broken", answer.status)
            return
        if answer.status != step["status"]:
            yield Difference("status", step["status"], answer.status or "no response")
        if step.get("ignoreBody"):
            self.ignore(step["ignoreBody"], "body", step)
            if answer.status == step["status"]:
                return
        recorded, received = decode_json(step.get("reply", "")), decode_json(answer.content)
        if recorded is MISSING or received is MISSING:
            text = answer.content.decode("utf-8", "replace")
            if self.translate(step.get("reply", "")) != text:
                yield Difference("body", step.get("reply", ""), text)
            return
        made = set(step.get("made", ())) if answer.status == step["status"] else set()
        for pointer, was, now in list_leaves(recorded, received, ""):
            if not self.accept(step, pointer, was, now, pointer in made):
                yield Difference(pointer or "body", self.translate(was) if isinstance(was, str) else was, now)

    def accept(self, step: Dict[str, Any], pointer: str, was: Any, now: Any, is_made: bool) -> bool:
        """Whether a value is as recorded, or must differ; a new token or id is remembered."""
        if was is MISSING or now is MISSING or not isinstance(now, type(was)):
            return False
        if isinstance(was, str) and was not in self.actual and (is_made or TOKEN.fullmatch(was)) and now != was:
            self.actual[was] = now
            return self.ignore("made by the server" if is_made else "a token", pointer, step)
        if (self.translate(was) if isinstance(was, str) else was) == now:
            return True
        return (
            self.is_time(pointer, was, now)
            and not self.has_frozen_clock(step["tenant"])
            and self.ignore("a time", pointer, step)
        )

    @staticmethod
    def is_time(pointer: str, was: Any, now: Any) -> bool:
        """Whether a value depends on the clock: a time, or what is left of a lifetime."""
        if isinstance(was, str):
            return bool(TIME.fullmatch(was) and TIME.fullmatch(now))
        return pointer.rpartition("/")[2] in LIFETIMES

    def has_frozen_clock(self, tenant: str) -> bool:
        """Whether the clock of a tenant stands still; without a tenant, the clock of the server."""
        if tenant not in self.is_frozen:
            query = "?tenant=" + tenant if tenant else ""
            self.is_frozen[tenant] = decode_json(self.control("GET", "/clock" + query).content)["mode"] == "frozen"
        return self.is_frozen[tenant]

    def ignore(self, reason: str, pointer: str, step: Dict[str, Any]) -> bool:
        """Note that a value was not compared; True."""
        calls = self.ignored.setdefault("{}: {}".format(re.sub(r"/\d+(?=/|$)", "/*", pointer), reason), [])
        if step["number"] not in calls:
            calls.append(step["number"])
        return True

    def translate(self, text: str) -> str:
        """Return a recorded text with the tokens and ids of this run."""
        return WORD.sub(lambda match: self.actual.get(match[0], match[0]), text)

    def body_of(self, step: Dict[str, Any]) -> bytes:
        """Return the body of a request, with the tokens and ids of this run."""
        if "base64" in step:
            return base64.b64decode(step["base64"])
        text: str = step.get("body", "")
        return self.translate(text).encode("utf-8")

    def control(self, method: str, path: str, body: Any = None, may_fail: bool = False) -> Answer:
        """Call the control plane; Refused if it refuses."""
        content = b"" if body is None else json.dumps(body).encode("utf-8")
        answer = self.exchange(method, "/__admin" + path, self.admin_headers(), content)
        if answer.status >= 400 and not may_fail:
            text = answer.content.decode("utf-8", "replace")
            raise Refused(f"{method} /__admin{path}: {answer.status} {text}")
        return answer

    def admin_headers(self) -> Dict[str, str]:
        """Return the headers of a call of the control plane."""
        token = self.options.admin_token
        headers = {"content-type": "application/json"}
        return dict(headers, authorization="Bearer " + token) if token else headers

    def exchange(self, method: str, path: str, headers: Dict[str, str], body: bytes) -> Answer:
        """Send a request exactly as given, and return the response."""
        connection = self.connect()
        try:
            connection.connect()
            connection.putrequest(method, self.base.path.rstrip("/") + path, skip_accept_encoding=True)
            world = {"x-mock-world": WORLD} if WORLD else {}
            for name, text in {**headers, **world}.items():
                connection.putheader(name, text.encode("latin-1"))
            if body or method not in {"GET", "HEAD", "DELETE", "OPTIONS"}:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body or None)
            try:
                response: HTTPResponse = connection.getresponse()
                return Answer(response.status, response.read())
            except (HTTPException, OSError):
                return Answer(0)
        finally:
            connection.close()

    def connect(self) -> HTTPConnection:
        """Return a connection, which is not open yet."""
        if self.base.scheme != "https":
            return HTTPConnection(self.base.hostname or "", self.base.port, timeout=TIMEOUT_SECONDS)
        context = ssl.create_default_context(cafile=self.options.ca)
        return HTTPSConnection(self.base.hostname or "", self.base.port, timeout=TIMEOUT_SECONDS, context=context)

    def report(self) -> int:
        """Print the result, and return the exit code."""
        for what, calls in self.ignored.items():
            shown = ", ".join(map(str, calls[:10])) + (", ..." if len(calls) > 10 else "")
            print("not compared: {} ({} {})".format(what, "call" if len(calls) == 1 else "calls", shown))
        print("{repeated} calls repeated, {different} different, {left out} left out".format(**self.counts))
        return 1 if self.counts["different"] else 0


def decode_json(content: Union[str, bytes]) -> Any:
    """Return the value of JSON; None for nothing, MISSING for anything else."""
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError:
        return MISSING


def list_leaves(was: Any, now: Any, pointer: str) -> Iterator[Tuple[str, Any, Any]]:
    """Yield the values of two documents in pairs, with their JSON pointer; MISSING for one that a document lacks."""
    if isinstance(was, dict) and isinstance(now, dict):
        for name in sorted({**was, **now}):
            yield from list_leaves(was.get(name, MISSING), now.get(name, MISSING), f"{pointer}/{name}")
    elif isinstance(was, list) and isinstance(now, list):
        for index in range(max(len(was), len(now))):
            pair = [part[index] if index < len(part) else MISSING for part in (was, now)]
            yield from list_leaves(pair[0], pair[1], f"{pointer}/{index}")
    else:
        yield pointer, was, now


def show(value: Any) -> str:
    """Return a value as readable text on one line."""
    text = "nothing" if value is MISSING else value if isinstance(value, str) else json.dumps(value)
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= MAX_SHOWN_LENGTH else text[:MAX_SHOWN_LENGTH] + "..."


def run_script(arguments: Optional[List[str]] = None) -> int:
    """Run all steps, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--server", default=os.environ.get("SERVER") or SERVER, help="default: $SERVER, or %(default)s")
    parser.add_argument("--admin-token", default=os.environ.get("MOCKSERVER_ADMIN_TOKEN", ""))
    parser.add_argument("--ca", help="the file with the authority of a server with HTTPS")
    parser.add_argument("--verbose", action="store_true", help="also print the calls that are as recorded")
    replay = Replay(parser.parse_args(arguments))
    for note in NOTES:
        print("note: " + note)
    try:
        for step in STEPS:
            replay.run_step(json.loads(step))
    except Refused as refusal:
        print(f"the server refuses a step: {refusal}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"cannot reach {replay.options.server}: {error}", file=sys.stderr)
        return 2
    return replay.report()


if __name__ == "__main__":
    sys.exit(run_script())
