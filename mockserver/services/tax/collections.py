"""What the service stores: the tax classes of countries."""

from __future__ import annotations

from collections.abc import Sequence

from ...domain.tax_rates import TAXES
from ...store.collection import Collection, Row
from ...store.row_defaults import Draft, complete_text
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import BOOLEAN, CHOSEN_ID, COUNTRY, LOCALIZED, METADATA, closed_object, describe

RATES = (("DE", 19, 7), ("US", 8, 0), ("AT", 20, 10), ("CH", 8.1, 2.6))  # of generated worlds


def order_classes(classes: Sequence[Row]) -> list[Row]:
    """Return tax classes with an order; the first one is the default if none says so (P9)."""
    has_default = any(tax_class.get("isDefault") for tax_class in classes)
    return [
        {"order": position, "isDefault": position == 0 and not has_default, **tax_class}
        for position, tax_class in enumerate(classes)
    ]


def _complete_classes(classes: list[Row], _: Row, draft: Draft) -> list[Row]:
    """Return tax classes with a name, an order and a default."""
    named = [
        {**tax_class, "name": complete_text(tax_class.get("name", tax_class["code"]), tax_class, draft)}
        for tax_class in classes
    ]
    complete = order_classes(named)
    return classes if complete == classes else complete


def _generate_taxes(context: RowContext) -> GeneratedRow | None:
    """Return the tax classes of a country."""
    if context.number >= len(RATES):
        return None
    country, *rates = RATES[context.number]
    names = zip(("Standard", "Reduced"), rates, strict=True)
    classes = [
        {
            "code": name.upper(),
            "name": {context.languages[0]: name},
            "order": order,
            "rate": rate,
            "isDefault": not order,
        }
        for order, (name, rate) in enumerate(names)
    ]
    return {"locationCode": country, "location": {"countryCode": country}, "taxClasses": classes}


TAXES_OF_COUNTRIES = Collection(
    name=TAXES,
    description="The tax classes of countries. A product has the default one, unless its `taxClasses` name another.",
    key="locationCode",
    defaults={"location": lambda row, _: {"countryCode": row["locationCode"]}},
    completions={"taxClasses": _complete_classes},
    generator=RowGenerator(make_row=_generate_taxes, default_count=2),
    schema=closed_object(
        {
            "locationCode": describe(COUNTRY, "Code of the country."),
            "location": describe(
                closed_object({"countryCode": describe(COUNTRY, "Code of the country.")}),
                "The country as in the API; the `locationCode` if left out.",
            ),
            "taxClasses": describe(
                {
                    "type": "array",
                    "items": closed_object(
                        {
                            "code": describe(CHOSEN_ID, "Code of the class; products name it.", examples=["STANDARD"]),
                            "name": describe(LOCALIZED, "Name by language, or a plain text; the code if left out."),
                            "description": describe(LOCALIZED, "Description by language, or a plain text."),
                            "order": describe({"type": "integer"}, "Where it is shown; its position if left out."),
                            "rate": describe({"type": "number", "minimum": 0}, "Tax in percent of the net price."),
                            "isDefault": describe(BOOLEAN, "Whether it is the class of products that name none."),
                        },
                        ("code", "rate"),
                    ),
                },
                "The classes; the first one is the default if none says so.",
            ),
            "metadata": METADATA,
        },
        ("locationCode", "taxClasses"),
    ),
)

COLLECTIONS = (TAXES_OF_COUNTRIES,)
