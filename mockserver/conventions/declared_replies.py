"""Replies as each operation declares them: which fields of a row they show (G5)."""

from __future__ import annotations

from dataclasses import dataclass

from ..contract.operations import Operation
from ..contract.spec import Spec
from ..messages import Reply
from ..store.collection import Row
from .declared_fields import declares_content, fields_of, reply_example, reply_schema, type_of

MAX_KEY_FIELDS = 3  # of a reply that only says what was created, such as `id` and `yrn`
TIMES = ("createdAt", "modifiedAt", "version")  # that some services show outside of `metadata`
YRN = "yrn"


@dataclass(frozen=True, slots=True)
class RowPresenter:
    """Makes documents of rows as one service shows them.

    hidden: the ids of parents that no schema declares. shows_metadata: whether `metadata` is declared.
    times: those fields of the metadata that are declared outside of it. yrn: a published one, with the id of its row.
    """

    hidden: frozenset[str]
    shows_metadata: bool
    times: tuple[str, ...] = ()
    yrn: tuple[str, str] | None = None
    key: str = "id"

    def present(self, row: Row) -> Row:
        """Return a row as a document."""
        document = {name: value for name, value in row.items() if name not in self.hidden}
        metadata = row.get("metadata", {})
        if not self.shows_metadata:
            document.pop("metadata", None)
        for name in self.times:
            if name in metadata:
                document.setdefault(name, metadata[name])
        if self.yrn is not None and YRN not in document:
            example, id_ = self.yrn
            document[YRN] = example.replace(id_, str(row[self.key]))
        return document


@dataclass(frozen=True, slots=True)
class ReplyShape:
    """What a reply to a write shows of the row: nothing, some fields, its id as a text, or all.

    form: `none`, `fields`, `text`, `list` or `document`.
    """

    status: int
    form: str
    fields: tuple[str, ...] = ()

    def build_reply(self, document: Row, key: str) -> Reply:
        """Return the reply for a document whose id is in the field `key`."""
        if self.form == "none":
            return Reply(self.status)
        if self.form == "text":
            return Reply(self.status, document[key])
        if self.form == "fields":
            shown = {name: document[name] for name in self.fields if name in document}
            own = {name: document[key] for name in self.fields if name not in shown and name.lower().endswith("id")}
            return Reply(self.status, {**own, **shown})
        return Reply(self.status, [document] if self.form == "list" else dict(document))


def read_reply_shape(spec: Spec, operation: Operation, status: int) -> ReplyShape:
    """Return what the reply of a write with this status shows."""
    if status == 204 or not declares_content(spec, operation, status):
        return ReplyShape(status, "none")
    schema, example = reply_schema(spec, operation, status), reply_example(spec, operation, status)
    declared_type = type_of(spec, schema)
    fields = tuple(fields_of(spec, schema)) or (tuple(example) if isinstance(example, dict) else ())
    if declared_type == "string":
        return ReplyShape(status, "text")
    if declared_type == "array":
        return ReplyShape(status, "list")
    if 0 < len(fields) <= MAX_KEY_FIELDS and all(_is_key_like(name) for name in fields):
        return ReplyShape(status, "fields", fields)
    return ReplyShape(status, "document")


def _is_key_like(name: str) -> bool:
    return name in ("id", "code", "key", YRN) or name.endswith(("Id", "Code", "Number"))
