"""The Site Settings Service: sites and their mixins."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("site.yaml", HANDLERS, error_shapes.write_site_error)
