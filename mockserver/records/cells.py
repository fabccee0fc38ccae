"""What a contract has for tests to cover, as cells, and which of them a visit covers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import orjson

from ..contract.operations import MULTI_STATUS, PLACES, Operation
from ..contract.shapes import Look, sights
from ..messages import Call
from .visit import Visit

Key = tuple[str, str, str, str]  # equal to a cell and made in a tenth of the time, which counts at each call

# What can become of an element of a bulk, by the method: an upsert makes (201) or replaces (204), and may come with
# a stale version (409); a creation may find its id taken (409); a deletion is content with what is not there (D9).
# Each may be of the wrong form or break a rule (400, E1). The contract itself lists none of these codes.
ELEMENT_CODES = {"PUT": (201, 204, 400, 409), "POST": (201, 400, 409), "DELETE": (204, 400)}


class Cell(NamedTuple):
    """One thing in the contract that a test can cover.

    place: `path`, `query`, `header` or `body`, for parameters, body properties and enum values.
    value: the status, name, JSON pointer, scope or code; for an enum both name and value, as in `type=PRODUCT`.
    """

    dimension: str
    operation: str
    place: str = ""
    value: str = ""

    @property
    def label(self) -> str:
        """What a person calls it, within its dimension."""
        return " ".join(filter(None, self[1:]))


def declared(operation: Operation) -> Iterator[Cell]:
    """Give all cells of an operation; ids in the path are no parameters here, since no call can leave them out."""
    yield Cell("operations", operation.id)
    yield from (Cell("statuses", operation.id, value=str(status)) for status in sorted(operation.documented))
    for place in PLACES:
        for parameter in operation.parameters[place]:
            if place != "path":
                yield Cell("parameters", operation.id, place, parameter.name)
            yield from _enum(operation, place, parameter.name, parameter.values)
    for pointer, shape in operation.body.shape.everything() if operation.body else ():
        yield Cell("bodyProperties", operation.id, "body", pointer)
        yield from _enum(operation, "body", pointer, shape.values)
    yield from (Cell("scopes", operation.id, value=scope) for scope in operation.scopes)
    if MULTI_STATUS in operation.replies:
        yield from (Cell("elements", operation.id, value=str(code)) for code in ELEMENT_CODES.get(operation.method, ()))


def covered(operation: Operation, visit: Visit) -> set[Key]:
    """Return the cells that a visit covers; a refused call covers only its status."""
    id_, call = operation.id, visit.call
    keys: set[Key] = {("statuses", id_, "", str(visit.status))}
    if call is None or not 200 <= visit.status < 300:
        return keys
    keys.add(("operations", id_, "", ""))
    if visit.is_authenticated and (scope := visit.scope) is not None:
        keys.add(("scopes", id_, "", scope))
    keys.update(_parameters(operation, call))
    body, look = call.body, visit.look
    if visit.status == MULTI_STATUS and visit.answer:
        codes = [entry["code"] for entry in orjson.loads(visit.answer.content)]
        real = {code for at, code in enumerate(codes) if at not in visit.spoilt}
        keys.update(("elements", id_, "", str(code)) for code in real)
        if max(codes, default=0) >= 300:
            body, look = [element for element, code in zip(body, codes, strict=True) if code < 300], None
    if body:
        keys.update(_properties(operation, body, look))
    return keys


def injected(operation: Operation) -> Cell:
    """Return the cell, in no dimension, that counts the calls which a fault answered or broke."""
    return Cell("injected", operation.id)


def _enum(operation: Operation, place: str, name: str, values: tuple[Any, ...]) -> Iterator[Cell]:
    return (Cell("enumValues", operation.id, place, f"{name}={value}") for value in values)


def _parameters(operation: Operation, call: Call) -> Iterator[Key]:
    for place, given in (("path", call.path), ("query", call.query), ("header", call.header)):
        if given:
            for parameter in operation.parameters[place]:
                name = parameter.name
                if name in given:
                    if place != "path":
                        yield "parameters", operation.id, place, name
                    if parameter.values:
                        yield "enumValues", operation.id, place, f"{name}={given[name]}"


def _properties(operation: Operation, body: Any, look: Look | None) -> Iterator[Key]:
    """Give what a body covers; it was looked at before, unless parts of it failed or it was too much."""
    assert operation.body is not None
    for sight in look.declared if look and look.is_whole else sights(operation.body.shape, body):
        if sight.shape is not None:
            yield "bodyProperties", operation.id, "body", sight.pointer
            if sight.shape.values:
                for value in set(map(str, sight.values)):
                    yield "enumValues", operation.id, "body", f"{sight.pointer}={value}"
