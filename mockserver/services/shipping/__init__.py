"""The Shipping Service: where sites deliver to, how and for how much."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("shipping.yaml", HANDLERS, error_shapes.write_resource_error)
