"""The form of a row: a field for each property of the schema of its collection, and the row that a sent form means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from ..contract import strict_json
from ..errors import BadRequest
from ..store.collection import Collection
from ..store.row_schemas import DEFINITIONS

FieldKind = Literal["text", "choice", "number", "texts", "json"]

PREFIX = "field"  # of the names of inputs: `field.KIND.NAME`
YES_OR_NO = {"true": True, "false": False}
EXPECTATIONS: Mapping[str, str] = {  # what a field wants that cannot be read
    "number": "Write a number, such as 12 or 12.5.",
    "texts": 'Write a text, or texts by language: {"en": "Hammer"}.',
    "json": "This is not JSON. Texts are in quotation marks, lists in [ ], objects in { }.",
}


@dataclass(frozen=True, slots=True)
class FormField:
    """A property of a row as an input.

    text: what the input contains; "" for a property that the row has not.
    choices: the texts to choose from, if kind is "choice".
    is_locked: whether it is a part of the key of a row that exists.
    """

    name: str
    kind: FieldKind
    text: str
    choices: tuple[str, ...] = ()
    description: str = ""
    is_required: bool = False
    is_locked: bool = False

    @property
    def input_name(self) -> str:
        """The name of the input, which says how its text is read."""
        return f"{PREFIX}.{self.kind}.{self.name}"

    @property
    def line_count(self) -> int:
        """How high the input is."""
        return min(self.text.count("\n") + 1, 16)


def list_form_fields(collection: Collection, row: Mapping[str, Any], *, is_new: bool) -> list[FormField]:
    """Return the fields for a row: one for each property of the schema, and for what else the row has."""
    properties: Mapping[str, Any] = collection.schema["properties"]
    required = collection.schema.get("required", ())
    fields = []
    for name in (*properties, *(name for name in row if name not in properties)):
        schema = resolve_schema(properties.get(name, {}))
        choices = tuple(_list_choices(schema))
        kind = find_field_kind(schema, row.get(name))
        fields.append(
            FormField(
                name,
                kind,
                write_field(kind, row[name]) if name in row else "",
                choices if kind == "choice" else (),
                str(schema.get("description", "")),
                is_required=name in required,
                is_locked=name in collection.key_fields and not is_new,
            )
        )
    return fields


def keep_sent_texts(fields: list[FormField], form: Mapping[str, str]) -> list[FormField]:
    """Return the fields with the texts of a sent form, for people who must correct something."""
    kept = []
    for field in fields:
        sent = [(kind, text) for kind, name, text in _iter_sent(form) if name == field.name]
        kind, text = sent[0] if sent else (field.kind, field.text)
        choices = field.choices if kind == "choice" else ()
        kept.append(FormField(field.name, kind, text, choices, field.description, field.is_required, field.is_locked))
    return kept


def read_row(collection: Collection, form: Mapping[str, str]) -> tuple[dict[str, Any], list[dict[str, str]]]:
    """Return the row that a sent form means, without its empty fields, and a mistake for each unreadable one."""
    row: dict[str, Any] = {}
    mistakes = []
    for kind, name, text in _iter_sent(form):
        if text.strip():
            schema = resolve_schema(collection.schema["properties"].get(name, {}))
            try:
                row[name] = read_field(kind, text, schema)
            except BadRequest:
                mistakes.append({"field": f"/{name}", "message": EXPECTATIONS.get(kind, EXPECTATIONS["json"])})
    return row, mistakes


def resolve_schema(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a schema with what it refers to."""
    name = str(schema.get("$ref", "")).rpartition("/")[2]
    return {**DEFINITIONS.get(name, {}), **schema}


def find_field_kind(schema: Mapping[str, Any], value: Any) -> FieldKind:
    """Return how a property is written; as JSON, unless a simpler way can write the value that it has."""
    types = schema.get("type", ())
    if _list_choices(schema):
        return "choice" if value is None or _write_choice(value) in _list_choices(schema) else "json"
    if types == "string":
        return "text" if value is None or _is_plain(value) else "json"
    if types in ("number", "integer"):
        return "number" if value is None or isinstance(value, int | float) else "json"
    if isinstance(types, list) and set(types) == {"object", "string"}:
        return "texts" if not isinstance(value, str) or (_is_plain(value) and not _looks_like_json(value)) else "json"
    return "json"


def write_field(kind: FieldKind, value: Any) -> str:
    """Return the text of an input for a value."""
    if kind == "choice":
        return _write_choice(value)
    if kind in ("text", "texts") and isinstance(value, str):
        return value
    is_short = not isinstance(value, dict | list) or len(orjson.dumps(value)) <= 60
    return orjson.dumps(value, option=0 if is_short else orjson.OPT_INDENT_2).decode()


def read_field(kind: str, text: str, schema: Mapping[str, Any]) -> Any:
    """Return the value that the text of an input means; BadRequest."""
    if kind == "text" or (kind == "texts" and not _looks_like_json(text)):
        return text.replace("\r\n", "\n")
    if kind == "choice":
        return YES_OR_NO.get(text, text) if schema.get("type") == "boolean" else text
    value = strict_json.parse_json(text.encode())
    if kind == "number" and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise BadRequest(detail="Not a number.")
    return value


def _iter_sent(form: Mapping[str, str]) -> Iterator[tuple[Any, str, str]]:
    """Yield kind, name and text of the fields in a sent form."""
    for input_name, text in form.items():
        prefix, _, rest = input_name.partition(".")
        kind, _, name = rest.partition(".")
        if prefix == PREFIX and name:
            yield kind, name, text


def _list_choices(schema: Mapping[str, Any]) -> list[str]:
    """Return the texts of an enumeration, or of yes and no; nothing for what people write freely."""
    if schema.get("type") == "boolean":
        return list(YES_OR_NO)
    choices = schema.get("enum", ())
    return list(choices) if all(isinstance(choice, str) for choice in choices) else []


def _write_choice(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _is_plain(value: Any) -> bool:
    """Whether an input can keep a text as it is: browsers change other line ends, and an empty one means no value."""
    return isinstance(value, str) and bool(value.strip()) and "\r" not in value and value.lstrip("\n") == value


def _looks_like_json(text: str) -> bool:
    return text.lstrip()[:1] in ("{", '"')
