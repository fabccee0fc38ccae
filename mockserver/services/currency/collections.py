"""What the service stores: currencies and exchange rates."""

from __future__ import annotations

from collections.abc import Iterator

from ...store.collection import Collection, Row, Sections, Violation
from ...store.row_defaults import copy_field
from ...store.row_generation import GeneratedRow, RowContext, RowGenerator
from ...store.row_schemas import CHOSEN_ID, CURRENCY, LOCALIZED, METADATA, closed_object, describe

NAMED_CURRENCIES = (("EUR", "Euro"), ("USD", "US Dollar"), ("CHF", "Swiss Franc"), ("GBP", "Pound Sterling"))
RATES = (("EUR", "USD", "1.1"),)  # of generated worlds
RATE = {
    "type": "string",
    "pattern": "^\\d+([.,]\\d+)?$",
    "patternErrorMessage": "a rate is a number in quotation marks, such as '1.1'",
}


def rate_code(source: str, target: str) -> str:
    """Return the code of the exchange rate between two currencies (H2)."""
    return f"{source}_{target}"


def check_rate_codes(world: Sections) -> Iterator[Violation]:
    """Yield the exchange rates whose code is not that of their currencies (H2)."""
    for index, row in enumerate(world.get("exchangeRates", ())):
        expected = rate_code(row["sourceCurrency"], row["targetCurrency"])
        if row["code"] != expected:
            yield f"/exchangeRates/{index}/code", f"the code is {expected!r}, from both currencies"


def _generate_currency(context: RowContext) -> GeneratedRow | None:
    if context.number >= len(NAMED_CURRENCIES):
        return None
    code, name = NAMED_CURRENCIES[context.number]
    return {"code": code, "name": {context.languages[0]: name}}


def _generate_rate(context: RowContext) -> GeneratedRow | None:
    """Return one of the first rates whose currencies the world has."""
    codes = {row["code"] for row in context.rows["currencies"]}
    rates = [rate for rate in RATES if codes.issuperset(rate[:2])]
    if context.number >= len(rates):
        return None
    source, target, rate = rates[context.number]
    return {"code": rate_code(source, target), "sourceCurrency": source, "targetCurrency": target, "rate": rate}


def _default_code(row: Row, _: object) -> str:
    return rate_code(row["sourceCurrency"], row["targetCurrency"])


CURRENCIES = Collection(
    name="currencies",
    description="Currencies that the Currency Service has. Sites and prices can be in others.",
    key="code",
    defaults={"name": copy_field("code")},
    generator=RowGenerator(make_row=_generate_currency, default_count=2),
    schema=closed_object(
        {
            "code": describe(CURRENCY, "Code of the currency.", examples=["EUR"]),
            "name": describe(LOCALIZED, "Name by language, or a plain text; the code if left out."),
            "metadata": METADATA,
        },
        ("code",),
    ),
)
EXCHANGE_RATES = Collection(
    name="exchangeRates",
    description="What one unit of a currency is worth in another one.",
    key="code",
    defaults={"code": _default_code},
    references={"sourceCurrency": "currencies", "targetCurrency": "currencies"},
    generator=RowGenerator(make_row=_generate_rate, default_count=1),
    check=check_rate_codes,
    schema=closed_object(
        {
            "code": describe(CHOSEN_ID, "Source and target with an underscore between them; it can be left out."),
            "sourceCurrency": describe(CURRENCY, "Code of the currency that is given."),
            "targetCurrency": describe(CURRENCY, "Code of the currency that is received."),
            "rate": describe(RATE, "What one unit is worth.", examples=["1.1"]),
            "metadata": METADATA,
        },
        ("sourceCurrency", "targetCurrency", "rate"),
    ),
)

COLLECTIONS = (CURRENCIES, EXCHANGE_RATES)
