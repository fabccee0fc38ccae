"""What recorded calls say about labels."""

from __future__ import annotations

from dataclasses import replace

from ...importing.row_imports import Imports, Merges, PublicFields, Removes, RowImport, Shows, Stores

LABEL = RowImport(collection="labels", fields={"id": ("id", "<id")}, ignored=("metadata",))
NAMED_LABEL = replace(LABEL, fields={"id": "{labelId}"})

PUBLIC_FIELDS: PublicFields = {"labels": ("id", "name", "description")}

IMPORTS: Imports = {
    "GET-label-list-labels": [Shows(LABEL)],
    "POST-label-create-label": [Stores(LABEL)],
    "GET-label-retrieve-label": [Shows(LABEL)],
    "PUT-label-update-label": [Stores(NAMED_LABEL)],
    "PATCH-label-update-label": [Merges(NAMED_LABEL)],
    "DELETE-label-remove-label": [Removes("labels", {"id": "{labelId}"})],
}
