"""The Tax Service: reads and writes of the tax classes of countries."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("tax.yaml", HANDLERS, error_shapes.write_coded_error)
