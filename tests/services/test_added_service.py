"""A service in a folder outside the package: a spec, one declaration, and handlers that use it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mockserver.app import App, build
from mockserver.contract.spec import SpecError
from mockserver.messages import Service
from mockserver.services import SHIPPED, collections_of, create_service, import_services
from mockserver.settings import Settings, Switches
from mockserver.store.collection import Collection, index_collections
from mockserver.worlds.mistakes import WorldError
from tests.support import example_services
from tests.support.client import Client
from tests.support.clock import ManualClock
from tests.support.example_services import vouchers as vouchers_service
from tests.support.paths import ROOT
from tests.support.samples import DEFAULT, GOLDEN, HAMMER, SCREWDRIVER, WORLDS, write_default_world

SUMMER = {"id": "summer", "name": {"en": "Summer"}, "percent": 10, "siteCode": "main"}
WINTER = {"id": "winter", "name": {"en": "Winter"}, "percent": 20, "siteCode": "main", "products": [HAMMER]}
GOLD = {"id": "gold", "name": {"en": "Gold"}, "percent": 30, "siteCode": "export", "limit": {"segmentId": GOLDEN}}
CONTENT = {"name": {"en": "Spring"}, "percent": 5, "siteCode": "main"}


@dataclass
class VoucherClient:
    """Calls the voucher service and the control plane of one tenant."""

    app: App
    client: Client

    def call(self, method: str, path: str = "", body: Any = None, **request: Any) -> TestResponse:
        return self.client.send(method, f"//voucher/acme/vouchers{path}", json=body, **request)

    def control(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        reply = self.client.send(method, f"//__admin{path}", json=body, query_string={"tenant": "acme"})
        assert reply.status_code == status, reply.text
        return reply.get_json() if reply.data else None

    def ids(self, query: str = "") -> list[str]:
        return [voucher["id"] for voucher in self.call("GET", query).get_json()]


Make = Callable[..., VoucherClient]


@pytest.fixture
def make(tmp_path: Path, clock: ManualClock) -> Make:
    def start(*vouchers: Any, **switches: Any) -> VoucherClient:
        world = write_default_world(tmp_path, vouchers=list(vouchers or (WINTER, GOLD, SUMMER)))
        settings = Settings(fixture=world, behaviour=Switches(**switches))
        app = build(settings, clock, more_services=[example_services])
        return VoucherClient(app, Client(app.flask, "acme"))

    return start


def test_vouchers_of_the_world_are_listed_queried_sorted_and_paged(make: Make) -> None:
    vouchers = make()
    assert vouchers.ids() == ["gold", "summer", "winter"]
    assert vouchers.ids("?q=siteCode:main") == ["summer", "winter"]
    assert vouchers.ids("?sort=percent:DESC&pageSize=2") == ["gold", "winter"]
    assert vouchers.ids("?sort=percent:DESC&pageSize=2&pageNumber=2") == ["summer"]
    searched = vouchers.call("POST", "/search?sort=percent:DESC", {"q": "percent:>15"})
    assert [voucher["id"] for voucher in searched.get_json()] == ["gold", "winter"]
    counted = vouchers.call("GET", "?pageSize=1", headers={"X-Total-Count": "true"})
    assert (len(counted.get_json()), counted.headers["X-Total-Count"]) == (1, "3")


def test_vouchers_go_with_their_site_and_lose_other_references(make: Make) -> None:
    child = {**SUMMER, "id": "child", "parentId": "summer", "products": [HAMMER, SCREWDRIVER]}
    vouchers = make(
        SUMMER, WINTER, {**GOLD, "siteCode": "main"}, {**SUMMER, "id": "export", "siteCode": "export"}, child
    )
    for path in (
        "site/acme/sites/export",
        f"customer-segment/acme/segments/{GOLDEN}?forceDelete=true",
        f"product/acme/products/{HAMMER}",
    ):
        assert vouchers.client.delete(f"//{path}").status_code == 204
    assert vouchers.call("DELETE", "/summer").status_code == 204
    rows = {row["id"]: row for row in vouchers.control("GET", "/state/vouchers")}
    assert rows.keys() == {"child", "gold", "winter"}
    assert (rows["gold"]["limit"], rows["winter"]["products"]) == ({}, [])
    assert "parentId" not in rows["child"]
    assert rows["child"]["products"] == [SCREWDRIVER]


def test_a_voucher_is_read_with_the_metadata_that_the_world_lacks(make: Make) -> None:
    vouchers = make()
    voucher = vouchers.call("GET", "/winter").get_json()
    assert voucher == {**WINTER, "metadata": voucher["metadata"]}
    assert voucher["metadata"]["version"] == 1
    missing = vouchers.call("GET", "/nothing")
    assert (missing.status_code, missing.get_json()["resourceId"]) == (404, "nothing")


def test_a_voucher_is_created_once(make: Make) -> None:
    vouchers = make()
    created = vouchers.call("POST", "", {**CONTENT, "id": "spring"})
    assert (created.status_code, created.get_json()) == (201, {"id": "spring"})
    assert vouchers.call("POST", "", {**CONTENT, "id": "spring"}).status_code == 409
    generated = vouchers.call("POST", "", CONTENT).get_json()["id"]
    assert len(generated) == 24
    assert vouchers.call("GET", f"/{generated}").get_json()["metadata"] == {
        "createdAt": "2026-01-01T12:00:00.000Z",
        "modifiedAt": "2026-01-01T12:00:00.000Z",
        "version": 1,
    }


def test_a_replacement_counts_versions_and_an_old_version_is_a_conflict(make: Make, clock: ManualClock) -> None:
    vouchers = make()
    created = vouchers.call("PUT", "/spring", CONTENT)
    assert (created.status_code, created.get_json()) == (201, {"id": "spring"})
    clock.advance(seconds=1)
    assert vouchers.call("PUT", "/spring", {**CONTENT, "percent": 6, "metadata": {"version": 1}}).status_code == 204
    assert vouchers.call("GET", "/spring").get_json() == {
        **CONTENT,
        "id": "spring",
        "percent": 6,
        "metadata": {
            "createdAt": "2026-01-01T12:00:00.000Z",
            "modifiedAt": "2026-01-01T12:00:01.000Z",
            "version": 2,
        },
    }
    assert vouchers.call("PUT", "/spring", {**CONTENT, "metadata": {"version": 1}}).status_code == 409
    assert vouchers.call("GET", "/spring").get_json()["percent"] == 6


def test_a_patch_is_applied_whole_or_not_at_all(make: Make) -> None:
    vouchers = make()

    def patch(key: str, *operations: Any) -> int:
        return vouchers.call("PATCH", f"/{key}", list(operations)).status_code

    more = {"op": "replace", "path": "/percent", "value": 40}
    assert patch("gold", more, {"op": "remove", "path": "/limit"}) == 204
    gold = vouchers.call("GET", "/gold").get_json()
    assert (gold["percent"], gold["metadata"]["version"], "limit" in gold) == (40, 2, False)
    for refused in (
        {"op": "replace", "path": "/percent", "value": 400},
        {"op": "remove", "path": "/name"},
        {"op": "replace", "path": "/id", "value": "silver"},
        {"op": "replace", "path": "/siteCode", "value": "nowhere"},
    ):
        assert patch("gold", {**more, "value": 41}, refused) == 400
    assert patch("gold", more, {"op": "replace", "path": "/metadata/version", "value": 1}) == 409
    assert patch("nothing", more) == 404
    assert vouchers.call("GET", "/gold").get_json() == gold


def test_a_voucher_is_deleted(make: Make) -> None:
    vouchers = make()
    assert [vouchers.call("DELETE", "/gold").status_code for _ in range(2)] == [204, 204]
    assert vouchers.ids() == ["summer", "winter"]
    assert make(delete_missing="404").call("DELETE", "/nothing").status_code == 404


def test_a_service_must_name_a_spec_that_exists(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vouchers_service, "SERVICE", Service("voucher.yaml", {}))
    with pytest.raises(SpecError, match=r"^voucher.yaml: a service names this spec, but"):
        build(Settings(), more_services=[example_services])


REFERENCES = [
    ({"siteCode": "nowhere"}, "/siteCode"),
    ({"products": [HAMMER, "nothing"]}, "/products"),
    ({"limit": {"segmentId": "nothing"}}, "/limit/segmentId"),
    ({"parentId": "nothing"}, "/parentId"),
]


@pytest.mark.parametrize(("change", "place"), REFERENCES)
def test_references_are_checked_in_worlds_and_in_writes(make: Make, change: dict[str, Any], place: str) -> None:
    with pytest.raises(WorldError, match=f"/vouchers/1{place}: '(nowhere|nothing)' is not among the "):
        make(SUMMER, {**WINTER, **change})
    vouchers = make()
    refused = vouchers.call("PUT", "/winter", {**CONTENT, **change})
    assert (refused.status_code, refused.get_json()["details"]["field"]) == (400, place)
    assert make(references="lenient").call("PUT", "/winter", {**CONTENT, **change}).status_code == 204


def test_trees_have_no_cycles(make: Make) -> None:
    child = {**SUMMER, "parentId": "winter"}
    with pytest.raises(WorldError, match="'summer' is its own ancestor"):
        make(child, {**WINTER, "parentId": "summer"})
    vouchers = make(child, WINTER)
    refused = vouchers.call("PUT", "/winter", {**CONTENT, "parentId": "summer"})
    assert (refused.status_code, refused.get_json()["details"]["field"]) == (400, "/parentId")


def test_keys_come_once_and_rows_follow_their_schema(make: Make) -> None:
    with pytest.raises(WorldError, match="/vouchers/1: 'summer' comes twice"):
        make(SUMMER, SUMMER)
    with pytest.raises(WorldError, match="/vouchers/0/percent: 101 is greater"):
        make({**SUMMER, "percent": 101})


def test_the_control_plane_shows_replaces_and_empties_the_collection(make: Make) -> None:
    vouchers = make()
    assert vouchers.control("GET", "/state")["counts"]["vouchers"] == 3
    assert vouchers.control("GET", "/state/vouchers") == [GOLD, SUMMER, WINTER]
    assert vouchers.control("PUT", "/state/vouchers", [SUMMER])["rows"] == 1
    vouchers.control("PUT", "/state/vouchers", [{**SUMMER, "siteCode": "nowhere"}], status=400)
    assert vouchers.ids() == ["summer"]
    assert vouchers.control("DELETE", "/state/vouchers")["rows"] == 0
    assert vouchers.ids() == []
    vouchers.control("POST", "/reset")
    assert vouchers.ids() == ["gold", "summer", "winter"]


def test_snapshots_and_differences_have_the_collection(make: Make) -> None:
    vouchers = make()
    vouchers.control("PUT", "/snapshots/before")
    vouchers.call("PUT", "/spring", CONTENT)
    vouchers.call("PUT", "/gold", CONTENT)
    vouchers.call("DELETE", "/summer")
    assert vouchers.control("GET", "/snapshots/before/diff")["changes"] == {
        "vouchers": {"added": ["spring"], "removed": ["summer"], "changed": ["gold"]}
    }
    vouchers.control("POST", "/snapshots/before/restore")
    assert vouchers.ids() == ["gold", "summer", "winter"]
    assert vouchers.control("GET", "/snapshots/world/diff")["changes"] == {}


def test_what_is_exported_can_be_the_next_world(make: Make) -> None:
    vouchers = make()
    vouchers.call("PUT", "/spring", CONTENT)
    rows = vouchers.control("GET", "/state/vouchers")
    inline = {name: rows for name, rows in DEFAULT.items() if name != "mixinSchemas"} | {"vouchers": rows}
    vouchers.control("POST", "/seed", {"inline": inline})
    assert vouchers.control("GET", "/state/vouchers") == rows
    assert vouchers.ids() == ["gold", "spring", "summer", "winter"]


def test_generated_worlds_have_vouchers(make: Make) -> None:
    vouchers = make()
    vouchers.control("POST", "/seed", {"seed": 1})
    assert vouchers.ids() == [f"voucher-{number}" for number in range(5)]
    vouchers.control("POST", "/seed", {"seed": 1, "counts": {"vouchers": 7, "products": 3}})
    assert vouchers.control("GET", "/state")["counts"]["vouchers"] == 7
    rows = vouchers.control("GET", "/state/vouchers")
    assert all(len(row["products"]) == 2 for row in rows)
    vouchers.control("POST", "/seed", {"seed": 1, "counts": {"vouchers": 2, "segments": 0}})
    assert [row["name"] for row in vouchers.control("GET", "/state/vouchers")] == [row["name"] for row in rows[:2]]
    refused = vouchers.control("POST", "/seed", {"seed": 1, "counts": {"coupons": 7}}, status=400)
    assert refused["details"]["field"] == "/counts/coupons"


def test_a_service_without_a_value_or_function_is_refused(make: Make) -> None:
    with pytest.raises(TypeError, match=r"tests.support.example_services must define SERVICE or service\(world\)"):
        create_service(example_services, make().app.world)


EXCERPTS = re.findall(r"`vouchers/(\w+\.py)`:\n\n```python\n(.*?)```", (ROOT / "CONTRIBUTING.md").read_text(), re.S)


def test_contributing_shows_the_files_of_the_service() -> None:
    folder = ROOT / "tests" / "support" / "example_services" / "vouchers"
    assert dict(EXCERPTS) == {path.name: path.read_text() for path in folder.glob("*.py")}


def test_the_admin_has_the_scopes_of_the_service_and_others_do_not(make: Make) -> None:
    vouchers = make()
    assert vouchers.client.with_token("read-token").get("//voucher/acme/vouchers").status_code == 403
    scopes = vouchers.app.world.seed.tokens["admin-token"].scopes
    assert {scope for scope in scopes if scope.startswith("voucher.")} == {
        "voucher.voucher_read",
        "voucher.voucher_manage",
    }
    assert vouchers.app.api_pipeline.admin.scopes == scopes


def test_without_the_service_a_world_has_no_such_section(make: Make) -> None:
    with pytest.raises(WorldError, match="vouchers"):
        WORLDS.check({"vouchers": [SUMMER]})


@pytest.mark.parametrize(
    ("collections", "reason"),
    [
        ([Collection(name="a", schema={}), Collection(name="a", schema={})], "two services declare"),
        ([Collection(name="a", schema={}, references={"b": "b"})], "no service declares"),
        (
            [
                Collection(name="a", schema={}, references={"b": "b"}),
                Collection(name="b", schema={}, references={"a": "a"}),
            ],
            "cycle",
        ),
    ],
)
def test_declarations_that_contradict_each_other_are_refused(collections: list[Collection], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        index_collections(collections)


def test_a_collection_comes_after_those_that_it_refers_to() -> None:
    names = list(collections_of(import_services((SHIPPED, example_services))))
    assert names.index("vouchers") > max(map(names.index, ("sites", "products", "segments")))
