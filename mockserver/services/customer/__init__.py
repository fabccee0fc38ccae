"""The Customer Service as seen by an employee who manages a tenant."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("customer.yaml", HANDLERS, error_shapes.write_typed_error)
