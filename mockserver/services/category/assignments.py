"""Which products are in which categories (K4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from ...active import is_active_id
from ...catalogue import is_covered
from ...errors import NotFound
from ...practices.lazy import LazyRows
from ...state import Document, State, joint_id
from ...world import Tenant
from .forest import Forest


class Assignment(NamedTuple):
    """A product in a category."""

    category_id: str
    product: Document


def assignments(forest: Forest, id_: str, *, below: bool, only_published: bool) -> list[Assignment]:
    """Return the products in a category, or in those below it too, in the order of products, then of categories."""
    counting = [forest.category(id_), *(forest.below(id_) if below else ())]
    return [
        Assignment(category["id"], product)
        for _, product in sorted(forest.state.products.items())
        if not only_published or product.get("published", True)
        for category in counting
        if category["id"] in product.get("categories", ())
    ]


def covered(tenant: Tenant, state: State, found: list[Assignment], segments: Sequence[str]) -> list[Assignment]:
    """Keep what one of these segments has, if it is ACTIVE: the product itself, or a category of it (C17)."""
    now, behaviour = tenant.clock.now(), tenant.behaviour
    active = [id_ for id_ in segments if is_active_id(state, id_, now, behaviour)]
    return [each for each in found if is_covered(state, each.product["id"], active, behaviour)]


def rows(found: list[Assignment]) -> LazyRows[Assignment]:
    """Return assignments as replies have them."""
    return LazyRows(found, _row)


def categories_of(forest: Forest, product_id: str) -> list[Document]:
    """Return the categories that a product is in itself, in order; NotFound if there is no such product."""
    product = forest.state.products.get(product_id)
    if product is None:
        raise NotFound(product_id)
    named = set(product.get("categories", ()))
    return [category for id_, category in forest.visible.items() if id_ in named]


def _row(assignment: Assignment) -> dict[str, Any]:
    category_id, product = assignment
    return {
        "id": joint_id(category_id, product["id"]),
        "categoryId": category_id,
        "ref": {"id": product["id"], "type": "PRODUCT", "localizedName": product["name"]},
    }
