"""The Approval Service: whoever may not order alone asks a colleague."""

from __future__ import annotations

from ...messages import Service
from .approval_errors import write_approval_error
from .handlers import HANDLERS

SERVICE = Service("approval.yaml", HANDLERS, write_approval_error)
