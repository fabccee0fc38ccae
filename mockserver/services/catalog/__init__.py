"""The Catalog Service: which categories are shown on which sites, and when."""

from __future__ import annotations

from ...messages import Service
from .catalogs import write_catalog_error
from .handlers import HANDLERS

SERVICE = Service("catalog.yaml", HANDLERS, write_catalog_error)
