"""The IAM Service: groups of customers and employees, and who is in them."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("iam.yaml", HANDLERS, error_shapes.write_coded_error)
