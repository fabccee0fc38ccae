"""What recorded calls say about quotes: the reasons; quotes are full of personal data."""

from __future__ import annotations

from ...importing.row_imports import Imports, PublicFields, Removes, RowImport, Shows, Stores

REASON = RowImport(collection="quoteReasons", fields={"id": ("id", "{quoteReasonId}", "<id")}, ignored=("metadata",))

PUBLIC_FIELDS: PublicFields = {"quoteReasons": ("id", "type", "code", "message")}

IMPORTS: Imports = {
    "GET-quote-list-quotes": [],
    "POST-quote-create-quote": [],
    "GET-quote-retrieve-quote": [],
    "PATCH-quote-update-quote": [],
    "DELETE-quote-remove-quote": [],
    "GET-quote-retrieve-quote-history": [],
    "POST-quote-create-quote-reason": [Stores(REASON)],
    "GET-quote-list-reasons": [Shows(REASON)],
    "GET-quote-retrieve-reason": [Shows(REASON)],
    "PUT-quote-update-reason": [Stores(REASON)],
    "DELETE-quote-remove-reason": [Removes("quoteReasons", {"id": "{quoteReasonId}"})],
}
