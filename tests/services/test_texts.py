"""The row cache: cached rows are never out of date, and the cache is bounded."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from typing import Any
from weakref import ref

import orjson
import pytest

from mockserver.app import App
from mockserver.caches import row_cache
from mockserver.caches.row_cache import EncodedRows, RowCache
from mockserver.messages import Request
from mockserver.pipeline import Pipeline
from mockserver.practices import columns
from mockserver.reply_encoding import ContractViolation
from mockserver.services.customer_segment import item_rows
from mockserver.settings import Switches
from mockserver.store.state import ItemAssignment, Revision
from mockserver.store.table import Table
from mockserver.store.world import World
from tests.support.client import Client
from tests.support.samples import GOLDEN, HAMMER

THEN = Revision(1, "2024-10-12T12:00:00.000Z", "2024-10-12T12:00:00.000Z")
READ = [
    *("segmentId", "type", "metadata", "metadata.version", "metadata.createdAt", "metadata.modifiedAt", "mixins"),
    *("item", "item.id", "item.code", "item.name", "item.name.en", "item.name.xx", "item.categories", "item.published"),
    *("mixins.a", "mixins.a.b", "mixins.a.b.c", "mixins.x", "metadata.mixins", "metadata.mixins.a", "type.en", "item."),
    *("nothing", "segmentId.en", "item_id", "revision.version", "metadata.", ".type", "item.id.en", "item.code.en"),
]


def list_items(client: Client, language: str = "*", query: str = "pageSize=200") -> Any:
    return client.get(f"/items?{query}", headers={"Accept-Language": language}).get_json()


class NoRowCache(RowCache):
    """A cache that keeps nothing."""

    def _bucket_for(self, depends_on: tuple[object, ...], variant: Hashable) -> EncodedRows:
        return {}


class Reader:
    """Reads rows one by one, from the cache and without it."""

    def __init__(self, app: App, client: Client) -> None:
        self.client = client
        self.cached, self.uncached = app.api_pipeline, replace(app.api_pipeline, row_cache=NoRowCache())

    def read_row(self, pipeline: Pipeline, path: str, language: str, query: str) -> bytes:
        url = f"/customer-segment/{self.client.tenant}/segments{path}"
        headers = {"authorization": "Bearer admin-token", "accept-language": language}
        return pipeline.handle_request(Request("GET", url, query, headers)).content

    def read_items(self, language: str = "*", query: str = "") -> list[Any]:
        """Return the rows of all segments, each read by its own request; check that the cache changes no byte."""
        rows = list_items(self.client, query="pageSize=200&fields=type")
        fresh_rows = []
        for row in rows:
            path = f"/{row['segmentId']}/items/{row['type']}/{row['item']['id']}"
            fresh = self.read_row(self.uncached, path, language, query)
            assert self.read_row(self.cached, path, language, query) == fresh
            fresh_rows.append(orjson.loads(fresh))
        return fresh_rows


@pytest.fixture
def reader(shared: App, client: Client) -> Reader:
    return Reader(shared, client)


@pytest.mark.parametrize("references", ["strict", "lenient"])
@pytest.mark.parametrize("path", READ)
def test_a_field_read_from_an_assignment_equals_that_of_its_row(world: World, path: str, references: Any) -> None:
    state, behaviour = world.seed.state, Switches(references=references)
    stored = [assignment for id_ in state.items for assignment in state.items_of(id_).values()]
    with_mixins = ItemAssignment(
        GOLDEN, "PRODUCT", HAMMER, THEN, {"a": {"b": [{"c": 1}, {"c": 2}]}}, {"a": "https://a"}
    )
    gone = [ItemAssignment(GOLDEN, kind, "gone", THEN) for kind in ("PRODUCT", "CATEGORY")]
    read, whole = item_rows.item_column_reader(state, behaviour, path), columns.column_reader(path)
    for source in [*stored, with_mixins, *gone]:
        assert read([source]) == whole([item_rows.item_assignment_row(state, source, behaviour)])


def test_a_list_equals_its_rows_in_each_language_and_when_repeated(client: Client, reader: Reader) -> None:
    for language in ("*", "de", "en", "*", "de"):
        assert list_items(client, language) == reader.read_items(language)
    assert len({str(list_items(client, language)) for language in ("*", "de", "en")}) == 3


def test_a_list_cut_to_fields_is_cached_separately(client: Client, reader: Reader) -> None:
    whole = list_items(client)
    for _ in range(2):
        assert reader.read_items(query="fields=item.name") == list_items(client, query="pageSize=200&fields=item.name")
        assert [row.keys() for row in list_items(client, query="fields=metadata")] == [whole[0].keys()] * 60
        assert list_items(client) == whole


def test_a_list_shows_later_writes(client: Client, reader: Reader) -> None:
    before = list_items(client)
    assert client.put(f"/{GOLDEN}/items/PRODUCT/{HAMMER}", json={"mixins": {"a": {"b": 1}}}).status_code == 204
    after = list_items(client)
    assert after != before
    assert after == reader.read_items()
    assert client.delete(f"/{GOLDEN}/items/PRODUCT/{HAMMER}").status_code == 204
    assert len(list_items(client)) == len(before) - 1


def test_a_list_shows_the_current_catalogue_and_switches(client: Client, world: World, reader: Reader) -> None:
    def hammers() -> list[Any]:
        rows = list_items(client)
        assert rows == reader.read_items()
        return [row["item"] for row in rows if (row["type"], row["item"]["id"]) == ("PRODUCT", HAMMER)]

    tenant = world.tenant(client.tenant)
    codes = {row["code"] for row in hammers()}
    renamed = {**tenant.state.products[HAMMER], "code": "renamed"}
    tenant.change(lambda state: (state.with_document("products", HAMMER, renamed), None))
    assert {row["code"] for row in hammers()} == {"renamed"} != codes
    tenant.change(lambda state: (state.without_document("products", HAMMER), None))
    assert {"id": HAMMER} in hammers()
    tenant.switches = replace(tenant.switches, references="lenient")
    assert {"id": HAMMER} not in hammers()
    tenant.reset()
    assert {row["code"] for row in hammers()} == codes


def test_customers_show_the_current_names_and_switches(client: Client, world: World) -> None:
    def mails() -> list[Any]:
        return [row["customer"].get("email") for row in client.get(f"/{GOLDEN}/customers").get_json()]

    tenant = world.tenant(client.tenant)
    before, id_ = mails(), client.get(f"/{GOLDEN}/customers").get_json()[0]["customer"]["id"]
    renamed = {**tenant.state.customers[id_], "email": "new@example.com"}
    tenant.change(lambda state: (state.with_document("customers", id_, renamed), None))
    assert mails() == ["new@example.com", *before[1:]]
    tenant.change(lambda state: (state.without_document("customers", id_), None))
    assert mails() == [None, *before[1:]]
    tenant.switches = replace(tenant.switches, references="lenient")
    assert mails() == [f"{id_}@example.com", *before[1:]]


@pytest.mark.parametrize("size", [0, 1, 2 * row_cache.MAX_CACHED_LIST_ROWS])
def test_a_row_that_breaks_the_contract_is_never_sent(shared: App, client: Client, size: int) -> None:
    """Read one row, or a list of this size."""
    wrong_revision = Revision("one", THEN.created_at, THEN.modified_at)  # type: ignore[arg-type]
    ids = [f"{number:05}" for number in range(max(1, size))]
    wrong = [ItemAssignment(GOLDEN, "PRODUCT", id_, wrong_revision) for id_ in ids]
    tenant = shared.world.tenant(client.tenant)
    tenant.change(lambda state: (state.with_items(GOLDEN, Table.from_pairs((row.key, row) for row in wrong)), None))
    request = Request(
        "GET",
        f"/customer-segment/{client.tenant}/segments/{GOLDEN}/items" + ("" if size else "/PRODUCT/00000"),
        f"pageSize={size}" if size else "",
        {"authorization": "Bearer admin-token"},
    )
    for _ in range(2):
        with pytest.raises(ContractViolation):
            shared.api_pipeline.handle_request(request)


def encode_texts(cache: RowCache, sources: list[str], made_of: tuple[object, ...] = (), seen_as: str = "") -> list[str]:
    """Encode rows through the cache. Return the sources that were not in it."""
    encoded = []

    def write(source: str) -> bytes:
        encoded.append(source)
        return source.encode()

    assert list(cache.encode_rows(sources, made_of, seen_as, write)) == [source.encode() for source in sources]
    return encoded


def test_a_row_is_encoded_once_for_its_sources_and_its_view() -> None:
    cache, catalogue_of, equal_one = RowCache(), Table.from_pairs([("a", 1)]), Table.from_pairs([("a", 1)])
    assert encode_texts(cache, ["x", "y"], (catalogue_of,)) == ["x", "y"]
    assert encode_texts(cache, ["y", "z", "x"], (catalogue_of,)) == ["z"]
    assert encode_texts(cache, ["x"], (equal_one,)) == ["x"]
    assert encode_texts(cache, ["x"], (catalogue_of,), "de") == ["x"]
    assert encode_texts(cache, ["x"], (catalogue_of,)) == []


def test_one_row_shares_the_cache_with_lists() -> None:
    cache = RowCache()
    assert cache.encode_row("x", (), "", str.encode) == b"x"
    assert encode_texts(cache, ["x", "y"]) == ["y"]
    for source in ("x", "y"):
        assert cache.encode_row(source, (), "", lambda _: b"new") == source.encode()


def test_cached_rows_are_freed_with_their_sources() -> None:
    class Source:
        pass

    cache, catalogue_of, source = RowCache(), Table.from_pairs([("a", 1)]), Source()
    cache.encode_rows([source], (catalogue_of,), "", lambda _: b"{}")
    gone = ref(source)
    del source
    assert gone() is not None
    del catalogue_of
    assert gone() is None


@pytest.mark.parametrize(
    ("row", "view"), [("x", "way {}"), ("{:0500}", "view"), ("x", "{:02000}")], ids=["ways", "rows", "long ways"]
)
def test_the_cache_stays_within_its_limit(monkeypatch: pytest.MonkeyPatch, row: str, view: str) -> None:
    monkeypatch.setattr(row_cache, "MAX_CACHE_BYTES", 100_000)
    cache = RowCache()

    def is_new(number: int) -> bool:
        return bool(encode_texts(cache, [row.format(number)], (), view.format(number)))

    rounds = [(is_new(at), is_new(0)) for at in range(1, 200)]
    assert all(other for other, _ in rounds)
    assert 1 < [first for _, first in rounds].count(True) < 20  # it is used often, so it was nearly always cached


def test_the_limit_counts_four_times_the_bytes_of_a_row_and_its_overhead() -> None:
    sources = ["x" * 100, "y" * 50]
    size = row_cache.BUCKET_OVERHEAD_BYTES + len(repr("")) + 2 * row_cache.ROW_OVERHEAD_BYTES + 4 * 150
    for max_size, encoded_again in ((size, []), (size - 1, sources)):
        cache = RowCache()
        cache.max_size = max_size
        encode_texts(cache, sources)
        assert encode_texts(cache, sources) == encoded_again
