"""The Shopping List Service: what customers buy often, by the names that they give their lists."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("shopping-list.yaml", HANDLERS, error_shapes.write_resource_error)
