"""The Availability Service: the stock of products on sites."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("availability.yaml", HANDLERS, error_shapes.write_embedded_error)
