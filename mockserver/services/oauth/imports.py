"""What recorded calls to this service say about rows: nothing, because tokens are not kept."""

from __future__ import annotations

from ...importing.row_imports import Imports

IMPORTS: Imports = {"POST-oauth-request-token": []}
