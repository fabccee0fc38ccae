"""What the service stores: vouchers."""

from __future__ import annotations

from mockserver.store.collection import Collection
from mockserver.store.row_generation import GeneratedRow, RowContext, RowGenerator
from mockserver.store.row_schemas import ID, LOCALIZED, METADATA, closed_object, unique_list


def generate_voucher(context: RowContext) -> GeneratedRow:
    percent, products = context.random.randint(1, 50), context.rows["products"]
    return {
        "id": f"voucher-{context.number}",
        "name": dict.fromkeys(context.languages, f"{percent} %"),
        "percent": percent,
        "siteCode": context.random.choice(context.rows["sites"])["code"],
        "products": [product["id"] for product in context.random.sample(products, min(2, len(products)))],
    }


VOUCHERS = Collection(
    name="vouchers",
    references={"siteCode": "sites", "products": "products", "limit.segmentId": "segments"},
    parent="parentId",
    generator=RowGenerator(make_row=generate_voucher, default_count=5),
    schema=closed_object(
        {
            "id": ID,
            "parentId": ID,
            "name": LOCALIZED,
            "percent": {"type": "integer", "minimum": 1, "maximum": 100},
            "siteCode": ID,
            "products": unique_list(ID),
            "limit": closed_object({"segmentId": ID}),
            "metadata": METADATA,
        },
        ("id", "name", "percent", "siteCode"),
    ),
)

COLLECTIONS = (VOUCHERS,)
