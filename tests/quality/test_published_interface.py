"""Our specs agree with the published interfaces in operations, parameters, scopes, statuses and bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from mockserver.contract.operations import HTTP_METHODS
from mockserver.contract.spec import Spec, SpecNode, load_spec
from mockserver.resources import data_folder
from mockserver.strict_yaml import load_yaml
from tests.support.paths import PUBLISHED
from tests.support.service_tables import SERVICE_TABLES

SPECS = [path.stem for path in sorted(data_folder("spec").glob("*.yaml")) if path.stem not in {"control", "oauth"}]
SEGMENTS = "GET-customer-segment-retrieve-segments"
CREATION = "POST-customer-segment-create-segment"
PATCH = "PATCH-customer-segment-update-segment"
MATCH = "POST-customer-segment-check-match"
TREES = "GET-customer-segment-retrieve-category-trees"
REMOVALS = [f"DELETE-customer-segment-remove-{what}-bulk" for what in ("segments", "customers", "items")]
SITES = "GET-site-settings-list-site-configurations"
PROPERTY = "GET-configuration-retrieve-config"
VISITOR = "GET-oauth-generate-anonymous-access-token"
PROFILE = "GET-customer-retrieve-customer-profile"
PAGING = {"pageSize", "pageNumber"}  # strings in all our specs: practices/paging parses them and explains errors
KNOWN: dict[str, dict[str, dict[str, Any]]] = {
    name: tables.get("published", {}) for name, tables in SERVICE_TABLES.items()
}


def unexpected_differences(document: Spec) -> set[str]:
    """Return the differences that the table does not list, and the lines of the table that match no difference."""
    differences = find_differences(document)
    lines = KNOWN.get(document.path.stem, {}).get("differences", {})
    matches = {line: {difference for difference in differences if matches_line(difference, line)} for line in lines}
    return differences.difference(*matches.values()) | {line for line, matching in matches.items() if not matching}


def matches_line(difference: str, line: str) -> bool:
    """Return whether a line of the table means this difference. `...` at its end stands for any rest."""
    return difference.startswith(line.removesuffix("...")) if line.endswith("...") else difference == line


def find_differences(document: Spec) -> set[str]:
    service = document.path.stem
    left_out = KNOWN.get(service, {}).get("left_out", {})
    published = list_facts(load_spec(PUBLISHED / f"{service}.yaml"))
    assert {fact.split()[0] for fact in published} >= left_out.keys()
    published = {correct_slip(fact, service) for fact in published if fact.split()[0] not in left_out}
    own_facts = list_facts(document)
    return {f"missing: {fact}" for fact in published - own_facts} | {f"added: {fact}" for fact in own_facts - published}


def correct_slip(fact: str, service: str) -> str:
    """Correct a slip of the published interface in a fact. Otherwise it would hide all differences below it."""
    for slip, (correction, _) in KNOWN.get(service, {}).get("slips", {}).items():
        fact = correction + fact.removeprefix(slip) if fact.startswith(slip) else fact
    return fact


def list_facts(document: Spec) -> set[str]:
    """Return what a client relies on, a line for each fact; operations that only clients know have none (W1)."""
    return {
        f"{operation['operationId']} {fact}"
        for path, item in document.root["paths"].items()
        for method, operation in item.items()
        if method in HTTP_METHODS and not operation.get("x-unpublished")
        for fact in (f"is {method.upper()} {path}", *operation_facts(document, item, operation))
    }


def operation_facts(document: Spec, item: SpecNode, operation: SpecNode) -> Iterator[str]:
    for parameter in map(document.resolve, (*item.get("parameters", ()), *operation.get("parameters", ()))):
        schema = {} if parameter["name"] in PAGING else document.resolve(parameter["schema"])
        yield f"takes {parameter['in']} {parameter['name']}: {type_name(schema)}"
    requirements = operation.get("security", document.root.get("security", ()))
    scopes = [scope for requirement in requirements for scopes in requirement.values() for scope in scopes]
    yield from (f"accepts {scope}" for scope in scopes)
    if scopes and {"CustomerAccessToken": []} in requirements:  # without scopes, any token is accepted
        yield "accepts a customer's token"
    request = document.resolve(operation.get("requestBody", {}))
    yield from ["takes an unpublished body"] if "x-basis" in request else body_facts(document, "takes", request)
    for status, reply in operation["responses"].items():
        if "x-basis" not in document.resolve(reply):
            yield f"answers {status}"
            yield from body_facts(document, f"answers {status}", document.resolve(reply))


def body_facts(document: Spec, verb: str, holder: SpecNode) -> Iterator[str]:
    """Yield the facts about the body of a request or a reply, if it has one."""
    if "application/json" in holder.get("content", {}):
        schema = holder["content"]["application/json"]["schema"]
        yield from (f"{verb} {field}" for field in field_facts(document, schema, "body"))


def field_facts(document: Spec, schema: SpecNode, name: str, references: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield `dotted.name[]: type` for a schema and everything in it; for a recursive part only its type."""
    reference, schema = schema.get("$ref", ""), document.resolve(schema)
    if "x-basis" in schema:
        return
    if "type" in schema or schema.keys().isdisjoint({"allOf", "oneOf"}):  # otherwise the parts have the type
        yield f"{name}: {type_name(schema)}"
    if reference in references:
        return
    references = (*references, reference) if reference else references
    for part in (*schema.get("allOf", ()), *schema.get("oneOf", ())):
        yield from field_facts(document, part, name, references)
    for inner, part in schema.get("properties", {}).items():
        yield from field_facts(document, part, f"{name}.{inner}", references)
    if "items" in schema:
        yield from field_facts(document, schema["items"], f"{name}[]", references)


def type_name(schema: SpecNode) -> str:
    """Return the type of a schema; objects without `type` are recognized by their keywords."""
    unmarked = "object" if schema.keys() & {"properties", "additionalProperties"} else "any"
    return str(schema.get("type", unmarked))


@pytest.mark.parametrize("service", SPECS)
def test_a_spec_differs_from_the_published_interface_only_as_listed(service: str) -> None:
    assert not unexpected_differences(load_spec(data_folder("spec") / f"{service}.yaml"))


def test_every_service_has_published_facts() -> None:
    published = {path.stem for path in PUBLISHED.glob("*.yaml")}
    assert published >= set(SPECS)
    assert all(reason for service in KNOWN.values() for reasons in service.values() for reason in reasons.values())


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("        - CustomerAccessToken: []\n", "", f"missing: {SEGMENTS} accepts a customer's token"),
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
        ("        x-basis: documented 2026-08-21  # in prose only\n", "", f"added: {REMOVALS[0]} takes body: array"),
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
def test_a_change_of_the_segment_spec_is_found(old: str, new: str, difference: str) -> None:
    assert difference in differences_after_change("customer-segment", old, new)


@pytest.mark.parametrize(
    ("service", "old", "new", "difference"),
    [
        ("site", "name: pageSize", "name: size", f"missing: {SITES} takes query pageSize: any"),
        ("site", "  - OAuth2: []", "  - OAuth2: [site.site_read]", f"added: {SITES} accepts site.site_read"),
        (
            "site",
            "        '403':\n          $ref: '#/components/responses/Forbidden'\n",
            "",
            f"missing: {SITES} answers 403",
        ),
        ("configuration", "            - type: boolean\n", "", f"missing: {PROPERTY} answers 200 body.value: boolean"),
        ("configuration", "      x-basis: inferred\n", "", f"added: {PROPERTY} answers 401"),
        (
            "customer-login",
            "          x-basis: documented 2026-08-21  # in examples only\n        refresh_token_expires_in",
            "        refresh_token_expires_in",
            f"added: {VISITOR} answers 200 body.refresh_token: string",
        ),
        (
            "customer-login",
            "/customer/{tenant}/me:",
            "/customer/me:",
            f"missing: {PROFILE} is GET /customer/{{tenant}}/me",
        ),
    ],
)
def test_a_change_of_another_spec_is_found(service: str, old: str, new: str, difference: str) -> None:
    assert difference in differences_after_change(service, old, new)


def differences_after_change(service: str, old: str, new: str) -> set[str]:
    """Return the unexpected differences after one change of a spec."""
    path = data_folder("spec") / f"{service}.yaml"
    text = path.read_text()
    assert old in text
    return unexpected_differences(Spec(path, load_yaml(text.replace(old, new, 1))))


@pytest.mark.parametrize("path", sorted(PUBLISHED.glob("*.yaml")), ids=lambda path: path.stem)
def test_a_published_file_holds_facts_and_no_text_of_the_vendor(path: Path) -> None:
    text = path.read_text()
    assert not re.findall(r"\b(?:summary|examples?|externalDocs):", text)
    assert set(re.findall(r"\bdescription: ([^{}\n]+)", text)) <= {status.phrase for status in HTTPStatus}
