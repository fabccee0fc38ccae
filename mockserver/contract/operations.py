"""The operations of a spec, each compiled once: what it takes, who may call it, what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson

from ..messages import TextBody
from . import bodies, examples, parameters
from .bodies import JSON, BodyPlan
from .document import Document, Node, SpecError
from .parameters import Parameter
from .validation import Judge, json_content

METHODS = ("get", "put", "post", "patch", "delete")
MULTI_STATUS = 207
PLACES = ("path", "query", "header")


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
    names: Mapping[str, frozenset[str]]
    asked: Mapping[str, Parameter]
    lists: frozenset[str]
    filters: Mapping[str, str]
    body: BodyPlan | None
    replies: Mapping[int, Judge | None]
    row: Judge | None
    texts: Mapping[int, frozenset[str]]
    documented: frozenset[int]
    examples: Mapping[int, Mapping[str, Any]]
    patched: Judge | None = None
    identity: tuple[str, ...] = ()
    localized: tuple[str, ...] = ()
    texts_of: Mapping[str, str] = field(default_factory=dict)
    recursion: str | None = None
    count: str | None = None
    is_compound: bool = False
    deprecated: bool = False

    def declares(self, name: str) -> bool:
        """Whether the operation has this query or header parameter."""
        return self.parameter(name) is not None

    def parameter(self, name: str) -> Parameter | None:
        """Return the query or header parameter of this name, if there is one."""
        return self.asked.get(name)

    @property
    def is_bulk(self) -> bool:
        """Whether the body is judged and carried out element by element (E1)."""
        return self.body is not None and self.body.element is not None

    def defect(self, status: int, body: Any) -> str | None:
        """Return what the contract does not allow about our own reply, or None."""
        if status not in self.replies:
            return f"status {status} is not declared"
        if isinstance(body, TextBody):
            declared = body.media_type in self.texts[status]
            return None if declared else f"status {status} does not declare {body.media_type}"
        judge = self.replies[status]
        problem = judge.problem(body) if judge else None
        return f"{problem.field}: {problem.detail}" if problem else None


def operations(document: Document) -> Iterator[Operation]:
    """Compile every operation of a document; SpecError if one cannot be."""
    judge = partial(_shared, document, {})
    for path, item in document.root["paths"].items():
        for method in METHODS:
            if method in item:
                yield _compiled(document, method, path, item, judge)


def _shared(document: Document, judges: dict[bytes, Judge], schema: Node) -> Judge:
    """Return the judge of a schema: one for all replies that are alike, since each holds all that it refers to."""
    key = orjson.dumps(schema)
    if key not in judges:
        judges[key] = Judge(document, schema)
    return judges[key]


def _compiled(document: Document, method: str, path: str, item: Node, judge: Callable[[Node], Judge]) -> Operation:
    node = item[method]
    try:
        declared = _parameters(document, item, node)
        statuses = {int(status): document.resolve(reply) for status, reply in node["responses"].items()}
        schemas = {status: json_content(document, reply) for status, reply in statuses.items()}
        best = schemas.get(200)
        return Operation(
            id=node["operationId"],
            service=document.path.stem,
            method=method.upper(),
            path=path,
            **_access(document, node),
            parameters={place: _at(declared, place) for place in PLACES},
            asked={each.name: each for each in declared if each.place != "path"},
            names={place: frozenset(each.key for each in _at(declared, place)) for place in PLACES},
            lists=frozenset(each.name for each in _at(declared, "query") if each.kind == "array"),
            filters={each.name: each.filters for each in _at(declared, "query") if each.filters is not None},
            body=bodies.compiled(document, node, element_wise=MULTI_STATUS in statuses),
            replies={status: None if each is None else judge(each) for status, each in schemas.items()},
            row=None if best is None else _row(document.resolve(best), judge),
            texts={status: frozenset(reply.get("content", ())) - {JSON} for status, reply in statuses.items()},
            documented=frozenset(
                status for status, reply in statuses.items() if not reply.keys() & {"x-basis", "x-fault-only"}
            ),
            examples={status: examples.of_reply(document, statuses[status], each) for status, each in schemas.items()},
            patched=Judge(document, node["x-patches"]) if "x-patches" in node else None,
            count=_count(document, statuses.get(200, {})),
            is_compound=node.get("x-compound", False),
            deprecated=node.get("deprecated", False),
            **({} if best is None else _marks(document, best)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"{method.upper()} {path}: {type(error).__name__} {error}"
        raise SpecError(document.path, reason) from None


def _parameters(document: Document, item: Node, operation: Node) -> list[Parameter]:
    """Compile the parameters of the path and of the operation, which replace those of the path with the same name."""
    nodes = (*item.get("parameters", ()), *operation.get("parameters", ()))
    compiled = (parameters.compiled(document, node) for node in nodes)
    return list({(parameter.place, parameter.key): parameter for parameter in compiled}.values())


def _row(schema: Node, judge: Callable[[Node], Judge]) -> Judge | None:
    """Return the judge of the elements if an array is as the schema says as soon as each of them is."""
    is_plain = {"type", "items"} <= schema.keys() <= {"type", "items", "description", "example"}
    return judge(schema["items"]) if is_plain else None


def _at(declared: list[Parameter], place: str) -> tuple[Parameter, ...]:
    return tuple(parameter for parameter in declared if parameter.place == place)


def _access(document: Document, operation: Node) -> dict[str, Any]:
    """Read the security requirements: alternatives, of which the empty one wants no token, and some want no scope."""
    requirements: list[Node] = operation.get("security", document.root.get("security", []))
    scopes = [tuple(scope for each in requirement.values() for scope in each) for requirement in requirements]
    return {
        "takes_token": any(requirements),
        "needs_token": bool(requirements) and all(requirements),
        "needs_scope": bool(scopes) and all(scopes),
        "scopes": tuple(scope for each in scopes for scope in each),
    }


def _count(document: Document, reply: Node) -> str | None:
    """Return the name of the header with the number of rows: services call it X-Total-Count, X-Count or Count (C2)."""
    return next((name for name in document.resolve(reply).get("headers", ()) if name.endswith("Count")), None)


def _marks(document: Document, schema: Node) -> dict[str, Any]:
    """Read from the reply's schema what OpenAPI has no word for: identity, localized texts, recursion."""
    found = list(document.walk(schema))
    return {
        "identity": next((tuple(each["x-identity"]) for _, each in found if "x-identity" in each), ()),
        "localized": tuple(".".join(path) for path, each in found if each.get("x-localized")),
        "texts_of": {".".join(path): each["x-text-of"] for path, each in found if "x-text-of" in each},
        "recursion": document.recursive_property(schema),
    }
