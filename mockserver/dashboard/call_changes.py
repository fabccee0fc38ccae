"""What a call changed in the state: each row before and after."""

from __future__ import annotations

from itertools import islice
from typing import Any

from ..control.changes.sentences import tell_change
from ..records.exchange import JournalEntry, format_entry_id
from ..store.collection import RowChange, format_key
from ..worlds.comparing import compare_states, compare_values, kind_of
from ..worlds.sections import LANGUAGES
from .state_pages import link_row
from .visit import Visit

MAX_ROWS = 50  # of a call with many changes
MAX_FIELDS = 200  # of a row


def list_call_changes(visit: Visit, entry: JournalEntry) -> dict[str, Any] | None:
    """Return `sentences` and `rows` of what a call changed; None if the states before and after are no longer kept."""
    if entry.versions is None or entry.tenant is None or entry.versions[0] == entry.versions[1]:
        return {"sentences": [], "rows": [], "further_count": 0}
    tenant = visit.simulation.world.tenant(entry.tenant)
    own = [
        change
        for change in tenant.list_changes()[1]
        if change.cause and change.cause.method and format_entry_id(change.cause.number) == entry.id
    ]
    if not own:
        return None
    changed = [
        (name, row_change)
        for change in own
        for name, rows in compare_states(change.before, change.after, visit.collections)
        for row_change in rows
    ]
    return {
        "sentences": [told["sentence"] for change in own for told in tell_change(change, visit.collections)],
        "rows": [_describe_change(visit, entry.tenant, name, change) for name, change in changed[:MAX_ROWS]],
        "further_count": max(0, len(changed) - MAX_ROWS),
    }


def _describe_change(visit: Visit, tenant: str, name: str, change: RowChange) -> dict[str, Any]:
    """Return a row with all fields that differ; all its fields if it was added or removed."""
    key, old, new = change
    text = format_key(key)
    fields = compare_values(old or {}, new or {})
    return {
        "kind": kind_of(change),
        "collection": name,
        "key": text,
        "address": link_row(visit, name, text, tenant) if new is not None and name != LANGUAGES else "",
        "fields": [field.to_json() for field in islice(fields, MAX_FIELDS)],
    }
