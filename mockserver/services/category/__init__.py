"""The Category Service as far as a storefront reads: categories, their trees, and the products in them."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("category.yaml", HANDLERS, error_shapes.write_coded_error)
