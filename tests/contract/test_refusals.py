"""A refusal names the field, the type of error, a message and the rule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.support.client import Client
from tests.support.paths import TABLES

CASES = yaml.safe_load((TABLES / "refusals.yaml").read_text(encoding="utf-8"))
PARTS = {"field": "field", "type": "type", "message": "says"}


@pytest.mark.parametrize("case", CASES, ids=[f"{case['call']} {case['rule']}" for case in CASES])
def test_a_refusal_names_place_problem_and_rule(
    case: dict[str, Any], client: Client, simulator: Callable[..., Client]
) -> None:
    admin = simulator(**case["switches"]) if "switches" in case else client
    method, _, path = case["call"].partition(" ")
    request: dict[str, Any] = {name: case[name] for name in ("headers", "json") if name in case}
    if "times" in case:
        request["json"] *= case["times"]
    refused = admin.with_token(case.get("token", admin.token)).send(method, path, **request)
    assert refused.status_code == case.get("status", 400)
    error = refused.get_json()
    assert error.get("details", {}) == {part: case[column] for part, column in PARTS.items() if column in case}
    assert error.get("resourceId") == case.get("id")
    assert refused.headers.get("X-Mock-Hint") == case.get("hint")
    explained = admin.with_token(None).get(f"//__admin/explain/{refused.headers['X-Mock-Explain']}").get_json()
    assert explained["rule"]["id"] == case["rule"]
