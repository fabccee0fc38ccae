"""The Product Service as far as a storefront reads: products and the segments that they are assigned to."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("product.yaml", HANDLERS, error_shapes.write_product_error)
