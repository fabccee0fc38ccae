"""Products: which ones a caller may see, and their rows (L2 to L4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from ...access import Principal
from ...practices import documents, mixins
from ...store.state import Document, State

UNPUBLISHED_PRODUCT_SCOPES = frozenset(
    {"product.product_read_unpublished", "product.product_read_by_vendor", "product.product_manage_by_vendor"}
)

OPTIONAL_FIELDS = (
    *("description", "brandId", "labelIds"),
    *("weightDependent", "vendor", "template", "relatedItems", "bundledProducts"),
)
EXPANDABLE = {"brand": ("brandId", "brands"), "labels": ("labelIds", "labels")}  # field and collection of the ids


def product_yrn(tenant_name: str, product_id: str) -> str:
    """Return the name of a product that is unique among all tenants."""
    return f"urn:yaas:saasag:caasproduct:product:{tenant_name};{product_id}"


def present_many(state: State, tenant_name: str, expand: str = "") -> Callable[[Document], dict[str, Any]]:
    """Return a function that makes the rows of many products of this state.

    expand: what the rows have of what they refer to, separated by commas: `brand`, `labels` (L12).
    """
    segment_ids = _segment_ids_by_product(state)
    return lambda product: {
        **_product_row(tenant_name, product, segment_ids.get(product["id"], [])),
        **_expand_references(state, product, expand),
    }


def present_one(state: State, tenant_name: str, expand: str = "") -> Callable[[Document], dict[str, Any]]:
    """Return a function that makes the row of one product; it looks the product up in each segment.

    expand: as in `present_many`.
    """

    def make_row(product: Document) -> dict[str, Any]:
        key = ("PRODUCT", product["id"])
        segment_ids = [segment_id for segment_id in state.items if state.item(segment_id, key) is not None]
        return {**_product_row(tenant_name, product, segment_ids), **_expand_references(state, product, expand)}

    return make_row


def is_visible_product(product: Document, principal: Principal) -> bool:
    """Whether the caller may see a product; unpublished ones need a scope (L2)."""
    return product.get("published", True) or not UNPUBLISHED_PRODUCT_SCOPES.isdisjoint(principal.scopes)


def _segment_ids_by_product(state: State) -> dict[str, list[str]]:
    """Return the ids of the segments that each product is directly assigned to, in order (L3).

    One pass for a whole list: a look-up of each product in each segment takes ten times as long for all products.
    """
    ids_by_product: defaultdict[str, list[str]] = defaultdict(list)
    for segment_id in state.items:
        for item_type, item_id in state.items_of(segment_id):
            if item_type == "PRODUCT":
                ids_by_product[item_id].append(segment_id)
    return ids_by_product


def _product_row(tenant_name: str, product: Document, segment_ids: list[str]) -> dict[str, Any]:
    """Return the row of a product, with all fields that rows always have (L4); other absent values are left out."""
    row = {
        "id": product["id"],
        "yrn": product_yrn(tenant_name, product["id"]),
        "code": product["code"],
        "name": product["name"],
        "productType": product.get("productType", "BASIC"),
        "published": product.get("published", True),
        "categoryIds": list(product.get("categories", ())),
        "customerSegmentIds": segment_ids,
        "media": product.get("media", []),
        "mixins": product.get("mixins", {}),
        "taxClasses": product.get("taxClasses", {}),
        "metadata": documents.revision_of(product).to_metadata(mixins.mixin_urls(product)),
    }
    return row | {name: product[name] for name in OPTIONAL_FIELDS if name in product}


def _expand_references(state: State, product: Document, expand: str) -> dict[str, Any]:
    """Return the brand and the labels of a product that `expand` names, without their metadata (L12)."""
    expanded: dict[str, Any] = {}
    for name in {part.strip() for part in expand.split(",")} & EXPANDABLE.keys():
        field, collection = EXPANDABLE[name]
        ids = product.get(field, ())
        found = state.collection(collection).get_many([ids] if isinstance(ids, str) else list(ids))
        rows = [{key: row[key] for key in row if key != "metadata"} for row in found if row is not None]
        if rows:
            expanded[name] = rows[0] if isinstance(ids, str) else rows
    return expanded
