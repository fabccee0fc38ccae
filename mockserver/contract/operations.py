"""The operations of a spec, each compiled once: what it takes, who may call it, what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from ..messages import TextBody
from . import bodies, examples, parameters
from .bodies import JSON_MEDIA_TYPE, BodyPlan
from .parameters import Parameter
from .spec import Spec, SpecError, SpecNode
from .validation import SchemaValidator, json_schema

HTTP_METHODS = ("get", "put", "post", "patch", "delete")
MULTI_STATUS = 207
PARAMETER_LOCATIONS = ("path", "query", "header")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract.

    service: name of the spec file, without its ending.
    takes_token: whether it looks at a token at all; needs_token: whether it wants one; both want a good one.
    scopes: one of which the token must have (A4), if there are any and `needs_scope` says so; else they show more.
    parameters, names: in the path, the query and the headers; names of headers are in lower case.
    asked: those of the query and the headers by their names.
    lists: names of the query parameters that may come several times.
    filters: the dotted path of the field that a query parameter asks for, by its name.
    replies: a judge for each declared status, None for a status without JSON.
    row: judge of each row of the usual reply; None where that is more than an array, or something else.
    texts: the other media types that are declared, by status.
    documented: the statuses that the published contract has too, which are those without `x-basis`, and that a call can
        get without a fault, which are those without `x-fault-only`.
    examples: bodies for each declared status, by name, the usual one first; none for a status without JSON.
    patched: judge of the resource that a PATCH leaves (`x-patches`).
    identity: dotted paths that `fields` never removes (C4).
    localized: dotted paths of localized texts in the reply.
    recursion: the property in which the rows of the reply contain rows like themselves, with the same texts.
    texts_of: fields that are plain text for a client who wants one language, with the localized field of the text.
    count: the response header that has the number of rows (C2), if there is one.
    is_compound: whether `q` may have a `compoundLogicalQuery` (C5).
    """

    id: str
    service: str
    method: str
    path: str
    takes_token: bool
    needs_token: bool
    needs_scope: bool
    scopes: tuple[str, ...]
    parameters: Mapping[str, tuple[Parameter, ...]]
    parameter_names: Mapping[str, frozenset[str]]
    parameters_by_name: Mapping[str, Parameter]
    array_parameters: frozenset[str]
    filter_paths: Mapping[str, str]
    body_plan: BodyPlan | None
    reply_validators: Mapping[int, SchemaValidator | None]
    row_validator: SchemaValidator | None
    text_media_types: Mapping[int, frozenset[str]]
    documented_statuses: frozenset[int]
    examples: Mapping[int, Mapping[str, Any]]
    patched_validator: SchemaValidator | None = None
    identity_paths: tuple[str, ...] = ()
    localized_paths: tuple[str, ...] = ()
    plain_text_sources: Mapping[str, str] = field(default_factory=dict)
    recursive_field: str | None = None
    count_header: str | None = None
    has_compound_query: bool = False
    is_deprecated: bool = False

    def has_parameter(self, name: str) -> bool:
        """Whether the operation has this query or header parameter."""
        return self.parameter(name) is not None

    def parameter(self, name: str) -> Parameter | None:
        """Return the query or header parameter of this name, if there is one."""
        return self.parameters_by_name.get(name)

    @property
    def is_bulk(self) -> bool:
        """Whether the body is judged and carried out element by element (E1)."""
        return self.body_plan is not None and self.body_plan.element_validator is not None

    def reply_violation(self, status: int, body: Any) -> str | None:
        """Return what the contract does not allow about our own reply, or None."""
        if status not in self.reply_validators:
            return f"status {status} is not declared"
        if isinstance(body, TextBody):
            declared = body.media_type in self.text_media_types[status]
            return None if declared else f"status {status} does not declare {body.media_type}"
        validator = self.reply_validators[status]
        error = validator.first_error(body) if validator else None
        return f"{error.field}: {error.detail}" if error else None


def compile_operations(spec: Spec) -> Iterator[Operation]:
    """Compile every operation of a document; SpecError if one cannot be."""
    validator_for = partial(_cached_validator, spec, {})
    for path, item in spec.root["paths"].items():
        for method in HTTP_METHODS:
            if method in item:
                yield _compile_operation(spec, method, path, item, validator_for)


def _cached_validator(spec: Spec, validators: dict[bytes, SchemaValidator], schema: SpecNode) -> SchemaValidator:
    """Return the judge of a schema: one for all replies that are alike, since each holds all that it refers to."""
    key = orjson.dumps(schema)
    if key not in validators:
        validators[key] = SchemaValidator(spec, schema)
    return validators[key]


def _compile_operation(
    spec: Spec, method: str, path: str, item: SpecNode, validator_for: Callable[[SpecNode], SchemaValidator]
) -> Operation:
    node = item[method]
    try:
        declared = _parameters(spec, item, node)
        statuses = {int(status): spec.resolve(reply) for status, reply in node["responses"].items()}
        schemas = {status: json_schema(spec, reply) for status, reply in statuses.items()}
        ok_schema = schemas.get(200)
        return Operation(
            id=node["operationId"],
            service=spec.path.stem,
            method=method.upper(),
            path=path,
            **_read_security(spec, node),
            parameters={place: _parameters_in(declared, place) for place in PARAMETER_LOCATIONS},
            parameters_by_name={each.name: each for each in declared if each.location != "path"},
            parameter_names={
                place: frozenset(each.lookup_name for each in _parameters_in(declared, place))
                for place in PARAMETER_LOCATIONS
            },
            array_parameters=frozenset(
                each.name for each in _parameters_in(declared, "query") if each.schema_type == "array"
            ),
            filter_paths={
                each.name: each.filter_path
                for each in _parameters_in(declared, "query")
                if each.filter_path is not None
            },
            body_plan=bodies.compile_body(spec, node, is_bulk=MULTI_STATUS in statuses),
            reply_validators={
                status: None if each is None else validator_for(each) for status, each in schemas.items()
            },
            row_validator=None if ok_schema is None else _row_validator(spec.resolve(ok_schema), validator_for),
            text_media_types={
                status: frozenset(reply.get("content", ())) - {JSON_MEDIA_TYPE} for status, reply in statuses.items()
            },
            documented_statuses=frozenset(
                status for status, reply in statuses.items() if not reply.keys() & {"x-basis", "x-fault-only"}
            ),
            examples={
                status: examples.reply_examples(spec, statuses[status], each) for status, each in schemas.items()
            },
            patched_validator=SchemaValidator(spec, node["x-patches"]) if "x-patches" in node else None,
            count_header=_find_count_header(spec, statuses.get(200, {})),
            has_compound_query=node.get("x-compound", False),
            is_deprecated=node.get("deprecated", False),
            **({} if ok_schema is None else _read_extensions(spec, ok_schema)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"{method.upper()} {path}: {type(error).__name__} {error}"
        raise SpecError(spec.path, reason) from None


def _parameters(document: Spec, item: SpecNode, operation: SpecNode) -> list[Parameter]:
    """Compile the parameters of the path and of the operation, which replace those of the path with the same name."""
    nodes = (*item.get("parameters", ()), *operation.get("parameters", ()))
    compiled = (parameters.compile_parameter(document, node) for node in nodes)
    return list({(parameter.location, parameter.lookup_name): parameter for parameter in compiled}.values())


def _row_validator(schema: SpecNode, validator_for: Callable[[SpecNode], SchemaValidator]) -> SchemaValidator | None:
    """Return the judge of the elements if an array is as the schema says as soon as each of them is."""
    is_plain = {"type", "items"} <= schema.keys() <= {"type", "items", "description", "example"}
    return validator_for(schema["items"]) if is_plain else None


def _parameters_in(declared: list[Parameter], location: str) -> tuple[Parameter, ...]:
    return tuple(parameter for parameter in declared if parameter.location == location)


def _read_security(spec: Spec, operation: SpecNode) -> dict[str, Any]:
    """Read the security requirements: alternatives, of which the empty one wants no token, and some want no scope."""
    requirements: list[SpecNode] = operation.get("security", spec.root.get("security", []))
    scopes = [tuple(scope for each in requirement.values() for scope in each) for requirement in requirements]
    return {
        "takes_token": any(requirements),
        "needs_token": bool(requirements) and all(requirements),
        "needs_scope": bool(scopes) and all(scopes),
        "scopes": tuple(scope for each in scopes for scope in each),
    }


def _find_count_header(spec: Spec, reply: SpecNode) -> str | None:
    """Return the name of the header with the number of rows: services call it X-Total-Count, X-Count or Count (C2)."""
    return next((name for name in spec.resolve(reply).get("headers", ()) if name.endswith("Count")), None)


def _read_extensions(spec: Spec, schema: SpecNode) -> dict[str, Any]:
    """Read from the reply's schema what OpenAPI has no word for: identity, localized texts, recursion."""
    subschemas = list(spec.walk_schema(schema))
    return {
        "identity_paths": next((tuple(each["x-identity"]) for _, each in subschemas if "x-identity" in each), ()),
        "localized_paths": tuple(".".join(path) for path, each in subschemas if each.get("x-localized")),
        "plain_text_sources": {".".join(path): each["x-text-of"] for path, each in subschemas if "x-text-of" in each},
        "recursive_field": spec.recursive_property(schema),
    }
