"""Strategies for the calls of random histories. There are few ids, so that calls meet the results of earlier ones."""

from __future__ import annotations

import operator
from typing import Any

from hypothesis import strategies as st

from tests.support.samples import (
    ANOTHER_COMPANY,
    ATTRIBUTES,
    COMPANY,
    COMPANY_GROUP,
    EMPLOYEES,
    GOLDEN,
    HAMMER,
    JACK,
    JOHN,
    PLATINUM,
    REGULARS,
    SCREWDRIVER,
    THIRD_COMPANY,
    TOOL_FANS,
)

from .answers import FILTERS, ListView, Row
from .reading import CustomerKey


def mostly(good: st.SearchStrategy[Any], bad: st.SearchStrategy[Any], of: int = 10) -> st.SearchStrategy[Any]:
    """Draw a bad value once in `of` times. `|` would draw both equally often."""
    return st.integers(1, of).flatmap(lambda number: bad if number == of else good)


def some_invalid(good: st.SearchStrategy[Any], wrong: list[Row]) -> st.SearchStrategy[Any]:
    """Valid bodies, and some with one invalid field."""
    return mostly(good, st.builds(operator.or_, good, st.sampled_from(wrong)))


def bulk_bodies(elements: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Bodies of bulks: short arrays, some with repeated elements, and now and then no array or too many elements."""
    lists = st.lists(elements, min_size=1, max_size=5)
    repeated = st.builds(lambda elements: [*elements, *elements], lists)
    return mostly(lists | repeated, NOT_OBJECTS | st.builds(lambda element: [element] * 201, elements))


def with_ids(ids: st.SearchStrategy[str], body: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Elements of bulks with an id, and some with a missing or invalid one."""
    good = st.builds(lambda id_, content: {"id": id_, **content}, ids, body)
    return mostly(good, body | NOT_OBJECTS | st.builds(lambda content: {"id": 5, **content}, body))


def customer_element(who: CustomerKey) -> Row:
    return {"customerId": who[0]} | ({} if who[1] is None else {"legalEntityId": who[1]})


def operation(op: str, path: str, *value: Any) -> Row:
    return {"op": op, "path": path} | ({"value": value[0]} if value else {})


CATEGORIES = ["12468504", "12468505", "12468506"]
POOL = [GOLDEN, PLATINUM, TOOL_FANS, "mine", "Mine"]
CALLERS = st.sampled_from(["read-token", "customer-token", "customer2-token", "admin-token", "manage-token"])
SEGMENT_IDS = st.sampled_from([GOLDEN] * 4 + POOL)
NEW_IDS = mostly(SEGMENT_IDS, st.sampled_from(["search", "items"]))
ITEM_IDS = st.sampled_from([HAMMER] * 4 + [SCREWDRIVER, *CATEGORIES, "nowhere"])
ITEMS: st.SearchStrategy[tuple[str, str]] = mostly(
    st.sampled_from([*[("PRODUCT", HAMMER)] * 3, ("PRODUCT", SCREWDRIVER), *(("CATEGORY", id_) for id_ in CATEGORIES)]),
    st.sampled_from([("PRODUCT", "12468505"), ("CATEGORY", SCREWDRIVER), ("PRODUCT", "nowhere"), ("product", HAMMER)]),
)
KINDS = mostly(st.sampled_from(["PRODUCT", "CATEGORY"]), st.just("product"))
WHO: st.SearchStrategy[CustomerKey] = mostly(
    st.sampled_from(
        [(JOHN, None), (JOHN, None), (JOHN, COMPANY), (JOHN, THIRD_COMPANY), (JACK, None), (JACK, ANOTHER_COMPANY)]
    ),
    st.sampled_from([(JACK, COMPANY), (JACK, "nowhere"), ("nobody", None)]),
)
CUSTOMER_GROUPS = st.sampled_from([COMPANY_GROUP, REGULARS])
GROUP_IDS = mostly(CUSTOMER_GROUPS, st.sampled_from([EMPLOYEES, "nowhere"]))
GROUPS = st.builds(
    lambda id_, name, bound: {"id": id_, "name": {"en": name}, "userType": "CUSTOMER"} | bound,
    CUSTOMER_GROUPS,
    st.sampled_from(["One", "Two"]),
    st.sampled_from([{}, *({"b2b": {"legalEntityId": entity}} for entity in (COMPANY, ANOTHER_COMPANY))]),
)
ENTITIES = st.sampled_from([None, COMPANY, THIRD_COMPANY, ANOTHER_COMPANY, "nowhere"])
SITES = st.sampled_from([None, "main", "export", "nowhere"])
VIEWS = st.builds(
    ListView,
    q=st.sampled_from(list(FILTERS)),
    size=st.sampled_from([1000, 60, 2, 1]),
    number=st.sampled_from([1, 1, 2, 3]),
    newest_first=st.booleans(),
    with_count=st.booleans(),
)
WHOLE_LIST = ListView(size=100_000, with_count=True)

NOT_OBJECTS: st.SearchStrategy[Any] = st.sampled_from([None, 5, "text", [], {}])
MIXINS = mostly(
    st.sampled_from([{}, {"list": [1, {"a": None}]}, {"segmentAttributes": {"membershipStatus": "VIP"}}]),
    st.just({"segmentAttributes": {"membershipStatus": "NONE"}}),
)
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "version": st.integers(1, 3),
        "createdAt": st.just("never"),
        "mixins": st.sampled_from([{"segmentAttributes": ATTRIBUTES}, {"list": "https://example.com/list.json"}]),
    },
)
EXTRAS = st.fixed_dictionaries({}, optional={"metadata": METADATA, "mixins": MIXINS, "unknown": st.just(1)})
CONTENT = st.fixed_dictionaries(
    {
        "name": st.sampled_from([{"en": "One"}, {"en": "Two", "de": "Zwei"}]),
        "siteCode": st.sampled_from(["main", "main", "export"]),
    },
    optional={
        "status": st.sampled_from(["ACTIVE", "INACTIVE"]),
        "description": st.just({"en": "Text"}),
        "validity": st.sampled_from([{}, {"from": "2026-01-01T00:00:00Z", "to": "2026-06-01T00:00:00.000Z"}]),
    },
)
INVALID_EXTRAS: list[Row] = [
    {"metadata": None},
    {"metadata": {"version": "1"}},
    {"metadata": {"mixins": 1}},
    {"mixins": []},
]
INVALID_CONTENT: list[Row] = [
    *INVALID_EXTRAS,
    {"name": "text"},
    {"name": {"en": 5}},
    {"siteCode": 5},
    {"siteCode": "nowhere"},
    {"status": "OPEN"},
    {"validity": {"from": "yesterday"}},
    {"validity": {"to": "2024-12-31T23:59:60Z"}},
]
SEGMENTS = some_invalid(st.builds(operator.or_, CONTENT, EXTRAS), INVALID_CONTENT)
ASSIGNMENTS = some_invalid(EXTRAS, INVALID_EXTRAS)
MEMBERS = WHO.map(customer_element)
ASSIGNED_MEMBERS = st.builds(operator.or_, MEMBERS, ASSIGNMENTS)
INVALID_MEMBERS = st.sampled_from([None, JOHN, {}, {"customerId": ""}, {"customerId": JACK, "legalEntityId": 5}])

MOVES = [operation("replace", "/status", status) for status in ("ACTIVE", "INACTIVE")]
MOVES += [operation("replace", "/siteCode", site) for site in ("main", "export")]
PATCHES = mostly(
    st.sampled_from(
        [
            *MOVES,
            operation("replace", "/name/en", "Gold"),
            operation("add", "/name/de", "Gold"),
            operation("add", "/description", {"en": "Text"}),
            operation("add", "/mixins", {"list": [1, 2], "a/b": True}),
            operation("add", "/mixins", {"segmentAttributes": {"membershipStatus": "NONE"}}),
            operation("add", "/metadata/mixins", {"segmentAttributes": ATTRIBUTES}),
            operation("add", "/metadata/modifiedAt", "never"),
            operation("add", "/unknown", None),
            *(operation("replace", "/metadata/version", version) for version in (1, 2, 3)),
        ]
    ),
    st.sampled_from(
        [
            *(operation("remove", path) for path in ("/name/de", "/name", "/metadata/version", "/id", "")),
            *(operation("add", f"/mixins/list/{place}", True) for place in (0, 3, "-")),
            *(operation("remove", f"/mixins/{place}") for place in ("list/1", "a~1b")),
            operation("replace", "/id", "other"),
            operation("replace", "/metadata/createdAt", "2024-01-01T00:00:00.000Z"),
            operation("replace", "/status", "OPEN"),
            operation("replace", "/siteCode", "nowhere"),
            operation("replace", "/mixins/list/0", True),
            operation("add", "/name/en/deeper", 1),
            operation("add", "/status"),
            operation("add", "status", "ACTIVE"),
            operation("move", "/status"),
            5,
        ]
    ),
    of=2,
)
