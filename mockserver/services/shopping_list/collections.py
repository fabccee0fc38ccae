"""What the service stores: shopping lists, one row for each list of a customer."""

from __future__ import annotations

from collections.abc import Iterator

from ...store.collection import Collection, Row, Sections, Violation
from ...store.row_schemas import ID, METADATA, MIXINS, TEXT, closed_object, describe

SHOPPING_LISTS = "shoppingLists"
RESERVED_NAMES = frozenset({"customerId", "metadata"})  # fields of the rows that show lists by their names

ITEM = closed_object(
    {
        "id": describe({"type": "integer"}, "Number of the item."),
        "productId": describe(ID, "Id of the product."),
        "quantity": describe({"type": "number", "minimum": 0}, "How many."),
        "cuttingOption": describe(TEXT, "How the item is cut."),
        "servicePackagingOption": describe(TEXT, "How the item is packed."),
        "comment": describe(TEXT, "What the customer says about it."),
        "mixins": MIXINS,
    },
    ("productId", "quantity"),
)


def list_key(customer_id: str, name: str) -> str:
    """Return the key of a customer's list (R6)."""
    return f"{customer_id}:{name}"


def check_list_keys(world: Sections) -> Iterator[Violation]:
    """Yield the lists whose id is not that of their customer and name (R6)."""
    for index, row in enumerate(world.get(SHOPPING_LISTS, ())):
        expected = list_key(row["customerId"], row["name"])
        if row["id"] != expected:
            yield f"/{SHOPPING_LISTS}/{index}/id", f"the id is {expected!r}, from customer and name"


def _default_key(row: Row, _: object) -> str:
    return list_key(row["customerId"], row["name"])


LIST_ROWS = Collection(
    name=SHOPPING_LISTS,
    description="Shopping lists: products that a customer buys often.",
    defaults={"name": "default", "id": _default_key, "items": []},
    references={"customerId": "customers", "items.productId": "products"},
    check=check_list_keys,
    schema=closed_object(
        {
            "id": describe(ID, "Customer and name with a colon between them; it can be left out."),
            "customerId": describe(ID, "Id of the customer."),
            "name": {
                **describe(ID, "Name of the list; `default` if left out.", examples=["weekly"]),
                "not": {"enum": sorted(RESERVED_NAMES)},
            },
            "items": describe({"type": "array", "items": ITEM}, "What is on it."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("customerId",),
    ),
)

COLLECTIONS = (LIST_ROWS,)
