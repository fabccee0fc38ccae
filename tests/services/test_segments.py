"""Segments over HTTP: rules A7 to A11, C16, D1 to D16 and the bulk rules."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.app import build
from mockserver.contract.operations import Operation
from mockserver.settings import Settings
from tests.support.client import Client
from tests.support.clock import ManualClock
from tests.support.samples import (
    ATTRIBUTES,
    DEFAULT,
    GOLDEN,
    HAMMER,
    JOHN,
    PLATINUM,
    THIRD_COMPANY,
    TOOL_FANS,
    write_default_world,
)
from tests.support.specs import STATIC_WORDS

NEW: dict[str, Any] = {"name": {"en": "New", "de": "Neu"}, "siteCode": "main"}
ALL = len(DEFAULT["segments"])


def ids(reply: Any) -> list[str]:
    return [row["id"] for row in reply.get_json()]


def segments(client: Client) -> Any:
    """Return all segments. A failed write must not change them."""
    return client.with_token("read-token").get("?pageSize=100000").get_json()


def patch(client: Client, *operations: dict[str, Any], segment: str = GOLDEN) -> Any:
    return client.send("PATCH", f"/{segment}", json=list(operations))


def test_a7_reading_lists_all_in_the_order_of_their_ids(client: Client) -> None:
    assert ids(client.get("")) == sorted(segment["id"] for segment in DEFAULT["segments"])


def test_a7_the_segments_of_a_customer_are_for_readers_of_everything(client: Client) -> None:
    reader = client.with_token("read-token")
    assert ids(reader.get(f"?customerId={JOHN}")) == sorted([GOLDEN, PLATINUM, TOOL_FANS])
    assert ids(reader.get(f"?customerId={JOHN}&legalEntityId={THIRD_COMPANY}")) == sorted([PLATINUM, TOOL_FANS])
    assert ids(reader.get("?customerId=nobody")) == []
    assert client.with_token("customer-token").get(f"?customerId={JOHN}").status_code == 403
    assert client.with_token("customer-token").post(f"/search?customerId={JOHN}").status_code == 403


def test_a7_the_scope_that_was_missing_is_in_the_journal(client: Client) -> None:
    client.with_token("customer-token").get(f"?customerId={JOHN}")
    (entry,) = client.with_token(None).get(f"//__admin/requests?tenant={client.tenant}").get_json()["requests"]
    assert entry["mock"]["missingScopes"] == ["customersegment.segment_read"]


def test_c11a_a_parameter_without_value_counts_as_absent(client: Client) -> None:
    assert len(ids(client.get("?customerId=&legalEntityId=&q=&sort=&fields=&pageSize="))) == ALL
    assert client.with_token("customer-token").get("?customerId=").status_code == 200


def test_a10_a_customer_lists_own_active_segments(client: Client) -> None:
    for reply in (client.with_token("customer-token").get(""), client.with_token("customer-token").post("/search")):
        assert ids(reply) == sorted([GOLDEN, TOOL_FANS])
    assert ids(client.with_token("customer2-token").get("")) == [GOLDEN]
    assert ids(client.with_token("customer-token").get(f"?legalEntityId={THIRD_COMPANY}")) == [TOOL_FANS]


def test_a10_switched_a_customer_lists_all_active_segments(simulator: Callable[..., Client]) -> None:
    client = simulator(own_list="catalogue").with_token("customer2-token")
    for reply in (client.get(""), client.post("/search")):
        assert set(ids(reply)) == {segment["id"] for segment in DEFAULT["segments"] if segment["status"] == "ACTIVE"}
    assert client.get(f"/{TOOL_FANS}").status_code == 404
    assert client.get(f"/{TOOL_FANS}/items").get_json() == []


def test_a11_a_foreign_segment_does_not_show_that_it_exists(client: Client) -> None:
    customer = client.with_token("customer-token")
    assert customer.get(f"/{GOLDEN}").status_code == 200
    for id_ in (PLATINUM, "nowhere"):
        reply = customer.get(f"/{id_}")
        assert reply.status_code == 404
        assert reply.get_json()["message"] == f"The resource with id {id_} has not been found."


def test_a11_switched_a_foreign_segment_is_forbidden(simulator: Callable[..., Client]) -> None:
    customer = simulator(foreign_segment="403").with_token("customer-token")
    assert [customer.get(path).status_code for path in (f"/{PLATINUM}", "/nowhere")] == [403, 404]


def test_a15_switched_the_validity_decides_on_lists_too(simulator: Callable[..., Client], clock: ManualClock) -> None:
    client = simulator(active="status-and-validity")
    spring = {"from": "2026-03-01T00:00:00.000Z", "to": "2026-06-01T00:00:00.000Z"}
    assert client.put(f"/{GOLDEN}", json={**NEW, "status": "ACTIVE", "validity": spring}).status_code == 204
    visible = []
    for _ in range(4):
        jack = client.with_token("customer2-token")
        visible.append(GOLDEN in ids(jack.get("")))
        assert jack.get(f"/{GOLDEN}").status_code == (200 if visible[-1] else 404)
        assert match(client, [HAMMER], [GOLDEN]) == ([HAMMER] if visible[-1] else [])
        clock.advance(days=60)
    assert visible == [False, True, True, False]


def test_a15_switched_the_validity_decides_on_the_list_of_all_active_ones(
    simulator: Callable[..., Client], clock: ManualClock
) -> None:
    client = simulator(active="status-and-validity", own_list="catalogue")
    client.put("/summer", json={**NEW, "status": "ACTIVE", "validity": {"from": "2026-06-01T00:00:00.000Z"}})
    assert "summer" not in ids(client.with_token("customer2-token").get(""))
    clock.advance(days=200)
    assert "summer" in ids(client.with_token("customer2-token").get(""))


def test_c5_q_sort_fields_and_languages_work_on_segments(client: Client) -> None:
    reply = client.get("", query_string={"q": "siteCode:main status:INACTIVE", "sort": "name.en", "fields": "name"})
    assert {"id": PLATINUM, "name": {"en": "Platinum Segment"}} in reply.get_json()
    assert all(row.keys() == {"id", "name"} for row in reply.get_json())
    assert client.post("/search", json={"q": "name.en:~^Golden"}).get_json()[0]["id"] == GOLDEN
    client.put("/polyglot", json=NEW)
    cut = client.get("/polyglot", headers={"Accept-Language": "de"}).get_json()
    assert cut["name"] == {"de": "Neu"}


def test_c16_a_search_without_q_finds_everything(client: Client) -> None:
    requests: list[dict[str, Any]] = [{}, {"json": {}}, {"json": {"q": ""}}]
    for request in requests:
        reply = client.post("/search", headers={"X-Total-Count": "true"}, **request)
        assert reply.headers["X-Total-Count"] == str(ALL)


def test_d1_d2_a_new_segment_has_what_was_sent_and_version_1(clock: ManualClock) -> None:
    client = Client(build(Settings(), clock).flask, "acme")
    body = NEW | {
        "description": {"en": "D"},
        "validity": {"from": "2026-01-01T00:00:00.000Z"},
        "mixins": {"a": {"b": 1}},
    }
    body |= {"metadata": {"mixins": {"a": "https://example.com/a.json"}, "version": 9, "createdAt": "never"}}
    reply = client.post("", json=body | {"unknown": 1})
    assert reply.status_code == 201
    (id_,) = reply.get_json().values()
    noon = "2026-01-01T12:00:00.000Z"
    metadata = {"createdAt": noon, "modifiedAt": noon, "version": 1, "mixins": body["metadata"]["mixins"]}
    assert client.get(f"/{id_}").get_json() == {**body, "id": id_, "status": "INACTIVE", "metadata": metadata}


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2024-05-14T12:00:00Z", "2024-05-14T12:00:00.000Z"),
        ("2024-05-14t12:00:00z", "2024-05-14T12:00:00.000Z"),
        ("2024-05-14T12:00:00.1Z", "2024-05-14T12:00:00.100Z"),
        ("2024-05-14T12:00:00.1239999999999Z", "2024-05-14T12:00:00.123Z"),
        ("2024-05-14T12:00:00-00:00", "2024-05-14T12:00:00.000Z"),
        ("2024-05-14T00:30:00+05:30", "2024-05-13T19:00:00.000Z"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"),
    ],
)
def test_c12_times_of_every_form_are_shown_in_utc(client: Client, sent: str, shown: str) -> None:
    client.put("/mine", json=NEW | {"validity": {"from": sent, "until": sent}})
    assert client.get("/mine").get_json()["validity"] == {"from": shown}
    found = client.post("/search", json={"q": f'id:mine validity.from:<="{sent}" validity.from:>="{shown}"'})
    assert [segment["id"] for segment in found.get_json()] == ["mine"]
    state = f"//__admin/state/segments?tenant={client.tenant}"
    stored = client.with_token(None).get(state).get_json()
    assert client.with_token(None).put(state, json=stored).status_code == 200


def test_d2_a_put_answers_201_with_the_id_and_then_204(client: Client) -> None:
    first = client.put("/mine", json=NEW | {"id": "another"})
    assert (first.status_code, first.get_json()) == (201, {"id": "mine"})
    second = client.put("/mine", json=NEW | {"description": {"en": "D"}})
    assert (second.status_code, second.data) == (204, b"")
    client.put("/mine", json=NEW)
    stored = client.get("/mine").get_json()
    assert "description" not in stored
    assert stored["metadata"]["version"] == 3


@pytest.mark.parametrize("version", [0, 2, -1, 10**18])
def test_d3_another_version_is_a_conflict_and_changes_nothing(client: Client, version: int) -> None:
    before = segments(client)
    reply = client.put(f"/{GOLDEN}", json=NEW | {"metadata": {"version": version}})
    assert (reply.status_code, reply.get_json()["message"]) == (
        409,
        "The resource you are attempting to access has changed.",
    )
    assert segments(client) == before


def test_d3_the_same_version_works_once(client: Client) -> None:
    write = NEW | {"metadata": {"version": 1}}
    assert [client.put(f"/{GOLDEN}", json=write).status_code for _ in range(2)] == [204, 409]


def test_d4_an_id_that_exists_is_a_conflict_and_ids_are_case_sensitive(client: Client) -> None:
    assert client.post("", json=NEW | {"id": "Mine"}).get_json() == {"id": "Mine"}
    again = client.post("", json=NEW | {"id": "Mine"})
    assert (again.status_code, again.get_json()) == (
        409,
        {"code": 409, "status": "Conflict", "message": "The resource already exists."},
    )
    assert client.post("", json=NEW | {"id": "mine"}).status_code == 201


def test_d4_generated_ids_are_24_hex_digits_and_the_same_after_a_reset(client: Client) -> None:
    def create_ids() -> list[str]:
        return [client.post("", json=NEW).get_json()["id"] for _ in range(3)]

    first = create_ids()
    assert all(len(id_) == 24 and set(id_) <= set("0123456789abcdef") for id_ in first)
    assert len(set(first)) == 3
    client.post(f"//__admin/reset?tenant={client.tenant}")
    assert create_ids() == first


def test_d4_each_tenant_has_generated_ids_of_its_own(client: Client) -> None:
    tenants = [client, Client(client.flask, f"{client.tenant}b")]
    assert len({tenant.post("", json=NEW).get_json()["id"] for tenant in tenants}) == 2


def test_d4_a_generated_id_is_new_where_a_reset_has_left_old_ones(client: Client) -> None:
    first = client.post("", json=NEW).get_json()["id"]
    client.put(f"//__admin/snapshots/made?tenant={client.tenant}")
    client.post(f"//__admin/reset?tenant={client.tenant}&to=snapshot:made")
    reply = client.post("", json=NEW)
    assert reply.status_code == 201
    assert reply.get_json()["id"] != first


def test_d7_a_site_must_exist(client: Client) -> None:
    for method, path in (("POST", ""), ("PUT", "/new"), ("PUT", f"/{GOLDEN}")):
        reply = client.send(method, path, json=NEW | {"siteCode": "nowhere"})
        assert (reply.status_code, reply.get_json()["details"]["field"]) == (400, "/siteCode")
    assert patch(client, {"op": "replace", "path": "/siteCode", "value": "nowhere"}).status_code == 400


def test_d7_switched_any_site_is_accepted(simulator: Callable[..., Client]) -> None:
    assert simulator(references="lenient").put("/new", json=NEW | {"siteCode": "nowhere"}).status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "New"},
        {"name": {"en": 5}},
        {"name": None},
        {"siteCode": 5},
        {"status": "active"},
        {"validity": {"from": "yesterday"}},
        {"validity": {"from": "2024-01-01"}},
        {"validity": {"to": "2024-12-31T23:59:60Z"}},
        {"validity": {"to": "0000-01-01T00:00:00Z"}},
        {"validity": {"to": "0001-01-01T00:00:00+00:01"}},
        {"validity": {"to": "2024-12-31 23:59:00Z"}},
        {"validity": {"to": "2024-12-31T23:59:00"}},
        {"validity": {"to": "2024-12-31T24:00:00Z"}},
        {"validity": []},
        {"mixins": []},
        {"metadata": {"version": "1"}},
        {"metadata": None},
        {"description": "text"},
    ],
    ids=str,
)
def test_wrong_shapes_are_refused_everywhere(client: Client, wrong: dict[str, Any]) -> None:
    before = segments(client)
    replies = [client.put("/new", json=NEW | wrong), client.put(f"/{GOLDEN}", json=NEW | wrong)]
    if "metadata" not in wrong or wrong["metadata"] is None:  # a creation ignores the version
        replies.append(client.post("", json=NEW | wrong))
    for reply in replies:
        assert reply.status_code == 400
        assert reply.get_json()["details"]["field"].startswith("/" + next(iter(wrong)))
    assert client.put("/bulk", json=[{"id": GOLDEN, **NEW, **wrong}]).get_json()[0]["code"] == 400
    assert segments(client) == before


@pytest.mark.parametrize("missing", ["name", "siteCode"])
def test_required_fields_are_required(client: Client, missing: str) -> None:
    body = {name: value for name, value in NEW.items() if name != missing}
    for reply in (client.post("", json=body), client.put("/new", json=body), client.post(""), client.put("/new")):
        assert reply.status_code == 400


def test_d9_deleting_a_missing_segment_succeeds(client: Client) -> None:
    assert client.delete("/nowhere").status_code == 204


def test_d9_switched_a_missing_segment_is_not_found(simulator: Callable[..., Client]) -> None:
    client = simulator(delete_missing="404")
    client.put("/new", json=NEW)
    assert [client.delete("/new").status_code for _ in range(2)] == [204, 404]
    assert client.delete("/bulk", json=["nowhere"]).get_json()[0]["code"] == 404


def test_d10_a_segment_with_assignments_stays_unless_forced(client: Client) -> None:
    before = segments(client)
    for query in ("", "?forceDelete=false", "?forceDelete=False"):
        reply = client.delete(f"/{GOLDEN}{query}")
        assert reply.status_code == 400
        assert "forceDelete=true" in reply.get_json()["details"]["message"]
    assert segments(client) == before
    assert client.delete(f"/{GOLDEN}?forceDelete=true").status_code == 204
    assert client.get(f"/{GOLDEN}").status_code == 404


def test_d10_a_segment_with_customers_alone_or_items_alone_stays(client: Client) -> None:
    for path in ("/items/PRODUCT/12468504", f"/customers/{JOHN}"):
        client.put("/new", json=NEW)
        assert client.put(f"/new{path}").status_code == 201
        assert client.delete("/new").status_code == 400
        client.delete(f"/new{path}")
        assert client.delete("/new").status_code == 204


def test_a_deleted_segment_takes_its_assignments_along(client: Client) -> None:
    client.delete(f"/{GOLDEN}?forceDelete=true")
    client.put(f"/{GOLDEN}", json=NEW | {"status": "ACTIVE"})
    assert client.get(f"/{GOLDEN}/items").get_json() == []
    assert client.get(f"/{GOLDEN}/customers").get_json() == []
    assert GOLDEN not in {row["segmentId"] for row in client.list_all_items()}
    assert ids(client.with_token("customer-token").get("")) == [TOOL_FANS]
    assert client.with_token("customer2-token").get("/items").get_json() == []
    assert ids(client.get(f"?customerId={JOHN}")) == sorted([PLATINUM, TOOL_FANS])


def test_d11_a_patch_changes_parts_and_adds_1_to_the_version(client: Client, clock: ManualClock) -> None:
    client = Client(build(Settings(), clock).flask, "acme")
    old = client.get(f"/{GOLDEN}").get_json()
    reply = patch(
        client,
        {"op": "replace", "path": "/name/en", "value": "Gold"},
        {"op": "add", "path": "/name/de", "value": "Gold"},
        {"op": "add", "path": "/mixins", "value": {"flags": [True, None, {"a": 1}]}},
        {"op": "replace", "path": "/status", "value": "INACTIVE"},
    )
    assert (reply.status_code, reply.data) == (204, b"")
    assert client.get(f"/{GOLDEN}").get_json() == {
        **old,
        "name": {"en": "Gold", "de": "Gold"},
        "status": "INACTIVE",
        "mixins": {"flags": [True, None, {"a": 1}]},
        "metadata": {**old["metadata"], "version": 2, "modifiedAt": "2026-01-01T12:00:00.000Z"},
    }


def test_d11_a_boolean_or_an_array_is_a_value_too(client: Client) -> None:
    values: list[Any] = [True, [1], None, 5, "text", {}]
    for value in values:
        assert patch(client, {"op": "add", "path": "/mixins", "value": {"a": value}}).status_code == 204
        assert client.get(f"/{GOLDEN}").get_json()["mixins"] == {"a": value}


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "move", "from": "/name/en", "path": "/name/de"},
        {"op": "copy", "from": "/name/en", "path": "/name/de"},
        {"op": "test", "path": "/status", "value": "ACTIVE"},
        {"op": "REPLACE", "path": "/status", "value": "INACTIVE"},
        {"op": "replace", "path": "/nothing", "value": 1},
        {"op": "remove", "path": "/nothing"},
        {"op": "remove", "path": ""},
        {"op": "replace", "path": "status", "value": "INACTIVE"},
        {"op": "replace", "path": "/status"},
        {"op": "add", "path": "/name/en/deeper", "value": 1},
        {"op": "add", "path": "/name/~2", "value": 1},
        {"op": "replace", "path": "", "value": []},
        {"op": "replace", "path": "", "value": NEW},
        {"op": "replace", "path": "/id", "value": "another"},
        {"op": "remove", "path": "/id"},
        {"op": "replace", "path": "/metadata/createdAt", "value": "2024-01-01T00:00:00.000Z"},
        {"op": "remove", "path": "/metadata"},
        {"op": "remove", "path": "/name"},
        {"op": "remove", "path": "/siteCode"},
        {"op": "replace", "path": "/status", "value": "OPEN"},
        {"op": "replace", "path": "/name", "value": "text"},
        {"op": "add", "path": "/validity", "value": {"from": "2024-12-31T23:59:60Z"}},
        {"op": "replace", "path": "/metadata/version", "value": "1"},
        {"op": "replace", "path": "/metadata/version", "value": True},
        {"op": "replace", "path": 5},
        {"path": "/status"},
        "text",
        None,
    ],
    ids=str,
)
def test_d11_an_invalid_patch_changes_nothing(client: Client, operation: Any) -> None:
    before = segments(client)
    reply = client.send(
        "PATCH", f"/{GOLDEN}", json=[{"op": "replace", "path": "/name/en", "value": "changed"}, operation]
    )
    assert reply.status_code == 400
    assert reply.get_json()["details"]["message"]
    assert segments(client) == before


@pytest.mark.parametrize("body", [{}, "text", 5, None, [{"op": "remove", "path": "/x"}] * 1001], ids=type)
def test_d11_a_patch_is_an_array_of_at_most_1000_operations(client: Client, body: Any) -> None:
    assert client.send("PATCH", f"/{GOLDEN}", json=body).status_code == 400
    assert client.send("PATCH", f"/{GOLDEN}").status_code == 400


def test_d11_a_patch_of_1000_operations_is_carried_out(client: Client) -> None:
    assert patch(client, *[{"op": "add", "path": "/description", "value": {"en": "D"}}] * 1000).status_code == 204


def test_d11_messages_about_a_patch_have_at_most_200_characters(client: Client) -> None:
    reply = patch(client, {"op": "remove", "path": "/" + "x" * 300})
    assert (reply.status_code, len(reply.get_json()["details"]["message"])) == (400, 200)


@pytest.mark.parametrize("times", [1, 20])
def test_d11_patches_cannot_nest_deeper_than_bodies(client: Client, times: int) -> None:
    deep: list[Any] = []
    for _ in range(89):
        deep = [deep]
    assert patch(client, {"op": "add", "path": "/mixins", "value": {"a": deep}}).status_code == 204
    paths = [f"/mixins/a{'/0' * (90 * time - 1)}/-" for time in range(1, times + 1)]
    before = segments(client)
    reply = patch(client, *({"op": "add", "path": path, "value": deep} for path in paths))
    assert reply.get_json()["details"] == {"type": "patch", "message": "the result nests deeper than 100 levels"}
    assert client.get(f"//__admin/explain/{reply.headers['X-Mock-Explain']}").get_json()["rule"]["id"] == "D11c"
    assert segments(client) == before


def test_d11_a_version_in_a_patch_is_checked_like_in_a_put(client: Client) -> None:
    checked: list[dict[str, Any]] = [
        {"op": "replace", "path": "/metadata/version", "value": 1},
        {"op": "remove", "path": "/status"},
    ]
    assert [patch(client, *checked).status_code for _ in range(2)] == [204, 409]
    assert client.get(f"/{GOLDEN}").get_json()["status"] == "INACTIVE"
    assert patch(client, checked[0]).status_code == 409
    assert patch(client, {"op": "remove", "path": "/metadata/version"}).status_code == 204


def test_d11_a_missing_segment_cannot_be_patched(client: Client) -> None:
    assert patch(client, segment="nowhere").status_code == 404


def test_d12_mixins_are_validated_in_every_write(client: Client) -> None:
    bad = NEW | {
        "mixins": {"segmentAttributes": {"membershipStatus": "NONE"}},
        "metadata": {"mixins": {"segmentAttributes": ATTRIBUTES}},
    }
    before = segments(client)
    for reply in (client.post("", json=bad), client.put("/new", json=bad)):
        assert reply.status_code == 400
        assert reply.get_json()["details"]["field"] == "/mixins/segmentAttributes/membershipStatus"
    assert client.post("/bulk", json=[bad]).get_json()[0]["code"] == 400
    assert (
        patch(
            client,
            {"op": "add", "path": "/mixins", "value": bad["mixins"]},
            {"op": "add", "path": "/metadata/mixins", "value": bad["metadata"]["mixins"]},
        ).status_code
        == 400
    )
    assert segments(client) == before


@pytest.mark.parametrize(("unknown_mixin", "new", "old"), [("accept", 201, 204), ("reject", 400, 400)])
def test_d12_switched_an_unknown_url_is_refused_in_every_write(
    simulator: Callable[..., Client], unknown_mixin: str, new: int, old: int
) -> None:
    client = simulator(unknown_mixin=unknown_mixin)
    body = {"mixins": {"a": 1}, "metadata": {"mixins": {"a": "https://example.com/a.json"}}}
    assert client.post("", json=NEW | body).status_code == new
    assert client.put("/new", json=NEW | body).status_code == new
    assert client.put(f"/{GOLDEN}", json=NEW | body).status_code == old
    assert client.post("/bulk", json=[NEW | body]).get_json()[0]["code"] == new
    assert client.put(f"/{TOOL_FANS}/customers/{JOHN}", json=body).status_code == old


def test_d13_content_language_changes_nothing(client: Client) -> None:
    client.put("/new", json=NEW, headers={"Content-Language": "de"})
    assert client.get("/new").get_json()["name"] == NEW["name"]


def test_d14_without_a_status_a_segment_is_inactive(client: Client) -> None:
    client.put(f"/{GOLDEN}", json=NEW)
    assert client.get(f"/{GOLDEN}").get_json()["status"] == "INACTIVE"
    assert ids(client.with_token("customer2-token").get("")) == []


@pytest.mark.parametrize("word", STATIC_WORDS)
def test_d16_a_word_of_the_paths_cannot_be_an_id(client: Client, word: str) -> None:
    before = segments(client)
    assert client.post("", json=NEW | {"id": word}).status_code == 400
    if word != "bulk":
        assert client.put(f"/{word}", json=NEW).status_code == 400
    for method in ("POST", "PUT"):
        assert client.send(method, "/bulk", json=[NEW | {"id": word}]).get_json()[0]["code"] == 400
    assert segments(client) == before


def test_d16_the_words_are_those_of_the_spec(shared: Any) -> None:
    operations: tuple[Operation, ...] = shared.api_operations
    paths = [operation.path.removeprefix("/customer-segment/{tenant}/segments/") for operation in operations]
    assert {path.split("/")[0] for path in paths if not path.startswith(("/", "{"))} == set(STATIC_WORDS)


def test_e2_bulk_entries_of_segments_carry_ids_where_they_are_known(client: Client) -> None:
    entries = client.post(
        "/bulk", json=[NEW, NEW | {"id": "mine"}, NEW | {"id": "mine"}, {"id": "x"}, {}, 5, NEW | {"id": ""}]
    ).get_json()
    generated = entries[0].pop("id")
    assert len(generated) == 24
    bad = {"code": 400, "status": "Bad Request", "message": "Validation problem with request body."}
    assert entries == [
        {"index": 0, "code": 201, "status": "Created"},
        {"index": 1, "id": "mine", "code": 201, "status": "Created"},
        {"index": 2, "id": "mine", "code": 409, "status": "Conflict", "message": "The resource already exists."},
        {"index": 3, "id": "x", **bad},
        {"index": 4, **bad},
        {"index": 5, **bad},
        {"index": 6, "id": "", **bad},
    ]
    assert client.get(f"/{generated}").status_code == 200


def test_e2_bulk_upserts_create_replace_and_check_versions(client: Client) -> None:
    element = NEW | {"id": "mine"}
    stale = element | {"metadata": {"version": 9}}
    entries = client.put("/bulk", json=[element, element, stale, NEW]).get_json()
    assert [(entry.get("id"), entry["code"]) for entry in entries] == [
        ("mine", 201),
        ("mine", 204),
        ("mine", 409),
        (None, 400),
    ]
    assert client.get("/mine").get_json()["metadata"]["version"] == 2


def test_e6_bulk_deletions_take_ids_and_can_be_forced(client: Client) -> None:
    client.put("/empty", json=NEW)
    entries = client.delete("/bulk", json=["empty", GOLDEN, "nowhere", 5, {"id": "x"}]).get_json()
    assert [(entry.get("id"), entry["code"]) for entry in entries] == [
        ("empty", 204),
        (GOLDEN, 400),
        ("nowhere", 204),
        (None, 400),
        (None, 400),
    ]
    assert client.delete("/bulk?forceDelete=true", json=[GOLDEN]).get_json()[0]["code"] == 204
    assert client.get(f"/{GOLDEN}").status_code == 404


def test_e3_switched_the_index_counts_from_1(simulator: Callable[..., Client]) -> None:
    client = simulator(bulk_index_base="1")
    assert client.post("/bulk", json=[{}]).get_json()[0]["index"] == 1


def match(client: Client, products: list[str], segment_ids: list[str], **site: str) -> list[str]:
    body = {"items": [{"id": id_} for id_ in products], "segmentIds": segment_ids, **(site or {"site": "main"})}
    return ids(client.with_token("manage-token").post("/match", json=body))


def test_c17_products_match_that_are_assigned(client: Client) -> None:
    assert match(client, ["12849186", "nowhere", HAMMER, HAMMER], [GOLDEN]) == ["12849186", HAMMER]
    assert match(client, [HAMMER], [GOLDEN], siteCode="main") == [HAMMER]
    assert match(client, [HAMMER], [GOLDEN], site="main", siteCode="export") == [HAMMER]


def test_c17_only_active_segments_of_the_site_count(client: Client) -> None:
    assert match(client, ["12849186"], [PLATINUM, "nowhere"]) == []
    assert match(client, ["12849186"], [PLATINUM, GOLDEN]) == ["12849186"]
    assert match(client, [HAMMER], [GOLDEN], site="export") == []
    client.send("PATCH", f"/{PLATINUM}", json=[{"op": "replace", "path": "/status", "value": "ACTIVE"}])
    assert match(client, ["12849186"], [PLATINUM]) == ["12849186"]


def test_c17_with_lenient_references_a_product_of_no_catalogue_matches(simulator: Callable[..., Client]) -> None:
    client = simulator(references="lenient")
    client.put(f"/{GOLDEN}/items/PRODUCT/made-up")
    assert match(client, ["made-up", "another"], [GOLDEN]) == ["made-up"]


def test_c17_an_assigned_category_covers_those_below_it(client: Client) -> None:
    # The product Hammer is in the category Hammer, which is below Tools.
    assert match(client, [HAMMER, "12849186"], [TOOL_FANS]) == [HAMMER]
    client.put("/above", json=NEW | {"status": "ACTIVE"})
    client.put("/above/items/CATEGORY/12468504")
    assert match(client, [HAMMER], ["above"]) == [HAMMER]


def test_c17_switched_only_a_products_own_categories_cover_it(simulator: Callable[..., Client]) -> None:
    client = simulator(match_descendants="false")
    assert match(client, [HAMMER], [TOOL_FANS]) == [HAMMER]
    client.put("/above", json=NEW | {"status": "ACTIVE"})
    client.put("/above/items/CATEGORY/12468504")
    assert match(client, [HAMMER], ["above"]) == []


@pytest.mark.parametrize(
    "body",
    [
        {"items": [], "segmentIds": []},
        {"items": [{}], "segmentIds": [], "site": "main"},
        {"items": ["x"], "segmentIds": [], "site": "main"},
        {"segmentIds": [], "site": "main"},
        {"items": [], "site": "main"},
        {"items": [], "segmentIds": [5], "site": "main"},
        [],
    ],
    ids=str,
)
def test_c17_a_match_needs_items_segments_and_a_site(client: Client, body: Any) -> None:
    assert client.post("/match", json=body).status_code == 400


def test_a_change_of_site_shows_in_items_trees_and_match(simulator: Callable[..., Client], tmp_path: Path) -> None:
    client = simulator(fixture=write_default_world(tmp_path))
    customer = client.with_token("customer-token")
    assert customer.get("/items/category-trees?siteCode=main").get_json() != []
    for segment in (GOLDEN, TOOL_FANS):
        patch(client, {"op": "replace", "path": "/siteCode", "value": "export"}, segment=segment)
    assert customer.get("/items/category-trees?siteCode=main").get_json() == []
    assert customer.get("/items?siteCode=main").get_json() == []
    assert len(customer.get("/items?siteCode=export").get_json()) == 4
    assert match(client, [HAMMER], [GOLDEN]) == []
    assert match(client, [HAMMER], [GOLDEN], site="export") == [HAMMER]
    assert {row["siteCode"] for row in customer.get("").get_json()} == {"export"}


def test_c13_items_of_a_site_are_those_of_inactive_segments_too(client: Client) -> None:
    patch(client, {"op": "replace", "path": "/status", "value": "INACTIVE"})
    for query, is_listed in (("siteCode=main", True), ("siteCode=main&onlyActive=true", False), ("siteCode=x", False)):
        rows = client.get(f"/items?{query}&pageSize=200").get_json()
        assert (GOLDEN in {row["segmentId"] for row in rows}) is is_listed


def test_a_change_of_status_shows_at_once_to_everyone_concerned(client: Client) -> None:
    customer = client.with_token("customer-token")
    patch(client, {"op": "replace", "path": "/status", "value": "INACTIVE"}, segment=TOOL_FANS)
    assert ids(customer.get("")) == [GOLDEN]
    assert customer.get(f"/{TOOL_FANS}").status_code == 404
    assert customer.get(f"/{TOOL_FANS}/items").get_json() == []
    assert customer.get(f"/{TOOL_FANS}/customers").get_json() == []
    assert customer.get("/items/category-trees").get_json() == []
    assert match(client, [HAMMER], [TOOL_FANS]) == []
    patch(client, {"op": "replace", "path": "/status", "value": "ACTIVE"}, segment=PLATINUM)
    assert ids(customer.get("")) == [PLATINUM, GOLDEN]
    assert customer.get("/items/category-trees").get_json()[0]["isSegmentAssigned"] is True
