"""The Label Service: what products are marked with."""

from __future__ import annotations

from ...messages import Service
from .handlers import HANDLERS
from .label_errors import write_label_error, write_update_error

SERVICE = Service("label.yaml", HANDLERS, write_label_error, {"PUT-label-update-label": write_update_error})
