"""Handlers of the Reward Points Service."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from ...errors import Forbidden
from ...messages import Call, Handler, Reply
from ...practices import documents
from ...practices.document_handlers import delete_document, present_stored, replace_document
from . import accounts, redemption
from .collections import OPTION_ROWS, OPTIONS, POINTS


def get_summaries(call: Call) -> Reply:
    """List the points of all customers."""
    now, rows = call.tenant.clock.now(), call.tenant.state.collection(POINTS)
    return Reply(200, [accounts.summarize_account(rows[key], now) for key in sorted(rows)])


def get_points(call: Call) -> Reply:
    """Return the number of points of a customer."""
    return _reply_points(call, call.path["customerId"])


def get_summary(call: Call) -> Reply:
    """Return what a customer collected and redeemed."""
    return _reply_summary(call, call.path["customerId"])


def post_account(call: Call) -> Reply:
    """Create the account of a customer."""
    accounts.create_account(call.tenant, call.path["customerId"], call.body)
    return Reply(200)


def delete_account(call: Call) -> Reply:
    """Delete the points of a customer."""
    accounts.remove_account(call.tenant, call.path["customerId"])
    return Reply(200)


def post_points(call: Call) -> Reply:
    """Add points of a customer."""
    accounts.add_points(call.tenant, call.path["customerId"], call.body)
    return Reply(201)


def post_redemption(call: Call) -> Reply:
    """Redeem points of a customer."""
    accounts.redeem_points(call.tenant, call.path["customerId"], call.body)
    return Reply(201)


def get_own_points(call: Call) -> Reply:
    """Return the number of points of the calling customer."""
    return _reply_points(call, _own_id(call))


def get_own_summary(call: Call) -> Reply:
    """Return what the calling customer collected and redeemed."""
    return _reply_summary(call, _own_id(call))


def post_own_redemption(call: Call) -> Reply:
    """Turn points of the calling customer into a coupon."""
    return Reply(200, {"code": redemption.redeem_for_coupon(call.tenant, _own_id(call), call.body["id"])})


def get_own_options(call: Call) -> Reply:
    """List what points can be turned into, for a customer (W3)."""
    _own_id(call)
    return get_redeem_options(call)


def get_redeem_options(call: Call) -> Reply:
    """List what points can be turned into."""
    return Reply(200, _list_options(call))


def post_redeem_option(call: Call) -> Reply:
    """Add an option, and list all of them."""
    documents.insert_document(call.tenant, OPTION_ROWS, call.body)
    return Reply(200, _list_options(call))


def _list_options(call: Call) -> list[Any]:
    state = call.tenant.state
    rows = sorted(state.collection(OPTIONS).values(), key=itemgetter("id"))
    return [present_stored(state)(row) for row in rows]


def _reply_points(call: Call, customer_id: str) -> Reply:
    return Reply(200, accounts.count_points(call.tenant.state, customer_id, call.tenant.clock.now()))


def _reply_summary(call: Call, customer_id: str) -> Reply:
    account = accounts.find_account(call.tenant.state, customer_id)
    return Reply(200, accounts.summarize_account(account, call.tenant.clock.now()))


def _own_id(call: Call) -> str:
    if call.principal.customer_id is None:
        raise Forbidden(hint="this is for the token of a customer", rule="R9")
    return call.principal.customer_id


HANDLERS: dict[str, Handler] = {
    "GET-reward-points-list-logged-customer-redeem-options": get_own_options,
    "GET-reward-points-retrieve-rewards-summary": get_summaries,
    "GET-reward-points-fetch-customer-reward-points": get_points,
    "POST-reward-points-create-customer-reward-entry": post_account,
    "DELETE-reward-points-remove-customer-reward-entry": delete_account,
    "GET-reward-points-retrieve-customer-reward-summary": get_summary,
    "POST-reward-points-add-customer-reward-points": post_points,
    "POST-reward-points-redeem-customer-points": post_redemption,
    "GET-reward-points-fetch-logged-customer-points": get_own_points,
    "GET-reward-points-retrieve-logged-customer-reward-summary": get_own_summary,
    "POST-reward-points-redeem-logged-customer-reward-points-coupon": post_own_redemption,
    "GET-reward-points-list-redeem-options": get_redeem_options,
    "POST-reward-points-create-redeem-options": post_redeem_option,
    "PUT-reward-points-update-redeem-option": replace_document(
        OPTION_ROWS, "redeemOptionId", creates=False, status=200
    ),
    "DELETE-reward-points-remove-redeem-option": delete_document(OPTION_ROWS, "redeemOptionId"),
}
