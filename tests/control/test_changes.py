"""What changed: sentences with the call, persona and test, fields before and after, and undo to a version."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread
from typing import Any

import pytest

from mockserver.control.changes.sentences import MAX_KEYS
from mockserver.store.collection import format_key
from mockserver.worlds import comparing
from tests.support.client import Admin, Client
from tests.support.samples import (
    COMPANY,
    GOLDEN,
    HAMMER,
    ITEM,
    JACK,
    JOHN,
    NEW_ITEM,
    REGULARS,
    SCREWDRIVER,
    TOOL_FANS,
    WORLDS,
)
from tests.support.service_tables import merge_tables

IAM = "//iam/{tenant}/groups"


@pytest.fixture
def admin(client: Client) -> Admin:
    return Admin(client)


def list_changes(admin: Admin, **query: Any) -> list[dict[str, Any]]:
    changes: list[dict[str, Any]] = admin.call("GET", "/changes", **query)["changes"]
    return changes


def tell(admin: Admin, **query: Any) -> list[str]:
    return [change["sentence"] for change in list_changes(admin, **query)]


def test_a_change_names_the_call_the_persona_and_the_test(client: Client, admin: Admin) -> None:
    before = datetime.now(UTC)
    headers = {"X-Mock-Test": "checkout"}
    assert client.put(f"/{TOOL_FANS}/customers/{JOHN}", headers=headers).status_code == 204
    assert client.put(f"/{TOOL_FANS}/customers/nobody", headers=headers).status_code == 400
    assert client.put(f"/{TOOL_FANS}/customers/{JACK}", headers=headers).status_code == 201
    change = list_changes(admin)[1]
    path = f"/customer-segment/{client.tenant}/segments/{TOOL_FANS}/customers/{JACK}"
    assert change["sentence"] == (
        f"Customer Jack Smith ({JACK}) joined segment Tool Fans ({TOOL_FANS}) by PUT {path}, as admin-token, "
        "test checkout."
    )
    facts = {name: change[name] for name in ("version", "kind", "collection", "key", "persona", "test")}
    assert facts == {
        "version": 2,
        "kind": "added",
        "collection": "customerAssignments",
        "key": f"{TOOL_FANS}/{JACK}",
        "persona": "admin-token",
        "test": "checkout",
    }
    call = change["call"]
    assert (call["method"], call["path"]) == ("PUT", path)
    entry = admin.call("GET", f"/requests/{call['id']}")
    assert entry["mock"]["operationId"] == call["operation"]
    assert entry["mock"]["versions"] == {"before": 1, "after": 2}
    assert (
        before.timestamp() - 1 < datetime.fromisoformat(change["time"]).timestamp() < datetime.now(UTC).timestamp() + 1
    )


# What is called, and how the sentence begins.
CALLS: list[tuple[str, str, Any, str]] = [
    (
        "PUT",
        f"/{TOOL_FANS}/customers/{JACK}",
        None,
        f"Customer Jack Smith ({JACK}) joined segment Tool Fans ({TOOL_FANS})",
    ),
    (
        "DELETE",
        f"/{GOLDEN}/customers/bulk",
        [{"customerId": JOHN, "legalEntityId": COMPANY}],
        f"Customer John Doe ({JOHN}) left segment Golden Segment ({GOLDEN}) for legal entity ",
    ),
    ("PUT", NEW_ITEM, None, f"Product Hammer ({HAMMER}) was added to segment Tool Fans ({TOOL_FANS})"),
    ("DELETE", ITEM, None, f"Product Hammer ({HAMMER}) was removed from segment Golden Segment ({GOLDEN})"),
    (
        "PUT",
        ITEM,
        {"mixins": {"a": 1}},
        f"The assignment of product Hammer ({HAMMER}) to segment Golden Segment ({GOLDEN}) was changed",
    ),
    (
        "PUT",
        f"/{TOOL_FANS}/groups/{REGULARS}",
        None,
        f"Group Regulars ({REGULARS}) was added to segment Tool Fans ({TOOL_FANS})",
    ),
    ("PUT", "/mine", {"name": {"en": "Mine"}, "siteCode": "main"}, "Segment Mine (mine) was added"),
    ("DELETE", f"/{TOOL_FANS}?forceDelete=true", None, f"Segment Tool Fans ({TOOL_FANS}) was removed"),
    (
        "PUT",
        f"/{TOOL_FANS}/items/PRODUCT/bulk",
        [{"id": HAMMER}, {"id": SCREWDRIVER}, {"id": "nowhere"}],
        f"2 items were added to segment Tool Fans ({TOOL_FANS})",
    ),
    ("PUT", f"{IAM}/new", {"name": {"en": "New"}, "userType": "CUSTOMER"}, "Group New (new) was added"),
    (
        "PUT",
        f"{IAM}/{REGULARS}/users/CUSTOMER/{JOHN}",
        None,
        f"Customer John Doe ({JOHN}) joined group Regulars ({REGULARS})",
    ),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "beginning"), CALLS, ids=lambda part: part if isinstance(part, str) else ""
)
def test_a_call_is_told_in_a_sentence(
    client: Client, admin: Admin, method: str, path: str, body: Any, beginning: str
) -> None:
    client.send(method, path.format(tenant=client.tenant), json=body)
    sentence = tell(admin)[0]
    assert sentence.startswith(beginning)
    assert f" by {method} /" in sentence


FEW_ROWS: dict[str, list[Any]] = {  # of collections in which the default world has less than two rows
    "mixinSchemas": [{"url": "https://example.com/1", "schema": {}}, {"url": "https://example.com/2", "schema": {}}],
    **merge_tables("few_rows"),
}


@pytest.mark.parametrize("collection", WORLDS.collections)
def test_rows_of_each_collection_are_told_alone_and_together(admin: Admin, collection: str) -> None:
    if collection in FEW_ROWS:
        admin.call("PUT", f"/state/{collection}", FEW_ROWS[collection])
    rows = admin.call("GET", f"/state/{collection}")[:MAX_KEYS]
    assert len(rows) > 1
    admin.call("PUT", f"/state/{collection}", rows, force="true")
    keys = {format_key(WORLDS.collections[collection].key_of(row)) for row in rows}
    if collection != "mixinSchemas":
        admin.call("PUT", "/state/mixinSchemas", [])
    since = str(admin.call("GET", "/state")["version"])
    for number, kept in enumerate((rows[1:], [], rows), start=1):
        admin.call("PUT", f"/state/{collection}", kept, force="true")
        told = [change for change in list_changes(admin, since=since) if change["version"] == int(since) + number]
        assert {change["collection"] for change in told} <= {collection}
        for change in told:
            assert change["sentence"].endswith(f" by PUT /__admin/state/{collection}.")
            assert "{" not in change["sentence"]
            assert ("key" in change) != ("keys" in change)
    assert {key for change in told for key in change.get("keys") or [change["key"]]} == keys
    assert sum(change.get("count", 1) for change in told) == len(rows)


def test_fields_of_a_changed_row_are_told(client: Client, admin: Admin) -> None:
    admin.call("PATCH", f"/state/segments/{GOLDEN}", {"status": "INACTIVE", "name": {"fr": "Or"}})
    (change,) = list_changes(admin)
    assert change["sentence"] == (
        f"Segment Golden Segment ({GOLDEN}) was changed by PATCH /__admin/state/segments/{GOLDEN}: "
        'name/fr added, status from "ACTIVE" to "INACTIVE".'
    )
    assert change["fields"] == [
        {"pointer": "/name/fr", "after": "Or"},
        {"pointer": "/status", "before": "ACTIVE", "after": "INACTIVE"},
    ]
    assert "id" not in change["call"]


CONTROL_CALLS: list[tuple[str, str, Any]] = [
    ("POST", "/undo", None),
    ("POST", "/reset", None),
    ("POST", "/seed", {"world": "default"}),
    ("POST", "/snapshots/clean/restore", None),
    ("DELETE", f"/state/itemAssignments/{GOLDEN}%2FPRODUCT%2F{HAMMER}", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CONTROL_CALLS)
def test_calls_of_the_control_plane_are_told_too(
    client: Client, admin: Admin, method: str, path: str, body: Any
) -> None:
    admin.call("PUT", "/snapshots/clean")
    client.put(NEW_ITEM)
    version = admin.call("GET", "/state")["version"]
    admin.call(method, path, body)
    told = list_changes(admin, since=str(version))
    assert told
    assert {change["version"] for change in told} == {version + 1}
    assert all(f" by {method} /__admin{path}" in change["sentence"] for change in told)


def test_a_replacement_by_equal_rows_is_told(admin: Admin) -> None:
    admin.call("PUT", "/state/products", admin.call("GET", "/state/products"))
    assert tell(admin) == ["No row changed by PUT /__admin/state/products."]
    assert list_changes(admin)[0]["kind"] == "none"


def test_since_is_a_version_or_a_snapshot_and_the_limit_keeps_the_latest(client: Client, admin: Admin) -> None:
    for _ in range(3):
        client.put(ITEM)
    admin.call("PUT", "/snapshots/here")
    client.delete(ITEM)
    assert [change["version"] for change in list_changes(admin)] == [1, 2, 3, 4]
    assert [change["version"] for change in list_changes(admin, since="2")] == [3, 4]
    reply = admin.call("GET", "/changes", since="here")
    assert (reply["since"], reply["complete"], len(reply["changes"])) == (3, True, 1)
    reply = admin.call("GET", "/changes", limit="2")
    assert (reply["complete"], [change["version"] for change in reply["changes"]]) == (False, [3, 4])
    assert "here" in admin.call("GET", "/changes", since="there", status=404)["message"]
    assert "4" in admin.call("GET", "/changes", since="5", status=422)["message"]
    assert "4" in admin.call("GET", "/changes", since="9" * 90, status=422)["message"]
    for limit in ("0", "1001", "x"):
        admin.call("GET", "/changes", limit=limit, status=400)


def test_only_the_last_100_versions_are_kept(client: Client, admin: Admin) -> None:
    for _ in range(103):
        client.put(ITEM)
    reply = admin.call("GET", "/changes", limit="1000")
    assert ([change["version"] for change in reply["changes"]], reply["complete"]) == (list(range(4, 104)), False)
    assert admin.call("GET", "/changes", since="3", limit="1000")["complete"]
    assert not admin.call("GET", "/changes", since="2", limit="1000")["complete"]


def test_changes_outlive_the_journal(client: Client, admin: Admin) -> None:
    client.put(ITEM)
    admin.call("DELETE", "/requests")
    assert list_changes(admin)[0]["call"]["method"] == "PUT"


def test_texts_in_names_are_not_taken_for_places(client: Client, admin: Admin) -> None:
    name = "{customerId} [x] {count} {} " + "long " * 100
    client.put("/odd%20%7Bid%7D", json={"name": {"en": name}, "siteCode": "main"})
    client.put(f"/odd%20%7Bid%7D/customers/{JACK}", headers={"X-Mock-Test": "a\tb"})
    (added, joined) = tell(admin)
    assert "{customerId} [x] {count} {} long" in added
    assert len(added) < 400
    assert joined.startswith(f"Customer Jack Smith ({JACK}) joined segment {{customerId}} [x] {{count}} {{}} long")
    assert joined.endswith(", test a?b.")


def test_long_values_are_left_out_of_the_changes_but_not_of_the_differences(admin: Admin) -> None:
    admin.call("PUT", "/snapshots/before")
    path = f"/state/segments/{GOLDEN}"
    admin.call("PATCH", path, {"mixins": {f"m{number}": 0 for number in range(200)} | {"long": "a"}})
    long_values: list[Any] = ["a" * 2000, ["a"] * 2000, {"a" * 2000: 1}, [[[["a" * 2000]]]]]
    for value in long_values:
        admin.call("PATCH", path, {"mixins": {f"m{number}": 1 for number in range(200)} | {"long": value}})
        change = list_changes(admin)[-1]
        assert all(field.keys() <= {"pointer", "isLong", "before", "after"} for field in change["fields"])
        assert len(change["fields"]) <= 100
        assert len(change["sentence"]) < 1000
        fields = admin.call("GET", "/snapshots/before/diff", details="true")["changes"]["segments"]["fields"][GOLDEN]
        assert fields[0]["after"]["long"] == value
    admin.call("PATCH", path, {"mixins": {"long": "b" * 3000}})
    assert list_changes(admin)[-1]["fields"] == [{"pointer": "/mixins/long", "isLong": True}]
    assert list_changes(admin)[-1]["sentence"].endswith(": mixins/long replaced.")


def test_calls_at_the_same_time_are_not_mixed_up(client: Client, admin: Admin) -> None:
    """While a fault holds requests, each call has a thread; the writes of the held one are told with its own test."""
    segments = [f"s{number}" for number in range(8)]

    def create(segment: str) -> None:
        body = {"name": {"en": segment}, "siteCode": "main"}
        assert client.put(f"/{segment}", json=body, headers={"X-Mock-Test": segment}).status_code == 201

    threads = [Thread(target=create, args=(segment,)) for segment in segments]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    changes = list_changes(admin)
    assert sorted(change["key"] for change in changes) == segments
    assert all(change["test"] == change["key"] for change in changes)


def test_undo_goes_back_to_a_version(client: Client, admin: Admin) -> None:
    states = [client.list_all_items()]
    for path in (ITEM, f"/{GOLDEN}/items/PRODUCT/{SCREWDRIVER}"):
        client.delete(path)
        states.append(client.list_all_items())
    admin.call("POST", "/reset")
    reply = admin.call("POST", "/undo", {"version": 1})
    assert (reply["undone"], reply["version"]) == (2, 4)
    assert client.list_all_items() == states[1]
    assert admin.call("POST", "/undo", {"version": 4})["undone"] == 0
    assert admin.call("POST", "/undo", {"version": 1})["undone"] == 0
    assert "undone itself; the last one before it is 1" in admin.call("POST", "/undo", {"version": 2}, 422)["message"]
    assert admin.call("POST", "/undo", {"version": 0})["undone"] == 1
    assert client.list_all_items() == states[0]
    assert "has no version 9" in admin.call("POST", "/undo", {"version": 9}, 422)["message"]
    assert "either" in admin.call("POST", "/undo", {"version": 0, "steps": 1}, 422)["message"]
    assert "either" in admin.call("POST", "/undo?version=0&steps=1", status=422)["message"]
    version = admin.call("GET", "/state")["version"]
    for _ in range(2):
        client.put(ITEM)
    assert admin.call("POST", f"/undo?version={version}")["undone"] == 2


def test_undo_to_a_version_that_is_too_old_names_the_oldest(client: Client, admin: Admin) -> None:
    for _ in range(105):
        client.put(ITEM)
    assert "the oldest is 5" in admin.call("POST", "/undo", {"version": 4}, 422)["message"]
    assert admin.call("GET", "/state")["version"] == 105
    assert admin.call("POST", "/undo", {"version": 5})["undone"] == 100
    assert client.get(ITEM).get_json()["metadata"]["version"] == 6


def test_differences_show_fields_before_and_after(client: Client, admin: Admin) -> None:
    client.put(ITEM, json={"mixins": {"a/b": {"c~d": [1, 2]}}})
    admin.call("PUT", "/snapshots/before")
    client.put(ITEM, json={"mixins": {"a/b": {"c~d": [1, 3]}, "x": None}})
    for path in ("/snapshots/before/diff", "/state/diff?from=before"):
        key = f"{GOLDEN}/PRODUCT/{HAMMER}"
        plain = admin.call("GET", path)
        assert plain["changes"] == {"itemAssignments": {"changed": [key]}}
        fields = admin.call("GET", path, details="true")["changes"]["itemAssignments"]["fields"][key]
        by_pointer = {field["pointer"]: field for field in fields}
        assert by_pointer["/mixins/a~1b/c~0d/1"] == {"pointer": "/mixins/a~1b/c~0d/1", "before": 2, "after": 3}
        assert by_pointer["/mixins/x"] == {"pointer": "/mixins/x", "after": None}
        assert by_pointer["/metadata/version"] == {"pointer": "/metadata/version", "before": 2, "after": 3}
    assert admin.call("GET", "/state/diff")["from"] == "world"


VALUES: list[tuple[Any, Any, list[tuple[str, Any, Any]]]] = [
    ({"a": 1}, {"a": 1}, []),
    ({"a": 1}, {"a": True}, [("/a", 1, True)]),
    ({"a": 1}, {"a": 1.0}, [("/a", 1, 1.0)]),
    ({"a": [1]}, {"a": [1, 2]}, [("/a", [1], [1, 2])]),
    ({"a": {"b": 1}}, {"a": [1]}, [("/a", {"b": 1}, [1])]),
    ({"a": {}}, {}, [("/a", {}, comparing.ABSENT)]),
    ({"": 1}, {"": 2}, [("/", 1, 2)]),
    ({"a": None}, {"a": 0}, [("/a", None, 0)]),
]


@pytest.mark.parametrize(("before", "after", "fields"), VALUES)
def test_values_are_compared_field_by_field(before: Any, after: Any, fields: list[tuple[str, Any, Any]]) -> None:
    assert list(comparing.compare_values(before, after)) == fields


def test_differences_are_those_of_the_exported_rows(simulator: Callable[..., Client]) -> None:
    """The comparison skips what two states share; it must find what a comparison of all rows finds."""
    client = simulator("catalogue")
    admin = Admin(client)
    before = {name: admin.call("GET", f"/state/{name}") for name in WORLDS.collections}
    admin.call("POST", "/seed", {"seed": 3, "counts": {"products": 700, "itemAssignments": 900}})
    world = {name: admin.call("GET", f"/state/{name}") for name in WORLDS.collections}
    admin.call("PUT", "/snapshots/mine")
    for number, row in enumerate(world["products"]):
        if number % 100 == 0:
            admin.call("PATCH", f"/state/products/{row['id']}", {"code": f"new {number}"})
    changed = [row["id"] for number, row in enumerate(world["products"]) if number % 100 == 0]
    assert admin.call("GET", "/snapshots/mine/diff")["changes"] == {"products": {"changed": changed}}
    assert before != world
