"""A handler for each operationId, from call to rule and back."""

from __future__ import annotations

from functools import partial

from ...messages import Call, Handler, Listing, Reply
from ...practices.lazy import LazyRows
from . import assignments, categories, forest
from .forest import Forest


def listed(call: Call) -> Listing:
    """List categories; the search differs only in where its `q` is (C16)."""
    seen = _seen(call)
    found = seen.roots if call.query.get("showRoots", False) else seen.visible.values()
    return Listing(categories.rows(seen.state, found))


def read(call: Call) -> Reply:
    """Answer with one category."""
    seen = _seen(call)
    return Reply(200, categories.row(seen.state, seen.category(call.path["categoryId"])))


def list_below(call: Call) -> Listing:
    """List the categories below one."""
    seen = _seen(call)
    top = seen.category(call.path["categoryId"])
    return Listing(categories.rows(seen.state, seen.below(top["id"], call.query.get("depth"))))


def list_above(call: Call) -> Listing:
    """List the categories above one."""
    seen = _seen(call)
    bottom = seen.category(call.path["categoryId"])
    return Listing(categories.rows(seen.state, seen.above(bottom["id"])))


def list_products(call: Call) -> Listing:
    """List the products in a category, those of some segments if asked."""
    seen, query = _seen(call), call.query
    found = assignments.assignments(
        seen,
        call.path["categoryId"],
        below=query.get("withSubcategories", False),
        only_published=query.get("hideUnpublishedProducts", False),
    )
    if "segmentsIds" in query:
        found = assignments.covered(call.tenant, seen.state, found, query["segmentsIds"].split(","))
    return Listing(assignments.rows(found))


def list_categories_of(call: Call) -> Listing:
    """List the categories that a product is in."""
    seen = _seen(call)
    found = assignments.categories_of(seen, call.path["referenceId"])
    if call.query.get("expandSupercategoriesIds", False):
        return Listing(LazyRows(found, partial(categories.row_with_ancestors, seen)))
    return Listing(categories.rows(seen.state, found))


def all_trees(call: Call) -> Reply:
    """Answer with the trees below the roots, or below the categories that the query names."""
    seen = _seen(call)
    tops = call.query.get("categoryIds", [root["id"] for root in seen.roots])
    return Reply(200, categories.trees(seen, tops))


def search_trees(call: Call) -> Reply:
    """Answer with the trees below the categories that the body names."""
    return Reply(200, categories.trees(_seen(call), call.body["categoryIds"]))


def read_tree(call: Call) -> Reply:
    """Answer with one tree."""
    return Reply(200, categories.tree(_seen(call), call.path["categoryId"]))


def _seen(call: Call) -> Forest:
    return forest.seen(call.tenant.state, call.principal, unpublished=call.query.get("showUnpublished", False))


HANDLERS: dict[str, Handler] = {
    "GET-category-tree-list-categories": listed,
    "POST-category-tree-search-categories": listed,
    "GET-category-tree-retrieve-category": read,
    "GET-category-tree-list-subcategories": list_below,
    "GET-category-tree-retrieve-category-parents": list_above,
    "GET-category-tree-retrieve-category-assignments": list_products,
    "GET-category-tree-list-categories-by-reference-id": list_categories_of,
    "GET-category-tree-retrieve-category-tree": all_trees,
    "POST-category-tree-search-category-trees": search_trees,
    "GET-category-tree-retrieve-category-tree-by-id": read_tree,
}
