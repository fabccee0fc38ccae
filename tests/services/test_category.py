"""The Category Service over HTTP: lists, trees, ancestors, descendants, and assigned products."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from mockserver.access import Principal
from mockserver.services.category import categories, forest
from mockserver.store.collection import Collection
from mockserver.store.state import Document, State
from tests.support.client import Client
from tests.support.samples import GOLDEN, HAMMER, PLATINUM, WORLDS, write_default_world

TOOLS, HAMMERS, SLEDGES = "12468504", "12468505", "12468506"
ROOM = {"id": "room", "code": "R", "name": {"en": "Room", "de": "Raum"}, "position": 3, "published": True}
SHUT = ROOM | {"id": "shut", "parentId": "room", "code": "S", "position": 1, "published": False, "ecn": ["17", "18"]}
INNER = ROOM | {"id": "inner", "parentId": "shut", "code": "I", "position": 0}
NEXT = ROOM | {"id": "next", "parentId": "room", "code": "N", "localizedDescription": {"en": "Beside", "de": "Daneben"}}
LAMP = {"id": "lamp", "code": "L", "name": {"en": "Lamp"}, "categories": ["inner", "room"]}
DARK = {"id": "dark", "code": "D", "name": {"en": "Dark Lamp"}, "categories": ["room", "next"], "published": False}
LANGUAGES = {"default": "de", "supported": ["de", "en"]}


def targets_of(collection: Collection) -> set[str]:
    """Return the sections that rows of a collection refer to."""
    targets = [target if isinstance(target, str) else target.targets for target in collection.references.values()]
    return {name for target in targets for name in ([target] if isinstance(target, str) else target.values())}


REFERRING = [
    name for name, collection in WORLDS.collections.items() if {"products", "categories"} & targets_of(collection)
]
NOTHING = {
    **{name: [] for name in REFERRING if name not in {"products", "categories"}},
    "approvals": [],  # of the carts
    "languages": LANGUAGES,
}
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
    f"/categories/{HAMMERS}/subcategories",
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
    assert ids(admin, "/categories/inner/parents?showUnpublished=true") == ["room", "shut"]
    assert ids(admin, "/categories/shut/subcategories?showUnpublished=true") == ["inner"]
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
    [("", [HAMMERS, SLEDGES]), ("?depth=1", [HAMMERS]), ("?depth=2", [HAMMERS, SLEDGES])],
)
def test_k3_subcategories_are_listed_down_to_a_depth(
    simulator: Callable[..., Client], query: str, expected: list[str]
) -> None:
    client = simulator(root_relatives="list")
    assert ids(client, f"/categories/{TOOLS}/subcategories{query}") == expected
    assert ids(client, f"/categories/{HAMMERS}/subcategories{query}") == [SLEDGES]


def test_k3_parents_are_listed_from_the_root_down(client: Client) -> None:
    assert ids(client, f"/categories/{SLEDGES}/parents") == [TOOLS, HAMMERS]
    assert ids(client, f"/categories/{SLEDGES}/parents?pageSize=1&pageNumber=2") == [HAMMERS]
    assert ids(client, f"/categories/{SLEDGES}/parents?sort=position:DESC") == [HAMMERS, TOOLS]


@pytest.mark.parametrize(("relatives", "below"), [("parents", []), ("subcategories", [HAMMERS, SLEDGES])])
def test_k3_switched_a_root_has_lists(
    client: Client, simulator: Callable[..., Client], relatives: str, below: list[str]
) -> None:
    refused = client.get(f"//category/{client.tenant}/categories/{TOOLS}/{relatives}")
    assert (refused.status_code, refused.get_json()["resourceId"]) == (404, TOOLS)
    assert "root_relatives" in refused.headers["X-Mock-Hint"]
    assert ids(simulator(root_relatives="list"), f"/categories/{TOOLS}/{relatives}") == below


@pytest.mark.parametrize("depth", ["0", "-1", "1.5", "one", "1_0", "%D9%A1", "2147483648", "9" * 5000])
def test_k3_a_depth_is_an_integer_from_1_on(client: Client, depth: str) -> None:
    reply = client.get(f"//category/acme/categories/{HAMMERS}/subcategories?depth={depth}")
    assert reply.status_code == 400
    assert reply.get_json()["details"][0].startswith("depth ")


def test_k4_segments_keep_the_categories_that_are_assigned_to_them(client: Client) -> None:
    def covered(segments: str, category: str = HAMMERS, query: str = "") -> list[str]:
        path = f"/categories/{category}/assignments?segmentsIds={segments}{query}"
        return [row["ref"]["id"] for row in rows(client.with_token(None), path)]

    manager = client.with_token("manage-token")
    assert covered(GOLDEN) == []  # the product is assigned to the segment, its category is not
    assert covered("nowhere") == []
    assert manager.put("/mine", json={"name": {"en": "Mine"}, "siteCode": "main"}).status_code == 201
    assert manager.put(f"/mine/items/CATEGORY/{HAMMERS}").status_code == 201
    assert covered("mine") == []  # INACTIVE
    activation = [{"op": "replace", "path": "/status", "value": "ACTIVE"}]
    assert manager.send("PATCH", "/mine", json=activation).status_code == 204
    assert covered("nowhere,mine") == covered("mine") == [HAMMER]
    assert covered("mine", TOOLS) == []
    assert covered("mine", TOOLS, "&withSubcategories=true") == [HAMMER]
    assert covered(PLATINUM) == []


def test_k4_an_assigned_category_does_not_count_for_those_below_it(client: Client) -> None:
    manager = client.with_token("manage-token")
    assert manager.put(f"/{GOLDEN}/items/CATEGORY/{TOOLS}").status_code == 201
    path = f"/categories/{TOOLS}/assignments?withSubcategories=true&segmentsIds={GOLDEN}"
    assert {row["categoryId"] for row in rows(client, path)} <= {TOOLS}


@pytest.mark.parametrize("spelling", ["PRODUCT", "product"])
def test_k4a_switched_the_type_is_written_in_lower_case(simulator: Callable[..., Client], spelling: str) -> None:
    (row,) = rows(simulator(reference_type=spelling), f"/categories/{HAMMERS}/assignments?ref.id={HAMMER}")
    assert row["ref"]["type"] == spelling


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


def test_k5_a_tree_is_read_by_its_root(client: Client) -> None:
    tools = rows(client, f"/category-trees/{TOOLS}")
    assert [category["id"] for category in tools["subcategories"]] == [HAMMERS]
    refused = client.get(f"//category/{client.tenant}/category-trees/{HAMMERS}")
    assert (refused.status_code, refused.get_json()["resourceId"]) == (404, HAMMERS)
    assert "categoryIds" in refused.headers["X-Mock-Hint"]


@pytest.mark.parametrize(
    ("requested", "roots"),
    [
        ([], []),
        (["nowhere"], []),
        (["room"], ["room"]),
        (["next"], ["room"]),
        (["next", "room", "next"], ["room"]),
        (["attic", "nowhere", "next"], ["room", "attic"]),
        (["shut"], []),
        (["inner"], []),
        (["room,attic"], []),
        ([""], []),
    ],
)
def test_k5_ids_select_the_whole_trees_that_include_them(
    simulator: Callable[..., Client], tmp_path: Path, requested: list[str], roots: list[str]
) -> None:
    attic = ROOM | {"id": "attic", "code": "A", "position": 4}
    client = simulator(
        write_default_world(tmp_path, categories=[INNER, NEXT, ROOM, SHUT, attic], products=[], **NOTHING)
    )
    all_trees = rows(client, "/category-trees")
    expected = [tree for tree in all_trees if tree["id"] in roots]
    assert [tree["id"] for tree in expected] == roots
    url = f"//category/{client.tenant}/category-trees/search"
    assert client.post(url, json={"categoryIds": requested}).get_json() == expected
    query = "&".join(f"categoryIds={id_}" for id_ in requested)
    assert rows(client, f"/category-trees?{query}") == (expected if any(requested) else all_trees)  # C11a


def test_k6_a_category_has_the_fields_of_the_world(house: Client) -> None:
    category = rows(house, "/categories/next")
    assert category.pop("metadata")["version"] == 1
    unchanged = {name: value for name, value in NEXT.items() if name != "name"}
    plain = {"name": "Raum", "description": "Daneben", "media": []}
    assert category == unchanged | {"localizedName": NEXT["name"]} | plain
    english = rows(house, "/categories/next", **{"Accept-Language": "en"})
    assert (english["localizedName"], english["name"], english["description"]) == ({"en": "Room"}, "Room", "Beside")


WITH_LANGUAGES = [
    ("GET", "/categories"),
    ("POST", "/categories/search"),
    ("GET", f"/categories/{HAMMERS}"),
    ("GET", f"/categories/{HAMMERS}/subcategories"),
    ("GET", f"/categories/{HAMMERS}/parents"),
    ("GET", f"/categories/{HAMMERS}/assignments"),
    ("GET", f"/assignments/references/{HAMMER}"),
]


def send_with_languages(
    client: Client, accept: str, method: str = "GET", path: str = f"/categories/{HAMMERS}"
) -> TestResponse:
    return client.send(method, f"//category/{client.tenant}{path}", headers={"Accept-Language": accept})


@pytest.mark.parametrize(("method", "path"), WITH_LANGUAGES)
def test_k7_a_language_that_the_tenant_does_not_support_is_refused(client: Client, method: str, path: str) -> None:
    refused = send_with_languages(client, "en,ru", method, path)
    assert refused.status_code == 400
    assert refused.get_json() == {
        "code": 400,
        "status": "Bad Request",
        "message": "Accept-Language validation failed.",
        "details": ["Following languages are not supported: 'ru'"],
    }
    assert send_with_languages(client, "en", method, path).status_code == 200


@pytest.mark.parametrize(
    ("header", "unsupported"),
    [
        ("ru", "'ru'"),
        ("RU-ru", "'RU-ru'"),
        ("ru, en ;q=0.9, it; q=0.8, ru", "'ru', 'it'"),
        ("*, ru;q=0.5", "'ru'"),
        ("ru;q=0, de", ""),
        ("*", ""),
        ("*;q=0.5, en", ""),
        ("EN", ""),
        ("en-US,en;q=0.9", ""),
        ("de", ""),
        ("de-CH-1996", ""),
        ("de-AT", "'de-AT'"),
        (" , en", ""),
    ],
)
def test_k7_a_language_is_supported_if_a_form_of_it_is(
    simulator: Callable[..., Client], tmp_path: Path, header: str, unsupported: str
) -> None:
    languages = {"default": "en", "supported": ["en", "de-CH"]}
    reply = send_with_languages(simulator(write_default_world(tmp_path, languages=languages)), header)
    details = [f"Following languages are not supported: {unsupported}"] if unsupported else None
    assert (reply.status_code, reply.get_json().get("details")) == (400 if unsupported else 200, details)


def test_k7_switched_any_language_is_accepted(simulator: Callable[..., Client]) -> None:
    client = simulator(unsupported_language="accept")
    assert send_with_languages(client, "xx").get_json()["localizedName"].keys() == {"en"}
    malformed = send_with_languages(client, "robots.txt").get_json()
    assert malformed["message"] == "Language header validation failed"
    assert malformed["details"][0].startswith("Accept-Language must be a list of languages")


@pytest.mark.parametrize("path", [f"//product/acme/products/{HAMMER}", f"//customer-segment/acme/segments/{GOLDEN}"])
def test_k7_other_services_fall_back_to_the_default_language(simulator: Callable[..., Client], path: str) -> None:
    assert simulator().get(path, headers={"Accept-Language": "xx"}).status_code == 200


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
        ancestor_ids = [ancestor["id"] for ancestor in visible.ancestors(id_)]
        above = set(ancestor_ids)
        parent_id = state.categories[id_].get("parentId")
        assert visible.ancestors(id_)[:-1] == (visible.ancestors(parent_id) if parent_id else [])
        assert [*ancestor_ids, id_][0] == visible.root_of(id_)
        assert ancestor_ids[-1:] == ([parent_id] if parent_id else [])
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
