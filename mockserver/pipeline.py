"""The life of one request: routing, faults, access, validation, handler, view, validated reply, records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Protocol

from .access import NOBODY, TENANT_NAME, Principal, authorize
from .caches.row_cache import MAX_CACHED_LIST_ROWS, RowCache
from .contract.bodies import ParsedBody
from .contract.operations import MULTI_STATUS, Operation
from .contract.query_string import RawValue, parse_query_string
from .contract.routing import Router, decode_ids
from .errors import BadRequest, ClientError, InvalidToken
from .faults.injected_errors import InjectedError
from .faults.injector import FaultInjector
from .messages import Call, ErrorWriter, Handler, Listing, RawJson, Reply, Request, Response
from .practices.rows import StoredRow, StoredRows
from .practices.source_cache import SourceCache
from .practices.writes import BulkEntries
from .records import findings
from .records.exchange import MAX_ELEMENT_ERRORS, Exchange
from .records.known_headers import COMMON_HEADERS, KnownHeaders
from .records.store import RecordStore
from .reply_encoding import ContractViolation, build_response, encode_row
from .store.history import PRESENT
from .store.tenant import Tenant
from .store.world import World
from .view import View, parse_view

OK = 200
NO_BODY = ParsedBody()


class SecondOpinion(Protocol):
    """A second validator of requests and replies, in addition to the compiled validation."""

    def validate_request(
        self, operation: Operation, request: Request, ids: Mapping[str, str]
    ) -> Mapping[int, BadRequest]:
        """Return the errors of a bulk's elements, by position; raise BadRequest for any other error."""

    def validate_reply(
        self, operation: Operation, request: Request, ids: Mapping[str, str], reply: Reply
    ) -> str | None:
        """Return how a reply violates the contract; None if it does not."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Everything needed to answer a request.

    handlers: by operationId.
    records: where each exchange is recorded before its response leaves.
    second_opinion: the second validator; None if the compiled validation is enough.
    error_writers: return the body of an error, by operationId; the default is `ClientError.body`.
    row_cache: encoded rows of stored documents.
    source_cache: the sources of lists, their columns and their orders.
    admin: the caller of every call if `is_auth_on` is False.
    known_headers: those that need no declaration.
    """

    world: World
    router: Router
    handlers: Mapping[str, Handler]
    records: RecordStore
    fault_injector: FaultInjector = field(default_factory=FaultInjector)
    is_auth_on: bool = True
    second_opinion: SecondOpinion | None = None
    error_writers: Mapping[str, ErrorWriter] = field(default_factory=dict)
    row_cache: RowCache = field(default_factory=RowCache)
    source_cache: SourceCache = field(default_factory=SourceCache)
    admin: Principal = NOBODY
    known_headers: KnownHeaders = COMMON_HEADERS

    def handle_request(self, request: Request) -> Response:
        """Return the response to a request; every client error becomes a response too."""
        exchange = self.records.open_exchange(request)
        try:
            response = build_response(self._route_request(exchange), exchange.network_fault)
        except ClientError as error:
            exchange.error = error
            response = build_response(self._error_reply(exchange, error), exchange.network_fault)
        except Exception:
            self.records.close_exchange(exchange, Response(500, b"", {}))
            raise
        self.records.close_exchange(exchange, response)
        self.fault_injector.complete_call(exchange)
        return response

    def _element_error_headers(self, exchange: Exchange, entries: BulkEntries) -> dict[str, str]:
        """Return headers for a bulk with failed elements, whose entries do not say what is wrong."""
        hint = f"{len(entries.errors)} of {len(entries)} elements failed; the explanation says why"
        return {"X-Mock-Explain": exchange.id, "X-Mock-Hint": hint} if self.records.is_recording else {}

    def _error_reply(self, exchange: Exchange, error: ClientError) -> Reply:
        explain_header = {"X-Mock-Explain": exchange.id} if self.records.is_recording else {}
        return Reply(error.status, self._error_body(exchange, error), {**error.headers, **explain_header})

    def _error_body(self, exchange: Exchange, error: ClientError) -> Any:
        """Return an error in the shape of the called service; an injected error has its own body."""
        write_error = self.error_writers.get(exchange.operation.id) if exchange.operation else None
        return error.body() if write_error is None or isinstance(error, InjectedError) else write_error(error)

    def _route_request(self, exchange: Exchange) -> Reply:
        """Find the operation and run it under the faults that match; OPTIONS needs no operation (F4)."""
        request = exchange.request
        tenant = ""
        try:
            if request.problem or request.method == "OPTIONS":
                return self._answer_unrouted(request)
            operation, exchange.ids = self.router.route(request.method, request.path)
            tenant = exchange.ids.get("tenant") or self._find_token_tenant(request, operation)
        finally:
            tenant = tenant or self.router.extract_tenant(request.path)
            exchange.tenant = tenant if TENANT_NAME.fullmatch(tenant) else None  # an invalid name is refused later (F5)
        exchange.operation = operation
        return self.fault_injector.intercept(exchange, operation, lambda: self._run_operation(exchange, operation))

    def _find_token_tenant(self, request: Request, operation: Operation) -> str:
        """Return the tenant of the token, for an operation whose path names none (G9); "" for other operations."""
        if not operation.has_token_tenant:
            return ""
        holder = self.world.tokens.find_holder(request.headers.get("authorization"), self.world.default_tenant)
        return (holder.tenant if holder else None) or self.world.default_tenant

    def _tenant_without_path(self, exchange: Exchange) -> Tenant | None:
        """Return the tenant of the token; None for an operation that has no tenant."""
        operation = exchange.operation
        is_of_token = operation is not None and operation.has_token_tenant
        return self.world.tenant(exchange.tenant) if is_of_token and exchange.tenant else None

    def _answer_unrouted(self, request: Request) -> Reply:
        """Answer OPTIONS, for the sake of CORS even if the request has a problem; raise the problem of any other."""
        if _is_preflight(request):
            return Reply(204)
        if request.problem:
            raise request.problem
        return Reply(204, headers={"Allow": ", ".join(self.router.allowed_methods(request.path))})

    def _run_operation(self, exchange: Exchange, operation: Operation) -> Reply:
        """Run the stages of a call in order; each may end it with a ClientError."""
        principal = self._authenticate(exchange, operation)
        query_string = exchange.request.query
        query = parse_query_string(query_string, operation.repeatable_parameters) if query_string else {}
        call = exchange.call = self._read_call(exchange, operation, principal, query)
        headers = self._record_findings(exchange, operation, call, query)
        view = self._parse_view(operation, call)
        call = exchange.call = self.fault_injector.fail_elements(exchange, operation, call)
        reply = self._run_handler(exchange, operation, call, view)
        if reply.status == MULTI_STATUS:
            exchange.element_codes = [entry["code"] for entry in reply.body]
            if isinstance(reply.body, BulkEntries):
                if reply.body.errors:
                    exchange.element_errors = tuple(islice(reply.body.errors.items(), MAX_ELEMENT_ERRORS))
                    headers = {**headers, **self._element_error_headers(exchange, reply.body)}
                reply.body = list(reply.body)  # jsonschema-rs before 0.49 validates no subclass of list
        reply.body = self._encode_body(exchange, operation, call, view, reply)
        if headers:
            reply.headers = {**reply.headers, **headers}
        return reply

    def _authenticate(self, exchange: Exchange, operation: Operation) -> Principal:
        """Return the caller; NOBODY if no token is needed. InvalidToken (401), or Forbidden without a scope (403)."""
        is_anonymous = self.is_auth_on and "authorization" not in exchange.request.headers
        if not operation.takes_token or (is_anonymous and not operation.needs_token):
            return NOBODY
        principal = exchange.principal = self._identify_caller(exchange) if self.is_auth_on else self.admin
        if operation.needs_scope:
            authorize(principal, operation.scopes, admits_customers=operation.admits_customers)
        return principal

    def _identify_caller(self, exchange: Exchange) -> Principal:
        """Return the holder of the token; InvalidToken (401). The exchange records the holder of a bad token too."""
        authorization, tokens = exchange.request.headers.get("authorization"), self.world.tokens
        try:
            return tokens.authenticate(
                authorization, exchange.tenant, lambda: self.world.clock_of(exchange.tenant).now()
            )
        except InvalidToken:
            exchange.principal = tokens.find_holder(authorization, exchange.tenant)
            raise

    def _read_call(
        self, exchange: Exchange, operation: Operation, principal: Principal, raw_query: Mapping[str, RawValue]
    ) -> Call:
        """Read and validate the declared parameters and the body; BadRequest (400)."""
        request = exchange.request
        ids = decode_ids(exchange.ids) if "%" in request.path else exchange.ids
        path = operation.parameters["path"].read_values(ids)
        query = operation.parameters["query"].read_values(raw_query)
        header = operation.parameters["header"].read_values(request.headers)
        plan = operation.body_plan
        body = plan.parse_body(request.body, request.headers.get("content-type")) if plan else NO_BODY
        element_errors = body.element_errors
        if self.second_opinion:
            element_errors = {**element_errors, **self.second_opinion.validate_request(operation, request, path)}
        if plan and plan.has_query and body.value and "q" in body.value:
            query["q"] = body.value["q"]
        tenant = self.world.tenant(path["tenant"]) if "tenant" in path else self._tenant_without_path(exchange)
        validate_patched = operation.patched_validator.first_error if operation.patched_validator else None
        return Call(principal, path, query, header, body.value, element_errors, tenant, validate_patched)

    def _record_findings(
        self, exchange: Exchange, operation: Operation, call: Call, query: Mapping[str, RawValue]
    ) -> dict[str, str]:
        """Record what the vendor tolerates but the contract does not allow; return headers for the reply.

        The strictness decides what the client notices: nothing (`vendor`), a header, or an error (`strict`).
        """
        exchange.scan = findings.scan_body(operation, call.body)
        request_findings = findings.find_request_findings(
            operation, query, exchange.request.headers, exchange.scan, self.known_headers
        )
        # Customers do not choose the scopes of their tokens.
        chosen_scopes = frozenset() if call.principal.customer_id else call.principal.scopes
        excess_scopes = findings.find_excess_scopes(operation.id, operation.scopes, chosen_scopes)
        exchange.findings = request_findings + excess_scopes
        if not request_findings:
            return {}
        strictness = call.tenant_or_none.strictness if call.tenant_or_none else self.world.strictness
        if strictness == "vendor":
            return {}
        if strictness == "strict":
            raise findings.finding_error(request_findings[0])
        return {"X-Mock-Findings": str(len(request_findings))}

    def _parse_view(self, operation: Operation, call: Call) -> View:
        """Parse how the client wants to see the reply; before the handler runs, since 400 comes before 404."""
        tenant = call.tenant_or_none
        if tenant is None:
            return parse_view(operation, call, self.world.switches, "en")
        return parse_view(operation, call, tenant.switches, tenant.state.default_language)

    def _run_handler(self, exchange: Exchange, operation: Operation, call: Call, view: View) -> Reply:
        """Run the handler, and record the tenant's version before and after it; changes refer to this exchange."""
        tenant = call.tenant_or_none
        version_before = tenant.version if tenant else 0
        if operation.method != "GET":
            PRESENT.fields = exchange.describe_cause(operation)
        try:
            outcome = self.handlers[operation.id](call)
        finally:
            exchange.versions = (version_before, tenant.version) if tenant else None
        return view.build_list_reply(outcome.rows, self.source_cache) if isinstance(outcome, Listing) else outcome

    def _encode_body(self, exchange: Exchange, operation: Operation, call: Call, view: View, reply: Reply) -> Any:
        """Validate the body, then project and localize it; rows that can be cached are encoded too."""
        body = reply.body
        if isinstance(body, StoredRow):
            return self._encode_stored_row(exchange, operation, call, view, body)
        if not isinstance(body, StoredRows):
            self._check_reply(exchange, operation, call, reply)
            return view.shape_body(reply.body) if reply.status == OK else reply.body
        rows = body
        if operation.row_validator is None or self.second_opinion or len(rows) > MAX_CACHED_LIST_ROWS:
            return self._encode_body(exchange, operation, call, view, replace(reply, body=list(rows)))
        validator = operation.row_validator
        variant = (rows.variant, validator, view.representation)
        encoded_rows = self.row_cache.encode_rows(
            rows.sources,
            rows.depends_on,
            variant,
            lambda source: encode_row(operation, validator, view, rows.make(source)),
        )
        return RawJson(b"[%b]" % b",".join(encoded_rows))

    def _encode_stored_row(
        self, exchange: Exchange, operation: Operation, call: Call, view: View, row: StoredRow[Any]
    ) -> Any:
        """Return the body of a 200 with one row, encoded; ContractViolation."""
        validator = operation.reply_validators.get(OK)
        if validator is None or self.second_opinion:
            return self._encode_body(exchange, operation, call, view, Reply(OK, row.make(row.source)))
        variant = (row.variant, validator, view.representation)
        encoded_row = self.row_cache.encode_row(
            row.source,
            row.depends_on,
            variant,
            lambda source: encode_row(operation, validator, view, row.make(source)),
        )
        return RawJson(encoded_row)

    def _check_reply(self, exchange: Exchange, operation: Operation, call: Call, reply: Reply) -> None:
        """Validate a reply before it is projected and localized; ContractViolation."""
        violation = operation.reply_violation(reply.status, reply.body)
        if violation is None and self.second_opinion:
            violation = self.second_opinion.validate_reply(operation, exchange.request, call.path, reply)
        if violation is not None:
            raise ContractViolation(f"{operation.id} answered {reply.status}: {violation}")


def _is_preflight(request: Request) -> bool:
    """Whether this is a browser's CORS preflight; if it were refused, the page would get no response at all (F4)."""
    return request.method == "OPTIONS" and "access-control-request-method" in request.headers
