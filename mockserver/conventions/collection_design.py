"""Designs generic collections: their names, keys and generated values, from paths, schemas and examples (G3, G4)."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from ..contract.operations import Operation
from ..contract.spec import Spec, SpecError, SpecNode
from ..store.collection import Row
from .declared_fields import body_schema, fields_of, items_of, reply_example, reply_examples, reply_schema
from .declared_replies import TIMES, YRN, RowPresenter
from .generic_rows import GenericRows
from .localized_fields import find_localized_fields
from .overlay import CollectionHints, Overlay
from .path_collections import declare_collection
from .shapes import Family, RoleName

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
METADATA = "metadata"
CREATED = 201
USUAL_KEYS = ("id", "code", "key")


class Design(NamedTuple):
    """A generic collection as it was designed: its rows, how they are shown, and what its operations need.

    ids: the field of the key by path parameter. fields: those that are declared, by name.
    localized: the fields with texts by language. plain_texts: those of them that are plain in one language (G11).
    starts: the rows that it starts with.
    """

    family: Family
    rows: GenericRows
    presenter: RowPresenter
    ids: Mapping[str, str]
    fields: Mapping[str, SpecNode]
    localized: tuple[str, ...]
    plain_texts: frozenset[str]
    starts: Sequence[Row]
    hints: CollectionHints


def name_collection(family: Family, service: str, taken: Container[str]) -> str:
    """Return a name that no other collection has: the last word of the path, after that of the parent row."""
    words = family.words
    last = words[-1]
    parent = _singular(words[-2]) if family.parents and len(words) > 1 else ""
    candidates = [_camel(parent, last), _camel(service, parent, last)]
    numbered = (f"{candidates[-1]}{number}" for number in range(2, 1000))
    return next(name for name in (*candidates, *numbered) if name not in taken)


def design_collection(spec: Spec, family: Family, name: str, overlay: Overlay) -> Design:
    """Return the collection of a family of operations."""
    hints = overlay.of_collection(name)
    operations = {role: operation for operation, role in reversed(family.roles)}
    fields = _find_fields(spec, operations)
    examples = [row for row in _find_examples(spec, operations) if isinstance(row, dict)]
    own_fields = _choose_keys(family, fields, examples, hints, overlay)
    parent_fields = [parent if parent not in own_fields else _camel("parent", parent) for parent in family.parents]
    keys = (*parent_fields, *own_fields)
    description = f"Rows of {family.base}, as the published file declares them; other fields are kept as they are."
    example = examples[0] if examples else {}
    create = operations.get("create")
    created = reply_example(spec, create, CREATED) if create else None
    rows = GenericRows(
        declare_collection(hints.name or name, keys, description),
        len(parent_fields),
        defaults=_read_defaults(spec, create),
        makes_uuids=bool(UUID.fullmatch(str(example.get(keys[-1], "")))),
        first_version=overlay.first_version,
    )
    presenter = RowPresenter(
        frozenset(parent_fields) - fields.keys() if fields else frozenset(),
        METADATA in fields or not fields,
        tuple(time for time in TIMES if time in fields and METADATA not in fields),
        next(filter(None, (_read_yrn(each, keys[-1]) for each in (created, *examples))), None),
        keys[-1],
    )
    texts = find_localized_fields(spec, fields, examples)
    plain = frozenset(hints.localized or texts.localized) & texts.plain
    starts = examples if hints.starts_with_examples or (hints.start is None and not _can_grow(family)) else []
    ids = dict(zip((*family.parents, *family.ids), keys, strict=False))  # without ids in a path, the key is in bodies
    return Design(family, rows, presenter, ids, fields, hints.localized or texts.localized, plain, starts, hints)


def link_parents(designs: Iterable[Design]) -> None:
    """Let collections know the rows that contain theirs: those whose path with its id theirs continues."""
    designs = list(designs)
    by_item_path = {_shape("/".join([design.family.base, *_wrap(design.family.ids)])): design for design in designs}
    for design in designs:
        steps = design.family.base.split("/")
        last = max((index for index, step in enumerate(steps) if step in _wrap(design.family.parents)), default=0)
        parent = by_item_path.get(_shape("/".join(steps[: last + 1]))) if design.family.parents else None
        if parent is not None and len(parent.rows.collection.key_fields) == design.rows.parent_count:
            design.rows.parent = parent.rows
            parent.rows.children.append(design.rows)


def _wrap(ids: Iterable[str]) -> list[str]:
    return [f"{{{id_}}}" for id_ in ids]


def _shape(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)


def _find_fields(spec: Spec, operations: Mapping[RoleName, Operation]) -> dict[str, SpecNode]:
    """Return the fields of a row: those of the reply that shows one, else of a list, else of the body of a write."""
    if "read" in operations and (fields := fields_of(spec, reply_schema(spec, operations["read"], 200))):
        return fields
    for role in ("list", "search"):
        if role in operations:
            fields = fields_of(spec, items_of(spec, reply_schema(spec, operations[role], 200)))
            if fields:
                return fields
    bodies = (
        body_schema(spec, operations[role]) for role in ("create", "replace", "create_item") if role in operations
    )
    return next(filter(None, (fields_of(spec, body) for body in bodies)), {})


def _find_examples(spec: Spec, operations: Mapping[RoleName, Operation]) -> list[Any]:
    """Return the published rows: those of a list, or else of a read."""
    for role in ("list", "search", "read"):
        if role in operations:
            examples = reply_examples(spec, operations[role], 200)
            rows = [row for example in examples for row in (example if isinstance(example, list) else [example])]
            if rows:
                return rows
    return []


def _can_grow(family: Family) -> bool:
    """Whether an operation can add a row; a collection that only has reads starts with the published rows (G10)."""
    return any(
        role in ("create", "create_item", "bulk") or (role == "replace" and CREATED in operation.reply_validators)
        for operation, role in family.roles
    )


def _choose_keys(
    family: Family, fields: Mapping[str, Any], examples: Sequence[Row], hints: CollectionHints, overlay: Overlay
) -> tuple[str, ...]:
    """Return the fields with the own key of a row, as many as there are ids at the end of the path."""
    count = max(1, len(family.ids))
    if hints.key:
        if len(hints.key) != count:
            reason = f"the key of {family.base} has {count} part(s), as the path has ids, not {len(hints.key)}"
            raise SpecError(overlay.path, reason)
        return hints.key
    known = {**fields, **(examples[0] if examples else {})}
    parameter = family.ids[-1] if family.ids else "id"
    return (*family.ids[:-1], _choose_key(parameter, family.words[-1], known))


def _choose_key(parameter: str, word: str, known: Container[str]) -> str:
    """Return the field that an id in the path means: `currencyCode` of a currency is its `code`, if it has one."""
    prefix = _camel(_singular(word))
    short = parameter[len(prefix) :] if parameter.lower().startswith(prefix.lower()) else ""
    short = short[:1].lower() + short[1:]
    last_word = re.sub(r".*(?=[A-Z])", "", parameter).lower()
    candidates = (parameter, short, last_word, *USUAL_KEYS)
    fallback = "id" if last_word == "id" or not parameter.isidentifier() else parameter
    return next((name for name in candidates if name and name in known), fallback)


def _read_defaults(spec: Spec, create: Operation | None) -> dict[str, Any]:
    """Return the defaults of fields that the body of a create may leave out."""
    fields = fields_of(spec, body_schema(spec, create)) if create else {}
    resolved = {name: spec.resolve(schema) for name, schema in fields.items()}
    return {name: schema["default"] for name, schema in resolved.items() if schema.get("default") is not None}


def _read_yrn(example: Any, key: str) -> tuple[str, str] | None:
    """Return a published YRN and the id in it, from an example with both."""
    if not isinstance(example, dict):
        return None
    yrn, id_ = example.get(YRN), example.get(key)
    return (yrn, id_) if isinstance(yrn, str) and isinstance(id_, str) and id_ and id_ in yrn else None


def _singular(word: str) -> str:
    return re.sub("ies$", "y", word) if word.endswith("ies") else word.removesuffix("s")


def _camel(*words: str) -> str:
    """Return words as one name, such as `vendorLocations`."""
    parts = [part for word in words for part in re.split(r"[^A-Za-z0-9]+", word) if part]
    name = "".join(part[:1].upper() + part[1:] for part in parts)
    return (name[:1].lower() + name[1:]) or "rows"
