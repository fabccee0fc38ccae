"""Which statuses of quotes follow each other, and who sets them (I4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...domain.quote_validity import EXPIRED, OPEN
from ...errors import BadRequest
from ...store.state import State

AWAITING, IN_PROGRESS, ACCEPTED = "AWAITING", "IN_PROGRESS", "ACCEPTED"
CREATING, DECLINED, DECLINED_BY_MERCHANT = "CREATING", "DECLINED", "DECLINED_BY_MERCHANT"
STATUSES = (CREATING, AWAITING, OPEN, IN_PROGRESS, ACCEPTED, DECLINED, DECLINED_BY_MERCHANT, EXPIRED)
NEXT_QUOTE_STATUSES = {
    CREATING: (OPEN,),
    AWAITING: (OPEN, DECLINED_BY_MERCHANT),
    EXPIRED: (OPEN,),
    IN_PROGRESS: (OPEN, DECLINED_BY_MERCHANT),
    OPEN: (DECLINED, ACCEPTED, IN_PROGRESS),
}
OF_CUSTOMERS = (ACCEPTED, DECLINED, IN_PROGRESS)
OF_EMPLOYEES = (OPEN, IN_PROGRESS, DECLINED_BY_MERCHANT)
REASON_TYPES = {IN_PROGRESS: "CHANGE", DECLINED: "DECLINE", DECLINED_BY_MERCHANT: "DECLINE"}
Status = Mapping[str, Any]


def check_transition(state: State, old: str, status: Status, *, is_employee: bool) -> None:
    """Raise BadRequest unless a status can follow, the caller sets it, and its reason is of its type (I4)."""
    value = status.get("value")
    allowed = OF_EMPLOYEES if is_employee else OF_CUSTOMERS
    possible = [each for each in NEXT_QUOTE_STATUSES.get(old, ()) if each in allowed]
    if value not in possible:
        who = "An employee" if is_employee else "A customer"
        detail = f"{who} can give a quote that is {old} the status {' or '.join(possible) or 'of no other kind'}."
        raise BadRequest(field="/status/value", error_type="transition", detail=detail, rule="I4")
    reason_id = status.get("quoteReasonId")
    if reason_id is None:
        return
    reason = state.collection("quoteReasons").get(reason_id)
    needed = REASON_TYPES.get(value)
    if reason is None or reason["type"] != needed:
        detail = f"A reason of the type {needed} is needed." if needed else f"{value} takes no reason."
        raise BadRequest(field="/status/quoteReasonId", error_type="reference", detail=detail, rule="I4")
