"""The sections of a world file that belong to no service: languages, mixin schemas, clients and tokens."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from ..domain.customer_scopes import CUSTOMER_SCOPES
from ..store.collection import Collection, Row, RowChange, Section
from ..store.row_defaults import Draft
from ..store.row_schemas import DEFINITIONS, ID, LANGUAGE, SCOPES, TEXT, TIME, closed_object, describe, unique_list
from ..store.state import State
from ..store.table import Table
from .switches import SWITCHES, build_switches_schema

LANGUAGES = "languages"  # the only section that is not a list of rows
LANGUAGES_SCHEMA = {
    **closed_object(
        {
            "default": describe(LANGUAGE, "The default language; the first supported one if left out."),
            "supported": unique_list(
                LANGUAGE, minItems=1, description="All languages; those of the sites if left out."
            ),
        }
    ),
    **unique_list(LANGUAGE, minItems=1),
    "type": ["object", "array"],
    "description": "Languages of the tenant: a list, the default one first, or an object. The default one is used if "
    "no language matches. Those of the sites if left out, or else en.",
    "examples": [["en", "de"]],
}
ACCESS = "access"  # says whether the default clients and tokens are valid too
ONLY = "only"
ACCESS_SCHEMA = {
    "description": "Who may call. `add`: the shipped clients and tokens, those of this file, and each customer with "
    "the token `customer:ID`. `only`: just the clients and tokens of this file.",
    "enum": ["add", ONLY],
    "default": "add",
}


class MixinSchemaCollection(Collection):
    """Mixin schemas, which the state stores as texts."""

    def tables(self, state: State) -> Iterable[Table[str, tuple[str, str]]]:
        """Return a table of the texts of the schemas, each with its URL."""
        return (Table.from_pairs((url, (url, text)) for url, text in state.mixin_schemas.items()),)

    def row_of(self, stored: tuple[str, str]) -> Row:
        """Return a schema as a row."""
        url, text = stored
        return {"url": url, "schema": orjson.loads(text)}

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
                "url": {
                    "description": "What clients send in `metadata.mixins`; nothing is fetched from there.",
                    "type": "string",
                    "minLength": 1,
                    "examples": ["https://example.com/schemas/loyalty.json"],
                },
                "file": {
                    "description": "The file with the schema, relative to the folder of the world.",
                    "type": "string",
                    "minLength": 1,
                },
                "schema": {"description": "The schema itself, instead of a file.", "type": ["object", "boolean"]},
            },
            ("url",),
        ),
        "oneOf": [{"required": ["file"]}, {"required": ["schema"]}],
        "errorMessage": "give either file or schema",
    },
)


def _default_scopes(token: Row, _: Draft) -> list[str]:
    """Return the scopes of a customer, or none for the token of a client."""
    return sorted(CUSTOMER_SCOPES) if "customerId" in token else []


CLIENTS = Section(
    name="clients",
    needs_targets=False,
    description="OAuth clients, in addition to admin, manager, reader and storefront.",
    defaults={"secret": "secret", "scopes": []},
    schema=closed_object(
        {
            "id": describe(ID, "Id of the client; a storefront sends it to get a visitor's token."),
            "secret": describe(TEXT, "What the client authenticates with."),
            "scopes": describe(SCOPES, "What the client may do: a list, or `all`; nothing if left out."),
        },
        ("id",),
    ),
)
TOKENS = Section(
    name="tokens",
    key="token",
    references={"customerId": "customers", "legalEntityId": "legalEntities"},
    needs_targets=False,
    defaults={"scopes": _default_scopes},
    description="Tokens that are valid from the start; without a tenant, they are valid for all tenants.",
    schema=closed_object(
        {
            "token": {
                "description": "The token as callers send it.",
                "type": "string",
                "pattern": "^[!-~]+$",
                "patternErrorMessage": "a token consists of visible ASCII characters",
            },
            "scopes": describe(SCOPES, "What its holder may do; a customer's scopes or none if left out."),
            "tenant": {
                "description": "The only tenant for which it is valid; all if left out.",
                "type": "string",
                "pattern": "^[a-z][a-z0-9]{2,15}$",
                "patternErrorMessage": "a tenant is 3 to 16 lower-case letters or digits, starting with a letter",
            },
            "customerId": describe(ID, "The customer who holds it; without it, a client does."),
            "legalEntityId": describe(ID, "The only legal entity that the customer acts for."),
            "expiresAt": describe(TIME, "When it expires; never if left out."),
        },
        ("token",),
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
        **closed_object(
            {
                "$schema": describe(TEXT, "Where editors find this schema; only they read it."),
                "description": describe(TEXT, "What the world is for; it changes nothing."),
                ACCESS: ACCESS_SCHEMA,
                LANGUAGES: LANGUAGES_SCHEMA,
            }
            | sections
            | {SWITCHES: build_switches_schema()}
        ),
        "$defs": DEFINITIONS,
    }


def reserved_names() -> frozenset[str]:
    """Return the names in a world file that no collection of a service can have."""
    return frozenset(build_world_schema({})["properties"])


def write_schema(collections: Mapping[str, Collection]) -> str:
    """Return the text of `fixtures/world.schema.json`, which editors use."""
    return json.dumps(build_world_schema(collections), indent=2) + "\n"


def _section_schema(section: Section) -> dict[str, Any]:
    description = {"description": section.description} if section.description else {}
    properties = {name: _with_default(field, section, name) for name, field in section.schema["properties"].items()}
    return {**description, "type": "array", "items": {**section.schema, "properties": properties}}


def _with_default(schema: Row, section: Section, name: str) -> Row:
    """Return the schema of a field with its default, if that is a value rather than a function of the row."""
    default = section.defaults.get(name)
    return schema if default in (None, {}) or callable(default) else {**schema, "default": default}
