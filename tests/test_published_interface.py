"""Our spec says what the published interface says: operations, parameters, scopes, statuses and bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from mockserver.contract.document import Document, Node
from mockserver.contract.loading import read
from mockserver.contract.operations import METHODS
from mockserver.resources import folder
from mockserver.strict_yaml import load

from .conftest import PUBLISHED

OURS = folder("spec") / "customer-segment.yaml"
SEGMENTS = "GET-customer-segment-retrieve-segments"
CREATION = "POST-customer-segment-create-segment"
PATCH = "PATCH-customer-segment-update-segment"
MATCH = "POST-customer-segment-check-match"
TREES = "GET-customer-segment-retrieve-category-trees"
REMOVALS = [f"DELETE-customer-segment-remove-{what}-bulk" for what in ("segments", "customers", "items")]

# Differences that are meant, each with its reason; replies of ours that carry `x-basis` need no line here.
KNOWN = {
    f"added: {MATCH} takes body.siteCode: string": "the published example has it in place of `site` (C17)",
    f"added: {TREES} answers 200 body[].parentId: string": "the published example has it (C15)",
} | {f"added: {removal} takes an unpublished body": "without one nothing can be removed (E6)" for removal in REMOVALS}


def differences(document: Document) -> set[str]:
    published, ours = facts(read(PUBLISHED)), facts(document)
    return {f"missing: {fact}" for fact in published - ours} | {f"added: {fact}" for fact in ours - published}


def facts(document: Document) -> set[str]:
    """Say in a line each what a client relies on."""
    return {
        f"{operation['operationId']} {fact}"
        for path, item in document.root["paths"].items()
        for method, operation in item.items()
        if method in METHODS
        for fact in (f"is {method.upper()} {path}", *operation_facts(document, item, operation))
    }


def operation_facts(document: Document, item: Node, operation: Node) -> Iterator[str]:
    for parameter in map(document.resolve, (*item["parameters"], *operation.get("parameters", ()))):
        yield f"takes {parameter['in']} {parameter['name']}: {kind(document.resolve(parameter['schema']))}"
    for requirement in operation["security"]:
        yield from (f"accepts {scope}" for scopes in requirement.values() for scope in scopes)
    request = operation.get("requestBody", {})
    yield from ["takes an unpublished body"] if "x-basis" in request else content(document, "takes", request)
    for status, reply in operation["responses"].items():
        if "x-basis" not in document.resolve(reply):
            yield f"answers {status}"
            yield from content(document, f"answers {status}", document.resolve(reply))


def content(document: Document, verb: str, holder: Node) -> Iterator[str]:
    """Say what a request or a reply has in its body, if it has one."""
    if "content" in holder:
        schema = holder["content"]["application/json"]["schema"]
        yield from (f"{verb} {field}" for field in fields(document, schema, "body"))


def fields(document: Document, schema: Node, name: str, seen: tuple[str, ...] = ()) -> Iterator[str]:
    """Give `dotted.name[]: type` of a schema and of all that is in it; of what recurs, the type alone."""
    reference, schema = schema.get("$ref", ""), document.resolve(schema)
    yield f"{name}: {kind(schema)}"
    if reference in seen:
        return
    seen = (*seen, reference) if reference else seen
    for part in schema.get("allOf", ()):
        yield from fields(document, part, name, seen)
    for inner, part in schema.get("properties", {}).items():
        yield from fields(document, part, f"{name}.{inner}", seen)
    if "items" in schema:
        yield from fields(document, schema["items"], f"{name}[]", seen)


def kind(schema: Node) -> str:
    """Name the type; not every object is marked as one."""
    unmarked = "object" if schema.keys() & {"properties", "allOf"} else "any"
    return str(schema.get("type", unmarked))


def test_the_spec_differs_from_the_published_interface_only_where_it_is_known() -> None:
    assert differences(read(OURS)) == KNOWN.keys()


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("/segments/match:", "/match:", f"missing: {MATCH} is POST /customer-segment/{{tenant}}/segments/match"),
        (f"operationId: {MATCH}", "operationId: match", f"missing: {MATCH} answers 200"),
        ("        - $ref: '#/components/parameters/siteCode'\n", "", f"missing: {TREES} takes query siteCode: string"),
        ("      name: siteCode", "      name: site", f"added: {TREES} takes query site: string"),
        (
            "[customersegment.segment_read]",
            "[segment_read]",
            f"missing: {SEGMENTS} accepts customersegment.segment_read",
        ),
        (
            "        '409':\n          $ref: '#/components/responses/Conflict'\n",
            "",
            f"missing: {CREATION} answers 409",
        ),
        ("      x-basis: inferred\n", "", f"added: {PATCH} answers 409"),
        ("        x-basis: documented in prose only\n", "", f"added: {REMOVALS[0]} takes body: array"),
        ("isSegmentAssigned:", "isAssigned:", f"missing: {TREES} answers 200 body[].isSegmentAssigned: boolean"),
        ("isSegmentAssigned:", "isAssigned:", f"added: {TREES} answers 200 body[].isAssigned: boolean"),
        (
            "          type: integer",
            "          type: string",
            f"added: {SEGMENTS} answers 200 body[].metadata.version: string",
        ),
        ("        op:", "        operation:", f"missing: {PATCH} takes body[].op: string"),
        (
            "        parentId:\n          type: string",
            "        parent:",
            f"added: {TREES} answers 200 body[].parentId: string",
        ),
    ],
)
def test_a_change_of_the_spec_is_found(old: str, new: str, found: str) -> None:
    text = OURS.read_text()
    assert old in text
    document = Document(OURS, load(text.replace(old, new, 1)))
    assert found in differences(document) ^ KNOWN.keys()


def test_the_published_file_holds_facts_and_none_of_the_vendors_words() -> None:
    text = PUBLISHED.read_text()
    assert not re.findall(r"\b(?:summary|examples?|externalDocs):", text)
    assert set(re.findall(r"\bdescription: ([^{}\n]+)", text)) <= {status.phrase for status in HTTPStatus}
