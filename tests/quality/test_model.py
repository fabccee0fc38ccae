"""The server and a reference model get the same random histories of calls and return the same responses.

For a longer run: `.venv/bin/python -m pytest tests/quality/test_model.py --hypothesis-profile thorough`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from werkzeug.test import TestResponse

from mockserver.app import build
from mockserver.settings import Settings
from tests.support.client import TENANT_NUMBERS, Client
from tests.support.clock import ManualClock
from tests.support.model import calls
from tests.support.model.answers import ExpectedResponse, ListView, Row
from tests.support.model.model import Model
from tests.support.model.reading import CustomerKey
from tests.support.samples import DEFAULT, JACK, JOHN

CLOCK = ManualClock()
APP = build(Settings(), CLOCK).flask
COPIED_EACH = 10  # histories, because copying takes as long as all of one
ENDED_HISTORIES = count(1)
GENERATED = re.compile(r"[0-9a-f]{24}")


class Semantics(RuleBasedStateMachine):
    """One tenant and its model."""

    def __init__(self) -> None:
        super().__init__()
        CLOCK.time = ManualClock().time
        self.client = Client(APP, f"model{next(TENANT_NUMBERS)}")
        self.model = Model(DEFAULT, CLOCK.now)
        self.generated: set[str] = set()
        self.agrees = True

    def send(self, method: str, path: str, token: str = "manage-token", **request: Any) -> TestResponse:
        return self.client.with_token(token).send(method, path, **request)

    def send_to_iam(self, method: str, path: str, **request: Any) -> TestResponse:
        return self.send(method, f"//iam/{self.client.tenant}{path}", "admin-token", **request)

    def compare(self, reply: TestResponse, expected: ExpectedResponse) -> None:
        """Compare the reply with the model. A 400 must have `details`, whatever their wording."""
        self.agrees = False
        body: Any = reply.get_json() if reply.data else None
        if reply.status_code == 400:
            assert body.pop("details")["message"]
        total = reply.headers.get("X-Total-Count")
        assert ExpectedResponse(reply.status_code, body, total) == expected
        self.agrees = True

    def compare_list(
        self,
        path: str,
        token: str,
        view: ListView,
        expected: ExpectedResponse,
        *,
        searching: bool = False,
        **parameters: Any,
    ) -> None:
        """List or search, and compare. The two differ only in where `q` is sent."""
        query = parameters | {"pageSize": view.size, "pageNumber": view.number}
        query |= {"sort": "metadata.version:DESC"} if view.newest_first else {}
        headers = {"X-Total-Count": "true"} if view.with_count else {}
        if searching:
            reply = self.send("POST", f"{path}/search", token, query_string=query, headers=headers, json={"q": view.q})
        else:
            reply = self.send("GET", path, token, query_string=query | {"q": view.q}, headers=headers)
        self.compare(reply, expected)

    def ids_of(self, elements: Any) -> Iterator[str]:
        """Yield the generated ids of a reply that are well formed and new."""
        for element in elements:
            id_ = element.get("id", "")
            if GENERATED.fullmatch(id_) and id_ not in {*calls.POOL, *self.model.segments, *self.generated}:
                self.generated.add(id_)
                yield id_

    # Segments.

    @rule(body=calls.with_ids(calls.NEW_IDS, calls.SEGMENTS))
    def create(self, body: Any) -> None:
        reply = self.send("POST", "", json=body)
        self.compare(reply, self.model.create(body, self.ids_of([reply.get_json()])))

    @rule(id_=calls.NEW_IDS, body=calls.mostly(calls.SEGMENTS, calls.NOT_OBJECTS))
    def upsert(self, id_: str, body: Any) -> None:
        self.compare(self.send("PUT", f"/{id_}", json=body), self.model.upsert(id_, body))

    @rule(id_=calls.SEGMENT_IDS, operations=calls.mostly(st.lists(calls.PATCHES, max_size=2), calls.NOT_OBJECTS))
    def patch(self, id_: str, operations: Any) -> None:
        self.compare(self.send("PATCH", f"/{id_}", json=operations), self.model.patch(id_, operations))

    @rule(id_=calls.SEGMENT_IDS, move=st.sampled_from(calls.MOVES))
    def move(self, id_: str, move: Row) -> None:
        """Change status or site, which decide whether customers see a segment."""
        self.compare(self.send("PATCH", f"/{id_}", json=[move]), self.model.patch(id_, [move]))

    @rule(id_=calls.SEGMENT_IDS, force=st.sampled_from([False] * 4 + [True]))
    def delete(self, id_: str, force: bool) -> None:
        reply = self.send("DELETE", f"/{id_}", query_string={"forceDelete": str(force).lower()})
        self.compare(reply, self.model.delete(id_, force=force))

    @rule(id_=calls.SEGMENT_IDS, body=calls.CONTENT)
    def delete_and_recreate(self, id_: str, body: Row) -> None:
        """A new segment does not have the assignments of a deleted one with its id."""
        self.compare(self.send("DELETE", f"/{id_}?forceDelete=true"), self.model.delete(id_, force=True))
        self.upsert(id_, body | {"status": "ACTIVE"})

    @rule(elements=calls.bulk_bodies(calls.with_ids(calls.NEW_IDS, calls.SEGMENTS)))
    def create_many(self, elements: Any) -> None:
        reply = self.send("POST", "/bulk", json=elements)
        entries = reply.get_json() if reply.status_code == 207 else []
        self.compare(reply, self.model.create_many(elements, self.ids_of(entries)))

    @rule(elements=calls.bulk_bodies(calls.with_ids(calls.NEW_IDS, calls.SEGMENTS)))
    def upsert_many(self, elements: Any) -> None:
        self.compare(self.send("PUT", "/bulk", json=elements), self.model.upsert_many(elements))

    @rule(
        elements=calls.bulk_bodies(calls.mostly(calls.SEGMENT_IDS, calls.NOT_OBJECTS)),
        force=st.sampled_from([False] * 4 + [True]),
    )
    def delete_many(self, elements: Any, force: bool) -> None:
        reply = self.send("DELETE", "/bulk", json=elements, query_string={"forceDelete": str(force).lower()})
        self.compare(reply, self.model.delete_many(elements, force=force))

    # Item assignments.

    @rule(segment=calls.SEGMENT_IDS, item=calls.ITEMS, body=calls.ASSIGNMENTS | st.none())
    def assign_item(self, segment: str, item: tuple[str, str], body: Any) -> None:
        reply = self.send("PUT", f"/{segment}/items/{'/'.join(item)}", **json_or_nothing(body))
        self.compare(reply, self.model.assign_item(segment, *item, body or {}))

    @rule(segment=calls.SEGMENT_IDS, item=calls.ITEMS)
    def remove_item(self, segment: str, item: tuple[str, str]) -> None:
        reply = self.send("DELETE", f"/{segment}/items/{'/'.join(item)}")
        self.compare(reply, self.model.remove_item(segment, *item))

    @rule(
        segment=calls.SEGMENT_IDS,
        kind=calls.KINDS,
        elements=calls.bulk_bodies(calls.with_ids(calls.ITEM_IDS, calls.ASSIGNMENTS)),
    )
    def assign_items(self, segment: str, kind: str, elements: Any) -> None:
        reply = self.send("PUT", f"/{segment}/items/{kind}/bulk", json=elements)
        self.compare(reply, self.model.assign_items(segment, kind, elements))

    @rule(
        segment=calls.SEGMENT_IDS,
        kind=calls.KINDS,
        elements=calls.bulk_bodies(calls.mostly(calls.ITEM_IDS, calls.NOT_OBJECTS)),
    )
    def remove_items(self, segment: str, kind: str, elements: Any) -> None:
        reply = self.send("DELETE", f"/{segment}/items/{kind}/bulk", json=elements)
        self.compare(reply, self.model.remove_items(segment, kind, elements))

    # Customer assignments.

    @rule(segment=calls.SEGMENT_IDS, who=calls.WHO, body=calls.ASSIGNMENTS | st.none())
    def assign_customer(self, segment: str, who: CustomerKey, body: Any) -> None:
        reply = self.send("PUT", customer_path(segment, who), **json_or_nothing(body))
        self.compare(reply, self.model.assign_customer(segment, who, body or {}))

    @rule(segment=calls.SEGMENT_IDS, who=calls.WHO)
    def remove_customer(self, segment: str, who: CustomerKey) -> None:
        self.compare(self.send("DELETE", customer_path(segment, who)), self.model.remove_customer(segment, who))

    @rule(
        segment=calls.SEGMENT_IDS,
        elements=calls.bulk_bodies(calls.mostly(calls.ASSIGNED_MEMBERS, calls.INVALID_MEMBERS)),
    )
    def assign_customers(self, segment: str, elements: Any) -> None:
        reply = self.send("PUT", f"/{segment}/customers/bulk", json=elements)
        self.compare(reply, self.model.assign_customers(segment, elements))

    @rule(segment=calls.SEGMENT_IDS, elements=calls.bulk_bodies(calls.mostly(calls.MEMBERS, calls.INVALID_MEMBERS)))
    def remove_customers(self, segment: str, elements: Any) -> None:
        reply = self.send("DELETE", f"/{segment}/customers/bulk", json=elements)
        self.compare(reply, self.model.remove_customers(segment, elements))

    # Group assignments, and who is in the groups.

    @rule(segment=calls.SEGMENT_IDS, group=calls.GROUP_IDS, body=calls.ASSIGNMENTS | st.none())
    def assign_group(self, segment: str, group: str, body: Any) -> None:
        reply = self.send("PUT", f"/{segment}/groups/{group}", **json_or_nothing(body))
        self.compare(reply, self.model.assign_group(segment, group, body or {}))

    @rule(segment=calls.SEGMENT_IDS, group=calls.GROUP_IDS)
    def remove_group(self, segment: str, group: str) -> None:
        reply = self.send("DELETE", f"/{segment}/groups/{group}")
        self.compare(reply, self.model.remove_group(segment, group))

    @rule(group=calls.CUSTOMER_GROUPS, customer=st.sampled_from([JOHN, JACK]))
    def join_group(self, group: str, customer: str) -> None:
        reply = self.send_to_iam("PUT", f"/groups/{group}/users/CUSTOMER/{customer}")
        assert reply.status_code == self.model.join_group(group, customer)

    @rule(group=calls.CUSTOMER_GROUPS, customer=st.sampled_from([JOHN, JACK]))
    def leave_group(self, group: str, customer: str) -> None:
        assert self.send_to_iam("DELETE", f"/groups/{group}/users/{customer}").status_code == 204
        self.model.leave_group(group, customer)

    @rule(group=calls.GROUPS)
    def replace_group(self, group: Row) -> None:
        """A new group has neither the users nor the assignments of a deleted one with its id."""
        assert self.send_to_iam("DELETE", f"/groups/{group['id']}?forceDelete=true").status_code == 204
        assert self.send_to_iam("PUT", f"/groups/{group['id']}", json=group).status_code == 201
        self.model.replace_group(group)

    # Reads.

    @rule(
        caller=calls.CALLERS,
        customer=st.sampled_from([None, None, JOHN, JACK, "nobody"]),
        entity=calls.ENTITIES,
        view=calls.VIEWS,
        searching=st.booleans(),
    )
    def read_segments(
        self, caller: str, customer: str | None, entity: str | None, view: ListView, searching: bool
    ) -> None:
        expected = self.model.list_segments(caller, customer, entity, view)
        self.compare_list(
            "", caller, view, expected, searching=searching, **drop_none(customerId=customer, legalEntityId=entity)
        )

    @rule(caller=calls.CALLERS, view=calls.VIEWS)
    def read_own_segments(self, caller: str, view: ListView) -> None:
        self.compare_list("/me", caller, view, self.model.list_own_segments(caller, view))

    @rule(caller=calls.CALLERS, id_=calls.SEGMENT_IDS, entity=calls.ENTITIES)
    def read_segment(self, caller: str, id_: str, entity: str | None) -> None:
        reply = self.send("GET", f"/{id_}", caller, query_string=drop_none(legalEntityId=entity))
        self.compare(reply, self.model.read_segment(caller, id_, entity))

    @rule(
        caller=calls.CALLERS,
        entity=calls.ENTITIES,
        site=calls.SITES,
        only_active=st.sampled_from([None, "true", "false"]),
        view=calls.VIEWS,
    )
    def read_all_items(
        self, caller: str, entity: str | None, site: str | None, only_active: str | None, view: ListView
    ) -> None:
        expected = self.model.list_items(caller, view, entity=entity, site=site, only_active=only_active == "true")
        self.compare_list(
            "/items", caller, view, expected, **drop_none(legalEntityId=entity, siteCode=site, onlyActive=only_active)
        )

    @rule(
        caller=calls.CALLERS,
        segment=calls.SEGMENT_IDS,
        entity=calls.ENTITIES,
        view=calls.VIEWS,
        searching=st.booleans(),
    )
    def read_items(self, caller: str, segment: str, entity: str | None, view: ListView, searching: bool) -> None:
        expected = self.model.list_segment_items(caller, segment, view, entity)
        self.compare_list(
            f"/{segment}/items", caller, view, expected, searching=searching, **drop_none(legalEntityId=entity)
        )

    @rule(caller=calls.CALLERS, segment=calls.SEGMENT_IDS, item=calls.ITEMS, entity=calls.ENTITIES)
    def read_item(self, caller: str, segment: str, item: tuple[str, str], entity: str | None) -> None:
        reply = self.send(
            "GET", f"/{segment}/items/{'/'.join(item)}", caller, query_string=drop_none(legalEntityId=entity)
        )
        self.compare(reply, self.model.read_item(caller, segment, *item, entity))

    @rule(caller=calls.CALLERS, segment=calls.SEGMENT_IDS, view=calls.VIEWS, searching=st.booleans())
    def read_customers(self, caller: str, segment: str, view: ListView, searching: bool) -> None:
        list_expected = self.model.search_customers if searching else self.model.list_customers
        self.compare_list(
            f"/{segment}/customers", caller, view, list_expected(caller, segment, view), searching=searching
        )

    @rule(caller=calls.CALLERS, segment=calls.SEGMENT_IDS, who=calls.WHO)
    def read_customer(self, caller: str, segment: str, who: CustomerKey) -> None:
        self.compare(
            self.send("GET", customer_path(segment, who), caller), self.model.read_customer(caller, segment, who)
        )

    @rule(caller=calls.CALLERS, segment=calls.SEGMENT_IDS, view=calls.VIEWS, searching=st.booleans())
    def read_groups(self, caller: str, segment: str, view: ListView, searching: bool) -> None:
        expected = self.model.list_groups(caller, segment, view)
        self.compare_list(f"/{segment}/groups", caller, view, expected, searching=searching)

    @rule(caller=calls.CALLERS, segment=calls.SEGMENT_IDS, group=calls.GROUP_IDS)
    def read_group(self, caller: str, segment: str, group: str) -> None:
        self.compare(
            self.send("GET", f"/{segment}/groups/{group}", caller), self.model.read_group(caller, segment, group)
        )

    @rule(caller=calls.CALLERS, entity=calls.ENTITIES, site=calls.SITES)
    def read_trees(self, caller: str, entity: str | None, site: str | None) -> None:
        query = drop_none(legalEntityId=entity, siteCode=site)
        reply = self.send("GET", "/items/category-trees", caller, query_string=query)
        self.compare(reply, self.model.list_trees(caller, entity, site))

    @rule(
        products=st.lists(calls.ITEM_IDS, min_size=1, max_size=4),
        segments=st.lists(calls.SEGMENT_IDS, min_size=1, max_size=2),
        site=st.sampled_from(["main", "main", "export", "nowhere"]),
    )
    def match(self, products: list[str], segments: list[str], site: str) -> None:
        body = {"items": [{"id": id_} for id_ in products], "segmentIds": segments, "site": site}
        self.compare(self.send("POST", "/match", json=body), self.model.match_products(products, segments, site))

    # Time and reset.

    @rule(seconds=st.sampled_from([0.001, 3600]))
    def time_passes(self, seconds: float) -> None:
        CLOCK.advance(seconds=seconds)

    @rule()
    def reset(self) -> None:
        assert self.send("POST", f"//__admin/reset?tenant={self.client.tenant}").status_code == 200
        self.model.reset()
        self.generated.clear()

    def teardown(self) -> None:
        """Compare all lists at the end, unless the history has failed already; then reset."""
        if self.agrees:
            self.compare_all_lists()
            number = next(ENDED_HISTORIES)
            if number % COPIED_EACH == 0:
                self.compare_copy("yaml" if number % (2 * COPIED_EACH) else "json")
        self.reset()

    def compare_copy(self, form: str) -> None:
        """Export the tenant as a world file, import it into another tenant, and compare all lists there."""
        original, self.client = self.client, Client(APP, f"copy{next(TENANT_NUMBERS)}")
        exported = original.get(f"//__admin/world?tenant={original.tenant}&format={form}")
        path = f"//__admin/world?tenant={self.client.tenant}"
        assert self.client.put(path, data=exported.data, content_type=exported.mimetype).status_code == 200
        self.compare_all_lists()
        self.client = original

    def compare_all_lists(self) -> None:
        for caller in ("read-token", "customer-token", "customer2-token"):
            self.compare_list(
                "", caller, calls.WHOLE_LIST, self.model.list_segments(caller, None, None, calls.WHOLE_LIST)
            )
            expected = self.model.list_items(caller, calls.WHOLE_LIST, entity=None, site=None, only_active=False)
            self.compare_list("/items", caller, calls.WHOLE_LIST, expected)
            self.compare_list("/me", caller, calls.WHOLE_LIST, self.model.list_own_segments(caller, calls.WHOLE_LIST))
        for segment in self.model.segments:
            expected = self.model.list_customers("read-token", segment, calls.WHOLE_LIST)
            self.compare_list(f"/{segment}/customers", "read-token", calls.WHOLE_LIST, expected)
            expected = self.model.list_groups("read-token", segment, calls.WHOLE_LIST)
            self.compare_list(f"/{segment}/groups", "read-token", calls.WHOLE_LIST, expected)


def customer_path(segment: str, who: CustomerKey) -> str:
    return f"/{segment}/customers/" + "/".join(filter(None, who))


def json_or_nothing(body: Any) -> Row:
    return {} if body is None else {"json": body}


def drop_none(**parameters: str | None) -> Row:
    return {name: text for name, text in parameters.items() if text is not None}


TestSemantics = Semantics.TestCase
