"""The language of the search box for calls."""

from __future__ import annotations

import pytest

from mockserver.access import Principal
from mockserver.app import App
from mockserver.dashboard.call_search import BodyBudget, SearchMistake, parse_call_search
from mockserver.messages import Request, Response
from mockserver.records.exchange import Finding, JournalEntry


@pytest.fixture(scope="module")
def entry(shared: App) -> JournalEntry:
    operation = next(each for each in shared.api_operations if each.id == "PUT-customer-segment-update-item")
    headers = {"x-mock-test": "checkout [1]"}
    path, query, body = "/customer-segment/acme/segments/gold", "q=a:b&client_secret=s3cret", b'{"note": "red Hammer"}'
    request = Request("PUT", path, query, headers, body)
    return JournalEntry(
        1,
        request,
        0.0,
        tenant="acme",
        operation=operation,
        principal=Principal(frozenset(), name="john"),
        findings=(Finding("query", "pagesize", "unknown"),),
        response=Response(404, b'{"password": "hidden", "message": "gone"}', {}),
        versions=(1, 2),
        microseconds=60_000,
    )


@pytest.mark.parametrize(
    "search",
    [
        "",
        "  ",
        "status:404",
        "status:4xx",
        "STATUS:4XX",
        "-status:5xx",
        "op:update-item",
        "op:put-*-item",
        "op:customer-*-item",
        "test:*",
        "persona:john",
        "persona:JO",
        "tenant:acme",
        'test:"checkout [1]"',
        "test:[1]",
        "service:customer-segment",
        "method:put",
        "path:/segments/gold",
        "is:failed",
        "is:finding",
        "is:change",
        "-is:unanswered -is:fault",
        "slower:50ms",
        "slower:50",
        "gold",
        '"red hammer"',
        '"q=a:b"',
        "gone",
        "status:4xx op:update-item persona:john test:checkout hammer",
    ],
)
def test_the_call_is_found(entry: JournalEntry, search: str) -> None:
    assert parse_call_search(search)(entry)


@pytest.mark.parametrize(
    "search",
    [
        "status:403",
        "status:5xx",
        "-status:404",
        "op:delete",
        "op:item-list",
        "op:item*customer",
        "fault:*",
        "persona:jack",
        "tenant:shop",
        "test:login",
        "is:unanswered",
        "is:fault",
        "slower:60ms",
        "slower:1s",
        "screwdriver",
        "gold silver",
        "-gold",
        "hidden",
        "s3cret",
    ],
)
def test_the_call_is_not_found(entry: JournalEntry, search: str) -> None:
    assert not parse_call_search(search)(entry)


@pytest.mark.parametrize(
    ("search", "message"),
    [
        ("status:4x", "status:4x is not a status; write status:404, or status:4xx for all from 400 to 499."),
        ("status:999", "status:999 is not a status; write status:404, or status:4xx for all from 400 to 499."),
        (
            "stauts:404",
            'stauts: is not a field; did you mean status:? Put text with a colon into quotation marks: "stauts:".',
        ),
        ("is:broken", "is:broken does not exist; there are is:failed, is:unanswered, is:finding, is:fault, is:change."),
        ("slower:fast", "slower:fast is not a duration; write slower:50ms or slower:2s."),
        ("status: 404", "status: has no value; write it without a space: status:VALUE."),
        ('a "b c', '"b c has a quotation mark without its partner.'),
    ],
)
def test_a_mistake_says_what_would_be_right(search: str, message: str) -> None:
    with pytest.raises(SearchMistake) as caught:
        parse_call_search(search)
    assert str(caught.value) == message


def test_bodies_are_read_up_to_a_budget() -> None:
    budget = BodyBudget(10)
    assert [budget.allows(size) for size in (6, 5, 4)] == [True, False, True]
    assert budget.is_spent
    assert not BodyBudget().is_spent


def test_calls_with_the_same_labels_are_told_apart() -> None:
    entries = [
        JournalEntry(number, Request(method, "/x", "", {}, b""), 0.0) for number, method in enumerate(("POST", "GET"))
    ]
    finds_post = parse_call_search("post")
    assert [finds_post(entry) for entry in entries] == [True, False]
