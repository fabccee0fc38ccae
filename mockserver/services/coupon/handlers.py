"""Handlers of the Coupon Service."""

from __future__ import annotations

from ...domain.coupon_rules import REDEMPTIONS
from ...messages import Call, Handler, Listing, Reply
from ...practices.rows import LazyRows
from . import coupons


def get_coupons(call: Call) -> Listing:
    """List the coupons."""
    now = call.tenant.clock.now()
    return Listing(LazyRows(coupons.list_coupons(call.tenant.state), lambda coupon: coupons.show_coupon(coupon, now)))


def get_coupon(call: Call) -> Reply:
    """Return one coupon."""
    coupon = coupons.find_existing_coupon(call.tenant.state, call.path["code"])
    return Reply(200, coupons.show_coupon(coupon, call.tenant.clock.now()))


def post_validation(call: Call) -> Reply:
    """Say whether a coupon could be redeemed."""
    coupons.check_redemption(call.tenant, call.principal, call.path["code"], call.body)
    return Reply(200)


def get_redemptions(call: Call) -> Listing:
    """List the redemptions of a coupon."""
    state = call.tenant.state
    code = coupons.find_existing_coupon(state, call.path["code"])["code"]
    found = [each for each in state.collection(REDEMPTIONS).values() if each["couponCode"] == code]
    return Listing(LazyRows(found, lambda row: {name: row[name] for name in row if name != "couponCode"}))


HANDLERS: dict[str, Handler] = {
    "GET-coupon-list-specified-coupons": get_coupons,
    "GET-coupon-retrieve-coupon": get_coupon,
    "POST-coupon-validate-coupon": post_validation,
    "GET-coupon-list-coupon-redemptions": get_redemptions,
}
