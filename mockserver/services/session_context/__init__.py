"""The Session Context Service: what sessions of visitors and customers have chosen."""

from __future__ import annotations

from ...messages import Service
from ...practices import error_shapes
from .handlers import HANDLERS

SERVICE = Service("session-context.yaml", HANDLERS, error_shapes.write_session_error)
