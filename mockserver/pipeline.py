"""The life of one request: route, faults, access, validation, handler, practices, judged reply, records."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

import orjson

from . import view
from .access import NOBODY, TENANT_NAME, Principal, authorize
from .contract import parameters
from .contract.bodies import ParsedBody
from .contract.operations import Operation
from .contract.routing import Router, decode_ids
from .errors import INVALID_PARAMETERS, BadRequest, ClientError, InjectedError, InvalidToken
from .faults.injector import FaultInjector
from .messages import Call, Handler, Listing, NetworkFault, RawJson, Refusal, Reply, Request, Response, TextBody
from .practices.rows import StoredRows
from .records import findings
from .records.exchange import Exchange
from .records.store import RecordStore
from .row_cache import MAX_CACHED_LIST_ROWS, RowCache
from .store.world import World
from .view import View

OK = 200
MAX_QUERY_PARAMETERS = 100


class ContractViolation(Exception):
    """A reply of ours that the contract does not allow: a defect of the simulator, never of its client."""


class SecondOpinion(Protocol):
    """A second opinion on requests and replies, beside the compiled validation."""

    def validate_request(
        self, operation: Operation, request: Request, ids: Mapping[str, str]
    ) -> Mapping[int, BadRequest]:
        """Raise BadRequest if the request is wrong; return what is wrong with elements of a bulk."""

    def validate_reply(
        self, operation: Operation, request: Request, ids: Mapping[str, str], reply: Reply
    ) -> str | None:
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
    records: RecordStore
    fault_injector: FaultInjector = field(default_factory=FaultInjector)
    is_auth_on: bool = True
    second_opinion: SecondOpinion | None = None
    error_writers: Mapping[str, Refusal] = field(default_factory=dict)
    row_cache: RowCache = field(default_factory=RowCache)
    admin: Principal = NOBODY

    def handle_request(self, request: Request) -> Response:
        """Answer a request; every failure of the client becomes a response too."""
        exchange = self.records.open_exchange(request)
        try:
            response = _to_response(self._dispatch(exchange), exchange.network_fault)
        except ClientError as error:
            exchange.error = error
            explain_header = {"X-Mock-Explain": exchange.id} if self.records.is_recording else {}
            error_reply = Reply(error.status, self._error_body(exchange, error), {**error.headers, **explain_header})
            response = _to_response(error_reply, exchange.network_fault)
        except Exception:
            self.records.close_exchange(exchange, Response(500, b"", {}))
            raise
        self.records.close_exchange(exchange, response)
        self.fault_injector.complete_call(exchange)
        return response

    def _error_body(self, exchange: Exchange, error: ClientError) -> Any:
        """Write an error in the shape of the service that was called; an injected one has its body already."""
        write = self.error_writers.get(exchange.operation.service) if exchange.operation else None
        return error.body() if write is None or isinstance(error, InjectedError) else write(error)

    def _dispatch(self, exchange: Exchange) -> Reply:
        request = exchange.request
        tenant = self.router.extract_id(request.path, "tenant")
        exchange.tenant = tenant if TENANT_NAME.fullmatch(tenant) else None  # one that cannot be is refused later (F5)
        if _is_preflight(request):
            return Reply(204)
        if request.problem:
            raise request.problem
        if request.method == "OPTIONS":
            return Reply(204, headers={"Allow": ", ".join(self.router.allowed_methods(request.path))})
        operation, exchange.ids = self.router.route(request.method, request.path)
        exchange.operation = operation
        return self.fault_injector.intercept(exchange, operation, lambda: self._run_operation(exchange, operation))

    def _run_operation(self, exchange: Exchange, operation: Operation) -> Reply:
        """Do what was asked for, if the caller may and the contract allows it."""
        principal = self._authenticate(operation, exchange)
        query = _parse_query_string(exchange.request.query, operation.array_parameters)
        call = exchange.call = self._read_call(operation, principal, exchange, query)
        headers = self._record_findings(exchange, operation, call, query)
        view = self._parse_view(operation, call)
        call = exchange.call = self.fault_injector.fail_elements(exchange, operation, call)
        reply = self._run_handler(exchange, operation, call, view)
        body = self._encode_body(operation, exchange.request, call, view, reply)
        return Reply(reply.status, body, {**reply.headers, **headers})

    def _authenticate(self, operation: Operation, exchange: Exchange) -> Principal:
        """Return the caller (401), who must have one of the operation's scopes, if any (403); NOBODY if it is open."""
        is_anonymous = self.is_auth_on and "authorization" not in exchange.request.headers
        if not operation.takes_token or (is_anonymous and not operation.needs_token):
            return NOBODY
        principal = exchange.principal = self._identify_caller(exchange) if self.is_auth_on else self.admin
        authorize(principal, operation.scopes if operation.needs_scope else ())
        return principal

    def _identify_caller(self, exchange: Exchange) -> Principal:
        """Return whose token the call carries (401); the visit tells whose it was even if it is not good here."""
        authorization, tokens = exchange.request.headers.get("authorization"), self.world.tokens
        clock = self.world.tenant(exchange.tenant).clock if exchange.tenant else self.world.clock
        try:
            return tokens.authenticate(authorization, exchange.tenant, clock.now())
        except InvalidToken:
            exchange.principal = tokens.find_holder(authorization, exchange.tenant)
            raise

    def _read_call(
        self, operation: Operation, principal: Principal, exchange: Exchange, raw_query: dict[str, str]
    ) -> Call:
        """Read what the operation declares; BadRequest where the contract does not allow it (400)."""
        request = exchange.request
        path = parameters.read_parameters(operation.parameters["path"], decode_ids(exchange.ids))
        query = parameters.read_parameters(operation.parameters["query"], raw_query)
        header = parameters.read_parameters(operation.parameters["header"], request.headers)
        plan = operation.body_plan
        body = plan.parse_body(request.body, request.headers.get("content-type")) if plan else ParsedBody()
        element_errors = {
            **body.element_errors,
            **(self.second_opinion.validate_request(operation, request, path) if self.second_opinion else {}),
        }
        if plan and plan.has_query and body.value and "q" in body.value:
            query["q"] = body.value["q"]
        tenant = self.world.tenant(path["tenant"]) if "tenant" in path else None
        validate_patched = operation.patched_validator.first_error if operation.patched_validator else None
        return Call(principal, path, query, header, body.value, element_errors, tenant, validate_patched)

    def _record_findings(
        self, exchange: Exchange, operation: Operation, call: Call, query: dict[str, str]
    ) -> dict[str, str]:
        """Note what the vendor would let pass; the dial `contract` may want it refused, or named in a header."""
        exchange.scan = findings.scan_body(operation, call.body)
        request_findings = findings.find_request_findings(operation, query, exchange.request.headers, exchange.scan)
        chosen_scopes = (
            frozenset() if call.principal.customer_id else call.principal.scopes
        )  # a customer's are not chosen
        exchange.findings = request_findings + findings.find_excess_scopes(
            operation.id, operation.scopes, chosen_scopes
        )
        strictness = call.tenant_or_none.strictness if call.tenant_or_none else self.world.strictness
        if not request_findings or strictness == "vendor":
            return {}
        if strictness == "strict":
            raise findings.finding_error(request_findings[0])
        return {"X-Mock-Findings": str(len(request_findings))}

    def _parse_view(self, operation: Operation, call: Call) -> View:
        """Read how the client wants to see the reply, before a rule is asked: 400 comes before 404."""
        tenant = call.tenant_or_none
        if tenant is None:
            return view.parse_view(operation, call, self.world.switches, "en")
        return view.parse_view(operation, call, tenant.switches, tenant.state.default_language)

    def _run_handler(self, exchange: Exchange, operation: Operation, call: Call, view: View) -> Reply:
        """Have the handler do its work, and note what it did to the tenant's state."""
        tenant = call.tenant_or_none
        before = tenant.version if tenant else 0
        try:
            outcome = self.handlers[operation.id](call)
        finally:
            exchange.versions = (before, tenant.version) if tenant else None
        return view.build_list_reply(outcome.rows) if isinstance(outcome, Listing) else outcome

    def _encode_body(self, operation: Operation, request: Request, call: Call, view: View, reply: Reply) -> Any:
        """Return the body as the client wants to see it, after it was held against the contract."""
        rows = reply.body
        if not isinstance(rows, StoredRows):
            self._check_reply(operation, request, call, reply)
            return view.shape_body(reply.body) if reply.status == OK else reply.body
        if operation.row_validator is None or self.second_opinion or len(rows) > MAX_CACHED_LIST_ROWS:
            return self._encode_body(operation, request, call, view, reply._replace(body=list(rows)))
        variant = (rows.variant, operation.row_validator, view.representation)
        encoded = self.row_cache.encode_rows(
            rows.sources, rows.depends_on, variant, lambda each: _encode_row(operation, view, rows.make(each))
        )
        return RawJson(b"[" + b",".join(encoded) + b"]")

    def _check_reply(self, operation: Operation, request: Request, call: Call, reply: Reply) -> None:
        """Hold our own reply against the contract, before it is cut to fields and languages."""
        violation = operation.reply_violation(reply.status, reply.body)
        if violation is None and self.second_opinion:
            violation = self.second_opinion.validate_reply(operation, request, call.path, reply)
        if violation is not None:
            raise ContractViolation(f"{operation.id} answered {reply.status}: {violation}")


def _encode_row(operation: Operation, view: View, row: Mapping[str, Any]) -> bytes:
    """Write a row of a list as the client wants to see it, after it was held against the contract."""
    error = operation.row_validator.first_error(row) if operation.row_validator else None
    if error is not None:
        raise ContractViolation(f"{operation.id} answered {OK}: {error.field}: {error.detail}")
    return _dump_json(view.shape_body(row))


def _is_preflight(request: Request) -> bool:
    """Whether a browser asks, without a token, what its page may do; were it refused, the page saw no reply (F4)."""
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers


def _to_response(reply: Reply, network_fault: NetworkFault | None) -> Response:
    if isinstance(reply.body, RawJson):
        return Response(reply.status, reply.body.content, reply.headers, network_fault)
    if isinstance(reply.body, TextBody):
        return Response(reply.status, reply.body.content.encode(), reply.headers, network_fault, reply.body.media_type)
    return Response(reply.status, b"" if reply.body is None else _dump_json(reply.body), reply.headers, network_fault)


def _dump_json(body: Any) -> bytes:
    """Write JSON as a copy of its own size: orjson leaves small texts in blocks of 4 KB, and the journal keeps them."""
    return bytes(memoryview(orjson.dumps(body)))


def _parse_query_string(text: str, array_parameters: Set[str]) -> dict[str, str]:
    """Read a query string; of several values of one name the first counts, or all together if it names a list."""
    if not text:
        return {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_QUERY_PARAMETERS)
    except ValueError as error:  # UnicodeDecodeError is one
        detail = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "has too many parameters"
        raise BadRequest(INVALID_PARAMETERS, field="query", error_type="encoding", detail=detail, rule="F3") from None
    query = dict(reversed(pairs))
    for name in array_parameters & query.keys():
        query[name] = ",".join(value for each, value in pairs if each == name)
    return query
