"""docs/storefront.md: its commands get the statuses and replies shown; extra parameters of storefronts do no harm."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlencode

import pytest
from werkzeug.test import TestResponse

from mockserver.access import MANAGE_SEGMENTS, READ_OWN_SEGMENTS, READ_SEGMENTS
from mockserver.app import build
from mockserver.contract.operations import Operation
from mockserver.domain.saas_tokens import SIGNING_KEY
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.clock import ManualClock
from tests.support.doc_scripts import parse_steps, run_page
from tests.support.live_server import start_server
from tests.support.paths import ROOT
from tests.support.status_cases import APP, find_case, play_case

PAGE = (ROOT / "docs" / "storefront.md").read_text()
AROUND = [operation for operation in APP.api_operations if operation.service not in {"customer-segment", "oauth"}]
READS = [operation for operation in APP.api_operations if operation.method == "GET"]
EXTRA_QUERY = {"siteCode": "nowhere", "legalEntityId": "nobody", "hello": "1"}
EXTRA_HEADERS = {"session-id": "s", "saas-token": "t", "Emporix-Tenant": "nowhere", "Content-Language": "xx"}
SHORTHANDS = dict(re.findall(r"^(\w+)=(\$HOST.*)", PAGE, re.M))
USUAL = {
    "content-language",
    "saas-token",
    "emporix-tenant",
}  # any request may have these headers, so they are not findings


def test_every_command_gets_its_status_and_the_reply_that_is_shown(tmp_path: Path) -> None:
    with start_server() as (_, ready):
        documented, received = run_page(PAGE, ready["url"], tmp_path)
    assert received == documented


@pytest.mark.parametrize("operation", AROUND, ids=lambda operation: operation.id)
def test_every_operation_of_the_other_services_is_shown(operation: Operation) -> None:
    page = Template(PAGE).safe_substitute(SHORTHANDS)
    commands = [step.command for step in parse_steps(page) if step.status[:1] == "2"]
    path = re.sub(r"\\{[\w\\-]+\\}", "[^/?]+", re.escape(operation.path))
    assert any(re.search(f'\\$HOST{path}[?" ]', command) for command in commands)


def test_the_page_names_the_key_of_the_identity_provider() -> None:
    assert f"`{SIGNING_KEY}`" in PAGE


@pytest.fixture(scope="module")
def alone() -> Client:
    """A client of a separate simulator, since the cases name a tenant in which other tests may have left faults."""
    return Client(build(Settings(), ManualClock()).flask, "acme")


@pytest.mark.parametrize("operation", READS, ids=lambda operation: operation.id)
def test_c11_extra_parameters_do_not_change_a_read_and_are_findings(
    operation: Operation, alone: Client, simulator: Callable[..., Client]
) -> None:
    case = find_case(operation, min(operation.reply_validators))
    caller = (simulator(**case.pop("switches")) if "switches" in case else alone).with_token(case.pop("token"))
    plain = play_case(caller, operation, deepcopy(case))
    query = {name: value for name, value in EXTRA_QUERY.items() if not operation.has_parameter(name)}
    headers = {name: value for name, value in EXTRA_HEADERS.items() if not operation.has_parameter(name)}
    path = case.pop("path")
    case["path"] = f"{path}{'&' if '?' in path else '?'}{urlencode(query)}"
    with_extras = play_case(caller, operation, case, headers)
    assert with_extras.status_code == plain.status_code == min(operation.reply_validators)
    assert comparable_body(with_extras) == comparable_body(plain)
    (entry,) = caller.with_token(None).get("//__admin/requests?limit=1").get_json()["requests"]
    findings = entry["mock"]["findings"]
    places = {finding["place"] for finding in findings if finding["kind"] in {"query", "header"}}
    assert places == {*query, *map(str.lower, headers)} - USUAL


def comparable_body(reply: TestResponse) -> Any:
    """Return the body of a reply without tokens and sessions, which differ in every reply."""
    body = reply.get_json(silent=True)
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if not re.search("token|session", name, re.IGNORECASE)}


def test_the_journal_shows_the_used_and_the_missing_scopes(client: Client) -> None:
    for path in ("/items/category-trees", "/items?q=type:PRODUCT", f"//customer/{client.tenant}/me"):
        assert client.with_token("customer-token").get(path).status_code == 200
    assert client.with_token("customer-token").post("/match", json={}).status_code == 403
    assert client.with_token("manage-token").get("/items").status_code == 403
    entries = client.with_token(None).get(f"//__admin/requests?tenant={client.tenant}").get_json()["requests"]
    assert [(entry["mock"].get("scope"), entry["mock"].get("missingScopes")) for entry in entries[::-1]] == [
        (READ_OWN_SEGMENTS, None),
        (READ_OWN_SEGMENTS, None),
        (None, None),
        (None, [MANAGE_SEGMENTS]),
        (None, [READ_OWN_SEGMENTS, READ_SEGMENTS]),
    ]
