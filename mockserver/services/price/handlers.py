"""Handlers of the Price Service."""

from __future__ import annotations

from ...messages import Call, Handler, Reply
from . import matching


def post_match(call: Call) -> Reply:
    """Return the best prices of items for a site, a currency and a country."""
    return Reply(200, matching.match_for_request(call.tenant, call.body))


def post_match_by_context(call: Call) -> Reply:
    """Return the best prices of items for the caller's session."""
    return Reply(200, matching.match_for_session(call.tenant, call.principal, call.body["items"]))


HANDLERS: dict[str, Handler] = {
    "POST-price-match-prices": post_match,
    "POST-price-match-prices-by-context": post_match_by_context,
}
