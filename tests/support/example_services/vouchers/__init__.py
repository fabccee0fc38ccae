"""A service that stores vouchers."""

from __future__ import annotations

from mockserver.messages import Service

from .handlers import HANDLERS

SERVICE = Service("vouchers.yaml", HANDLERS)
