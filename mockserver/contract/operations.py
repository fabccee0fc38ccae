"""The operations of a spec, each compiled once: what it takes, who may call it, what it answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from ..exchange import Text
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
    needs_token: whether it wants a good token; scopes: one of which the token must have (A4), if there are any.
    parameters, names: in the path, the query and the headers; names of headers are in lower case.
    replies: a judge for each declared status, None for a status without JSON.
    texts: the other media types that are declared, by status.
    documented: the statuses that the published contract has too: those without `x-basis`.
    examples: bodies for each declared status, by name, the usual one first; none for a status without JSON.
    patched: judge of the resource that a PATCH leaves (`x-patches`).
    identity: dotted paths that `fields` never removes (C4).
    localized: dotted paths of localized texts in the reply; below `recursion` they come again.
    """

    id: str
    service: str
    method: str
    path: str
    needs_token: bool
    scopes: tuple[str, ...]
    parameters: Mapping[str, tuple[Parameter, ...]]
    names: Mapping[str, frozenset[str]]
    body: BodyPlan | None
    replies: Mapping[int, Judge | None]
    texts: Mapping[int, frozenset[str]]
    documented: frozenset[int]
    examples: Mapping[int, Mapping[str, Any]]
    patched: Judge | None = None
    identity: tuple[str, ...] = ()
    localized: tuple[str, ...] = ()
    recursion: str | None = None
    deprecated: bool = False

    def declares(self, name: str) -> bool:
        """Whether the operation has this query or header parameter."""
        return any(parameter.name == name for place in ("query", "header") for parameter in self.parameters[place])

    @property
    def is_bulk(self) -> bool:
        """Whether the body is judged and carried out element by element (E1)."""
        return self.body is not None and self.body.element is not None

    def defect(self, status: int, body: Any) -> str | None:
        """Return what the contract does not allow about our own reply, or None."""
        if status not in self.replies:
            return f"status {status} is not declared"
        if isinstance(body, Text):
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
        declared = [
            parameters.compiled(document, each) for each in (*item.get("parameters", ()), *node.get("parameters", ()))
        ]
        statuses = {int(status): document.resolve(reply) for status, reply in node["responses"].items()}
        schemas = {status: json_content(document, reply) for status, reply in statuses.items()}
        best = schemas.get(200)
        return Operation(
            id=node["operationId"],
            service=document.path.stem,
            method=method.upper(),
            path=path,
            needs_token=_needs_token(document, node),
            scopes=_scopes(document, node),
            parameters={place: _at(declared, place) for place in PLACES},
            names={place: frozenset(each.key for each in _at(declared, place)) for place in PLACES},
            body=bodies.compiled(document, node, element_wise=MULTI_STATUS in statuses),
            replies={status: None if each is None else judge(each) for status, each in schemas.items()},
            texts={status: frozenset(reply.get("content", ())) - {JSON} for status, reply in statuses.items()},
            documented=frozenset(status for status, reply in statuses.items() if "x-basis" not in reply),
            examples={status: examples.of_reply(document, statuses[status], each) for status, each in schemas.items()},
            patched=Judge(document, node["x-patches"]) if "x-patches" in node else None,
            deprecated=node.get("deprecated", False),
            **({} if best is None else _marks(document, best)),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        reason = f"{method.upper()} {path}: {type(error).__name__} {error}"
        raise SpecError(document.path, reason) from None


def _at(declared: list[Parameter], place: str) -> tuple[Parameter, ...]:
    return tuple(parameter for parameter in declared if parameter.place == place)


def _requirements(document: Document, operation: Node) -> list[Node]:
    requirements: list[Node] = operation.get("security", document.root.get("security", []))
    return requirements


def _needs_token(document: Document, operation: Node) -> bool:
    """Whether there are requirements, and none of them is the empty one that makes them optional."""
    requirements = _requirements(document, operation)
    return bool(requirements) and all(requirements)


def _scopes(document: Document, operation: Node) -> tuple[str, ...]:
    """Collect the scopes of all requirements: alternatives, in the order of the spec."""
    requirements = _requirements(document, operation)
    return tuple(scope for requirement in requirements for scopes in requirement.values() for scope in scopes)


def _marks(document: Document, schema: Node) -> dict[str, Any]:
    """Read from the reply's schema what OpenAPI has no word for: identity, localized texts, recursion."""
    found = list(document.walk(schema))
    return {
        "identity": next((tuple(each["x-identity"]) for _, each in found if "x-identity" in each), ()),
        "localized": tuple(".".join(path) for path, each in found if each.get("x-localized")),
        "recursion": "subcategories" if any(path == ("subcategories",) for path, _ in found) else None,
    }
