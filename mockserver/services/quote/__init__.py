"""The Quote Service: offers that a customer asks for, and an employee makes."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("quote.yaml", HANDLERS, error_shapes.write_coded_error)
