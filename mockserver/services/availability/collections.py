"""What the service stores: the availability of products on sites."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ...domain.stock import AVAILABILITIES, availability_id
from ...store.collection import Collection, Row, Sections, Violation
from ...store.row_defaults import Draft
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import BOOLEAN, CHOSEN_ID, METADATA, MIXINS, TEXT, closed_object, describe

CHANNELS = ("ASSORTMENT", "HOME_DELIVERY", "PICKUP")
DEFAULT_SITE = "main"  # of a world without sites


def is_available_by_default(row: Row) -> bool:
    """Whether a product is available whose row does not say so: unless its stock level is zero (V1)."""
    level = row.get("stockLevel")
    return level is None or level > 0


def check_ids(world: Sections) -> Iterator[Violation]:
    """Yield the rows whose id is not that of their product and site (V1)."""
    for index, row in enumerate(world.get(AVAILABILITIES, ())):
        expected = availability_id(row["productId"], row["site"])
        if row["id"] != expected:
            yield f"/{AVAILABILITIES}/{index}/id", f"the id is {expected!r}, from site and product"


def _default_site(_: Row, draft: Draft) -> str:
    sites = draft.rows("sites")
    default = next(chain((site for site in sites if site.get("default")), sites), {"code": DEFAULT_SITE})
    code: str = default["code"]
    return code


def _generate_availability(context: RowContext) -> GeneratedRow | None:
    """Return the stock of a product on one of the first two sites."""
    sites, products = context.rows["sites"][:2], context.rows["products"]
    index, site_index = divmod(context.number, max(1, len(sites)))
    if index >= len(products) or not sites:
        return None
    product_id, site = products[index]["id"], sites[site_index]["code"]
    row = {"id": availability_id(product_id, site), "productId": product_id, "site": site}
    return row | {"available": True, "stockLevel": 10 * (1 + context.number % 10)}


AVAILABILITIES_OF_PRODUCTS = Collection(
    name=AVAILABILITIES,
    description="Whether products can be bought on sites. Without a row, nothing is known about a product there.",
    defaults={
        "site": _default_site,
        "available": lambda row, _: is_available_by_default(row),
        "id": lambda row, _: availability_id(row["productId"], row["site"]),
    },
    references={"productId": "products", "site": "sites"},
    generator=RowGenerator(make_row=_generate_availability, default_count=120),
    check=check_ids,
    schema=closed_object(
        {
            "id": describe(CHOSEN_ID, "Site and product with a colon between them; it can be left out."),
            "productId": describe(CHOSEN_ID, "Id of the product.", examples=["hammer"]),
            "site": describe(CHOSEN_ID, "Code of the site; the default one if left out."),
            "available": describe(BOOLEAN, "Whether it can be bought; if left out, unless the stock level is 0."),
            "stockLevel": describe({"type": "number"}, "How many there are; no limit if left out."),
            "popularity": describe({"type": "integer"}, "For show."),
            "distributionChannel": describe({"enum": list(CHANNELS)}, "For show."),
            "vendorId": describe(TEXT, "Id of a vendor, for show."),
            "mixins": MIXINS,
            "metadata": METADATA,
        },
        ("productId",),
    ),
)

COLLECTIONS = (AVAILABILITIES_OF_PRODUCTS,)
