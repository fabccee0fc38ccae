"""Replies as bytes: rows that can be cached, and the bodies of responses."""

from __future__ import annotations

from typing import Any

import orjson

from .contract.operations import Operation
from .contract.validation import SchemaValidator
from .messages import NetworkFault, RawJson, Reply, Response, TextBody
from .practices.rows import Row
from .view import View


class ContractViolation(Exception):
    """A reply that its contract does not allow: a defect of the simulator, not of the client."""


def build_response(reply: Reply, network_fault: NetworkFault | None) -> Response:
    """Return the response with the encoded body of a reply, and the network fault that breaks it, if any."""
    if isinstance(reply.body, RawJson):
        return Response(reply.status, reply.body.content, reply.headers, network_fault)
    if isinstance(reply.body, TextBody):
        return Response(reply.status, reply.body.content.encode(), reply.headers, network_fault, reply.body.media_type)
    return Response(reply.status, b"" if reply.body is None else encode_json(reply.body), reply.headers, network_fault)


def encode_row(operation: Operation, validator: SchemaValidator, view: View, row: Row) -> bytes:
    """Validate a stored row, then project, localize and encode it; ContractViolation."""
    error = validator.first_error(row)
    if error is not None:
        raise ContractViolation(f"{operation.id} answered 200: {error.field}: {error.detail}")
    return encode_json(view.shape_body(row))


def encode_json(body: Any) -> bytes:
    """Encode as JSON; a copy, since orjson returns small texts in blocks of 4 KB, which the journal would keep."""
    return bytes(memoryview(orjson.dumps(body)))
