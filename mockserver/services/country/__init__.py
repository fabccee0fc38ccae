"""The Country Service: countries, and the regions that they belong to."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("country.yaml", HANDLERS, error_shapes.write_coded_error)
