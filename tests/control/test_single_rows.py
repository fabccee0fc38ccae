"""Single rows of the state: shown, written, patched and removed, and checked as a whole collection is."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from mockserver.practices.merge_patch import apply_merge_patch
from mockserver.store.collection import format_key
from mockserver.store.state import State
from mockserver.worlds import exporting
from tests.support.client import Admin, Client
from tests.support.samples import DEFAULT, GOLDEN, HAMMER, ITEM, JOHN, NEW_ITEM, SCREWDRIVER, TOOL_FANS, WORLDS

ROWS = [
    (name, format_key(collection.key_of(row)), row)
    for name, collection in WORLDS.collections.items()
    for row in DEFAULT.get(name, [])[:2]
]
MUG = {"code": "MUG", "name": {"en": "Mug"}}


@pytest.fixture
def admin(client: Client) -> Admin:
    return Admin(client)


def path_of(collection: str, key: str) -> str:
    return f"/state/{collection}/{quote(key, safe='')}"


def version_of(admin: Admin) -> int:
    version: int = admin.call("GET", "/state")["version"]
    return version


@pytest.mark.parametrize(("collection", "key", "row"), ROWS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_row_of_each_collection_is_shown_and_written_as_it_is(
    admin: Admin, collection: str, key: str, row: Any
) -> None:
    shown = admin.call("GET", path_of(collection, key))
    assert shown in admin.call("GET", f"/state/{collection}")
    reply = admin.call("PUT", path_of(collection, key), shown)
    assert (reply["row"], reply["key"], reply["version"]) == (shown, key, 0)
    assert admin.call("PATCH", path_of(collection, key), {})["version"] == 0


@pytest.mark.parametrize(("collection", "key", "row"), ROWS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_row_of_each_collection_is_removed_and_created_again_in_one_step_each(
    admin: Admin, collection: str, key: str, row: Any
) -> None:
    rows = admin.call("GET", f"/state/{collection}")
    shown = admin.call("GET", path_of(collection, key))
    assert admin.call("DELETE", path_of(collection, key), force="true")["version"] == 1
    assert admin.call("GET", f"/state/{collection}") == [other for other in rows if other != shown]
    admin.call("GET", path_of(collection, key), status=404)
    assert admin.call("PUT", path_of(collection, key), shown, 201, force="true")["version"] == 2
    assert admin.call("GET", f"/state/{collection}") == rows
    assert admin.call("GET", "/state/diff")["changes"] == {}
    assert admin.call("POST", "/undo", {"steps": 2})["undone"] == 2


def derived_facts(state: State) -> tuple[Any, ...]:
    """Return what a state keeps in addition to its rows."""
    by_assignee = [
        {
            id_: {(assignment.segment_id, assignment.key) for assignment in group}
            for id_, group in table.items()
            if group
        }
        for table in (state.members.by_assignee, state.segment_groups.by_assignee)
    ]
    return dict(state.user_groups.items()), *by_assignee


@pytest.mark.parametrize(("name", "key", "row"), ROWS, ids=lambda part: part if isinstance(part, str) else "")
def test_a_single_row_gives_the_state_that_its_whole_collection_gives(name: str, key: str, row: Any) -> None:
    collection, state = WORLDS.collections[name], WORLDS.load_seed("default").state
    rows = exporting.export_rows(state, collection)
    (row,) = collection.find(state, key)
    without, with_again = collection.drop_row(state, row), collection.put_row(collection.drop_row(state, row), row)
    for changed, all_rows in ((without, [other for other in rows if other != row]), (with_again, rows)):
        expected = collection.load(state, all_rows)
        assert exporting.export_world(changed, WORLDS.collections) == exporting.export_world(
            expected, WORLDS.collections
        )
        assert derived_facts(changed) == derived_facts(expected)


def test_the_body_may_leave_out_the_key(client: Client, admin: Admin) -> None:
    assert admin.call("PUT", "/state/products/mug", MUG, 201)["row"] == {"id": "mug", **MUG}
    assignment = {"metadata": DEFAULT["itemAssignments"][0]["metadata"]}
    key = f"{TOOL_FANS}/PRODUCT/mug"
    assert admin.call("PUT", path_of("itemAssignments", key), assignment, 201)["row"]["itemId"] == "mug"
    assert client.get(f"/{TOOL_FANS}/items/PRODUCT/mug").get_json()["item"]["code"] == "MUG"


def test_ids_with_slashes_work_with_the_key_in_the_body(client: Client, admin: Admin) -> None:
    for id_ in ("a/b", "ä ö%/", "?#"):
        product = {"id": id_, **MUG}
        admin.call("PUT", path_of("products", id_), product, 201)
        row = {"segmentId": GOLDEN, "type": "PRODUCT", "itemId": id_, "metadata": DEFAULT["segments"][0]["metadata"]}
        path = path_of("itemAssignments", f"{GOLDEN}/PRODUCT/{id_}")
        admin.call("PUT", path, row, 201)
        assert admin.call("GET", path) == row
        admin.call("DELETE", path)


def test_the_slashes_of_a_key_need_no_encoding(client: Client, admin: Admin) -> None:
    key = f"{GOLDEN}/PRODUCT/{HAMMER}"
    row = admin.call("GET", path_of("itemAssignments", key))
    for path in (key, f"{key}/", f"{GOLDEN}%2FPRODUCT/{HAMMER}"):
        assert admin.call("GET", f"/state/itemAssignments/{path}") == row
        assert admin.call("PATCH", f"/state/itemAssignments/{path}", {})["key"] == key
    assert admin.call("DELETE", f"/state/itemAssignments/{key}")["key"] == key
    assert admin.call("PUT", f"/state/itemAssignments/{key}", row, 201)["row"] == row
    admin.call("GET", "/state/products/" + "/" * 5000, status=404)
    assert "products" in admin.call("GET", "/state/products/a//b", status=404)["message"]
    assert admin.call("POST", f"/state/itemAssignments/{key}", {}, 405)["message"].startswith("This path allows DELETE")
    for path in ("/state//x/y", "/tenants/a/b", "/snapshots/a/b/c"):
        admin.call("GET", path, status=404)


def test_rows_with_the_same_written_key_are_not_mixed_up(client: Client, admin: Admin) -> None:
    metadata = DEFAULT["segments"][0]["metadata"]
    for id_ in ("x", "x/y"):
        client.put(f"/{quote(id_, safe='')}", json={"name": {"en": "X"}, "siteCode": "main"})
        admin.call("PUT", path_of("groups", f"{id_}-group"), {"name": {"en": "G"}, "userType": "CUSTOMER"}, 201)
    for segment, group in (("x", "y/z"), ("x/y", "z")):
        admin.call("PUT", path_of("groups", group), {"name": {"en": "G"}, "userType": "CUSTOMER"}, 201)
        row = {"segmentId": segment, "groupId": group, "metadata": metadata}
        admin.call("PUT", "/state/groupAssignments", [*admin.call("GET", "/state/groupAssignments"), row])
    rows = admin.call("GET", "/state/groupAssignments")
    for row in [row for row in rows if row["segmentId"].startswith("x")]:
        changed = row | {"mixins": {"of": row["segmentId"]}}
        assert admin.call("PUT", path_of("groupAssignments", "x/y/z"), changed)["row"] == changed
        rows = [changed if other == row else other for other in rows]
        assert admin.call("GET", "/state/groupAssignments") == rows
    for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None)):
        message = admin.call(method, path_of("groupAssignments", "x/y/z"), body, 422)["message"]
        assert message.startswith("2 rows of groupAssignments")


def test_a_patch_is_a_merge_patch(client: Client, admin: Admin) -> None:
    path = path_of("products", HAMMER)
    before = admin.call("GET", path)
    patched = admin.call("PATCH", path, {"name": {"fr": "Marteau", "de": None}, "published": False})["row"]
    name = {language: text for language, text in before["name"].items() if language != "de"} | {"fr": "Marteau"}
    assert patched == before | {"name": name, "published": False}
    reply = client.with_token(None).send(
        "PATCH",
        f"//__admin{path}?tenant={client.tenant}",
        data='{"published": null}',
        headers={"Content-Type": "application/merge-patch+json"},
    )
    assert reply.get_json()["row"] == {field: value for field, value in patched.items() if field != "published"}
    assert admin.call("GET", path) == reply.get_json()["row"]


def test_true_is_not_one(client: Client, admin: Admin) -> None:
    path = path_of("itemAssignments", f"{GOLDEN}/PRODUCT/{HAMMER}")
    for version, value in enumerate((1, True, 1.0, {"a": 1}, {"a": True}, "1"), start=1):
        assert admin.call("PATCH", path, {"mixins": {"value": value}})["version"] == version
        assert admin.call("PATCH", path, {"mixins": {"value": value}})["version"] == version
        assert str(admin.call("GET", path)["mixins"]["value"]) == str(value)
        assert "itemAssignments" in admin.call("GET", "/state/diff")["changes"]
    kinds = {change["kind"] for change in admin.call("GET", "/changes")["changes"]}
    assert kinds == {"changed"}


# The examples of RFC 7396, appendix A.
MERGES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]


@pytest.mark.parametrize(("document", "patch", "result"), MERGES)
def test_merge_patches_do_what_their_rfc_shows(document: Any, patch: Any, result: Any) -> None:
    assert apply_merge_patch(document, patch) == result


# Method, collection, key, body, field and a part of the message.
MISTAKES: list[tuple[str, str, str, Any, str, str]] = [
    ("PUT", "products", "mug", MUG | {"name": 5}, "/name", "5"),
    ("PUT", "products", "mug", {"code": 5}, "/code", "5"),
    ("PUT", "products", "mug", MUG | {"colour": "red"}, "/colour", "unknown field"),
    ("PUT", "products", "mug", MUG | {"id": "cup"}, "/id", "'mug', but the row has the key 'cup'"),
    ("PUT", "products", "mug", MUG | {"id": 5}, "/id", "5"),
    ("PUT", "products", "mug", MUG | {"categories": ["nowhere"]}, "/categories", "force=true"),
    ("PATCH", "products", HAMMER, {"categories": ["nowhere"]}, "/categories", "force=true"),
    ("PATCH", "products", HAMMER, {"id": "cup"}, "/id", "cup"),
    ("PATCH", "products", HAMMER, {"code": 5}, "/code", "5"),
    ("PATCH", "products", HAMMER, {"name": 5}, "/name", "5"),
    (
        "PATCH",
        "categories",
        DEFAULT["categories"][0]["id"],
        {"parentId": DEFAULT["categories"][0]["id"]},
        "/parentId",
        "own ancestor",
    ),
    ("PATCH", "segments", GOLDEN, {"siteCode": "nowhere"}, "/siteCode", "sites"),
    ("PATCH", "itemAssignments", f"{GOLDEN}/PRODUCT/{HAMMER}", {"itemId": SCREWDRIVER}, "/itemId", SCREWDRIVER),
    ("PUT", "itemAssignments", f"{GOLDEN}/PRODUCT", {}, "", "itemId"),
    ("PUT", "itemAssignments", f"{GOLDEN}/THING/{HAMMER}", {"metadata": {}}, "/type", "THING"),
    ("PUT", "mixinSchemas", "x", {"file": "/etc/passwd"}, "/file", "schema"),
    ("PUT", "mixinSchemas", "x", {"schema": 5}, "/schema", "5"),
    ("DELETE", "products", HAMMER, None, "/availabilities/", f"availabilities 'export:{HAMMER}'"),
    ("DELETE", "segments", GOLDEN, None, "/itemAssignments/", "force=true"),
]


@pytest.mark.parametrize(("method", "collection", "key", "body", "field", "message"), MISTAKES)
def test_a_mistake_is_named_and_changes_nothing(
    admin: Admin, method: str, collection: str, key: str, body: Any, field: str, message: str
) -> None:
    details = admin.call(method, path_of(collection, key), body, 400)["details"]
    found = details.get("field", "")
    assert field in found if method == "DELETE" else found == field
    assert message in details["message"]
    assert version_of(admin) == 0


def test_all_rows_that_refer_to_a_removed_row_are_named(admin: Admin) -> None:
    details = admin.call("DELETE", path_of("products", HAMMER), status=400)["details"]
    assert {mistake["row"] for mistake in details["mistakes"]} == {
        f"availability export:{HAMMER}",
        f"availability main:{HAMMER}",
        *("cart 60effb93e5545f246574fde2", "cart 65141d687308095e25ca0672"),
        f"item assignment {GOLDEN}/PRODUCT/{HAMMER}",
        f"price {HAMMER}-EUR",
        f"price {HAMMER}-USD",
        f"price list price another-{HAMMER}",
        f"shopping list {JOHN}:default",
    }


@pytest.mark.parametrize(
    ("collection", "key", "body", "row"),
    [
        ("products", HAMMER, {"id": None}, f"product {HAMMER}"),
        ("products", HAMMER, {"id": 5}, f"product {HAMMER}"),
        ("segments", GOLDEN, {"id": None}, f"segment {GOLDEN}"),
        (
            "itemAssignments",
            f"{GOLDEN}/PRODUCT/{HAMMER}",
            {"itemId": None},
            f"item assignment {GOLDEN}/PRODUCT/{HAMMER}",
        ),
    ],
)
def test_a_row_is_named_by_the_key_in_the_path(admin: Admin, collection: str, key: str, body: Any, row: str) -> None:
    details = admin.call("PATCH", path_of(collection, key), body, 400)["details"]
    assert details["mistakes"][0]["row"] == row


def test_references_that_dangle_already_hinder_no_other_change(admin: Admin) -> None:
    admin.call("DELETE", f"/state/products/{SCREWDRIVER}", force="true")
    assert admin.call("PATCH", f"/state/products/{HAMMER}", {"published": False})["row"]["published"] is False
    details = admin.call("PATCH", f"/state/products/{HAMMER}", {"categories": ["nowhere"]}, 400)["details"]
    assert (details["field"], len(details["mistakes"])) == ("/categories", 1)
    details = admin.call("DELETE", f"/state/products/{HAMMER}", status=400)["details"]
    assert HAMMER in details["message"]


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PATCH", {}), ("DELETE", None)])
def test_a_row_that_does_not_exist_is_a_404(admin: Admin, method: str, body: Any) -> None:
    for key in ("nowhere", GOLDEN + "/PRODUCT", "a/b/c/d", "x" * 3000, "\n\x00"):
        for collection in WORLDS.collections:
            assert collection in admin.call(method, path_of(collection, key), body, 404)["message"]


@pytest.mark.parametrize(("method", "body"), [("GET", None), ("PUT", {}), ("PATCH", {}), ("DELETE", None)])
def test_languages_have_no_rows_and_unknown_collections_are_named(admin: Admin, method: str, body: Any) -> None:
    assert "PUT /__admin/state/languages" in admin.call(method, "/state/languages/en", body, 422)["message"]
    assert "itemAssignments" in admin.call(method, "/state/things/x", body, 422)["message"]


@pytest.mark.parametrize("body", [[], "text", 5, None])
def test_a_row_is_an_object(admin: Admin, body: Any) -> None:
    for method in ("PUT", "PATCH"):
        admin.call(method, "/state/products/mug", body, 400)


def test_c14_a_row_that_others_refer_to_is_removed_with_force(client: Client, admin: Admin) -> None:
    admin.call("DELETE", path_of("products", HAMMER), force="true")
    assert client.get(ITEM).get_json()["item"] == {"id": HAMMER}
    admin.call("POST", "/undo")
    client.delete(ITEM)
    assert client.put(NEW_ITEM).status_code == 201
