"""What the service stores: countries and regions."""

from __future__ import annotations

from ...store.collection import Collection
from ...store.row_defaults import copy_field
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import BOOLEAN, CHOSEN_ID, COUNTRY, LOCALIZED, METADATA, closed_object, describe, unique_list

NAMED_COUNTRIES = (
    ("DE", "Germany", "Europe"),
    ("US", "United States", "North America"),
    ("AT", "Austria", "Europe"),
    ("CH", "Switzerland", "Europe"),
)
NAMED_REGIONS = ("Europe", "North America")


def _generate_country(context: RowContext) -> GeneratedRow | None:
    if context.number >= len(NAMED_COUNTRIES):
        return None
    code, name, region = NAMED_COUNTRIES[context.number]
    known_regions = {row["code"] for row in context.rows["regions"]}
    return {
        "code": code,
        "name": {context.languages[0]: name},
        "regions": [region] if region in known_regions else [],
        "active": True,
    }


def _generate_region(context: RowContext) -> GeneratedRow | None:
    if context.number >= len(NAMED_REGIONS):
        return None
    code = NAMED_REGIONS[context.number]
    return {"code": code, "name": {context.languages[0]: code}}


REGIONS = Collection(
    name="regions",
    description="Parts of the world that countries belong to.",
    key="code",
    defaults={"name": copy_field("code")},
    generator=RowGenerator(make_row=_generate_region, default_count=2),
    schema=closed_object(
        {
            "code": describe(CHOSEN_ID, "Code of the region.", examples=["Europe"]),
            "name": describe(LOCALIZED, "Name by language, or a plain text; the code if left out."),
            "metadata": METADATA,
        },
        ("code",),
    ),
)
COUNTRIES = Collection(
    name="countries",
    description="Countries that the Country Service has. Sites and addresses can be in others.",
    key="code",
    defaults={"name": copy_field("code"), "regions": [], "active": True},
    references={"regions": "regions"},
    generator=RowGenerator(make_row=_generate_country, default_count=2),
    schema=closed_object(
        {
            "code": describe(COUNTRY, "Code of the country.", examples=["DE"]),
            "name": describe(LOCALIZED, "Name by language, or a plain text; the code if left out."),
            "regions": unique_list(CHOSEN_ID, description="Codes of the regions that it belongs to; none if left out."),
            "active": describe(BOOLEAN, "Whether the tenant sells there; true if left out."),
            "metadata": METADATA,
        },
        ("code",),
    ),
)

COLLECTIONS = (REGIONS, COUNTRIES)
