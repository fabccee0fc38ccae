"""The life of one request: route, access, validation, handler, practices, judged reply."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import parse_qsl

from . import view
from .access import ADMIN, Principal, authorize
from .contract import parameters
from .contract.bodies import Body
from .contract.operations import Operation
from .contract.routing import Router, decoded
from .errors import PARAMETER_PROBLEM, BadRequest, ClientError
from .exchange import Call, Handler, Listing, Reply, Request
from .view import View
from .world import World

NOBODY = Principal(frozenset())
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
    """All that it takes to answer a request; without a `judge` the compiled validation is the only one."""

    world: World
    router: Router
    handlers: Mapping[str, Handler]
    authenticate: bool = True
    judge: Judge | None = None

    def answer(self, request: Request) -> Reply:
        """Answer a request; every failure that is the client's becomes a reply too."""
        try:
            if request.method == "OPTIONS":  # a browser's preflight carries no token (F4)
                return Reply(204, headers={"Allow": ", ".join(self.router.methods(request.path))})
            return self._answer(request)
        except ClientError as error:
            return Reply(error.status, error.body(), error.headers)

    def _answer(self, request: Request) -> Reply:
        operation, ids = self.router.route(request.method, request.path)
        principal = self._principal(operation, ids.get("tenant"), request.headers.get("authorization"))
        call = self._call(operation, principal, ids, request)
        view = self._view(operation, call)
        outcome = self.handlers[operation.id](call)
        reply = view.listed(outcome.rows) if isinstance(outcome, Listing) else outcome
        self._judge(operation, request, call, reply)
        return replace(reply, body=view.shaped(reply.body)) if reply.status == OK else reply

    def _principal(self, operation: Operation, tenant: str | None, authorization: str | None) -> Principal:
        """Return the caller (401), who must have one of the operation's scopes (403); operations may be open."""
        if not operation.scopes:
            return NOBODY
        if self.authenticate:
            principal = self.world.tokens.principal(authorization, tenant, self.world.clock.now())
        else:
            principal = ADMIN
        authorize(principal, operation.scopes)
        return principal

    def _call(self, operation: Operation, principal: Principal, ids: dict[str, str], request: Request) -> Call:
        """Read what the operation declares; BadRequest where the contract does not allow it (400)."""
        path = parameters.taken(operation.parameters["path"], decoded(ids))
        query = parameters.taken(operation.parameters["query"], _query(request.query))
        header = parameters.taken(operation.parameters["header"], request.headers)
        plan = operation.body
        body = plan.read(request.body, request.headers.get("content-type")) if plan else Body()
        problems = {**body.problems, **(self.judge.request(operation, request, path) if self.judge else {})}
        if plan and plan.has_query and body.value and "q" in body.value:
            query["q"] = body.value["q"]
        tenant = self.world.tenant(path["tenant"]) if "tenant" in path else None
        judge = operation.patched.problem if operation.patched else None
        return Call(principal, path, query, header, body.value, problems, tenant, judge)

    def _view(self, operation: Operation, call: Call) -> View:
        """Read how the client wants to see the reply, before a rule is asked: 400 comes before 404."""
        tenant = call.tenant_or_none
        default = tenant.state.default_language if tenant else "en"
        return view.asked(operation, call, self.world.behaviour, default)

    def _judge(self, operation: Operation, request: Request, call: Call, reply: Reply) -> None:
        """Hold our own reply against the contract, before it is cut to fields and languages."""
        defect = operation.defect(reply.status, reply.body)
        if defect is None and self.judge:
            defect = self.judge.reply(operation, request, call.path, reply)
        if defect is not None:
            raise ContractBroken(f"{operation.id} answered {reply.status}: {defect}")


def _query(text: str) -> dict[str, str]:
    """Read a query string; of several values of one name the first counts."""
    if not text:
        return {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=PARAMETERS_AT_MOST)
    except ValueError as error:  # UnicodeDecodeError is one
        detail = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "has too many parameters"
        raise BadRequest(PARAMETER_PROBLEM, field="query", kind="encoding", detail=detail) from None
    return dict(reversed(pairs))
