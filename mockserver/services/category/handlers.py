"""Handlers of the Category Service."""

from __future__ import annotations

from functools import partial

from ...errors import NotFound
from ...messages import Call, Handler, Listing, Reply
from ...practices.rows import LazyRows
from ...store.state import Document
from . import assignments, categories
from .forest import CategoryForest, visible_forest

ROOT_HINT = "a root has no parents and no subcategories here, unless the setting root_relatives is list"


def get_categories(call: Call) -> Listing:
    """List categories; a search has its `q` in the body instead (C16)."""
    forest = _visible_forest(call)
    listed_categories = forest.roots if call.query.get("showRoots", False) else forest.visible.values()
    return Listing(categories.category_rows(forest.state, listed_categories))


def get_category(call: Call) -> Reply:
    """Return one category."""
    forest = _visible_forest(call)
    return Reply(200, categories.category_row(forest.state, forest.read_category(call.path["categoryId"])))


def get_subcategories(call: Call) -> Listing:
    """List the descendants of a category (K3)."""
    forest = _visible_forest(call)
    category = _read_category_with_relatives(call, forest)
    descendants = forest.descendants(category["id"], call.query.get("depth"))
    return Listing(categories.category_rows(forest.state, descendants))


def get_category_parents(call: Call) -> Listing:
    """List the ancestors of a category (K3)."""
    forest = _visible_forest(call)
    category = _read_category_with_relatives(call, forest)
    return Listing(categories.category_rows(forest.state, forest.ancestors(category["id"])))


def get_category_assignments(call: Call) -> Listing:
    """List the products in a category, or only those in some segments (K4)."""
    forest, query = _visible_forest(call), call.query
    category_assignments = assignments.list_category_assignments(
        forest,
        call.path["categoryId"],
        with_subcategories=query.get("withSubcategories", False),
        only_published=query.get("hideUnpublishedProducts", False),
    )
    if "segmentsIds" in query:
        category_assignments = assignments.filter_by_segments(
            call.tenant, forest.state, category_assignments, query["segmentsIds"].split(",")
        )
    reference_type = call.tenant.switches.reference_type
    return Listing(assignments.category_assignment_rows(category_assignments, reference_type))


def get_categories_by_reference(call: Call) -> Listing:
    """List the categories that a product is in."""
    forest = _visible_forest(call)
    product_categories = assignments.list_categories_of_product(forest, call.path["referenceId"])
    if call.query.get("expandSupercategoriesIds", False):
        return Listing(LazyRows(product_categories, partial(categories.category_row_with_ancestors, forest)))
    return Listing(categories.category_rows(forest.state, product_categories))


def get_category_trees(call: Call) -> Reply:
    """Return all trees, or those that include one of the categories in the query (K5)."""
    return Reply(200, categories.build_category_trees(_visible_forest(call), call.query.get("categoryIds")))


def post_category_trees_search(call: Call) -> Reply:
    """Return the trees that include one of the categories in the body (K5)."""
    return Reply(200, categories.build_category_trees(_visible_forest(call), call.body["categoryIds"]))


def get_category_tree(call: Call) -> Reply:
    """Return the tree of a root (K5)."""
    return Reply(200, categories.build_category_tree(_visible_forest(call), call.path["categoryId"]))


def _visible_forest(call: Call) -> CategoryForest:
    return visible_forest(call.tenant.state, call.principal, with_unpublished=call.query.get("showUnpublished", False))


def _read_category_with_relatives(call: Call, forest: CategoryForest) -> Document:
    """Return the category whose relatives are listed; with the switch, NotFound if it is a root (K3)."""
    category = forest.read_category(call.path["categoryId"])
    if call.tenant.switches.root_relatives == "404" and forest.is_root(category["id"]):
        raise NotFound(category["id"], hint=ROOT_HINT, rule="K3")
    return category


HANDLERS: dict[str, Handler] = {
    "GET-category-tree-list-categories": get_categories,
    "POST-category-tree-search-categories": get_categories,
    "GET-category-tree-retrieve-category": get_category,
    "GET-category-tree-list-subcategories": get_subcategories,
    "GET-category-tree-retrieve-category-parents": get_category_parents,
    "GET-category-tree-retrieve-category-assignments": get_category_assignments,
    "GET-category-tree-list-categories-by-reference-id": get_categories_by_reference,
    "GET-category-tree-retrieve-category-tree": get_category_trees,
    "POST-category-tree-search-category-trees": post_category_trees_search,
    "GET-category-tree-retrieve-category-tree-by-id": get_category_tree,
}
