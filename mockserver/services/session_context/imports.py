"""What recorded calls say about the contexts of sessions: nothing, since a world has other sessions."""

from __future__ import annotations

from ...importing.row_imports import Imports
from .handlers import HANDLERS

IMPORTS: Imports = {operation_id: [] for operation_id in HANDLERS}
