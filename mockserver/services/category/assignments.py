"""Which products are in which categories (K4)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple

from ...domain.segment_activity import is_active_segment
from ...errors import NotFound
from ...practices.rows import LazyRows
from ...store.state import Document, State, derive_assignment_id
from ...store.tenant import Tenant
from .forest import CategoryForest


class CategoryAssignment(NamedTuple):
    """A product in a category."""

    category_id: str
    product: Document


def list_category_assignments(
    forest: CategoryForest, category_id: str, *, with_subcategories: bool, only_published: bool
) -> list[CategoryAssignment]:
    """Return the products in a category, or also in its descendants, ordered by product, then by category."""
    categories = [forest.read_category(category_id), *(forest.descendants(category_id) if with_subcategories else ())]
    return [
        CategoryAssignment(category["id"], product)
        for product in forest.state.products.values()
        if not only_published or product.get("published", True)
        for category in categories
        if category["id"] in product.get("categories", ())
    ]


def filter_by_segments(
    tenant: Tenant, state: State, assignments: list[CategoryAssignment], segment_ids: Sequence[str]
) -> list[CategoryAssignment]:
    """Return the assignments whose category is assigned to one of these segments, if that is ACTIVE (K4)."""
    now, switches = tenant.clock.now(), tenant.switches
    assigned_ids = {
        item_id
        for segment_id in segment_ids
        if is_active_segment(state, segment_id, now, switches)
        for item_type, item_id in state.items_of(segment_id)
        if item_type == "CATEGORY"
    }
    return [assignment for assignment in assignments if assignment.category_id in assigned_ids]


def category_assignment_rows(
    assignments: list[CategoryAssignment], reference_type: str
) -> LazyRows[CategoryAssignment]:
    """Return the rows of assignments; `reference_type` is the spelling of their type (K4a)."""
    return LazyRows(assignments, partial(_category_assignment_row, reference_type))


def list_categories_of_product(forest: CategoryForest, product_id: str) -> list[Document]:
    """Return the categories that a product is directly in, in order; NotFound if the product does not exist."""
    product = forest.state.products.get(product_id)
    if product is None:
        raise NotFound(product_id)
    category_ids = set(product.get("categories", ()))
    return [category for id_, category in forest.visible.items() if id_ in category_ids]


def _category_assignment_row(reference_type: str, assignment: CategoryAssignment) -> dict[str, Any]:
    category_id, product = assignment
    return {
        "id": derive_assignment_id(category_id, product["id"]),
        "categoryId": category_id,
        "ref": {"id": product["id"], "type": reference_type, "localizedName": product["name"]},
    }
