"""The Returns Service: goods that customers send back."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("returns.yaml", HANDLERS, error_shapes.write_return_error)
