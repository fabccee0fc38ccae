"""The constraints of schemas: tests should try the values that are just valid, and values that are not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from ..errors import BadRequest, ClientError
from ..messages import Call
from .spec import SpecNode

Side = tuple[str, str]  # the place and the name of an item in a coverage report

SIZE_KEYWORDS = ("minLength", "maxLength", "minItems", "maxItems")
BOUNDARY_KEYWORDS = ("minimum", "maximum", *SIZE_KEYWORDS)
KEYWORDS = (*BOUNDARY_KEYWORDS, "pattern", "enum", "required")
MISSING_PROPERTY = re.compile(r'"(.*)" is a required property')
MAX_ELEMENTS = 10  # of an array, whose values are compared with boundaries: a bulk of 200 must not become slower
INDEX = re.compile(r"/\d+(?=/|$)")


class Constraint(NamedTuple):
    """One keyword that limits a parameter or a field.

    place: `query`, `header` or `body`. name: of the parameter, or the JSON pointer, with `*` for elements of an array.
    bound: the number of a boundary; None for other keywords.
    """

    place: str
    name: str
    keyword: str
    bound: float | None = None

    @property
    def label(self) -> str:
        """The name of the constraint in a coverage report."""
        return " ".join(filter(None, (self.name, self.keyword, "" if self.bound is None else str(self.bound))))

    @property
    def has_valid_side(self) -> bool:
        """Whether valid values count: those at a boundary, or those of a pattern. Those of an enum count elsewhere."""
        return self.bound is not None or self.keyword == "pattern"

    @property
    def sides(self) -> tuple[Side, ...]:
        """What a test can try: a value that is just valid, and one that is not."""
        words = ("valid", "invalid") if self.has_valid_side else ("invalid",)
        return tuple((self.place, f"{self.label} {word}") for word in words)

    def is_met(self, value: Any) -> bool:
        """Whether a valid value is at the boundary; every value of a pattern is."""
        if self.keyword in SIZE_KEYWORDS:
            return isinstance(value, str | list) and len(value) == self.bound
        return self.bound is None or (isinstance(value, int | float) and value == self.bound)


def read_constraints(schema: SpecNode) -> dict[str, Any]:
    """Return the keywords of a schema that limit its values."""
    return {keyword: schema[keyword] for keyword in KEYWORDS if keyword in schema}


def list_constraints(place: str, name: str, keywords: Mapping[str, Any]) -> Iterator[Constraint]:
    """Yield the constraints of a parameter or a field that requests can violate.

    An empty parameter of a query counts as absent, so it cannot be too short.
    """
    if not keywords:  # as most have none
        return
    for keyword in BOUNDARY_KEYWORDS:
        if keyword in keywords and (place, keyword, keywords[keyword]) != ("query", "minLength", 1):
            yield Constraint(place, name, keyword, keywords[keyword])
    yield from (Constraint(place, name, keyword) for keyword in ("pattern", "enum") if keyword in keywords)
    yield from (Constraint(place, f"{name}/{missing}", "required") for missing in keywords.get("required", ()))


def find_met_boundaries(boundaries: Iterable[Constraint], call: Call, body: Any) -> tuple[Side, ...]:
    """Return the valid sides of the constraints that a valid call meets, with the part of its body that succeeded."""
    sources = {"query": call.query, "header": call.header, "body": body}
    return tuple(
        boundary.sides[0]
        for boundary in boundaries
        if any(map(boundary.is_met, _find_values(boundary, sources[boundary.place])))
    )


def find_violation(constraints: Iterable[Constraint], error: ClientError | None, prefix: str = "") -> Side | None:
    """Return the invalid side of the constraint that an error is about; None if it is about something else.

    prefix: the pointer to what was validated: `/*` for an element of a bulk.
    """
    if not isinstance(error, BadRequest):
        return None
    missing = MISSING_PROPERTY.fullmatch(error.detail) if error.error_type == "required" else None
    name = prefix + INDEX.sub("/*", error.field) + (f"/{missing[1]}" if missing else "")
    place = (name, error.error_type)
    return next((each.sides[-1] for each in constraints if (each.name, each.keyword) == place), None)


def _find_values(constraint: Constraint, source: Any) -> list[Any]:
    """Return the value of a parameter, or the values at a place of a body: in arrays, those of the first elements."""
    if constraint.place != "body":
        return [source[constraint.name]] if constraint.name in source else []
    values = [] if source is None else [source]
    for step in constraint.name.split("/")[1:]:
        if step == "*":
            values = [element for value in values if isinstance(value, list) for element in value[:MAX_ELEMENTS]]
        else:
            values = [value[step] for value in values if isinstance(value, dict) and step in value]
    return values
