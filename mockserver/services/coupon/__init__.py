"""The Coupon Service: coupons, whether they can be redeemed, and their redemptions."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("coupon.yaml", HANDLERS, error_shapes.write_typed_error)
