"""Writes of categories and of the products in them (K8 to K12)."""

from __future__ import annotations

from typing import Any

import pytest

from mockserver.access import Principal
from mockserver.app import App
from tests.support.client import Admin, Client
from tests.support.samples import HAMMER, PLATINUM, SCREWDRIVER, TOOL_FANS

TOOLS, HAMMERS, SLEDGEHAMMERS = "12468504", "12468505", "12468506"
SAWS = {"id": "saws", "localizedName": {"en": "Saws", "de": "Sägen"}, "parentId": TOOLS, "published": True}
NAMED = {"localizedName": {"en": "Saws"}, "published": True}


def call(client: Client, method: str, path: str, body: Any = None, status: int = 200, **headers: str) -> Any:
    """Send a request below /category/{tenant}, check its status, and return the body of the reply."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = {} if body is None else {"json": body}
    reply = client.send(method, f"//category/{client.tenant}/{path}", headers=named, **request)
    assert reply.status_code == status, reply.text
    return reply.get_json() if reply.data else None


def products_in(client: Client, category_id: str) -> set[str]:
    rows = call(client, "GET", f"categories/{category_id}/assignments?pageSize=1000")
    return {row["ref"]["id"] for row in rows}


def test_k8_a_category_is_created_replaced_and_changed(client: Client) -> None:
    assert call(client, "POST", "categories?publish=true", SAWS, 201) == {"id": "saws"}
    row = call(client, "GET", "categories/saws")
    assert (row["parentId"], row["code"], row["position"], row["metadata"]["version"]) == (TOOLS, "saws", 0, 1)
    validity = {"from": "2026-01-01T01:00:00+01:00", "to": "2027-01-01T00:00:00Z"}
    changes = {"localizedName": {"de": "Säge"}, "ecn": ["A1"], "validity": validity, "metadata": {"version": 1}}
    call(client, "PATCH", "categories/saws", changes, 204)
    row = call(client, "GET", "categories/saws")
    assert (row["localizedName"], row["ecn"]) == ({"en": "Saws", "de": "Säge"}, ["A1"])
    assert row["validity"] == {"from": "2026-01-01T00:00:00.000Z", "to": "2027-01-01T00:00:00.000Z"}
    call(client, "PUT", "categories/saws", {**NAMED, "position": 4, "metadata": {"version": 2}}, 204)
    row = call(client, "GET", "categories/saws")
    assert row.keys().isdisjoint({"parentId", "ecn", "validity"})
    assert (row["position"], row["metadata"]["version"]) == (4, 3)


@pytest.mark.parametrize(
    ("parent", "expected"), [("root", None), (None, None), (TOOLS, TOOLS), (SLEDGEHAMMERS, SLEDGEHAMMERS)]
)
def test_k8_the_parent_root_means_none(client: Client, parent: str | None, expected: str | None) -> None:
    call(client, "POST", "categories", {**SAWS, "parentId": parent}, 201)
    assert call(client, "GET", "categories/saws").get("parentId") == expected
    call(
        client,
        "PATCH",
        f"categories/{HAMMERS}",
        {"parentId": parent, "metadata": {}},
        400 if expected == SLEDGEHAMMERS else 204,
    )


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status", "reason"),
    [
        ("POST", "categories", {"published": True}, {}, 400, "localizedName"),
        ("POST", "categories", {**SAWS, "localizedName": {"fi": "Sahat"}}, {}, 400, "languages"),
        ("POST", "categories", SAWS, {"Content_Language": "en"}, 400, "/localizedName/de Content-Language"),
        ("POST", "categories", SAWS, {"Content_Language": ";"}, 400, "Unsupported locale format."),
        ("POST", "categories", {**SAWS, "parentId": "nothing"}, {}, 400, "None of the categories has this id."),
        ("POST", "categories", {**SAWS, "type": "CLASSIFICATION"}, {}, 400, "not simulated"),
        ("POST", "categories?publish=false", SAWS, {}, 400, "/published"),
        ("POST", "categories", {**SAWS, "id": TOOLS}, {}, 409, "already exists"),
        ("POST", "categories", {**SAWS, "ecn": ["B2", "E1"]}, {}, 409, "Duplicated ECN value"),
        ("PUT", "categories/saws", {**NAMED, "ecn": ["E1"]}, {}, 409, "Duplicated ECN value"),
        ("PUT", f"categories/{TOOLS}", {**NAMED, "parentId": SLEDGEHAMMERS}, {}, 400, "cycle"),
        ("PUT", f"categories/{TOOLS}", {**NAMED, "metadata": {"version": 5}}, {}, 409, "has changed"),
        ("PATCH", f"categories/{TOOLS}", {"position": 1}, {}, 400, "metadata"),
        ("PATCH", f"categories/{TOOLS}", {"metadata": {"version": 5}}, {}, 409, "has changed"),
        ("PATCH", "categories/nothing", {"metadata": {}}, {}, 404, "nothing"),
        ("DELETE", "categories/nothing", None, {}, 404, "nothing"),
        ("DELETE", f"categories/{TOOLS}", None, {}, 400, "Cannot delete root category"),
    ],
)
def test_k8_a_wrong_category_says_why_and_changes_nothing(
    client: Client, method: str, path: str, body: Any, headers: Any, status: int, reason: str
) -> None:
    call(client, "PATCH", f"categories/{SLEDGEHAMMERS}", {"ecn": ["E1"], "metadata": {}}, 204)
    before = Admin(client).call("GET", "/state/categories")
    error = call(client, method, path, body, status, **headers)
    assert reason in " ".join([error["message"], *error["details"]])
    assert Admin(client).call("GET", "/state/categories") == before


@pytest.mark.parametrize(
    ("scopes", "create", "publish", "unpublish"),
    [
        (("publish",), 403, 403, 403),
        (("manage",), 201, 403, 403),
        (("manage", "publish"), 201, 204, 403),
        (("manage", "unpublish"), 201, 403, 204),
    ],
)
def test_k9_publishing_needs_a_scope_of_its_own(
    client: Client, shared: App, scopes: tuple[str, ...], create: int, publish: int, unpublish: int
) -> None:
    token = "-".join(["categories", client.tenant, *scopes])
    granted = frozenset(f"category.category_{scope}" for scope in scopes)
    shared.world.tokens.issue(token, Principal(granted, client.tenant))
    caller = client.with_token(token)
    hidden = {**SAWS, "id": "hidden", "published": False}
    call(caller, "POST", "categories", hidden, create)
    call(client, "PUT", "categories/hidden", {**NAMED, "published": False}, 201 if create == 403 else 204)
    call(caller, "PATCH", "categories/hidden", {"published": True, "metadata": {}}, publish)
    call(client, "PATCH", "categories/hidden", {"published": True, "metadata": {}}, 204)
    call(caller, "PATCH", "categories/hidden", {"published": False, "metadata": {}}, unpublish)


def test_k10_the_children_of_a_deleted_category_become_roots(client: Client) -> None:
    call(client, "DELETE", f"categories/{HAMMERS}", status=204)
    assert "parentId" not in call(client, "GET", f"categories/{SLEDGEHAMMERS}")
    assert HAMMERS not in client.send("GET", f"//product/{client.tenant}/products/{HAMMER}").get_json()["categoryIds"]


def test_k10_a_deleted_category_takes_its_uses_with_it(client: Client) -> None:
    call(client, "DELETE", f"categories/{TOOLS}?withSubcategories=true", status=204)
    admin = Admin(client)
    assert {TOOLS, HAMMERS, SLEDGEHAMMERS}.isdisjoint(row["id"] for row in admin.call("GET", "/state/categories"))
    assert [row["categoryIds"] for row in admin.call("GET", "/state/catalogs") if row["id"] == "tools"] == [[]]
    assigned = [row for row in admin.call("GET", "/state/itemAssignments") if row["type"] == "CATEGORY"]
    assert not {(PLATINUM, TOOLS), (TOOL_FANS, HAMMERS)} & {(row["segmentId"], row["itemId"]) for row in assigned}
    assert "categories" not in next(row for row in admin.call("GET", "/state/products") if row["id"] == HAMMER)
    admin.call("PUT", "/state/categories", admin.call("GET", "/state/categories"))  # nothing refers to a missing one


def test_k11_products_are_assigned_and_removed(client: Client) -> None:
    path = f"categories/{HAMMERS}/assignments"
    reference = {"ref": {"id": SCREWDRIVER, "type": "PRODUCT"}}
    id_ = call(client, "POST", path, reference, 201)["id"]
    assert call(client, "POST", path, reference, 201)["id"] == id_
    assert products_in(client, HAMMERS) == {HAMMER, SCREWDRIVER}
    assert id_ in {row["id"] for row in call(client, "GET", path)}
    call(client, "DELETE", f"{path}/{id_}", status=204)
    call(client, "DELETE", f"{path}/{id_}", status=404)
    call(client, "PUT", f"{path}/references/{SCREWDRIVER}", status=201)
    call(client, "PUT", f"{path}/references/{SCREWDRIVER}", status=204)
    call(client, "DELETE", f"{path}/references/{SCREWDRIVER}", status=204)
    call(client, "DELETE", f"{path}/references/{SCREWDRIVER}", status=404)
    call(client, "DELETE", path, status=204)
    assert products_in(client, HAMMERS) == set()
    call(client, "DELETE", f"assignments/references/{SCREWDRIVER}", status=204)
    call(client, "DELETE", f"assignments/references/{SCREWDRIVER}", status=404)


def test_k11_unknown_products_and_categories_are_refused(client: Client) -> None:
    reference = {"ref": {"id": "nothing", "type": "PRODUCT"}}
    error = call(client, "POST", f"categories/{HAMMERS}/assignments", reference, 400)
    assert error["message"] == "Assignment reference validation failed"
    assert error["details"] == ["Please provide a valid assignment reference id"]
    call(client, "POST", "categories/nothing/assignments", reference, 404)
    call(client, "DELETE", "categories/nothing/assignments", status=404)


def test_k11_bulks_of_assignments_name_products_and_assignments(client: Client) -> None:
    path = f"categories/{HAMMERS}/assignments"
    references = [{"ref": {"id": id_, "type": "PRODUCT"}} for id_ in (SCREWDRIVER, HAMMER, "nothing")]
    created = call(client, "POST", f"{path}/bulk", references, 207)
    assert [(entry["index"], entry["code"], entry["status"]) for entry in created] == [
        (0, 201, "CREATED"),
        (1, 201, "CREATED"),
        (2, 400, "BAD_REQUEST"),
    ]
    assert created[0]["assignmentId"] in {row["id"] for row in call(client, "GET", path)}
    assert [entry["productId"] for entry in created] == [SCREWDRIVER, HAMMER, "nothing"]
    upserted = call(client, "PUT", f"{path}/references/bulk", [*references[:2], {"ref": {"id": "30000000"}}], 207)
    assert [entry["code"] for entry in upserted] == [204, 204, 201]
    assert products_in(client, HAMMERS) == {HAMMER, SCREWDRIVER, "30000000"}


def test_k12_a_rebuilt_tree_is_the_tree(client: Client, shared: App) -> None:
    tree = call(client, "GET", f"category-trees/{TOOLS}")
    assert call(client, "POST", f"category-trees/{TOOLS}/rebuild") == tree
    call(client, "POST", f"category-trees/{HAMMERS}/rebuild", status=404)
    shared.world.tokens.issue("tree-reader", Principal(frozenset({"category.category_read_unpublished"})))
    call(client.with_token("tree-reader"), "POST", f"category-trees/{TOOLS}/rebuild", status=403)
