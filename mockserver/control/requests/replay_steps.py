"""The calls of a session as steps of a script: without secrets, with what a run must find out for itself."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any
from urllib.parse import parse_qs, quote

import orjson

from ...access import Principal, bearer_token
from ...contract.bodies import FORM_MEDIA_TYPE
from ...domain import saas_tokens
from ...errors import ClientError, ExpiredToken, InvalidToken
from ...messages import Request
from ...records.exchange import MAX_STORED_BODY_BYTES, JournalEntry
from ...simulations.world_name import NAMING_HEADERS
from ...store.clock import EARLIEST_TIME, format_timestamp
from ...store.token_store import TokenStore
from . import redaction
from .exports import SENDABLE_HEADER_NAME
from .pseudonyms import Pseudonyms
from .recording import ControlEvent

UNREPEATED_HEADERS = frozenset(
    {"host", "content-length", "connection", "keep-alive", "upgrade", "expect", "transfer-encoding", "te", "trailer"}
    | {"accept-encoding", "authorization", "proxy-authorization", "cookie"}
    | NAMING_HEADERS  # the script itself names the world
)
PRINTABLE = "".join(map(chr, range(33, 127)))
TOKEN_NAME = re.compile(r"mock-token-\d+")
WORD = re.compile(r"[\w-]+", re.ASCII)  # as in the script
ID_NAME = re.compile(r"id|\w*(?:Id|_id)|customerNumber")
SUBJECT_TOKEN_SECONDS = 200_000_000_000  # from 1970: it is valid whatever the clock shows
BROKEN_KINDS = {"reset", "empty", "garbage", "truncated"}

Step = dict[str, Any]


@dataclass(slots=True)
class StepBuilder:
    """Turns journal entries and events into steps, one after the other.

    frozen_tenants: those that begin with a frozen clock.
    """

    pseudonyms: Pseudonyms
    tokens: TokenStore
    frozen_tenants: frozenset[str]
    call_count: int = 0
    _bound: set[str] = field(default_factory=set)  # names of tokens that a run has
    _seen: set[str] = field(default_factory=set)  # words in earlier steps

    def build_control_step(self, event: ControlEvent) -> Iterator[Step]:
        """Yield the step of a call of the control plane."""
        path, body, reply = event.path, event.body.decode("latin-1"), b""
        if event.operation_id == "mintToken":
            minted = orjson.loads(event.reply)
            sent = orjson.loads(event.body) | {"token": self.pseudonyms.name_token(minted["token"])}
            body = json.dumps(sent)
            self._bound.add(sent["token"])
        elif event.operation_id == "revokeToken":
            parent, _, token = path.rpartition("/")
            path = f"{parent}/{quote(self.pseudonyms.name_token(token), safe='')}"
        else:
            body = _hide_in_body(self.pseudonyms, event.body)
            reply = event.reply if event.operation_id == "orderFault" else b""
        target = _target(path, self.pseudonyms.hide_in_query(event.query))
        yield {"control": [event.method, target], "body": body, "reply": reply.decode()}

    def build_call_steps(self, entry: JournalEntry) -> Iterator[Step]:
        """Yield the step of a call, after those that mint tokens which no earlier step returns."""
        self.call_count += 1
        request, reply = entry.request, _reply_text(entry)
        self.pseudonyms.make_subject_token = _make_subject_token if entry.status < 400 else _keep_invalid
        step: Step = {
            "number": self.call_count,
            "tenant": entry.tenant or find_query_tenant(request) or "",
            "method": request.method,
            "path": _target(quote(request.path, safe=PRINTABLE), self.pseudonyms.hide_in_query(request.query)),
            "headers": self._name_headers(request.headers),
            **self._hide_body(request.body),
            "status": entry.status,
        }
        sent_text = json.dumps([step["path"], step["headers"], step.get("body", "")])
        reason = self._explain_omission(entry, step)
        yield from self._mint_steps(entry, reply, is_left_out=reason is not None)
        if reason is not None:
            yield {name: step[name] for name in ("number", "method", "path")} | {"leftOut": reason}
            return
        self._seen.update(WORD.findall(sent_text))
        yield step | self._expect_reply(entry, reply)

    def _expect_reply(self, entry: JournalEntry, reply: str | None) -> Step:
        """Return what a step says of the response."""
        if entry.response and entry.response.network_fault and entry.response.network_fault.kind in BROKEN_KINDS:
            return {"isBroken": True}
        if reply is None:
            return {"ignoreBody": f"not text, or longer than {MAX_STORED_BODY_BYTES} bytes"}
        hidden = self.pseudonyms.hide_in_reply(reply)
        made = list(self._find_made_ids(entry, hidden))
        self._seen.update(WORD.findall(hidden))
        if entry.status < 400:
            self._bound.update(TOKEN_NAME.findall(hidden))
        elif "subjectaccesstoken" in entry.request.query.lower():
            return {"ignoreBody": "the subject token is another one"}
        elif redaction.has_bare_secret(entry.request.body.decode("latin-1")):
            return {"ignoreBody": "it may quote a secret"}
        return {"reply": hidden, **({"made": made} if made else {})}

    def _mint_steps(self, entry: JournalEntry, reply: str | None, *, is_left_out: bool) -> Iterator[Step]:
        """Yield steps that mint the caller's token if no earlier step does, and the one that a call would return."""
        try:
            token = bearer_token(entry.request.headers.get("authorization"))
        except InvalidToken:
            token = ""
        if token and entry.principal and not entry.principal.is_assumed:
            yield from self._mint_step(token, entry.principal, entry)
        if is_left_out and entry.status < 400 and reply:
            issued = _parse_object(reply).get("access_token")
            holder = self.tokens.find_holder(f"Bearer {issued}", entry.tenant) if isinstance(issued, str) else None
            if holder:
                yield from self._mint_step(str(issued), holder, entry)

    def _mint_step(self, token: str, holder: Principal, entry: JournalEntry) -> Iterator[Step]:
        name = self.pseudonyms.name_token(token)
        if name == token or name in self._bound:  # public, or known
            return
        self._bound.add(name)
        facts = {
            "token": name,
            "name": holder.name,
            "scopes": sorted(holder.scopes),
            "tenant": holder.tenant,
            "customerId": holder.customer_id,
            "legalEntityId": holder.legal_entity_id,
            **self._expiry(holder, entry),
        }
        body = json.dumps({key: fact for key, fact in facts.items() if fact is not None})
        yield {"control": ["POST", "/__admin/tokens"], "body": body}

    def _expiry(self, holder: Principal, entry: JournalEntry) -> dict[str, Any]:
        """Return when a token expires: as it did, or what was left of its lifetime if the clock runs."""
        if holder.expires_at is None:
            return {}
        if entry.tenant in self.frozen_tenants:
            return {"expiresAt": format_timestamp(holder.expires_at)}
        if isinstance(entry.error, ExpiredToken):
            return {"expiresAt": format_timestamp(EARLIEST_TIME.astimezone(UTC))}
        seconds_left = int((holder.expires_at - entry.arrived_at).total_seconds())
        return {"lifetimeSeconds": seconds_left} if seconds_left > 0 else {}

    def _explain_omission(self, entry: JournalEntry, step: Step) -> str | None:
        """Return why a call cannot be repeated; None if it can."""
        if entry.is_truncated:
            return f"the journal keeps only {MAX_STORED_BODY_BYTES} bytes of its body"
        if entry.request.problem is not None:
            return "the server could not read it"
        needed = set(TOKEN_NAME.findall(step["path"] + step.get("body", "")))
        bearer = set(TOKEN_NAME.findall(step["headers"].get("authorization", "")))
        if entry.status < 400 and needed - bearer - self._bound:
            return "it needs a token from before the first call here; the token that it returned is minted instead"
        return None

    def _name_headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers to repeat, without secrets."""
        kept = {
            name: self.pseudonyms.hide_in_query(text)
            for name, text in headers.items()
            if name not in UNREPEATED_HEADERS and SENDABLE_HEADER_NAME.fullmatch(name)
        }
        if "saas-token" in kept:
            kept["saas-token"] = self.pseudonyms.name_token(headers["saas-token"])
        if "authorization" in headers:
            kept["authorization"] = self.pseudonyms.name_credentials(headers["authorization"])
        return kept

    def _hide_body(self, body: bytes) -> Step:
        """Return the body of a request: as text if it is, or else in Base64."""
        if not body:
            return {}
        try:
            return {"body": self.pseudonyms.hide_in_text(body.decode())}
        except UnicodeDecodeError:
            hidden = self.pseudonyms.hide_in_text(body.decode("latin-1"))
            return {"base64": b64encode(hidden.encode("latin-1")).decode()}

    def _find_made_ids(self, entry: JournalEntry, reply: str) -> Iterator[str]:
        """Yield the JSON pointers of ids that the server made: new ones in the reply to a creation or a login."""
        document = _parse_object(reply)
        if entry.status != 201 and not document.keys() & {"session_id", "sessionId", "access_token"}:
            return
        for pointer, value in _list_texts(document, ""):
            name = pointer.rpartition("/")[2]
            if ID_NAME.fullmatch(name) and WORD.fullmatch(value) and value not in self._seen:
                yield pointer


def _keep_invalid(_: str) -> None:
    """Return None: a token that was refused is repeated as a name, which no server accepts either."""


def _make_subject_token(token: str) -> str | None:
    """Return another token of the simulated identity provider for the same customer; None for an invalid one."""
    try:
        customer_id = saas_tokens.verify_subject_token(token, EARLIEST_TIME)
    except ClientError:
        return None
    return saas_tokens.sign_saas_token(customer_id, EARLIEST_TIME, SUBJECT_TOKEN_SECONDS)


def _reply_text(entry: JournalEntry) -> str | None:
    """Return the body that the client received; None if it is not text, or was cut off."""
    content = entry.response.body_for(entry.request.method) if entry.response else b""
    if len(content) >= MAX_STORED_BODY_BYTES:
        return None
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def _hide_in_body(pseudonyms: Pseudonyms, body: bytes) -> str:
    """Return the body of a call of the control plane, which is JSON, without secrets."""
    return json.dumps(pseudonyms.hide_in_rows(orjson.loads(body))) if body else ""


def _target(path: str, query: str) -> str:
    return f"{path}?{quote(query, safe=PRINTABLE)}" if query else path


def find_query_tenant(request: Request) -> str | None:
    """Return the tenant that a query or a form names, in a parameter or in a scope; None if neither does."""
    is_form = request.headers.get("content-type", "").startswith(FORM_MEDIA_TYPE)
    form = request.body.decode("latin-1") if is_form else ""
    values = parse_qs(f"{request.query}&{form}", errors="replace")
    words = " ".join(values.get("scope", ())).split()
    names = [*values.get("tenant", ()), *(word[7:] for word in words if word.startswith("tenant="))]
    return names[0] if names else None


def _parse_object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _list_texts(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield the texts in a document with their JSON pointers, in the form of the script."""
    if isinstance(value, str):
        yield pointer, value
    parts: Iterable[tuple[Any, Any]] = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for step, part in parts:
        yield from _list_texts(part, f"{pointer}/{step}")
