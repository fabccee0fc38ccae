"""The points of customers: adding, redeeming, and what is left (R9, R10)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ...errors import BadRequest, Conflict
from ...practices import documents
from ...store.clock import format_timestamp, parse_timestamp
from ...store.state import Document, State
from ...store.tenant import Tenant
from .collections import POINT_ROWS, POINTS
from .reward_errors import NoRewardPoints

Body = Mapping[str, Any]
Account = dict[str, Any]
ADDED_LIST, REDEEMED_LIST = "addedPointsList", "redeemedPointsList"
DAYS_OF_VALIDITY = 3 * 365 + 1  # three years, as in the vendor's examples


def count_active(account: Mapping[str, Any], now: datetime) -> int:
    """Return the points that can be redeemed: those that are valid and not used (R9)."""
    return sum(entry["points"] - entry["usedPoints"] for entry in account[ADDED_LIST] if _is_valid(entry, now))


def count_points(state: State, customer_id: str, now: datetime) -> int:
    """Return the active points of a customer; 0 without an account (R9)."""
    account = state.collection(POINTS).get(customer_id)
    return 0 if account is None else count_active(account, now)


def summarize_account(account: Document, now: datetime) -> dict[str, Any]:
    """Return the active points of a customer, and what was added and redeemed (R9)."""
    summary = {name: account[name] for name in (ADDED_LIST, REDEEMED_LIST)}
    return {"customerId": account["customerId"], "activePoints": count_active(account, now), "summary": summary}


def find_account(state: State, customer_id: str) -> Document:
    """Return the account of a customer; NoRewardPoints without one (R9)."""
    account = state.collection(POINTS).get(customer_id)
    if account is None:
        raise NoRewardPoints(customer_id)
    return account


def create_account(tenant: Tenant, customer_id: str, body: Body) -> None:
    """Create the account of a customer with the points that it starts with (R10).

    BadRequest if the body names another customer, or for an unknown one; Conflict if there is an account.
    """
    if body.get("customerId", customer_id) != customer_id:
        detail = "The path names another customer."
        raise BadRequest(field="/customerId", error_type="reference", detail=detail, rule="R10")

    def rule(state: State) -> tuple[State, None]:
        if customer_id in state.collection(POINTS):
            raise Conflict("New Reward Point Entry not Created")
        account: Account = {"customerId": customer_id, ADDED_LIST: [], REDEEMED_LIST: []}
        if "startPoints" in body:
            account = _with_points(tenant, account, body["startPoints"])
        return documents.store_document(tenant, state, POINT_ROWS, customer_id, account), None

    tenant.change(rule)


def add_points(tenant: Tenant, customer_id: str, body: Body) -> None:
    """Add points to the account of a customer, which is created if it is missing (R10); BadRequest."""
    _change_account(tenant, customer_id, lambda account: _with_points(tenant, account, body))


def redeem_points(tenant: Tenant, customer_id: str, body: Body) -> None:
    """Redeem points without a coupon (R10); BadRequest if the customer has fewer."""
    _change_account(tenant, customer_id, lambda account: without_points(tenant, account, body))


def remove_account(tenant: Tenant, customer_id: str) -> None:
    """Delete the points of a customer; a missing account is deleted already (D9)."""
    documents.remove_document(tenant, POINT_ROWS, customer_id)


def without_points(tenant: Tenant, account: Mapping[str, Any], body: Body) -> Account:
    """Return an account after a redemption, which takes the points that expire first (R10); BadRequest."""
    now, left, points = tenant.clock.now(), body["points"], body["points"]
    active = count_active(account, now)
    if points > active:
        detail = f"The customer has {active} points only."
        raise BadRequest(field="/points", error_type="points", detail=detail, rule="R10")
    redemption_id = tenant.ids.next_document_id(())
    added = {entry["id"]: entry for entry in account[ADDED_LIST]}
    for entry in sorted(account[ADDED_LIST], key=lambda each: parse_timestamp(each["validUntil"])):
        taken = min(left, entry["points"] - entry["usedPoints"]) if _is_valid(entry, now) else 0
        if taken > 0:
            left -= taken
            used = {"usedPoints": entry["usedPoints"] + taken, "usedWith": [*entry.get("usedWith", ()), redemption_id]}
            added[entry["id"]] = {**entry, **used}
    redemption = {
        "id": redemption_id,
        **({"description": body["description"]} if "description" in body else {}),
        "points": points,
        "createdAt": format_timestamp(now),
        "allPointsAfterCreation": active - points,
    }
    return {**account, ADDED_LIST: list(added.values()), REDEEMED_LIST: [*account[REDEEMED_LIST], redemption]}


def _change_account(tenant: Tenant, customer_id: str, change: Callable[[Document], Account]) -> None:
    empty = {"customerId": customer_id, ADDED_LIST: [], REDEEMED_LIST: []}

    def rule(state: State) -> tuple[State, None]:
        account = change(state.collection(POINTS).get(customer_id, empty))
        return documents.store_document(tenant, state, POINT_ROWS, customer_id, account), None

    tenant.change(rule)


def _with_points(tenant: Tenant, account: Mapping[str, Any], body: Body) -> Account:
    """Return an account with added points; times, ids and sums are ours, `validUntil` can be given."""
    now = tenant.clock.now()
    ids = {entry["id"] for entry in account[ADDED_LIST]}
    entry_id = body.get("id") or tenant.ids.next_document_id(ids)
    if entry_id in ids:
        raise BadRequest(field="/id", error_type="unique", detail="The customer has points with this id.", rule="R10")
    expiry = now + timedelta(days=DAYS_OF_VALIDITY)
    entry = {
        "id": entry_id,
        **{name: body[name] for name in ("reference-id", "description") if name in body},
        "points": body["points"],
        "createdAt": format_timestamp(now),
        "allPointsAfterCreation": 0,
        "usedPoints": 0,
        "validUntil": _normalize_time(body["validUntil"]) if "validUntil" in body else format_timestamp(expiry),
        "usedWith": [],
    }
    added = {**account, ADDED_LIST: [*account[ADDED_LIST], entry]}
    return {
        **added,
        ADDED_LIST: [*account[ADDED_LIST], {**entry, "allPointsAfterCreation": count_active(added, now)}],
    }


def _normalize_time(text: str) -> str:
    """Return a time as worlds have it; BadRequest if it is not a time."""
    try:
        return format_timestamp(parse_timestamp(text))
    except (ValueError, OverflowError):
        detail = "A time is written like 2029-08-24T14:15:22Z."
        raise BadRequest(field="/validUntil", error_type="format", detail=detail, rule="R10") from None


def _is_valid(entry: Mapping[str, Any], now: datetime) -> bool:
    return parse_timestamp(entry["validUntil"]) > now
