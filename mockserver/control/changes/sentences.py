"""Changes of a state as sentences, with the same facts as data."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson

from ...practices.nesting import child_values
from ...records.exchange import format_entry_id, read_test_name
from ...store.clock import format_timestamp
from ...store.collection import ChangeText, Collection, Row, RowChange, Section, format_key
from ...store.history import Cause, ShownChange
from ...store.state import State
from ...wording import shorten
from ...worlds.comparing import ABSENT, ChangeKind, FieldChange, compare_states, compare_values, kind_of
from ...worlds.sections import LANGUAGES, LANGUAGES_SCHEMA
from ..guard import CONTROL_PREFIX

MAX_KEYS = 100  # of rows that are told together
MAX_FIELDS = 100  # of a row
MAX_TOLD_FIELDS = 3
MAX_VALUE_SIZE = 1000  # characters and parts of a value that is shown
MAX_NAME_LENGTH = 60  # characters of a name or value in a sentence
LANGUAGE_SECTION = Section(name=LANGUAGES, schema=LANGUAGES_SCHEMA)  # told as if each language were a row
FIELD = re.compile(r"{(\w*)}")  # without a name, it stands for the row itself
OPTIONAL_PART = re.compile(r"\[(.*?)\]")
METADATA = "/metadata/"

Collections = Mapping[str, Collection]


def tell_change(change: ShownChange, collections: Collections) -> list[dict[str, Any]]:
    """Return what a change did, with a sentence each; rows that were changed in the same way are told together."""
    told = []
    for name, rows in compare_states(change.before, change.after, collections):
        section = collections.get(name, LANGUAGE_SECTION)
        groups: dict[tuple[ChangeKind, Any], list[RowChange]] = defaultdict(list)
        for row_change in rows:
            groups[kind_of(row_change), _present_row(row_change).get(section.told_by)].append(row_change)
        told += [_tell_group(change, section, collections, kind, group) for (kind, _), group in groups.items()]
    return told or [_assemble(change, "no row changed", {"kind": "none"})]


def _tell_group(
    change: ShownChange, section: Section, collections: Collections, kind: ChangeKind, group: list[RowChange]
) -> dict[str, Any]:
    """Return a sentence and data about rows that were changed in the same way."""
    key, old, new = group[0]
    text = section.change_texts.get(kind) or _general_text(kind, section)
    subject = _Subject(change, section, collections, format_key(key), _present_row(group[0]))
    facts: dict[str, Any] = {"kind": kind, "collection": section.name}
    if len(group) > 1:
        keys = [format_key(row_change[0]) for row_change in group]
        facts |= {"count": len(keys), "keys": keys[:MAX_KEYS]}
        return _assemble(change, subject.fill(text.many.replace("{count}", f"{len(keys):,}")), facts)
    facts["key"] = format_key(key)
    fields = list(compare_values(old, new)) if kind == "changed" else []
    if fields:
        facts["fields"] = [_field_json(field) for field in fields[:MAX_FIELDS]]
    return _assemble(change, subject.fill(text.one), facts, _tell_fields(fields))


def _general_text(kind: ChangeKind, section: Section) -> ChangeText:
    return ChangeText(f"{{}} was {kind}", f"{{count}} {section.plural} were {kind}")


def _present_row(row_change: RowChange) -> Row:
    """Return a row as it is after a change; as it was before, if it was removed."""
    _, old, new = row_change
    row = old if new is None else new
    assert row is not None
    return row


class _Subject:
    """A row that sentences are about, with the states in which the names of other rows are looked up."""

    def __init__(self, change: ShownChange, section: Section, collections: Collections, key: str, row: Row) -> None:
        self._states = (change.after, change.before)
        self._section, self._collections = section, collections
        self._key, self._row = key, row

    def fill(self, text: str) -> str:
        """Return a text with the names of rows in it; parts in brackets are left out if a field is missing."""
        text = OPTIONAL_PART.sub(lambda part: part[1] if self._has_fields(part[1]) else "", text)
        return FIELD.sub(lambda place: self._name_target(place[1]), text)

    def _has_fields(self, text: str) -> bool:
        return all(self._row.get(name) is not None for name in FIELD.findall(text))

    def _name_target(self, field: str) -> str:
        """Return what people call the row that a field refers to, or the value of the field; the row itself for ""."""
        if not field:
            return _label(self._section.noun, self._key, self._row, self._states[0])
        id_ = str(self._row.get(field, ""))
        target = self._section.target_of(field, self._row) if field in self._section.all_references() else None
        collection = self._collections.get(target or "")
        if collection is None:
            return f"{field.removesuffix('Id')} {shorten(id_)}"
        for state in self._states:
            for row in collection.find(state, id_):
                return _label(collection.noun, id_, row, state)
        return f"{collection.noun} {shorten(id_)}"


def _label(noun: str, key: str, row: Row, state: State) -> str:
    """Return noun, name and key of a row."""
    name = _name_of(row, state)
    return f"{noun} {name} ({shorten(key)})" if name and name != key else f"{noun} {shorten(key)}"


def _name_of(row: Row, state: State) -> str:
    """Return the name of a row in the default language, or else in any; "" if it has none."""
    name = row.get("name")
    if isinstance(name, Mapping):
        name = name.get(state.default_language) or next(iter(name.values()), "")
    if not isinstance(name, str):
        name = " ".join(part for part in (row.get("firstName"), row.get("lastName")) if isinstance(part, str))
    return _shorten_name(name)


def _shorten_name(text: str) -> str:
    text = " ".join(text[:MAX_VALUE_SIZE].split())
    return text if len(text) <= MAX_NAME_LENGTH else f"{text[: MAX_NAME_LENGTH - 1]}…"


def _tell_fields(fields: list[FieldChange]) -> str:
    """Return which fields changed, with short values; metadata only if nothing else did."""
    told = [field for field in fields if not field.pointer.startswith(METADATA)] or fields
    if not told:
        return ""
    texts = [_tell_field(field) for field in told[:MAX_TOLD_FIELDS]]
    rest = len(told) - len(texts)
    return ": " + ", ".join([*texts, *([f"and {rest} more"] if rest else [])])


def _tell_field(field: FieldChange) -> str:
    place, before, after = field.pointer.removeprefix("/"), field.before, field.after
    if before is ABSENT:
        return f"{place} added"
    if after is ABSENT:
        return f"{place} removed"
    if any(isinstance(value, dict | list) or _is_long(value) for value in (before, after)):
        return f"{place} replaced"
    old, new = (_shorten_name(orjson.dumps(value).decode()) for value in (before, after))
    return f"{place} from {old} to {new}"


def _field_json(field: FieldChange) -> dict[str, Any]:
    """Return a field as data; one with a long value has no values, which differences between states show."""
    if _is_long(field.before) or _is_long(field.after):
        return {"pointer": field.pointer, "isLong": True}
    return field.to_json()


def _is_long(value: Any) -> bool:
    size, pending = 0, [value]
    while pending and size <= MAX_VALUE_SIZE:
        part = pending.pop()
        size += len(part) if isinstance(part, str) else 1
        if isinstance(part, Mapping):
            size += sum(map(len, islice(part, MAX_VALUE_SIZE)))
        pending += islice(child_values(part), MAX_VALUE_SIZE) if isinstance(part, dict | list) else ()
    return size > MAX_VALUE_SIZE


def _assemble(change: ShownChange, text: str, facts: dict[str, Any], ending: str = "") -> dict[str, Any]:
    """Return a change with its sentence: what happened, by which call, and which fields it changed."""
    cause = change.cause
    sentence = f"{text[0].upper()}{text[1:]}{_tell_cause(cause) if cause else ''}{ending}."
    return {"version": change.version, "sentence": sentence, **facts, **(_cause_json(cause) if cause else {})}


def _tell_cause(cause: Cause) -> str:
    if not cause.method:
        return f" {cause.operation}"
    test = f", test {_shorten_name(read_test_name(cause.test))}" if cause.test else ""
    persona = f", as {cause.persona}" if cause.persona else ""
    return f" by {cause.method} {shorten(cause.path)}{persona}{test}"


def _cause_json(cause: Cause) -> dict[str, Any]:
    facts: dict[str, Any] = {"time": format_timestamp(datetime.fromtimestamp(cause.seconds, UTC))}
    if cause.method:
        id_ = {} if cause.path.startswith(CONTROL_PREFIX) else {"id": format_entry_id(cause.number)}
        facts["call"] = id_ | {"method": cause.method, "path": cause.path, "operation": cause.operation}
    if cause.persona:
        facts["persona"] = cause.persona
    if cause.test:
        facts["test"] = read_test_name(cause.test)
    return facts
