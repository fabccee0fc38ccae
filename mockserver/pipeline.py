"""The life of one request: route, faults, access, validation, handler, practices, judged reply, records."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

import orjson

from . import texts, view
from .access import NOBODY, TENANT, Principal, authorize
from .contract import parameters
from .contract.bodies import Body
from .contract.operations import Operation
from .contract.routing import Router, decoded
from .errors import PARAMETER_PROBLEM, BadRequest, ClientError, InjectedError, InvalidToken
from .faults.stage import Faults
from .messages import Call, Handler, Listing, NetworkFault, RawJson, Refusal, Reply, Request, Response, TextBody
from .practices.lazy import StoredRows
from .records import findings
from .records.records import Records
from .records.visit import Visit
from .texts import Texts
from .view import View
from .world import World

OK = 200
PARAMETERS_AT_MOST = 100


class ContractBroken(Exception):
    """A reply of ours that the contract does not allow: a defect of the simulator, never of its client."""


class Judge(Protocol):
    """A second opinion on requests and replies, beside the compiled validation."""

    def request(self, operation: Operation, request: Request, ids: Mapping[str, str]) -> Mapping[int, BadRequest]:
        """Raise BadRequest if the request is wrong; return what is wrong with elements of a bulk."""

    def reply(self, operation: Operation, request: Request, ids: Mapping[str, str], reply: Reply) -> str | None:
        """Return what the contract does not allow about this reply, or None."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """All that it takes to answer a request.

    records: where each visit is kept before its answer leaves.
    faults: what goes wrong by order.
    admin: who calls if tokens are not looked at.
    refusals: how services write errors, by the name of their spec; where none is named, errors write themselves.
    judge: without one the compiled validation is the only one.
    texts: rows of stored documents as they were sent before.
    """

    world: World
    router: Router
    handlers: Mapping[str, Handler]
    records: Records
    faults: Faults = field(default_factory=Faults)
    authenticate: bool = True
    judge: Judge | None = None
    refusals: Mapping[str, Refusal] = field(default_factory=dict)
    texts: Texts = field(default_factory=Texts)
    admin: Principal = NOBODY

    def answer(self, request: Request) -> Response:
        """Answer a request; every failure of the client becomes a response too."""
        visit = self.records.opened(request)
        try:
            answer = _sent(self._reply(visit), visit.network_fault)
        except ClientError as error:
            visit.error = error
            explain = {"X-Mock-Explain": visit.id} if self.records.keeping else {}
            refused = Reply(error.status, self._refused(visit, error), {**error.headers, **explain})
            answer = _sent(refused, visit.network_fault)
        except Exception:
            self.records.closed(visit, Response(500, b"", {}))
            raise
        self.records.closed(visit, answer)
        self.faults.passed(visit)
        return answer

    def _refused(self, visit: Visit, error: ClientError) -> Any:
        """Write an error in the shape of the service that was called; an injected one has its body already."""
        write = self.refusals.get(visit.operation.service) if visit.operation else None
        return error.body() if write is None or isinstance(error, InjectedError) else write(error)

    def _reply(self, visit: Visit) -> Reply:
        request = visit.request
        tenant = self.router.id_in(request.path, "tenant")
        visit.tenant = tenant if TENANT.fullmatch(tenant) else None  # one that cannot be is refused later (F5)
        if _is_preflight(request):
            return Reply(204)
        if request.problem:
            raise request.problem
        if request.method == "OPTIONS":
            return Reply(204, headers={"Allow": ", ".join(self.router.methods(request.path))})
        operation, visit.ids = self.router.route(request.method, request.path)
        visit.operation = operation
        return self.faults.around(visit, operation, lambda: self._carried_out(visit, operation))

    def _carried_out(self, visit: Visit, operation: Operation) -> Reply:
        """Do what was asked for, if the caller may and the contract allows it."""
        principal = self._principal(operation, visit)
        query = _query(visit.request.query, operation.lists)
        call = visit.call = self._call(operation, principal, visit, query)
        headers = self._findings(visit, operation, call, query)
        view = self._view(operation, call)
        call = visit.call = self.faults.spoilt(visit, operation, call)
        reply = self._handled(visit, operation, call, view)
        body = self._body(operation, visit.request, call, view, reply)
        return Reply(reply.status, body, {**reply.headers, **headers})

    def _principal(self, operation: Operation, visit: Visit) -> Principal:
        """Return the caller (401), who must have one of the operation's scopes, if any (403); NOBODY if it is open."""
        is_anonymous = self.authenticate and "authorization" not in visit.request.headers
        if not operation.takes_token or (is_anonymous and not operation.needs_token):
            return NOBODY
        principal = visit.principal = self._holder(visit) if self.authenticate else self.admin
        authorize(principal, operation.scopes if operation.needs_scope else ())
        return principal

    def _holder(self, visit: Visit) -> Principal:
        """Return whose token the call carries (401); the visit tells whose it was even if it is not good here."""
        authorization, tokens = visit.request.headers.get("authorization"), self.world.tokens
        clock = self.world.tenant(visit.tenant).clock if visit.tenant else self.world.clock
        try:
            return tokens.principal(authorization, visit.tenant, clock.now())
        except InvalidToken:
            visit.principal = tokens.holder(authorization, visit.tenant)
            raise

    def _call(self, operation: Operation, principal: Principal, visit: Visit, given: dict[str, str]) -> Call:
        """Read what the operation declares; BadRequest where the contract does not allow it (400)."""
        request = visit.request
        path = parameters.taken(operation.parameters["path"], decoded(visit.ids))
        query = parameters.taken(operation.parameters["query"], given)
        header = parameters.taken(operation.parameters["header"], request.headers)
        plan = operation.body
        body = plan.read(request.body, request.headers.get("content-type")) if plan else Body()
        problems = {**body.problems, **(self.judge.request(operation, request, path) if self.judge else {})}
        if plan and plan.has_query and body.value and "q" in body.value:
            query["q"] = body.value["q"]
        tenant = self.world.tenant(path["tenant"]) if "tenant" in path else None
        judge = operation.patched.problem if operation.patched else None
        return Call(principal, path, query, header, body.value, problems, tenant, judge)

    def _findings(self, visit: Visit, operation: Operation, call: Call, query: dict[str, str]) -> dict[str, str]:
        """Note what the vendor would let pass; the dial `contract` may want it refused, or named in a header."""
        visit.look = findings.looked(operation, call.body)
        found = findings.of_request(operation, query, visit.request.headers, visit.look)
        granted = frozenset() if call.principal.customer_id else call.principal.scopes  # a customer's are not chosen
        visit.findings = found + findings.of_token(operation.id, operation.scopes, granted)
        dial = call.tenant_or_none.contract if call.tenant_or_none else self.world.contract
        if not found or dial == "vendor":
            return {}
        if dial == "strict":
            raise findings.refusal(found[0])
        return {"X-Mock-Findings": str(len(found))}

    def _view(self, operation: Operation, call: Call) -> View:
        """Read how the client wants to see the reply, before a rule is asked: 400 comes before 404."""
        tenant = call.tenant_or_none
        if tenant is None:
            return view.asked(operation, call, self.world.behaviour, "en")
        return view.asked(operation, call, tenant.behaviour, tenant.state.default_language)

    def _handled(self, visit: Visit, operation: Operation, call: Call, view: View) -> Reply:
        """Have the handler do its work, and note what it did to the tenant's state."""
        tenant = call.tenant_or_none
        before = tenant.version if tenant else 0
        try:
            outcome = self.handlers[operation.id](call)
        finally:
            visit.versions = (before, tenant.version) if tenant else None
        return view.listed(outcome.rows) if isinstance(outcome, Listing) else outcome

    def _body(self, operation: Operation, request: Request, call: Call, view: View, reply: Reply) -> Any:
        """Return the body as the client wants to see it, after it was held against the contract."""
        rows = reply.body
        if not isinstance(rows, StoredRows):
            self._judge(operation, request, call, reply)
            return view.shaped(reply.body) if reply.status == OK else reply.body
        if operation.row is None or self.judge or len(rows) > texts.ROWS_AT_ONCE:
            return self._body(operation, request, call, view, reply._replace(body=list(rows)))
        seen_as = (rows.way, operation.row, view.seen_as)
        written = self.texts.of(
            rows.sources, rows.made_of, seen_as, lambda each: _row(operation, view, rows.make(each))
        )
        return RawJson(b"[" + b",".join(written) + b"]")

    def _judge(self, operation: Operation, request: Request, call: Call, reply: Reply) -> None:
        """Hold our own reply against the contract, before it is cut to fields and languages."""
        defect = operation.defect(reply.status, reply.body)
        if defect is None and self.judge:
            defect = self.judge.reply(operation, request, call.path, reply)
        if defect is not None:
            raise ContractBroken(f"{operation.id} answered {reply.status}: {defect}")


def _row(operation: Operation, view: View, row: Mapping[str, Any]) -> bytes:
    """Write a row of a list as the client wants to see it, after it was held against the contract."""
    problem = operation.row.problem(row) if operation.row else None
    if problem is not None:
        raise ContractBroken(f"{operation.id} answered {OK}: {problem.field}: {problem.detail}")
    return _dumped(view.shaped(row))


def _is_preflight(request: Request) -> bool:
    """Whether a browser asks, without a token, what its page may do; were it refused, the page saw no reply (F4)."""
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers


def _sent(reply: Reply, wire: NetworkFault | None) -> Response:
    if isinstance(reply.body, RawJson):
        return Response(reply.status, reply.body.content, reply.headers, wire)
    if isinstance(reply.body, TextBody):
        return Response(reply.status, reply.body.content.encode(), reply.headers, wire, reply.body.media_type)
    return Response(reply.status, b"" if reply.body is None else _dumped(reply.body), reply.headers, wire)


def _dumped(body: Any) -> bytes:
    """Write JSON as a copy of its own size: orjson leaves small texts in blocks of 4 KB, and the journal keeps them."""
    return bytes(memoryview(orjson.dumps(body)))


def _query(text: str, lists: Set[str]) -> dict[str, str]:
    """Read a query string; of several values of one name the first counts, or all together if it names a list."""
    if not text:
        return {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS_AT_MOST)
    except ValueError as error:  # UnicodeDecodeError is one
        detail = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "has too many parameters"
        raise BadRequest(PARAMETER_PROBLEM, field="query", kind="encoding", detail=detail, rule="F3") from None
    query = dict(reversed(pairs))
    for name in lists & query.keys():
        query[name] = ",".join(value for each, value in pairs if each == name)
    return query
