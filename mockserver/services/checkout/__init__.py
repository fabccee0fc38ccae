"""The Checkout Service: makes an order of a cart, once."""

from __future__ import annotations

from ...messages import Service
from .handlers import HANDLERS
from .order_exists import write_checkout_error

SERVICE = Service("checkout.yaml", HANDLERS, write_checkout_error)
