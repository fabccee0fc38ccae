"""The Brand Service: who makes a product."""

from __future__ import annotations

from ...messages import Service
from .brand_errors import write_brand_error
from .handlers import HANDLERS

SERVICE = Service("brand.yaml", HANDLERS, write_brand_error)
