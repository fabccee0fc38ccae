"""Price matching over HTTP and in decimals: rules P1 to P8 and T1."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.domain.money import round_money, split_tax, to_decimal, to_number
from mockserver.domain.price_values import calculate_values
from tests.support.client import Client
from tests.support.samples import DEFAULT

JANE = "customer:jane"
SHOP: dict[str, Any] = {
    "sites": [
        {"code": "main", "currency": "EUR", "availableCurrencies": ["EUR", "CHF"]},
        {"code": "net", "currency": "EUR", "includesTax": False},
    ],
    "legalEntities": [{"id": "hammer-inc"}, {"id": "saw-inc"}],
    "customers": [{"id": "jane", "legalEntities": ["hammer-inc", "saw-inc"]}],
    "products": [{"id": "hammer"}, {"id": "saw"}, {"id": "book", "taxClasses": {"DE": "REDUCED"}}],
    "groups": [{"id": "buyers"}, {"id": "bound", "b2b": {"legalEntityId": "saw-inc"}}],
    "groupUsers": [{"groupId": "buyers", "userId": "jane"}, {"groupId": "bound", "userId": "jane"}],
    "taxes": [
        {"locationCode": "DE", "taxClasses": [{"code": "STANDARD", "rate": 19}, {"code": "REDUCED", "rate": 7}]},
        {"locationCode": "AT", "taxClasses": [{"code": "STANDARD", "rate": 20}]},
    ],
    "priceModels": [
        {
            "id": "boxes",
            "includesTax": False,
            "measurementUnit": {"quantity": 10, "unitCode": "pc"},
            "tierDefinition": {
                "tierType": "VOLUME",
                "tiers": [{"minQuantity": {"quantity": start, "unitCode": "pc"}} for start in (0, 100)],
            },
        }
    ],
    "prices": [{"id": "hammer-price", "itemId": "hammer", "tierValues": [11.9]}],
}


def seed(client: Client, **sections: Any) -> None:
    reply = client.post("//__admin/seed", json={"tenant": client.tenant, "inline": {**SHOP, **sections}})
    assert reply.status_code == 200, reply.text


def item(id_: str = "hammer", quantity: float = 1, **more: Any) -> dict[str, Any]:
    return {
        "itemId": {"itemType": more.pop("itemType", "PRODUCT"), "id": id_},
        "quantity": {"quantity": quantity} | more,
    }


def match(client: Client, *items: dict[str, Any], **context: Any) -> Any:
    """Return the prices of items for a service that names the context; hammers by default."""
    body = {"siteCode": "main", "targetCurrency": "EUR", "targetLocation": {"countryCode": "DE"}, **context}
    reply = client.with_token("admin-token").post(
        f"//price/{client.tenant}/match-prices", json=body | {"items": items or [item()]}
    )
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def match_own(client: Client, token: str | None, *items: dict[str, Any]) -> Any:
    """Return the prices of items in the session of a token."""
    path = f"//price/{client.tenant}/match-prices-by-context"
    reply = client.with_token(token).post(path, json={"items": items or [item()]})
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def log_in_visitor(client: Client, **choices: str) -> str:
    query = {"tenant": client.tenant, "client_id": "storefront", **choices}
    reply = client.with_token(None).get("//customerlogin/auth/anonymous/login", query_string=query)
    token: str = reply.get_json()["access_token"]
    return token


def price(value: float, **more: Any) -> dict[str, Any]:
    return {"id": f"p{value}", "itemId": "hammer", "tierValues": [value], **more}


def only_in(**restrictions: Any) -> dict[str, Any]:
    return {"restrictions": restrictions}


def principal(type_: str, id_: str) -> dict[str, Any]:
    return only_in(principals=[{"type": type_, "id": id_}])


# What hammers cost in Germany on the site `main`: prices of the world, what the request says, the effective value.
MATCHES: dict[str, tuple[list[Any], dict[str, Any], float | None]] = {
    "the only one": ([price(5)], {}, 5),
    "no price": ([], {}, None),
    "P1 the lowest": ([price(5), price(4), price(6)], {}, 4),
    "P1 the lowest after its discount": ([price(4), price(5, salePrice={"discountRate": 50})], {}, 2.5),
    "a discount in money": ([price(5, salePrice={"discountAmount": 1.01})], {}, 3.99),
    "a discount is never more than the price": ([price(5, salePrice={"discountAmount": 9})], {}, 0),
    "a discount is rounded half up": ([price(0.25, salePrice={"discountRate": 50})], {}, 0.13),
    "P2 another currency": ([price(5, currency="CHF")], {}, None),
    "P2 this currency": ([price(5, currency="CHF"), price(6)], {"targetCurrency": "CHF"}, 5),
    "P2 another site": ([price(5, **only_in(siteCodes=["net"]))], {}, None),
    "P2 this site": ([price(5, **only_in(siteCodes=["net", "main"]))], {}, 5),
    "P2 no site means all": ([price(5, **only_in(siteCodes=[]))], {}, 5),
    "P2 not yet valid": ([price(5, **only_in(validity={"from": "2999-01-01T00:00:00.000Z"}))], {}, None),
    "P2 not valid any more": ([price(5, **only_in(validity={"to": "2001-01-01T00:00:00.000Z"}))], {}, None),
    "P2 for a customer only": ([price(5, **principal("CUSTOMER", "jane"))], {}, None),
    "P2 for this customer": ([price(5, **principal("CUSTOMER", "jane"))], {"principal": {"id": "jane"}}, 5),
    "P2 for another customer": ([price(5, **principal("CUSTOMER", "jane"))], {"principal": {"id": "jack"}}, None),
    "P2 for a group of the customer": ([price(5, **principal("GROUP", "buyers"))], {"principal": {"id": "jane"}}, 5),
    "P2 for the group": (
        [price(5, **principal("GROUP", "buyers"))],
        {"principal": {"id": "buyers", "type": "GROUP"}},
        5,
    ),
    "P2 for a group of another company": (
        [price(5, **principal("GROUP", "bound"))],
        {"principal": {"id": "jane"}, "legalEntityId": "hammer-inc"},
        None,
    ),
    "P2 for a group of this company": (
        [price(5, **principal("GROUP", "bound"))],
        {"principal": {"id": "jane"}, "legalEntityId": "saw-inc"},
        5,
    ),
    "P5 the tax of another country": ([price(12, location="AT")], {}, 11.9),
    "P5 no tax in the other country": ([price(12, location="FR")], {}, None),
    "P5 no tax in this country": ([price(12)], {"targetLocation": {"countryCode": "FR"}}, None),
    "P6 a site with net prices": ([price(11.9)], {"siteCode": "net"}, 10),
    "P7 no fallback unless asked for": ([price(5, **only_in(siteCodes=["main"]))], {"siteCode": "net"}, None),
    "P7 the fallback": (
        [price(11.9, **only_in(siteCodes=["main"]))],
        {"siteCode": "net", "useFallback": True},
        11.9,
    ),
}


@pytest.mark.parametrize("name", MATCHES)
def test_a_price_is_matched_by_the_table(client: Client, name: str) -> None:
    prices, context, expected = MATCHES[name]
    seed(client, prices=prices)
    assert [row["effectiveValue"] for row in match(client, **context)] == ([] if expected is None else [expected])


def test_p1_equal_prices_are_decided_by_country_and_id(client: Client) -> None:
    prices = [price(5, id="c"), price(5, id="b"), price(5, id="a", location="AT")]
    seed(client, prices=[*prices, {"id": "0", "itemId": "hammer", "tierValues": [5.04], "location": "AT"}])
    assert [row["priceId"] for row in match(client)] == ["a"]  # 5.00 with the tax of Austria is 4.96 here


def test_p1_items_without_a_price_are_left_out_and_the_others_keep_their_order(client: Client) -> None:
    seed(client, prices=[price(5), {"id": "book", "itemId": "book", "tierValues": [3]}])
    rows = match(client, item("book"), item("saw"), item(), item("nowhere"))
    assert [row["itemId"]["id"] for row in rows] == ["book", "hammer"]


def test_a_price_can_be_matched_by_its_id(client: Client) -> None:
    seed(client, prices=[price(5), price(4), price(3, **only_in(siteCodes=["net"]))])
    ids = ("p5", "p3", "hammer", "nowhere")
    assert [row["effectiveValue"] for row in match(client, *(item(id_, itemType="PRICE") for id_ in ids))] == [5]


@pytest.mark.parametrize(
    ("quantity", "type_", "tiered", "original", "total"),
    [
        (0, "TIERED", "graduated", 10, 0),
        (4, "TIERED", "graduated", 10, 40),
        (5, "TIERED", "graduated", 10, 50),
        (16, "TIERED", "graduated", 8.5, 136),  # 5 * 10 + 5 * 8 + 6 * 7.666...
        (16, "TIERED", "reached", 7.67, 122.72),
        (16, "VOLUME", "graduated", 7.67, 122.72),
        (9.5, "VOLUME", "graduated", 8, 76),
    ],
)
def test_p4_tiers(
    simulator: Callable[..., Client], quantity: float, type_: str, tiered: str, original: float, total: float
) -> None:
    tiers = [{"id": f"t{start}", "minQuantity": {"quantity": start, "unitCode": "pc"}} for start in (0, 5, 10)]
    model = {"id": "m", "tierDefinition": {"tierType": type_, "tiers": tiers}}
    client = simulator(tiered_prices=tiered)
    seed(client, priceModels=[model], prices=[price(10, tierValues=[10, 8, 7.67], priceModelId="m")])
    (row,) = match(client, item(quantity=quantity))
    assert (row["originalValue"], row["totalValue"]) == (
        pytest.approx(original, abs=0.01),
        pytest.approx(total, abs=0.03),
    )
    assert [tier["id"] for tier in row["priceModel"]["tierDefinition"]["tiers"]] == [
        value["id"] for value in row["tierValues"]
    ]


def test_p3_a_model_has_its_own_unit_and_may_be_net(client: Client) -> None:
    seed(client, prices=[price(50, tierValues=[50, 40], priceModelId="boxes")])
    few, many = match(client, item(quantity=20), item(quantity=100, unitCode="pc"))
    assert (few["effectiveValue"], few["totalValue"], few["includesTax"]) == (50, 100, False)
    assert (many["effectiveValue"], many["totalValue"]) == (40, 400)
    assert many["tax"]["prices"]["totalValue"] == {"netValue": 400, "grossValue": 476, "taxValue": 76}
    assert match(client, item(quantity=1, unitCode="kg")) == []


def test_p3_a_default_model_is_that_of_prices_that_name_none(client: Client) -> None:
    seed(client, priceModels=[{"id": "own", "isDefault": True, "includesTax": False}])
    (row,) = match(client)
    assert (row["priceModel"]["id"], row["includesTax"]) == ("own", False)


def test_p8_a_matched_price_has_the_item_under_both_names(client: Client) -> None:
    seed(client)
    (row,) = match(client, item(quantity=3))
    assert row.pop("priceModel")["tierDefinition"]["tiers"][0]["id"] == row["tierValues"][0]["id"]
    metadata = row.pop("metadata")
    assert metadata["version"] == "1"
    unit = {"netValue": 10, "grossValue": 11.9, "taxValue": 1.9}
    total = {"netValue": 30, "grossValue": 35.7, "taxValue": 5.7}
    assert row == {
        "priceId": "hammer-price",
        "itemId": {"itemType": "PRODUCT", "id": "hammer"},
        "itemRef": {"itemType": "PRODUCT", "id": "hammer"},
        "site": {"code": "main"},
        "currency": "EUR",
        "location": {"countryCode": "DE"},
        "originalValue": 11.9,
        "effectiveValue": 11.9,
        "totalValue": 35.7,
        "quantity": {"quantity": 3, "unitCode": "pc"},
        "includesTax": True,
        "tax": {
            "taxClass": "STANDARD",
            "taxRate": 19,
            "prices": {"originalValue": unit, "effectiveValue": unit, "totalValue": total},
        },
        "tierValues": [{"id": "default", "priceValue": 11.9}],
    }


def test_p6_a_product_names_its_tax_class_and_others_have_the_default_one(client: Client) -> None:
    seed(client, prices=[price(5), {"id": "book", "itemId": "book", "tierValues": [5]}])
    assert [row["tax"]["taxRate"] for row in match(client, item(), item("book"))] == [19, 7]
    seed(client, taxes=[], prices=[price(5)])
    (row,) = match(client, siteCode="net")  # whose prices would be net
    assert (row["effectiveValue"], row["includesTax"], "tax" in row) == (5, True, False)


def test_p8_services_and_sessions_without_a_choice_have_no_prices(client: Client) -> None:
    seed(client)
    visitor, undecided = log_in_visitor(client, siteCode="main"), log_in_visitor(client)
    assert [len(match_own(client, token)) for token in (visitor, JANE, undecided, "admin-token")] == [1, 1, 0, 0]
    assert match_own(client, log_in_visitor(client, siteCode="main", targetLocation="FR")) == []


def test_p8_switched_every_session_has_prices(simulator: Callable[..., Client]) -> None:
    client = simulator(price_context="default-site")
    seed(client)
    assert [len(match_own(client, token)) for token in (log_in_visitor(client), "admin-token")] == [1, 0]


def test_prices_in_a_session_are_those_of_its_customer(client: Client) -> None:
    seed(client, prices=[price(5), price(4, **principal("CUSTOMER", "jane"))])
    visitor = log_in_visitor(client, currency="EUR")
    assert match_own(client, visitor)[0]["effectiveValue"] == 5
    login = {"email": "jane@example.com", "password": "secret1"}
    reply = client.with_token(visitor).post(f"//customer/{client.tenant}/login", json=login)
    assert match_own(client, reply.get_json()["access_token"])[0]["effectiveValue"] == 4


def test_the_default_world_has_a_price_for_each_product_in_both_currencies(client: Client) -> None:
    ids = [row["id"] for row in DEFAULT["products"]]
    for site, currency in (("main", "EUR"), ("export", "USD")):
        rows = match(client, *map(item, ids), siteCode=site, targetCurrency=currency)
        assert [row["itemId"]["id"] for row in rows] == ids


AMOUNTS = st.decimals(0, 10_000, places=2)
RATES = st.sampled_from([Decimal(rate) for rate in ("0", "7", "8.1", "19", "25")])


@given(AMOUNTS, RATES, st.booleans())
def test_net_and_tax_add_up_to_gross(amount: Decimal, rate: Decimal, gross: bool) -> None:
    taxed = split_tax(amount, rate, 2, includes_tax=gross)
    assert taxed.net + taxed.tax == taxed.gross
    assert amount in taxed
    assert abs(taxed.tax - taxed.net * rate / 100) <= Decimal("0.01")


@given(st.integers(0, 1000), AMOUNTS, st.integers(0, 100))
def test_a_total_is_the_effective_value_times_the_quantity(quantity: int, value: Decimal, rate: int) -> None:
    model = {"tierDefinition": {"tierType": "BASIC", "tiers": []}, "measurementUnit": {"quantity": 1, "unitCode": "pc"}}
    row = {"currency": "EUR", "tierValues": [{"priceValue": float(value)}], "salePrice": {"discountRate": rate}}
    values = calculate_values(row, model, Decimal(quantity))
    assert values is not None
    assert values.total == values.effective * quantity
    assert 0 <= values.effective <= values.original == value


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [("0.005", "EUR", "0.01"), ("0.0049", "EUR", "0.00"), ("10.5", "JPY", "11"), ("1.0005", "KWD", "1.001")],
)
def test_money_is_rounded_half_up_to_the_digits_of_its_currency(amount: str, currency: str, rounded: str) -> None:
    assert str(round_money(Decimal(amount), currency)) == rounded


@pytest.mark.parametrize("number", [0, 1, 1355, 13.55, 0.0000317])
def test_numbers_come_back_unchanged(number: float) -> None:
    assert repr(to_number(to_decimal(number))) == repr(number)
