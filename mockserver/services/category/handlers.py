"""Handlers of the Category Service."""

from __future__ import annotations

from functools import partial

from ...access import authorize
from ...errors import NotFound
from ...messages import Call, Handler, Listing, Reply
from ...practices.rows import LazyRows
from ...store.state import Document, derive_assignment_id
from . import assignment_writes, assignments, categories
from .category_writes import MANAGE, CategoryWriter
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


def rebuild_category_tree(call: Call) -> Reply:
    """Return the tree of a root, which is always up to date (K12)."""
    authorize(call.principal, (MANAGE,))
    return Reply(200, categories.build_category_tree(_visible_forest(call), call.path["rootCategoryId"]))


def post_category(call: Call) -> Reply:
    """Create a category (K8)."""
    return Reply(201, {"id": _writer(call).create(call.body)})


def put_category(call: Call) -> Reply:
    """Create or replace a category (K8)."""
    category_id = call.path["categoryId"]
    return Reply(201, {"id": category_id}) if _writer(call).upsert(category_id, call.body) else Reply(204)


def patch_category(call: Call) -> Reply:
    """Change fields of a category (K8)."""
    _writer(call).merge(call.path["categoryId"], call.body, call.validate_patched)
    return Reply(204)


def delete_category(call: Call) -> Reply:
    """Delete a category (K10)."""
    with_subcategories = call.query.get("withSubcategories", False)
    _writer(call).remove(call.path["categoryId"], with_subcategories=with_subcategories)
    return Reply(204)


def post_category_assignment(call: Call) -> Reply:
    """Assign a product to a category (K11)."""
    id_, _ = assignment_writes.assign_product(call.tenant, call.path["categoryId"], call.body["ref"]["id"])
    return Reply(201, {"id": id_})


def put_category_assignment(call: Call) -> Reply:
    """Assign the product in the path to a category (K11)."""
    id_, is_new = assignment_writes.assign_product(call.tenant, call.path["categoryId"], call.path["referenceId"])
    return Reply(201, {"id": id_}) if is_new else Reply(204)


def post_category_assignments(call: Call) -> Reply:
    """Assign many products to a category."""
    category_id, errors = call.path["categoryId"], call.element_errors
    return Reply(207, assignment_writes.assign_products(call.tenant, category_id, call.body, errors, upserts=False))


def put_category_assignments(call: Call) -> Reply:
    """Assign many products to a category, unless they are assigned already."""
    category_id, errors = call.path["categoryId"], call.element_errors
    return Reply(207, assignment_writes.assign_products(call.tenant, category_id, call.body, errors, upserts=True))


def delete_category_assignments(call: Call) -> Reply:
    """Remove all products from a category."""
    assignment_writes.remove_assignments(call.tenant, call.path["categoryId"])
    return Reply(204)


def delete_category_assignment(call: Call) -> Reply:
    """Remove the assignment with the id in the path."""
    category_id, id_ = call.path["categoryId"], call.path["assignmentId"]
    assignment_writes.remove_assignment(
        call.tenant, category_id, lambda product_id: derive_assignment_id(category_id, product_id) == id_, id_
    )
    return Reply(204)


def delete_category_reference(call: Call) -> Reply:
    """Remove the product in the path from a category."""
    wanted_id = call.path["referenceId"]
    assignment_writes.remove_assignment(call.tenant, call.path["categoryId"], wanted_id.__eq__, wanted_id)
    return Reply(204)


def delete_reference(call: Call) -> Reply:
    """Remove a product from all its categories."""
    assignment_writes.remove_product(call.tenant, call.path["referenceId"])
    return Reply(204)


def _writer(call: Call) -> CategoryWriter:
    return CategoryWriter(call.tenant, call.principal, call.header.get("Content-Language"), call.query.get("publish"))


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
    "POST-category-tree-rebuild-category-tree": rebuild_category_tree,
    "POST-category-tree-create-category": post_category,
    "PUT-category-tree-update-category": put_category,
    "PATCH-category-tree-update-category": patch_category,
    "DELETE-category-tree-remove-category": delete_category,
    "POST-category-tree-assign-resource": post_category_assignment,
    "PUT-category-tree-assign-resource": put_category_assignment,
    "POST-category-tree-assign-category-resources": post_category_assignments,
    "PUT-category-tree-update-category-assignments": put_category_assignments,
    "DELETE-category-tree-remove-all-category-assignments": delete_category_assignments,
    "DELETE-category-tree-remove-category-assignment": delete_category_assignment,
    "DELETE-category-tree-remove-category-assignment-by-reference-id": delete_category_reference,
    "DELETE-category-tree-remove-all-assignments": delete_reference,
}
