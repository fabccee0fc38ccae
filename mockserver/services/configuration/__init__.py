"""The Configuration Service: properties of a tenant and of its clients."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("configuration.yaml", HANDLERS, error_shapes.write_typed_error)
