"""What recorded calls say about sites."""

from __future__ import annotations

from ...importing.row_imports import Imports, RowImport, Shows

SITE = RowImport(collection="sites", ignored=("taxDeterminationBasedOn", "metadata"))

IMPORTS: Imports = {
    "GET-site-settings-list-site-configurations": [Shows(SITE)],
    "GET-site-settings-retrieve-site-config": [Shows(SITE)],
}
