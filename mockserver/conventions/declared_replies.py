"""Replies as each operation declares them: which fields of a row they show, and what errors look like (N5, N6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..contract.operations import Operation
from ..contract.spec import Spec
from ..errors import BadRequest, ClientError, InvalidToken, NotFound
from ..messages import ErrorWriter, Reply
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


def create_error_writer(operation: Operation) -> ErrorWriter:
    """Return what writes errors as the operation declares them; undeclared ones have the vendor's usual shape."""

    def write_declared_error(error: ClientError) -> Any:
        if isinstance(error, InvalidToken):
            return error.body()
        template = next(iter(operation.examples.for_status(error.status).values()), None)
        return error.body() if template is None else fill_template(template, error)

    return write_declared_error


def fill_template(template: Any, error: ClientError) -> Any:
    """Return an example of an error with the status, the message and the details of this one."""
    if isinstance(template, list):
        return [fill_template(template[0], error)] if template else []
    if not isinstance(template, Mapping):
        return error.message
    filled = {name: _fill_field(name, value, error) for name, value in template.items()}
    return {name: value for name, value in filled.items() if value is not None}


def _fill_field(name: str, example: Any, error: ClientError) -> Any:
    """Return the value of one field of an error; None to leave it out, since nothing is known about it."""
    lower = name.lower()
    fill = FILLS.get(lower)
    if fill is not None:
        return fill(example, error)
    if lower.endswith("id") and isinstance(error, NotFound):
        return error.resource_id
    return example if name in ("fault", "type") or isinstance(example, bool) or example == "" else None


def _fill_status(example: Any, error: ClientError) -> Any:
    if isinstance(example, int):
        return error.status
    return str(error.status) if isinstance(example, str) and example.isdigit() else error.reason


def _fill_code(example: Any, error: ClientError) -> Any:
    is_number = isinstance(example, int) or (isinstance(example, str) and example.isdigit())
    return _fill_status(example, error) if is_number else example


def _fill_message(_: Any, error: ClientError) -> str:
    reason = _reason(error)
    return f"{error.message} ({reason})" if reason else error.message


def _fill_details(example: Any, error: ClientError) -> Any:
    """Return the details in the form of the example: a list of sentences or objects, an object or a sentence."""
    if isinstance(example, list):
        if not _reason(error):
            return []
        return [_fill_details(example[0], error)] if example else [_reason(error)]
    if isinstance(example, Mapping):
        known = {"field": _field(error), "path": _field(error), "message": _reason(error) or error.message}
        return {name: known[name] for name in example if known.get(name)}
    return _reason(error) or error.message


def _reason(error: ClientError) -> str:
    if not isinstance(error, BadRequest):
        return ""
    return ": ".join(part for part in (error.field, error.detail) if part)


def _field(error: ClientError) -> str:
    return error.field if isinstance(error, BadRequest) else ""


FILLS: Mapping[str, Callable[[Any, ClientError], Any]] = {
    "status": _fill_status,
    "code": _fill_code,
    "errorcode": _fill_code,
    "message": _fill_message,
    "errormessage": _fill_message,
    "error": _fill_message,
    "path": lambda _, error: _field(error) or None,
    "field": lambda _, error: _field(error) or None,
    "details": _fill_details,
    "errors": _fill_details,
}
