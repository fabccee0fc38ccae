"""Writes of assignments of products to categories, which are fields of the products (K11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from ...errors import BadRequest, ClientError, NotFound
from ...practices import documents, writes
from ...store.state import State, derive_assignment_id
from ...store.tenant import Tenant
from .collections import CATEGORIES

PRODUCTS = "products"  # the name of the collection
NO_REFERENCE = "Please provide a valid assignment reference id"


def assign_product(tenant: Tenant, category_id: str, product_id: str) -> tuple[str, bool]:
    """Assign a product; return the id of the assignment, and whether it is new. NotFound or BadRequest (K11)."""

    def rule(state: State) -> tuple[State, tuple[str, bool]]:
        documents.find_document(state, CATEGORIES, category_id)
        state, is_new = _assign(state, category_id, product_id)
        return state, (derive_assignment_id(category_id, product_id), is_new)

    return tenant.change(rule)


def assign_products(
    tenant: Tenant, category_id: str, elements: Sequence[Any], errors: Mapping[int, ClientError], *, upserts: bool
) -> list[dict[str, Any]]:
    """Assign products, each on its own (E1); return an entry for each. NotFound for an unknown category.

    upserts: whether an element that changes nothing is a 204; otherwise it is a 201, too.
    """

    def rule(state: State) -> tuple[State, writes.BulkEntries]:
        documents.find_document(state, CATEGORIES, category_id)

        def write_element(element: Any) -> writes.ElementOutcome:
            nonlocal state
            product_id = element["ref"]["id"]
            state, is_new = _assign(state, category_id, product_id)
            return (204 if upserts and not is_new else 201), product_id

        entries = writes.run_bulk(elements, errors, write_element, 0, _product_id_of)
        return state, entries

    entries = tenant.change(rule)
    for entry in entries:
        entry["status"] = HTTPStatus(entry["code"]).name
        product_id = entry.pop("id", None)
        if product_id is not None:
            entry["productId"] = product_id
            if entry["code"] < 300:
                entry["assignmentId"] = derive_assignment_id(category_id, product_id)
    return entries


def remove_assignment(tenant: Tenant, category_id: str, is_wanted: Callable[[str], bool], wanted_id: str) -> None:
    """Remove the product that a condition on its id accepts from a category; NotFound if it has none (K11).

    wanted_id: what the client calls it.
    """

    def rule(state: State) -> tuple[State, None]:
        documents.find_document(state, CATEGORIES, category_id)
        product_ids = [id_ for id_ in list_products(state, category_id) if is_wanted(id_)]
        if not product_ids:
            raise NotFound(wanted_id, rule="K11")
        return _unassign(state, product_ids, {category_id}), None

    tenant.change(rule)


def remove_assignments(tenant: Tenant, category_id: str) -> None:
    """Remove all products from a category; NotFound for an unknown category (K11)."""

    def rule(state: State) -> tuple[State, None]:
        documents.find_document(state, CATEGORIES, category_id)
        return _unassign(state, list_products(state, category_id), {category_id}), None

    tenant.change(rule)


def remove_product(tenant: Tenant, product_id: str) -> None:
    """Remove a product from all its categories; NotFound if it is in none (K11)."""

    def rule(state: State) -> tuple[State, None]:
        category_ids = set(state.products.get(product_id, {}).get("categories", ()))
        if not category_ids:
            raise NotFound(product_id, rule="K11")
        return _unassign(state, [product_id], category_ids), None

    tenant.change(rule)


def list_products(state: State, category_id: str) -> list[str]:
    """Return the ids of the products that are directly in a category."""
    return [id_ for id_, product in state.products.items() if category_id in product.get("categories", ())]


def _assign(state: State, category_id: str, product_id: str) -> tuple[State, bool]:
    """Return a state in which a product is in a category, and whether it was not; BadRequest for an unknown product."""
    product = state.products.get(product_id)
    if product is None:
        raise BadRequest(
            "Assignment reference validation failed", error_type="reference", detail=NO_REFERENCE, rule="K11"
        )
    category_ids = product.get("categories", ())
    if category_id in category_ids:
        return state, False
    return state.with_document(PRODUCTS, product_id, {**product, "categories": [*category_ids, category_id]}), True


def _unassign(state: State, product_ids: Sequence[str], category_ids: set[str]) -> State:
    """Return a state in which these products are in none of these categories."""
    for product_id in product_ids:
        product = state.products[product_id]
        rest = [id_ for id_ in product["categories"] if id_ not in category_ids]
        content = {name: value for name, value in product.items() if name != "categories"}
        state = state.with_document(PRODUCTS, product_id, {**content, "categories": rest} if rest else content)
    return state


def _product_id_of(element: Any) -> str | None:
    reference = element.get("ref") if isinstance(element, dict) else None
    id_ = reference.get("id") if isinstance(reference, dict) else None
    return id_ if isinstance(id_, str) else None
