"""The rows that recorded calls add up to: what they show is merged, and what they write is applied in order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from ..errors import BadRequest
from ..practices import jsonpatch
from ..store.collection import Collection, Key, Section
from ..store.state import IMPORTED_REVISION
from .row_imports import CALLER, Change
from .row_shaping import is_text_map, is_valid, list_needed_fields, schema_of, shape_value

RecordedRow = dict[str, Any]
METADATA = "metadata"
LANGUAGES, CURRENCIES = "languages", "currencies"


class RecordedRows:
    """The rows that are known so far.

    rows: by collection and key. implied: rows that other facts suggest, which count if no call shows the like.
    options: languages and currencies of the tenant, each with `supported` and `default`.
    schema_urls: the URLs of the schemas of mixins. customer_ids: of the customers who logged in, with their e-mails.
    unknown_fields: how often a field had no place, by collection and name.
    unusable: how often a change could not be applied, by reason.
    shown: what made a row as it is, by collection and key.
    """

    def __init__(self, collections: Mapping[str, Collection]) -> None:
        self.collections = collections
        self.rows: dict[str, dict[Key, RecordedRow]] = {name: {} for name in collections}
        self.implied: dict[str, dict[Key, RecordedRow]] = {name: {} for name in collections}
        self.options: dict[str, dict[str, Any]] = {}
        self.schema_urls: set[str] = set()
        self.customer_ids: dict[str, str] = {}
        self.emails_without_id: list[str] = []
        self.unknown_fields: Counter[tuple[str, str]] = Counter()
        self.unusable: Counter[str] = Counter()
        self._ids_by_token: dict[str, str] = {}
        self._latest_caller = ""
        self._pending_tokens: list[str] = []
        self.shown: dict[tuple[str, Key], tuple[str, RecordedRow]] = {}
        self._deferred: list[tuple[Change, str, str]] = []  # changes of a caller whom only a later call names

    def apply(self, change: Change, token: str, time: str) -> None:
        """Apply a change of a call with this token at this time; what cannot be applied is counted."""
        if change.collection in {LANGUAGES, CURRENCIES}:
            self.options[change.collection] = dict(change.values)
            return
        if CALLER in change.values.values() and not self._find_caller(token):
            self._deferred.append((change, token, time))
            return
        collection, values = self.collections[change.collection], self._resolve_caller(change.values, token)
        if change.action in {"caller", "log_in"}:
            self._note_caller(values.get("id"), values.get("email"), values.get("tokens", [token]))
        elif change.action == "remove":
            self._remove_rows(collection, values)
        elif change.action == "add":
            self._add_values(collection, values)
        else:
            self._change_row(collection, change._replace(values=values), time)

    def _change_row(self, collection: Collection, change: Change, time: str) -> None:
        """Show, imply, store or patch a row."""
        key = _find_key(collection, change.values)
        if key is None:
            self.unusable[f"{collection.name} without a usable {_describe_key(collection)}"] += change.action != "imply"
            return
        self._note_unknown(collection, change)
        if self._is_repeated(collection, key, change):
            return
        self._note_mixin_urls(change.values)
        if change.action == "patch":
            self._patch_row(collection, key, change.patch, time)
            return
        row = _shape_row(collection, change.values, change.language)
        if change.action == "store":
            old = self.rows[collection.name].get(key, {})
            kept = {name: old[name] for name in change.kept if name in old}
            self._store_row(collection, key, row | kept, time)
        else:
            rows = (self.implied if change.action == "imply" else self.rows)[collection.name]
            rows[key] = _merge_rows(collection, rows.get(key, {}), row)
            if change.action == "show":
                self.shown[collection.name, key] = _describe_shown(change), rows[key]

    def _is_repeated(self, collection: Collection, key: Key, change: Change) -> bool:
        """Whether a row is shown that the same values made as it is; pages show the same rows again and again."""
        shown, row = self.shown.get((collection.name, key), ("", None))
        is_current = row is not None and self.rows[collection.name].get(key) is row
        return change.action == "show" and is_current and shown == _describe_shown(change)

    def settle_deferred(self) -> None:
        """Apply the changes that waited for a call that names the caller; count those whose caller no call names.

        Those that refer to a row that was removed meanwhile are dropped.
        """
        for change, token, time in self._deferred:
            if self._find_caller(token):
                if self._has_targets(change):
                    self.apply(change, token, time)
            else:
                self.unusable[f"{change.collection} of a caller whom no call names"] += 1
        self._deferred = []

    def _has_targets(self, change: Change) -> bool:
        """Whether the rows exist that a change refers to, apart from the caller."""
        references = self.collections[change.collection].references.items()
        targets = ((target, change.values.get(name)) for name, target in references if isinstance(target, str))
        return all(
            key in self.rows[target] or key in self.implied[target]
            for target, key in targets
            if isinstance(key, str) and key not in {CALLER, ""}
        )

    def _find_caller(self, token: str) -> str:
        return self._ids_by_token.get(token) or self._latest_caller

    def _resolve_caller(self, values: Mapping[str, Any], token: str) -> dict[str, Any]:
        caller = self._find_caller(token)
        resolved = {name: caller if value == CALLER else value for name, value in values.items()}
        return {name: value for name, value in resolved.items() if value is not None and value != ""}

    def _note_caller(self, customer_id: Any, email: Any, tokens: list[str]) -> None:
        """Note who has these tokens; the number of a customer whose login did not say it comes with the profile."""
        if isinstance(email, str) and not isinstance(customer_id, str):
            customer_id = next((key for key, row in self.rows["customers"].items() if row.get("email") == email), None)
        if is_valid(schema_of(self.collections["customers"], "id"), customer_id):
            self._latest_caller = customer_id
            tokens = [*tokens, *self._pending_tokens]
            self._pending_tokens = []
            self._ids_by_token |= dict.fromkeys(filter(None, tokens), customer_id)
            known = self.customer_ids.get(customer_id, "")
            self.customer_ids[customer_id] = email if isinstance(email, str) else known
        else:
            self._pending_tokens = tokens
            if isinstance(email, str):
                self.emails_without_id.append(email)

    def _note_unknown(self, collection: Collection, change: Change) -> None:
        known = collection.schema.get("properties", {})
        self.unknown_fields.update((collection.name, name) for name in change.unknown_fields if name not in known)

    def _note_mixin_urls(self, values: Mapping[str, Any]) -> None:
        metadata = values.get(METADATA)
        urls = metadata.get("mixins") if isinstance(metadata, dict) else None
        if isinstance(urls, dict):
            self.schema_urls.update(url for url in urls.values() if isinstance(url, str) and url)

    def _store_row(self, collection: Collection, key: Key, row: RecordedRow, time: str) -> None:
        old = self.rows[collection.name].get(key)
        self.rows[collection.name][key] = row | _next_metadata(collection, old, row, time)

    def _patch_row(self, collection: Collection, key: Key, operations: Any, time: str) -> None:
        old = self.rows[collection.name].get(key)
        if old is None:
            self.unusable[f"a patch of {collection.name} that no call shows"] += 1
            return
        is_patch = isinstance(operations, list) and all(isinstance(operation, dict) for operation in operations)
        try:
            new = jsonpatch.apply_patch(old, operations) if is_patch else {**old, **dict(operations)}
        except (BadRequest, TypeError, ValueError):
            self.unusable[f"a patch of {collection.name} that does not fit what the calls show"] += 1
            return
        if _find_key(collection, new) != key:
            return
        self._note_mixin_urls(new)
        row = _shape_row(collection, new, "")
        self.rows[collection.name][key] = row | _next_metadata(collection, old, row, time)

    def _remove_rows(self, collection: Collection, values: Mapping[str, Any]) -> None:
        """Remove the rows with these values, and those whose keys name them; a missing value of a key is one, too."""
        key_fields = collection.key_fields
        is_whole_key = len(values) > 1 and set(key_fields[:2]) <= values.keys()
        wanted = {name: values.get(name) for name in key_fields} if is_whole_key else values
        for rows in (self.rows, self.implied):
            removed = [
                key for key, row in rows[collection.name].items() if all(row.get(n) == v for n, v in wanted.items())
            ]
            for key in removed:
                del rows[collection.name][key]
                if isinstance(key, str):
                    self._remove_dependents(collection, key)

    def _remove_dependents(self, target: Collection, key: str) -> None:
        for collection in self.collections.values():
            for name in collection.key if isinstance(collection.key, tuple) else ():
                if name in collection.references:
                    for rows in (self.rows[collection.name], self.implied[collection.name]):
                        for other in [k for k, row in rows.items() if row.get(name) == key]:
                            if collection.target_of(name, {"type": "", "userType": "", **rows[other]}) == target.name:
                                del rows[other]

    def _add_values(self, collection: Collection, values: Mapping[str, Any]) -> None:
        """Add values to the lists of a row."""
        key = _find_key(collection, values)
        if key is None:
            return
        row = self.rows[collection.name].setdefault(key, _key_fields(collection, values))
        self.shown.pop((collection.name, key), None)
        for name, added in values.items():
            if schema_of(collection, name).get("type") == "array" and isinstance(added, list):
                old = row.get(name)
                known = old if isinstance(old, list) else []
                row[name] = [*known, *(value for value in added if value not in known)]

    def settle_implied(self) -> None:
        """Keep the implied rows that no other row makes superfluous: one with the same first two parts of the key."""
        for name, rows in self.implied.items():
            known = defaultdict(set)
            for key in self.rows[name]:
                known[key[:2] if isinstance(key, tuple) else key].add(key)
            for key, row in rows.items():
                if (key[:2] if isinstance(key, tuple) else key) not in known:
                    self.rows[name][key] = row
            rows.clear()


def _describe_shown(change: Change) -> str:
    """Return a text that is the same for the same values in the same order and language."""
    return repr((change.language, change.values))


def _shape_row(collection: Collection, values: Mapping[str, Any], language: str) -> RecordedRow:
    """Return what the world has a place for, in its shape."""
    properties = collection.schema.get("properties", {})
    return {name: shape_value(schema, values[name], language) for name, schema in properties.items() if name in values}


def _merge_rows(collection: Collection, old: Mapping[str, Any], new: Mapping[str, Any]) -> RecordedRow:
    """Return a row with what both say; the new one wins, and adds its languages to those of the old one."""
    merged = {**old, **new}
    for name in old.keys() & new.keys():
        if is_text_map(schema_of(collection, name)) and isinstance(old[name], dict) and isinstance(new[name], dict):
            merged[name] = {**old[name], **new[name]}
    return merged


def _next_metadata(collection: Collection, old: RecordedRow | None, row: RecordedRow, time: str) -> RecordedRow:
    """Return the metadata that a write leaves: the next version, and the time of the call."""
    if METADATA not in collection.schema.get("properties", {}):
        return {}
    written, known = row.get(METADATA), (old or {}).get(METADATA)
    mixins = {"mixins": written["mixins"]} if isinstance(written, dict) and "mixins" in written else {}
    before = known if isinstance(known, dict) else {}
    version = before.get("version", 0 if old is None else IMPORTED_REVISION.version)
    created = before.get("createdAt", time if old is None else IMPORTED_REVISION.created_at)
    next_version = version + 1 if isinstance(version, int) else 1
    return {METADATA: {"createdAt": created, "modifiedAt": time, "version": next_version, **mixins}}


def _find_key(section: Section, values: Mapping[str, Any]) -> Key | None:
    """Return the key that these values have; None if they have none that a world accepts."""
    names = section.key_fields
    needed = {*names} if isinstance(section.key, str) else {*names} & {*list_needed_fields(section), *values}
    if not all(
        isinstance(values.get(name), str) and is_valid(schema_of(section, name), values[name]) for name in needed
    ):
        return None
    return section.key_of(values)


def _key_fields(section: Section, values: Mapping[str, Any]) -> RecordedRow:
    return {name: values[name] for name in section.key_fields if name in values}


def _describe_key(section: Section) -> str:
    return ", ".join(section.key_fields)
