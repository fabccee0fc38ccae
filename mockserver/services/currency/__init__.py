"""The Currency Service: currencies, and the rates between them."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("currency.yaml", HANDLERS, error_shapes.write_coded_error)
