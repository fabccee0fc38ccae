"""The Customer Management Service: reads of legal entities and of the customers who are their contacts."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("customer-management.yaml", HANDLERS, error_shapes.write_coded_error)
