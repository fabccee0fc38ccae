"""Errors as each operation declares them: its examples are filled with what is wrong (G6)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..contract.operations import Operation
from ..errors import BadRequest, ClientError, InvalidToken, NotFound
from ..messages import ErrorWriter


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
