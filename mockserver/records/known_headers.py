"""Headers that a client may send with any request, whatever the contract declares (C11b)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

ANYTHING = "*"  # at the end of a name: all names with this beginning

HTTP_HEADERS = """
    accept accept-charset accept-encoding accept-language authorization cache-control connection content-encoding
    content-language content-length content-md5 content-digest content-type cookie cookie2 date digest expect forwarded
    from host http2-settings if-match if-modified-since if-none-match if-range if-unmodified-since keep-alive
    max-forwards pragma prefer priority proxy-authorization proxy-connection range referer repr-digest te trailer
    transfer-encoding upgrade user-agent via warning
"""
BROWSER_HEADERS = """
    access-control-request-headers access-control-request-local-network access-control-request-method
    access-control-request-private-network device-memory dnt downlink dpr ect origin purpose rtt save-data sec-*
    service-worker service-worker-navigation-preload upgrade-insecure-requests viewport-width width x-moz x-purpose
"""
# What HTTP libraries, SDKs and tools add; the vendor's clients send the first line to all of its services.
CLIENT_HEADERS = """
    emporix-tenant saas-token x-version
    idempotency-key insomnia-* postman-token x-client-* x-csrf-token x-requested-with x-stainless-* x-xsrf-token
    x-mock-test x-mock-world
"""
TRACING_HEADERS = """
    b3 baggage correlation-context elastic-apm-traceparent grpc-trace-bin newrelic ot-* request-id sentry-trace
    traceparent tracestate uber-trace-id uberctx-* x-amzn-trace-id x-b3-* x-cloud-trace-context x-correlation-id
    x-datadog-* x-dynatrace x-instana-* x-newrelic-* x-ot-span-context x-request-id x-request-start x-trace-id
"""
PROXY_HEADERS = """
    ali-cdn-* cdn-loop cf-* client-ip cloudfront-* fastly-* fly-* front-end-https incap-* true-client-ip x-akamai-*
    x-amz-* x-amzn-* x-appengine-* x-arr-* x-azure-* x-client-ip x-cluster-client-ip x-envoy-* x-fastly-* x-fd-*
    x-forwarded x-forwarded-* x-goog-* x-host x-middleware-* x-ms-* x-nf-* x-original-* x-proxyuser-ip x-real-ip
    x-real-port x-render-* x-rewrite-url x-scheme x-sigsci-* x-timer x-varnish x-vercel-* x-wap-profile
"""


class KnownHeaders(NamedTuple):
    """Names of headers in lower case, and beginnings of names."""

    names: frozenset[str]
    prefixes: tuple[str, ...]

    def includes(self, name: str) -> bool:
        """Whether this header, in lower case, is known."""
        return name in self.names or name.startswith(self.prefixes)


def collect_known_headers(more: Iterable[str] = ()) -> KnownHeaders:
    """Return the headers of HTTP, browsers, clients, tracing and proxies, and more; `x-shop-*` stands for many."""
    lists = (HTTP_HEADERS, BROWSER_HEADERS, CLIENT_HEADERS, TRACING_HEADERS, PROXY_HEADERS)
    entries = [*" ".join(lists).split(), *(name.lower() for name in more)]
    prefixes = tuple(entry.removesuffix(ANYTHING) for entry in entries if entry.endswith(ANYTHING))
    return KnownHeaders(frozenset(entry for entry in entries if not entry.endswith(ANYTHING)), prefixes)


COMMON_HEADERS = collect_known_headers()
