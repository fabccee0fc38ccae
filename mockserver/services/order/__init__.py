"""The Order Service: the orders that checkouts make."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("order.yaml", HANDLERS, error_shapes.write_resource_error)
