"""The sections of a world file that belong to no service: languages, mixin schemas, clients and tokens."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from ..store.collection import Collection, Key, Row, RowChange, Section
from ..store.row_schemas import DEFINITIONS, ID, LANGUAGE, SCOPES, TEXT, TIME, closed_object, unique_list
from ..store.state import State

LANGUAGES = "languages"  # the only section that is not a list of rows
LANGUAGES_SCHEMA = {
    "description": "Languages of the tenant; the default one is used if no language matches.",
    **closed_object(
        {"default": LANGUAGE, "supported": unique_list(LANGUAGE, minItems=1)},
        ("default", "supported"),
    ),
}


class MixinSchemaCollection(Collection):
    """Mixin schemas, which the state stores as texts."""

    def export(self, state: State) -> Iterator[tuple[Key, Row]]:
        """Yield each schema with its URL, in the order of the URLs."""
        return (
            (url, {"url": url, "schema": orjson.loads(state.mixin_schemas[url])}) for url in sorted(state.mixin_schemas)
        )

    def compare(self, before: State, after: State) -> Iterator[RowChange]:
        """Yield the schemas that differ between two states, in the order of the URLs."""
        old, new = dict(self.export(before)), dict(self.export(after))
        return ((url, old.get(url), new.get(url)) for url in sorted(old | new) if old.get(url) != new.get(url))

    def find(self, state: State, key_text: str) -> list[Row]:
        """Return the schema with this URL, or nothing."""
        return [row for url, row in self.export(state) if url == key_text]

    def put_row(self, state: State, row: Row) -> State:
        """Return a state with this schema, whose file has been read in."""
        return state._replace(mixin_schemas={**state.mixin_schemas, row["url"]: orjson.dumps(row["schema"]).decode()})

    def drop_row(self, state: State, row: Row) -> State:
        """Return a state without this schema."""
        others = {url: schema for url, schema in state.mixin_schemas.items() if url != row["url"]}
        return state._replace(mixin_schemas=others)

    def load(self, state: State, rows: Iterable[Row]) -> State:
        """Return a state with exactly these schemas, whose files have been read in."""
        return state._replace(mixin_schemas={row["url"]: orjson.dumps(row["schema"]).decode() for row in rows})


MIXIN_SCHEMAS = MixinSchemaCollection(
    name="mixinSchemas",
    key="url",
    description="JSON Schemas of mixins by URL; a file is relative to the folder of the world.",
    schema={
        **closed_object(
            {
                "url": {"type": "string", "minLength": 1},
                "file": {"type": "string", "minLength": 1},
                "schema": {"type": ["object", "boolean"]},
            },
            ("url",),
        ),
        "oneOf": [{"required": ["file"]}, {"required": ["schema"]}],
    },
)
CLIENTS = Section(
    name="clients",
    description="OAuth clients. A world without clients and tokens gets those of access.yaml.",
    schema=closed_object({"id": ID, "secret": TEXT, "scopes": SCOPES}, ("id", "secret", "scopes")),
)
TOKENS = Section(
    name="tokens",
    key="token",
    description="Tokens that are valid from the start; without a tenant, they are valid for all tenants.",
    schema=closed_object(
        {
            "token": {"type": "string", "pattern": "^[!-~]+$"},
            "scopes": SCOPES,
            "tenant": {"type": "string", "pattern": "^[a-z][a-z0-9]{2,15}$"},
            "customerId": ID,
            "legalEntityId": ID,
            "expiresAt": TIME,
        },
        ("token", "scopes"),
    ),
)


def all_sections(collections: Mapping[str, Collection]) -> list[Section]:
    """Return the sections of a world that have rows: the collections, clients and tokens."""
    return [*collections.values(), CLIENTS, TOKENS]


def build_world_schema(collections: Mapping[str, Collection]) -> dict[str, Any]:
    """Return the JSON Schema of world files with these collections."""
    collections = {**collections, MIXIN_SCHEMAS.name: MIXIN_SCHEMAS}
    sections = {section.name: _section_schema(section) for section in all_sections(collections)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "World of emporix-mockserver",
        "description": "What every tenant starts from. All sections are optional.",
        **closed_object({"description": TEXT, LANGUAGES: LANGUAGES_SCHEMA} | sections),
        "$defs": DEFINITIONS,
    }


def write_schema(collections: Mapping[str, Collection]) -> str:
    """Return the text of `fixtures/world.schema.json`, which editors use."""
    return json.dumps(build_world_schema(collections), indent=2) + "\n"


def _section_schema(section: Section) -> dict[str, Any]:
    description = {"description": section.description} if section.description else {}
    return {**description, "type": "array", "items": section.schema}
