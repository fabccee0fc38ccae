"""Bulks of upserts: each gives what its elements give as single requests, one after the other (E1)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import orjson
from hypothesis import given
from hypothesis import strategies as st

from mockserver.app import build
from mockserver.messages import Request, Response
from mockserver.settings import Settings
from mockserver.store.state import Revision
from mockserver.store.tenant import Tenant
from mockserver.worlds.exporting import export_world
from tests.support.client import TENANT_NUMBERS
from tests.support.clock import ManualClock
from tests.support.samples import COMPANY, GOLDEN, HAMMER, JACK, JOHN, SCREWDRIVER, TOOL_FANS, WORLDS

BOOLEAN_URL, TEXT_URL = "https://example.com/boolean.json", "https://example.com/text.json"
SCHEMAS = {
    BOOLEAN_URL: '{"type": "object", "properties": {"a": {"type": "boolean"}}}',
    TEXT_URL: '{"properties": {"a": {"type": "string", "maxLength": 3}}}',
}
DATA = st.fixed_dictionaries({}, optional={"a": st.sampled_from([True, False, 1, 0, 1.0, "abc", "long", None])})
URLS = st.sampled_from([BOOLEAN_URL, TEXT_URL, "https://example.com/unknown.json", 5, None])
MIXINS = st.dictionaries(st.sampled_from(["one", "two"]), st.one_of(DATA, st.just("text")), max_size=2)
METADATA = st.fixed_dictionaries(
    {},
    optional={
        "version": st.sampled_from([1, 1, 1, 2, 2, 3, 7, 0, True, "1", None, 2**60]),
        "mixins": st.dictionaries(st.sampled_from(["one", "two"]), URLS, max_size=2),
        "createdAt": st.just("never"),
    },
)
CONTENT: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {}, optional={"mixins": MIXINS | st.just([]), "metadata": METADATA | st.just("none")}
)


class BulkKind(NamedTuple):
    """A bulk of upserts: its path, and the strategy of its elements."""

    path: str
    elements: Any

    def single_path(self, element: Mapping[str, Any]) -> str:
        """Return the path of the operation that upserts one element."""
        base = self.path.removesuffix("/bulk")
        key = [element["id"]] if "id" in element else [element["customerId"], element.get("legalEntityId")]
        return "/".join([base, *filter(None, key)])


def join_dicts(*strategies: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*strategies).map(lambda parts: {name: value for part in parts for name, value in part.items()})


ITEMS = join_dicts(st.fixed_dictionaries({"id": st.sampled_from([HAMMER, HAMMER, SCREWDRIVER, "unknown"])}), CONTENT)
CUSTOMERS = join_dicts(
    st.fixed_dictionaries(
        {"customerId": st.sampled_from([JOHN, JACK, "unknown"])}, optional={"legalEntityId": st.just(COMPANY)}
    ),
    CONTENT,
)
SEGMENTS = join_dicts(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from([GOLDEN, GOLDEN, "new", "other"]),
            "name": st.just({"en": "Name"}),
            "siteCode": st.sampled_from(["main", "main", "main", "unknown"]),
        }
    ),
    CONTENT,
)
KINDS = {
    "items": BulkKind(f"/{GOLDEN}/items/PRODUCT/bulk", ITEMS),
    "new items": BulkKind(f"/{TOOL_FANS}/items/PRODUCT/bulk", ITEMS),
    "items of no segment": BulkKind("/nowhere/items/PRODUCT/bulk", ITEMS),
    "customers": BulkKind(f"/{GOLDEN}/customers/bulk", CUSTOMERS),
    "segments": BulkKind("/bulk", SEGMENTS),
}
CASES = st.one_of(
    [
        st.tuples(st.just(kind), st.lists(st.lists(kind.elements, max_size=8), min_size=1, max_size=2))
        for kind in KINDS.values()
    ]
)


APP = build(Settings(), ManualClock())
APP.world.seed = replace(APP.world.seed, state=APP.world.seed.state._replace(mixin_schemas=SCHEMAS))


def make_tenant(**switches: Any) -> Tenant:
    """Return a new tenant with these switches."""
    tenant = APP.world.tenant(f"test{next(TENANT_NUMBERS)}")
    tenant.switches = replace(tenant.switches, **switches)
    return tenant


def put(tenant: Tenant, path: str, body: Any) -> Response:
    headers = {"authorization": "Bearer admin-token", "content-type": "application/json"}
    full_path = f"/customer-segment/{tenant.name}/segments{path}"
    return APP.api_pipeline.handle_request(Request("PUT", full_path, "", headers, json.dumps(body).encode()))


def put_bulk(tenant: Tenant, path: str, elements: Any) -> list[int]:
    """Return the codes of the elements."""
    return [entry["code"] for entry in orjson.loads(put(tenant, path, elements).content)]


def export_state(tenant: Tenant) -> bytes:
    return orjson.dumps(export_world(tenant.state, WORLDS.collections))


@given(
    case=CASES,
    unknown_mixin=st.sampled_from(["accept", "reject"]),
    references=st.sampled_from(["strict", "strict", "lenient"]),
)
def test_e1_a_bulk_gives_what_its_elements_give_in_turn(
    case: tuple[BulkKind, list[list[dict[str, Any]]]], unknown_mixin: str, references: str
) -> None:
    kind, bulks = case
    together, in_turn = [make_tenant(unknown_mixin=unknown_mixin, references=references) for _ in range(2)]
    for elements in bulks:
        codes = put_bulk(together, kind.path, elements)
        assert codes == [put(in_turn, kind.single_path(element), element).status for element in elements]
    assert export_state(together) == export_state(in_turn)


def test_e1_a_bulk_of_failures_changes_nothing() -> None:
    tenant = make_tenant()
    before = tenant.state
    assert put_bulk(tenant, KINDS["items"].path, [{"id": "unknown"}] * 3) == [400] * 3
    assert put_bulk(tenant, KINDS["items of no segment"].path, [{"id": HAMMER}] * 3) == [400] * 3
    assert tenant.state is before


def test_e1_a_bulk_is_one_change_of_the_state() -> None:
    tenant = make_tenant()
    before, version = tenant.state, tenant.version
    assert put_bulk(tenant, KINDS["new items"].path, [{"id": HAMMER}, {"id": SCREWDRIVER}, {"id": HAMMER}]) == [
        201,
        201,
        204,
    ]
    assert tenant.version == version + 1
    assert tenant.undo(1) == 1
    assert tenant.state is before


def test_documents_that_had_the_same_revision_share_the_next_one() -> None:
    tenant, path = make_tenant(), KINDS["new items"].path

    def read_revisions() -> list[Revision]:
        assignments = [tenant.state.item(TOOL_FANS, ("PRODUCT", id_)) for id_ in (HAMMER, SCREWDRIVER)]
        return [assignment.revision for assignment in assignments if assignment]

    for version in (1, 2):
        put_bulk(tenant, path, [{"id": HAMMER}, {"id": SCREWDRIVER}])
        first, second = read_revisions()
        assert first.version == version
        assert second is first
    put(tenant, f"/{TOOL_FANS}/items/PRODUCT/{HAMMER}", {})
    put_bulk(tenant, path, [{"id": HAMMER}, {"id": SCREWDRIVER}])
    assert [revision.version for revision in read_revisions()] == [4, 3]
