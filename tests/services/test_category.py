"""The Category Service over HTTP: lists, trees, ancestors, descendants, and assigned products."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.access import Principal
from mockserver.services.category import categories, forest
from mockserver.store.state import Document, State
from tests.support.client import Client
from tests.support.samples import GOLDEN, HAMMER, PLATINUM, SCREWDRIVER, WORLDS, write_default_world

TOOLS, HAMMERS, SLEDGES = "12468504", "12468505", "12468506"
ROOM = {"id": "room", "code": "R", "name": {"en": "Room", "de": "Raum"}, "position": 3, "published": True}
SHUT = ROOM | {"id": "shut", "parentId": "room", "code": "S", "position": 1, "published": False, "ecn": ["17", "18"]}
INNER = ROOM | {"id": "inner", "parentId": "shut", "code": "I", "position": 0}
NEXT = ROOM | {"id": "next", "parentId": "room", "code": "N", "localizedDescription": {"en": "Beside", "de": "Daneben"}}
LAMP = {"id": "lamp", "code": "L", "name": {"en": "Lamp"}, "categories": ["inner", "room"]}
DARK = {"id": "dark", "code": "D", "name": {"en": "Dark Lamp"}, "categories": ["room", "next"], "published": False}
NOTHING = {"itemAssignments": [], "languages": {"default": "de", "supported": ["de", "en"]}}
READER = Principal(frozenset({forest.READ_UNPUBLISHED_CATEGORIES}))


@pytest.fixture
def house(simulator: Callable[..., Client], tmp_path: Path) -> Client:
    """Return a client without a token. Its world has four categories, one of them unpublished."""
    client = simulator(
        write_default_world(tmp_path, categories=[INNER, NEXT, ROOM, SHUT], products=[LAMP, DARK], **NOTHING)
    )
    return client.with_token(None)


def rows(client: Client, path: str, **headers: str) -> Any:
    reply = client.get(f"//category/{client.tenant}{path}", headers=headers)
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def ids(client: Client, path: str) -> list[str]:
    return [row["id"] for row in rows(client, path)]


def status(client: Client, path: str) -> int:
    return client.get(f"//category/{client.tenant}{path}").status_code


OPEN = [
    "/categories",
    f"/categories/{HAMMERS}",
    f"/categories/{TOOLS}/subcategories",
    f"/categories/{HAMMERS}/parents",
    f"/categories/{HAMMERS}/assignments",
]
WITH_TOKEN = [f"/assignments/references/{HAMMER}", "/category-trees", f"/category-trees/{TOOLS}"]


@pytest.mark.parametrize("path", OPEN)
def test_k1_a_token_is_optional_but_must_be_valid(client: Client, path: str) -> None:
    assert rows(client.with_token(None), path) == rows(client.with_token("customer-token"), path)
    assert status(client.with_token("expired-token"), path) == 401


@pytest.mark.parametrize("path", WITH_TOKEN)
def test_k1_references_and_trees_need_any_valid_token(client: Client, path: str) -> None:
    assert status(client.with_token(None), path) == 401
    assert rows(client.with_token("no-scope-token"), path) == rows(client.with_token("admin-token"), path)


@pytest.mark.parametrize("path", OPEN + WITH_TOKEN)
def test_k2_unpublished_categories_need_the_scope(client: Client, path: str) -> None:
    assert status(client, f"{path}?showUnpublished=true") == 200
    refused = client.with_token("customer-token").get(f"//category/{client.tenant}{path}?showUnpublished=true")
    assert refused.status_code == 403
    assert "category.category_read_unpublished" in refused.headers["X-Mock-Hint"]


def test_k2_nothing_below_an_unpublished_category_is_visible(house: Client) -> None:
    admin = house.with_token("admin-token")
    for id_ in ("shut", "inner", "nowhere"):
        assert status(house, f"/categories/{id_}") == 404
        assert status(admin, f"/category-trees/{id_}") == 404
    assert ids(house, "/categories") == ["next", "room"]
    assert ids(admin, "/categories") == ["next", "room"]
    assert ids(admin, "/categories?showUnpublished=true") == ["inner", "shut", "next", "room"]
    assert ids(admin, "/categories/inner/parents?showUnpublished=true") == ["shut", "room"]
    assert ids(house, "/categories/room/subcategories") == ["next"]
    assert ids(house.with_token("customer-token"), "/assignments/references/lamp") == ["room"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("showRoots=true", ["room"]),
        ("code=S", ["shut"]),
        ("ecn=18", ["shut"]),
        ("localizedName=Raum&code=I", ["inner"]),
        ("localizedDescription=Beside", ["next"]),
        ("q=localizedDescription.de:~neben", ["next"]),
        ("sort=code:DESC&pageSize=2", ["shut", "room"]),
        ("metadataModifiedAt=never", []),
    ],
)
def test_lists_are_filtered_and_sorted(house: Client, query: str, expected: list[str]) -> None:
    assert ids(house.with_token("admin-token"), f"/categories?showUnpublished=true&{query}") == expected


def test_a_search_finds_what_a_list_finds(house: Client) -> None:
    url = "//category/acme/categories/search?showRoots=true"
    counted = house.post(url, json={"q": "code:(N,R)"}, headers={"X-Total-Count": "true"})
    assert [row["id"] for row in counted.get_json()] == ["room"]
    assert counted.headers["X-Total-Count"] == "1"


@pytest.mark.parametrize(
    ("query", "expected"),
    [("", [HAMMERS, SLEDGES]), ("?depth=1", [HAMMERS]), ("?depth=2", [HAMMERS, SLEDGES]), ("?depth=0", [])],
)
def test_k3_subcategories_are_listed_down_to_a_depth(client: Client, query: str, expected: list[str]) -> None:
    assert ids(client, f"/categories/{TOOLS}/subcategories{query}") == expected


@pytest.mark.parametrize("depth", ["-1", "1.5", "one", "1_0", "%D9%A1", "2147483648", "9" * 5000])
def test_a_depth_is_an_integer_from_0_on(client: Client, depth: str) -> None:
    reply = client.get(f"//category/acme/categories/{TOOLS}/subcategories?depth={depth}")
    assert reply.status_code == 400
    assert reply.get_json()["details"][0].startswith("depth ")


def test_k4_segments_keep_what_they_cover(client: Client) -> None:
    def covered(*segments: str) -> list[str]:
        path = f"/categories/{TOOLS}/assignments?withSubcategories=true&segmentsIds={','.join(segments)}"
        return [row["ref"]["id"] for row in rows(client.with_token(None), path)]

    assert covered(GOLDEN) == [HAMMER, SCREWDRIVER]
    assert covered("nowhere") == []
    manager = client.with_token("manage-token")
    assert manager.put("/mine", json={"name": {"en": "Mine"}, "siteCode": "main"}).status_code == 201
    assert manager.put(f"/mine/items/CATEGORY/{HAMMERS}").status_code == 201
    assert covered("mine") == []
    activation = [{"op": "replace", "path": "/status", "value": "ACTIVE"}]
    assert manager.send("PATCH", "/mine", json=activation).status_code == 204
    assert covered("mine", "nowhere") == [HAMMER]
    assert covered(PLATINUM) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["dark", "lamp"]),
        ("hideUnpublishedProducts=true", ["lamp"]),
        ("withSubcategories=true", ["dark", "dark", "lamp"]),
        ("ref.id=lamp", ["lamp"]),
        ("ref.localizedName=Dark+Lamp", ["dark"]),
    ],
)
def test_k4_assignments_of_a_category(house: Client, query: str, expected: list[str]) -> None:
    assigned = rows(house, f"/categories/room/assignments?{query}")
    assert [row["ref"]["id"] for row in assigned] == expected
    assert len({row["id"] for row in assigned}) == len(expected)
    assert rows(house, f"/categories/room/assignments?{query}") == assigned


def test_k4_products_of_hidden_subcategories_are_not_seen(house: Client) -> None:
    def places(client: Client, query: str) -> list[str]:
        path = f"/categories/room/assignments?withSubcategories=true&ref.id=lamp{query}"
        return [row["categoryId"] for row in rows(client, path)]

    assert places(house, "") == ["room"]
    assert places(house.with_token("admin-token"), "&showUnpublished=true") == ["room", "inner"]


def test_ancestors_are_named_on_request(client: Client) -> None:
    path = f"/assignments/references/{HAMMER}"
    assert [row.get("supercategoriesIds") for row in rows(client, path)] == [None]
    assert [row["supercategoriesIds"] for row in rows(client, f"{path}?expandSupercategoriesIds=true")] == [[TOOLS]]


def test_k5_trees_start_at_the_requested_categories(client: Client) -> None:
    (tools,) = rows(client, f"/category-trees?categoryIds={TOOLS}")
    assert tools == rows(client, f"/category-trees/{TOOLS}")
    assert [category["id"] for category in tools["subcategories"]] == [HAMMERS]
    requested = [SLEDGES, "nowhere", TOOLS, SLEDGES]
    trees = client.post(f"//category/{client.tenant}/category-trees/search", json={"categoryIds": requested}).get_json()
    assert [tree["id"] for tree in trees] == [SLEDGES, TOOLS]
    assert trees == rows(client, "/category-trees?categoryIds=" + "&categoryIds=".join(requested))
    assert client.post(f"//category/{client.tenant}/category-trees/search", json={"categoryIds": []}).get_json() == []


def test_k6_a_category_has_the_fields_of_the_world(house: Client) -> None:
    category = rows(house, "/categories/next")
    assert category.pop("metadata")["version"] == 1
    unchanged = {name: value for name, value in NEXT.items() if name != "name"}
    plain = {"name": "Raum", "description": "Daneben", "media": []}
    assert category == unchanged | {"localizedName": NEXT["name"]} | plain
    english = rows(house, "/categories/next", **{"Accept-Language": "en"})
    assert (english["localizedName"], english["name"], english["description"]) == ({"en": "Room"}, "Room", "Beside")


@st.composite
def category_states(draw: st.DrawFn) -> State:
    """Draw a state with categories. Each is a root or below an earlier one; some are unpublished."""
    rows: list[Document] = []
    for number in range(draw(st.integers(1, 12))):
        parent = draw(st.none() | st.sampled_from(rows)) if rows else None
        above = {"parentId": parent["id"]} if parent else {}
        position, published = draw(st.integers(0, 2)), draw(st.sampled_from([True, True, False]))
        rows.append(ROOM | {"id": f"c{number}", "position": position, "published": published} | above)
    return WORLDS.build_state({"categories": rows})


@given(category_states(), st.booleans())
def test_trees_hold_visible_categories_once_and_parents_agree(state: State, unpublished: bool) -> None:
    visible = forest.visible_forest(state, READER, with_unpublished=unpublished)
    tree_ids = [
        id_ for root in visible.roots for id_ in iter_tree_ids(categories.build_category_tree(visible, root["id"]))
    ]
    assert sorted(tree_ids) == sorted(visible.visible)
    for id_ in visible.visible:
        above = {ancestor["id"] for ancestor in visible.ancestors(id_)}
        assert above == {
            top for top in visible.visible if id_ in {descendant["id"] for descendant in visible.descendants(top)}
        }
        assert unpublished or all(state.categories[category]["published"] for category in above | {id_})
    hidden = set(state.categories) - visible.visible.keys()
    assert all(not state.categories[id_]["published"] or state.categories[id_]["parentId"] in hidden for id_ in hidden)


def iter_tree_ids(tree: Document) -> Iterator[str]:
    yield tree["id"]
    for below in tree.get("subcategories", ()):
        yield from iter_tree_ids(below)
