"""Make a world of recorded rows: fill in what every row needs, add the rows that others refer to, cut cycles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain, count
from typing import Any

from ..practices import paths
from ..store.collection import MAX_LEVELS, Collection, Key, format_key
from .recorded_rows import CURRENCIES, LANGUAGES, RecordedRow, RecordedRows
from .row_shaping import (
    UNKNOWN_LANGUAGE,
    default_value,
    find_definition,
    is_text_map,
    is_valid,
    keep_valid,
    list_needed_fields,
    schema_of,
)

DEFAULT_LANGUAGE = "en"
MAX_REPAIRS = 10  # rounds of dropping rows that break a rule of their section
Rows = dict[str, dict[Key, RecordedRow]]


class WorldCompleter:
    """Completes recorded rows.

    added: rows that no call shows, by collection: their keys. filled: how often a field got a default, by collection
    and name. dropped: how often a value or a row was left out, by collection and reason.
    """

    def __init__(self, recorded: RecordedRows) -> None:
        self.collections, self.rows = recorded.collections, recorded.rows
        self.added: dict[str, list[str]] = {}
        self.filled: Counter[tuple[str, str]] = Counter()
        self.dropped: Counter[tuple[str, str]] = Counter()
        self.default_language = _find_default_language(recorded)
        self._options = recorded.options
        self._mixin_urls = recorded.schema_urls

    def build_world(self) -> dict[str, Any]:
        """Return the sections of a world that passes the checks of world files."""
        for name, collection in self.collections.items():
            completed = {key: self._complete_row(collection, key, row) for key, row in self.rows[name].items()}
            self.rows[name] = completed
        for collection in reversed(list(self.collections.values())):
            self._add_referenced_rows(collection)
            self._cut_cycles(collection)
        self._add_currencies()
        self._settle_values()
        self._drop_violating_rows()
        sections = {name: [row for _, row in sorted(rows.items(), key=_sort_key)] for name, rows in self.rows.items()}
        world = {LANGUAGES: self._list_languages()} | {name: rows for name, rows in sections.items() if rows}
        if self._mixin_urls:
            world["mixinSchemas"] = [{"url": url, "schema": {}} for url in sorted(self._mixin_urls)]
        return world

    def _complete_row(self, collection: Collection, key: Key, row: Mapping[str, Any]) -> RecordedRow:
        """Return a row with valid values only, and with all fields that the section requires."""
        needed, complete = list_needed_fields(collection), {}
        for name, schema in collection.schema["properties"].items():
            value = _with_language(schema, row[name], self.default_language) if name in row else None
            valid = keep_valid(schema, value) if value is not None else None
            if value is not None and valid is None:
                self.dropped[collection.name, f"{name} of another type"] += 1
            if valid is not None:
                complete[name] = valid
            elif name in needed:
                complete[name] = self._default_of(collection, name, key, row)
                self.filled[collection.name, name] += find_definition(schema) != "metadata"
        return complete

    def _default_of(self, collection: Collection, name: str, key: Key, row: Mapping[str, Any]) -> Any:
        target = collection.all_references().get(name)
        if isinstance(target, str) and not isinstance(schema_of(collection, name).get("items"), Mapping):
            return next(iter(self.rows[target]), "main")
        text = next((part for part in reversed(key) if part), "") if isinstance(key, tuple) else key
        return default_value(schema_of(collection, name), str(row.get("id", text)), self.default_language)

    def _add_referenced_rows(self, collection: Collection) -> None:
        """Add what rows refer to; a reference that cannot be a key is left out, and so is a row that needs it."""
        for path in collection.all_references():
            for key, row in list(self.rows[collection.name].items()):
                name = collection.target_of(path, row)
                if name is None:
                    continue
                for wanted in list(paths.keys_at(row, path)):
                    is_known = isinstance(wanted, str) and wanted in self.rows[name]
                    if not is_known and not self._add_row(self.collections[name], wanted):
                        self.dropped[collection.name, f"{path} that cannot be a key of {name}"] += 1
                        self._drop_reference(collection, key, path, wanted)

    def _add_row(self, collection: Collection, key: Any) -> bool:
        if not isinstance(collection.key, str) or not isinstance(key, str):
            return False
        if not is_valid(schema_of(collection, collection.key), key):
            return False
        filled = self.filled.copy()
        self.rows[collection.name][key] = self._complete_row(collection, key, {collection.key: key})
        self.filled = filled
        self.added.setdefault(collection.name, []).append(key)
        return True

    def _drop_reference(self, collection: Collection, key: Key, path: str, wanted: Any) -> None:
        row, name = self.rows[collection.name].get(key), path.partition(".")[0]
        if row is None:
            return
        if isinstance(row.get(name), list):
            row[name] = [value for value in row[name] if value != wanted]
        elif name in collection.key:
            del self.rows[collection.name][key]
        elif name in list_needed_fields(collection):
            row[name] = self._default_of(collection, name, key, {})
            self._add_row(self.collections[str(collection.target_of(path, row))], row[name])
        else:
            row.pop(name, None)

    def _cut_cycles(self, collection: Collection) -> None:
        """Make roots of rows that are in a cycle, or on a level that a world does not allow."""
        if collection.parent is None:
            return
        rows = self.rows[collection.name]
        levels: dict[Key | None, int] = {}
        for start in list(rows):
            path: list[Key] = []
            key: Any = start
            while key is not None and key not in levels and key not in path:
                path.append(key)
                key = rows[key].get(collection.parent)
            if key in path:
                self._cut_parent(collection, path[-1])
                key = None
            level = levels.get(key, 0)
            for member in reversed(path):
                level += 1
                if level > MAX_LEVELS:
                    self._cut_parent(collection, member)
                    level = 1
                levels[member] = level

    def _cut_parent(self, collection: Collection, key: Key) -> None:
        self.rows[collection.name][key].pop(str(collection.parent), None)
        self.dropped[collection.name, f"{collection.parent} that leads to a cycle or too deep"] += 1

    def _add_currencies(self) -> None:
        """Give the currencies of the tenant that no site has to the default site, or to the first one."""
        options, sites = self._options.get(CURRENCIES), list(self.rows.get("sites", {}).values())
        if not options or not sites:
            return
        site = next((site for site in sites if site.get("default")), sites[0])
        used = {site.get("currency") for site in sites}.union(*(site.get("availableCurrencies", ()) for site in sites))
        missing = [code for code in options["supported"] if code not in used]
        schema = schema_of(self.collections["sites"], "availableCurrencies")
        currencies = [*site.get("availableCurrencies", [site["currency"]] if "currency" in site else []), *missing]
        if missing and is_valid(schema, currencies):
            site["availableCurrencies"] = currencies

    def _settle_values(self) -> None:
        """Add values to the lists that they must be in, and a number to texts that another row has already."""
        for name, collection in self.collections.items():
            for row in self.rows[name].values():
                for field, list_name in collection.choices.items():
                    if field in row and row[field] not in row.get(list_name, [row[field]]):
                        row[list_name] = [*row[list_name], row[field]]
            for field in collection.unique_fields:
                self._tell_apart(
                    [row for row in self.rows[collection.name].values() if field in row], collection, field
                )

    def _tell_apart(self, rows: Iterable[RecordedRow], collection: Collection, field: str) -> None:
        taken: set[str] = set()
        for row in rows:
            texts = chain([row[field]], (f"{number}-{row[field]}" for number in count(2)))
            text = next(text for text in texts if text.casefold() not in taken)
            taken.add(text.casefold())
            if text != row[field]:
                self.dropped[collection.name, f"{field} that another row has"] += 1
                row[field] = text

    def _list_languages(self) -> dict[str, Any]:
        """Return the languages of the tenant: those that it says it has, or else all that its data has."""
        options = self._options.get(LANGUAGES)
        languages = options["supported"] if options else sorted(self._find_languages())
        schema = {"$ref": "#/$defs/language"}
        others = (name for name in languages if name != self.default_language and is_valid(schema, name))
        return {"default": self.default_language, "supported": [self.default_language, *dict.fromkeys(others)]}

    def _find_languages(self) -> set[str]:
        languages = {language for site in self.rows.get("sites", {}).values() for language in site.get("languages", ())}
        for name, collection in self.collections.items():
            text_fields = [field for field, schema in collection.schema["properties"].items() if is_text_map(schema)]
            for row in self.rows[name].values():
                languages.update(*(row[field] for field in text_fields if field in row))
        return languages

    def _drop_violating_rows(self) -> None:
        """Drop the rows that break a rule of their section, such as a user of the wrong type in a group."""
        for _ in range(MAX_REPAIRS):
            world = {name: list(rows.values()) for name, rows in self.rows.items()}
            violations = [v for section in self.collections.values() for v in (section.check or _find_none)(world)]
            if not violations:
                return
            keys = {name: list(rows) for name, rows in self.rows.items()}
            for place, reason in violations:
                _, name, index, *_ = place.split("/")
                if self.rows[name].pop(keys[name][int(index)], None) is not None:
                    self.dropped[name, reason] += 1


def _find_none(_: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    return ()


def _find_default_language(recorded: RecordedRows) -> str:
    """Return the default language: that of the tenant, of its default site, or English."""
    sites = sorted(recorded.rows.get("sites", {}).values(), key=lambda site: site.get("default") is not True)
    candidates = [recorded.options.get(LANGUAGES, {}).get("default"), *(site.get("defaultLanguage") for site in sites)]
    schema = {"$ref": "#/$defs/language"}
    return next((str(name) for name in candidates if is_valid(schema, name)), DEFAULT_LANGUAGE)


def _with_language(schema: Mapping[str, Any], value: Any, default_language: str) -> Any:
    """Return texts in which those of an unknown language are in the default one, unless that has a text."""
    if not (is_text_map(schema) and isinstance(value, dict) and UNKNOWN_LANGUAGE in value):
        return value
    known = {name: text for name, text in value.items() if name != UNKNOWN_LANGUAGE}
    return {default_language: value[UNKNOWN_LANGUAGE], **known}


def _sort_key(item: tuple[Key, RecordedRow]) -> str:
    return format_key(item[0])
