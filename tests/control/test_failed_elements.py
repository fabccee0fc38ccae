"""Elements of a bulk that failed (E1): the entries say little, so headers, explain and journal say why."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.client import Admin, Client
from tests.support.samples import GOLDEN, HAMMER, ITEM_BULK

BAD_BULKS = [
    ("PUT", "/bulk", [{"id": "bad22", "name": "x", "siteCode": "main"}], 0, "/0/name", "", "not of type"),
    ("POST", "/bulk", [{"name": {"en": "a"}, "siteCode": "nowhere"}], 0, "/0/siteCode", "D7", "No site has this code"),
    ("PUT", ITEM_BULK, [{"id": HAMMER}, {"id": "nothing"}], 1, "/1/itemId", "D7", "No product has this id"),
    ("PUT", ITEM_BULK, [{"id": HAMMER, "metadata": {"version": 9}}], 0, None, "D3", "has changed"),
    ("DELETE", ITEM_BULK, [HAMMER, 5], 1, "/1", "", "not of type"),
    ("PUT", f"/{GOLDEN}/customers/bulk", [{}], 0, "/0", "", "required"),
]


@pytest.mark.parametrize(("method", "path", "body", "position", "pointer", "rule", "words"), BAD_BULKS)
def test_e1_explain_and_journal_say_why_an_element_failed(
    client: Client, method: str, path: str, body: Any, position: int, pointer: str | None, rule: str, words: str
) -> None:
    reply = client.send(method, path, json=body)
    assert reply.status_code == 207
    assert reply.headers["X-Mock-Hint"] == f"1 of {len(body)} elements failed; the explanation says why"
    (element,) = Admin(client).call("GET", f"/explain/{reply.headers['X-Mock-Explain']}")["elements"]
    assert (element["position"], element["code"]) == (position, reply.get_json()[position]["code"])
    assert (element.get("pointer"), element.get("rule", "")) == (pointer, rule)
    assert words in element["detail"]
    (entry,) = Admin(client).call("GET", "/requests?limit=1")["requests"]
    assert entry["mock"]["elements"] == [element]


def test_e1_a_bulk_without_failed_elements_has_no_hint(client: Client) -> None:
    reply = client.put(ITEM_BULK, json=[{"id": HAMMER}])
    assert not {"X-Mock-Hint", "X-Mock-Explain"} & set(reply.headers.keys())
    assert "elements" not in Admin(client).call("GET", "/requests?limit=1")["requests"][0]["mock"]


def test_e1_the_explanation_of_a_bulk_is_bounded(client: Client) -> None:
    reply = client.put(ITEM_BULK, json=[{"id": f"no{number}"} for number in range(30)])
    assert reply.headers["X-Mock-Hint"].startswith("30 of 30 elements failed")
    elements = Admin(client).call("GET", f"/explain/{reply.headers['X-Mock-Explain']}")["elements"]
    assert [element["position"] for element in elements] == list(range(20))
