"""The Price Service: prices of products, their models, and the best price for a quantity."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("price.yaml", HANDLERS, error_shapes.write_coded_error)
