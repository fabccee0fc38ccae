"""Findings: what a client does against the contract and the vendor lets pass (C11)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from itertools import islice
from typing import Any

from ..contract import shapes
from ..contract.operations import Operation
from ..contract.shapes import Look
from ..errors import BadRequest
from .visit import Finding

# Headers that a client, a proxy or a tool may send with any request.
USUAL = frozenset(
    {
        *("accept", "accept-charset", "accept-encoding", "accept-language", "authorization", "connection", "cookie"),
        *("access-control-request-headers", "access-control-request-method", "cache-control", "date", "dnt", "expect"),
        *("content-encoding", "content-language", "content-length", "content-type", "forwarded", "from", "host"),
        *("if-match", "if-modified-since", "if-none-match", "if-unmodified-since", "keep-alive", "max-forwards"),
        *("origin", "pragma", "prefer", "priority", "proxy-connection", "range", "referer", "save-data", "te"),
        *("traceparent", "tracestate", "transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent"),
        *("via", "x-mock-test", "x-real-ip", "x-request-id"),
    }
)
NOTHING = Look()
USUAL_STARTS = ("sec-", "x-forwarded-", "x-b3-")
SEEN_AT_MOST, KEPT_AT_MOST = 1000, 100  # of one request; a body can have a million fields that nobody declares


def of_request(
    operation: Operation, query: Iterable[str], headers: Mapping[str, str], look: Look
) -> tuple[Finding, ...]:
    """Return the undeclared parameters, headers and body fields of a request, and the deprecated things it uses."""
    found = [*_parameters(operation, query), *_headers(operation, headers), *_deprecated(operation), *_fields(look)]
    return tuple(islice(dict.fromkeys(found), KEPT_AT_MOST)) if found else ()


def looked(operation: Operation, body: Any) -> Look:
    """Look at a body for findings, as far as they are wanted."""
    return shapes.look(operation.body.shape, body, SEEN_AT_MOST) if operation.body and body is not None else NOTHING


def refusal(finding: Finding) -> BadRequest:
    """Return the error for a finding where the dial `contract` is strict (C11b)."""
    meant = f" Did you mean {finding.suggestion}?" if finding.suggestion else ""
    return BadRequest(field=finding.place, kind="undeclared", detail=finding.message + meant, rule="C11b")


@lru_cache(maxsize=1000)
@lru_cache(maxsize=1024)  # callers come with few different sets of scopes
def of_token(operation_id: str, wanted: tuple[str, ...], granted: frozenset[str]) -> tuple[Finding, ...]:
    """Return a finding for a token that may more than the operation needs; any one of `wanted` will do.

    What it may in other services is no matter of this call: `neverNeeded` of the coverage tells that.
    """
    services = {scope.partition(".")[0] for scope in wanted}
    spare = {scope for scope in granted if scope.partition(".")[0] in services} - set(wanted)
    if not wanted or not spare:
        return ()
    more = ", ".join(sorted(spare))
    return (Finding("scope", operation_id, f"The token grants more than this operation needs: {more}."),)


def _parameters(operation: Operation, query: Iterable[str]) -> Iterator[Finding]:
    declared = operation.names["query"]
    for name in query:
        if name not in declared:
            yield Finding("query", name[:100], "This query parameter is not declared.", _nearest(name, declared))


def _headers(operation: Operation, headers: Mapping[str, str]) -> Iterator[Finding]:
    declared = operation.names["header"]
    for name in headers:
        if name not in USUAL and name not in declared and not name.startswith(USUAL_STARTS):
            yield Finding("header", name[:100], "This header is not declared.", _nearest(name, declared))


def _deprecated(operation: Operation) -> Iterator[Finding]:
    if operation.deprecated:
        yield Finding("deprecated", operation.id, "This operation is deprecated.")


def _fields(look: Look) -> Iterator[Finding]:
    for sight in look.undeclared:
        nearest = _nearest(sight.name, frozenset(sight.siblings))
        yield Finding("body", sight.pointer[:200], "This field is not declared.", nearest)


@lru_cache(maxsize=1000)
def _nearest(name: str, declared: frozenset[str]) -> str:
    """Return the declared name that is most like this one, "" if none is."""
    lower = {each.lower(): each for each in sorted(declared)}
    near = get_close_matches(name.lower()[:100], lower, n=1, cutoff=0.6)
    return lower[near[0]] if near else ""
