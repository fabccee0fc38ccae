"""A handler for each operationId, from call to rule and back."""

from __future__ import annotations

from functools import partial

from ...messages import Call, Handler, Listing, Reply
from ...practices.rows import LazyRows
from . import assignments, categories, forest
from .forest import CategoryForest


def get_categories(call: Call) -> Listing:
    """List categories; the search differs only in where its `q` is (C16)."""
    seen = _visible_forest(call)
    found = seen.roots if call.query.get("showRoots", False) else seen.visible.values()
    return Listing(categories.category_rows(seen.state, found))


def get_category(call: Call) -> Reply:
    """Answer with one category."""
    seen = _visible_forest(call)
    return Reply(200, categories.category_row(seen.state, seen.read_category(call.path["categoryId"])))


def get_subcategories(call: Call) -> Listing:
    """List the categories below one."""
    seen = _visible_forest(call)
    top = seen.read_category(call.path["categoryId"])
    return Listing(categories.category_rows(seen.state, seen.descendants(top["id"], call.query.get("depth"))))


def get_category_parents(call: Call) -> Listing:
    """List the categories above one."""
    seen = _visible_forest(call)
    bottom = seen.read_category(call.path["categoryId"])
    return Listing(categories.category_rows(seen.state, seen.ancestors(bottom["id"])))


def get_category_assignments(call: Call) -> Listing:
    """List the products in a category, those of some segments if asked."""
    seen, query = _visible_forest(call), call.query
    category_assignments = assignments.list_category_assignments(
        seen,
        call.path["categoryId"],
        with_subcategories=query.get("withSubcategories", False),
        only_published=query.get("hideUnpublishedProducts", False),
    )
    if "segmentsIds" in query:
        category_assignments = assignments.filter_by_segments(
            call.tenant, seen.state, category_assignments, query["segmentsIds"].split(",")
        )
    return Listing(assignments.category_assignment_rows(category_assignments))


def get_categories_by_reference(call: Call) -> Listing:
    """List the categories that a product is in."""
    seen = _visible_forest(call)
    found = assignments.list_categories_of_product(seen, call.path["referenceId"])
    if call.query.get("expandSupercategoriesIds", False):
        return Listing(LazyRows(found, partial(categories.category_row_with_ancestors, seen)))
    return Listing(categories.category_rows(seen.state, found))


def get_category_trees(call: Call) -> Reply:
    """Answer with the trees below the roots, or below the categories that the query names."""
    seen = _visible_forest(call)
    top_ids = call.query.get("categoryIds", [root["id"] for root in seen.roots])
    return Reply(200, categories.build_category_trees(seen, top_ids))


def post_category_trees_search(call: Call) -> Reply:
    """Answer with the trees below the categories that the body names."""
    return Reply(200, categories.build_category_trees(_visible_forest(call), call.body["categoryIds"]))


def get_category_tree(call: Call) -> Reply:
    """Answer with one tree."""
    return Reply(200, categories.build_category_tree(_visible_forest(call), call.path["categoryId"]))


def _visible_forest(call: Call) -> CategoryForest:
    return forest.visible_forest(
        call.tenant.state, call.principal, with_unpublished=call.query.get("showUnpublished", False)
    )


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
