"""The Cart Service: carts of visitors and customers, until an order is made of them."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("cart.yaml", HANDLERS, error_shapes.write_short_error)
