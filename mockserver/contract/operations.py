"""The compiled operations of a spec: their parameters, bodies, security and replies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import Any

import orjson

from ..messages import JSON_MEDIA_TYPE, TextBody
from . import bodies, parameters, tolerance
from .bodies import BodyPlan
from .constraints import Constraint, list_constraints
from .examples import ReplyExamples, compile_examples
from .parameters import Parameter, ParameterSet
from .spec import Spec, SpecError, SpecNode
from .validation import SchemaValidator, json_schema

HTTP_METHODS = ("get", "put", "post", "patch", "delete")
MULTI_STATUS = 207
CUSTOMER_SCHEME = "CustomerAccessToken"  # the security scheme that the token of a customer satisfies
PARAMETER_LOCATIONS = ("path", "query", "header")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a spec.

    service: the name of the spec file, without its suffix.
    takes_token: a token is read if sent; needs_token: a token is required. An invalid token is always a 401.
    scopes: with `needs_scope`, the token must have one of them (A4); otherwise a scope only shows the caller more.
    admits_customers: whether a customer's token needs no scope (A4a).
    parameters: by location (path, query, header).
    parameters_by_name: the query and header parameters, by their declared names.
    enum_parameters: location and name of the parameters with an enum.
    constraints: of its parameters and its body. boundaries: those with a valid side, such as the shortest text.
    repeatable_parameters: the names of query parameters that are repeated for each of their values.
    filter_paths: the dotted path of the field that a query parameter filters by (C18), by the parameter's name.
    reply_validators: by declared status; None for a status without JSON.
    row_validator: validates each row of a 200; None unless that is a plain array.
    text_media_types: the declared media types other than JSON, by status.
    documented_statuses: those in the published contract (no `x-basis`) that need no fault (no `x-fault-only`).
    patched_validator: validates the resource that a PATCH would leave (`x-patches`).
    identity_paths: dotted paths that `fields` never removes (C4).
    localized_paths: dotted paths of localized texts in the reply.
    plain_text_sources: fields that are plain text if the client wants one language, with the localized field.
    recursive_field: the field in which a row contains rows of the same schema, such as `subcategories`.
    count_headers: the response headers with the number of rows (C2, M5).
    takes_slashes: whether the last id of the path may have slashes that are not encoded (`x-takes-slashes`).
    has_compound_query: whether `q` may have a `compoundLogicalQuery` (C5).
    is_examined: whether every request to it may have findings: it is deprecated, or its spec is tolerant.
    has_token_tenant: whether its tenant is that of the token, since the path names none (`x-token-tenant`).
    is_example: whether its replies are examples of the spec and change nothing: it is not simulated.
    """

    id: str
    service: str
    method: str
    path: str
    takes_token: bool
    needs_token: bool
    needs_scope: bool
    scopes: tuple[str, ...]
    admits_customers: bool
    parameters: Mapping[str, ParameterSet]
    parameters_by_name: Mapping[str, Parameter]
    enum_parameters: tuple[tuple[str, str], ...]
    constraints: tuple[Constraint, ...]
    boundaries: tuple[Constraint, ...]
    repeatable_parameters: frozenset[str]
    filter_paths: Mapping[str, str]
    body_plan: BodyPlan | None
    reply_validators: Mapping[int, SchemaValidator | None]
    row_validator: SchemaValidator | None
    text_media_types: Mapping[int, frozenset[str]]
    documented_statuses: frozenset[int]
    examples: ReplyExamples
    patched_validator: SchemaValidator | None = None
    identity_paths: tuple[str, ...] = ()
    localized_paths: tuple[str, ...] = ()
    plain_text_sources: Mapping[str, str] = field(default_factory=dict)
    recursive_field: str | None = None
    count_headers: tuple[str, ...] = ()
    takes_slashes: bool = False
    has_compound_query: bool = False
    is_deprecated: bool = False
    is_examined: bool = False
    is_example: bool = False
    has_token_tenant: bool = False

    def has_parameter(self, name: str) -> bool:
        """Whether the operation has this query or header parameter."""
        return name in self.parameters_by_name

    @property
    def is_bulk(self) -> bool:
        """Whether the body is validated and executed element by element (E1)."""
        return self.body_plan is not None and self.body_plan.element_validator is not None

    def reply_violation(self, status: int, body: Any) -> str | None:
        """Return how a reply of ours violates the contract; None if it does not."""
        if status not in self.reply_validators:
            return f"status {status} is not declared"
        if isinstance(body, TextBody):
            declared = body.media_type in self.text_media_types[status]
            return None if declared else f"status {status} does not declare {body.media_type}"
        validator = self.reply_validators[status]
        error = validator.first_error(body) if validator else None
        return f"{error.field}: {error.detail}" if error else None


def compile_operations(spec: Spec) -> Iterator[Operation]:
    """Compile every operation of a spec; SpecError if one cannot be compiled.

    If the spec may be compiled late, each schema is compiled when a value is first validated against it.
    """
    parameter_for = partial(_cached_parameter, spec, {})
    validator_for = partial(_cached_validator, spec, {})
    extensions_for = partial(_cached_extensions, spec, {})
    for path, item in spec.root["paths"].items():
        for method in HTTP_METHODS:
            if method in item:
                yield _compile_operation(
                    spec,
                    method,
                    path,
                    item,
                    parameter_for=parameter_for,
                    validator_for=validator_for,
                    extensions_for=extensions_for,
                )


def _cached_parameter(spec: Spec, compiled: dict[str, Parameter], node: SpecNode) -> Parameter:
    """Return a parameter; all operations that refer to the same one share it."""
    reference = node.get("$ref")
    compile_node = tolerance.compile_tolerant_parameter if spec.is_tolerant else parameters.compile_parameter
    if reference is None:
        return compile_node(spec, node)
    if reference not in compiled:
        compiled[reference] = compile_node(spec, node)
    return compiled[reference]


def _cached_validator(spec: Spec, validators: dict[bytes, SchemaValidator], schema: SpecNode) -> SchemaValidator:
    """Return the validator of a schema; equal schemas share one, since each holds copies of all its references."""
    key = orjson.dumps(schema)
    if key not in validators:
        validators[key] = SchemaValidator(spec, schema)
    return validators[key]


def _cached_extensions(spec: Spec, known: dict[bytes, dict[str, Any]], schema: SpecNode) -> dict[str, Any]:
    """Return what `_read_extensions` returns; many operations reply with the same schema."""
    key = orjson.dumps(schema)
    if key not in known:
        known[key] = _read_extensions(spec, schema)
    return known[key]


def _compile_operation(
    spec: Spec,
    method: str,
    path: str,
    item: SpecNode,
    *,
    parameter_for: Callable[[SpecNode], Parameter],
    validator_for: Callable[[SpecNode], SchemaValidator],
    extensions_for: Callable[[SpecNode], dict[str, Any]],
) -> Operation:
    node = item[method]
    try:
        statuses = {int(status): spec.resolve(reply) for status, reply in node["responses"].items()}
        schemas = {status: json_schema(spec, reply) for status, reply in statuses.items()}
        ok_schema = schemas.get(200)
        compile_plan = tolerance.compile_tolerant_body if spec.is_tolerant else bodies.compile_body
        body_plan = compile_plan(spec, node, is_bulk=MULTI_STATUS in statuses)
        located = _compile_parameters(item, node, parameter_for)
        constraints = _find_constraints(located, body_plan)
        return Operation(
            id=node["operationId"],
            service=spec.path.stem,
            method=method.upper(),
            path=path,
            **_read_security(spec, node),
            **_read_parameters(located),
            constraints=constraints,
            boundaries=tuple(constraint for constraint in constraints if constraint.has_valid_side),
            body_plan=body_plan,
            reply_validators={
                status: None if schema is None or spec.is_tolerant else validator_for(schema)
                for status, schema in schemas.items()
            },
            row_validator=None if spec.is_tolerant else _row_validator(spec.resolve(ok_schema or {}), validator_for),
            text_media_types={
                status: frozenset(reply.get("content", ())) - {JSON_MEDIA_TYPE} for status, reply in statuses.items()
            },
            documented_statuses=frozenset(
                status for status, reply in statuses.items() if not reply.keys() & {"x-basis", "x-fault-only"}
            ),
            examples=compile_examples(spec, statuses, schemas),
            patched_validator=SchemaValidator(spec, node["x-patches"]) if "x-patches" in node else None,
            count_headers=_find_count_headers(spec, statuses.get(200, {})),
            takes_slashes=item.get("x-takes-slashes", False),
            has_compound_query=node.get("x-compound", False),
            is_deprecated=node.get("deprecated", False),
            is_examined=spec.is_tolerant or node.get("deprecated", False),
            has_token_tenant=spec.root.get("x-token-tenant", False),
            **({} if ok_schema is None else extensions_for(ok_schema)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"{method.upper()} {path}: {type(error).__name__} {error}"
        raise SpecError(spec.path, reason) from None


def _compile_parameters(
    item: SpecNode, operation: SpecNode, parameter_for: Callable[[SpecNode], Parameter]
) -> dict[str, ParameterSet]:
    """Compile the parameters of the path and of the operation, by location; the operation's replace the path's."""
    nodes = (*item.get("parameters", ()), *operation.get("parameters", ()))
    effective = {(parameter.location, parameter.lookup_name): parameter for parameter in map(parameter_for, nodes)}
    return {
        location: ParameterSet.from_parameters(
            parameter for parameter in effective.values() if parameter.location == location
        )
        for location in PARAMETER_LOCATIONS
    }


def _read_parameters(by_location: Mapping[str, ParameterSet]) -> dict[str, Any]:
    query, header = by_location["query"], by_location["header"]
    return {
        "parameters": by_location,
        "parameters_by_name": {parameter.name: parameter for parameter in (*query, *header)},
        "enum_parameters": tuple(
            (parameter.location, parameter.name)
            for located in by_location.values()
            for parameter in located
            if parameter.enum_values
        ),
        "repeatable_parameters": frozenset(parameter.name for parameter in query if parameter.is_repeatable),
        "filter_paths": {
            parameter.name: parameter.filter_path for parameter in query if parameter.filter_path is not None
        },
    }


def _find_constraints(located: Mapping[str, ParameterSet], body_plan: BodyPlan | None) -> tuple[Constraint, ...]:
    """Return the constraints of the query, the headers and the body: those of the path are the same everywhere."""
    parameters_ = [parameter for place in ("query", "header") for parameter in located[place]]
    required = [Constraint(each.location, each.name, "required") for each in parameters_ if each.required]
    limits = [(each.location, each.name, each.constraints) for each in parameters_]
    if body_plan is not None:
        required += [Constraint("body", "", "required")] * body_plan.required
        limits += [("body", pointer, keywords) for pointer, keywords in body_plan.field_tree.walk_constraints()]
    return (*required, *chain.from_iterable(list_constraints(*limit) for limit in limits))


def _row_validator(schema: SpecNode, validator_for: Callable[[SpecNode], SchemaValidator]) -> SchemaValidator | None:
    """Return the validator of an array's elements, if the schema says nothing else about the array."""
    is_plain = {"type", "items"} <= schema.keys() <= {"type", "items", "description", "example"}
    return validator_for(schema["items"]) if is_plain else None


def _read_security(spec: Spec, operation: SpecNode) -> dict[str, Any]:
    """Read the security requirements. They are alternatives: an empty one needs no token, others need no scope.

    `CustomerAccessToken` without scopes is for customers only; other callers still need a scope of another requirement.
    """
    requirements: list[SpecNode] = operation.get("security", spec.root.get("security", []))
    for_all = [requirement for requirement in requirements if requirement != {CUSTOMER_SCHEME: []}]
    alternatives = [tuple(chain.from_iterable(requirement.values())) for requirement in for_all]
    return {
        "takes_token": any(requirements),
        "needs_token": bool(requirements) and all(requirements),
        "needs_scope": bool(alternatives) and all(alternatives),
        "scopes": tuple(chain.from_iterable(alternatives)),
        "admits_customers": len(for_all) < len(requirements),
    }


def _find_count_headers(spec: Spec, reply: SpecNode) -> tuple[str, ...]:
    """Return the names of the headers with the number of rows: X-Total-Count, X-Count or Count (C2)."""
    return tuple(name for name in spec.resolve(reply).get("headers", ()) if name.endswith("Count"))


def _read_extensions(spec: Spec, schema: SpecNode) -> dict[str, Any]:
    """Read what OpenAPI cannot express from the schema of a reply: identity, localized texts, recursion."""
    found = spec.list_subschemas(schema)
    subschemas = [(path, part) for path, part in found if part is not None]
    return {
        "identity_paths": next((tuple(part["x-identity"]) for _, part in subschemas if "x-identity" in part), ()),
        "localized_paths": tuple(".".join(path) for path, part in subschemas if part.get("x-localized")),
        "plain_text_sources": {".".join(path): part["x-text-of"] for path, part in subschemas if "x-text-of" in part},
        "recursive_field": next((path[0] for path, part in found if part is None and len(path) == 1), None),
    }
