"""Payment modes and payments over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mockserver.worlds.mistakes import WorldError
from tests.support.client import Client
from tests.support.samples import DEFAULT, write_default_world
from tests.support.shop import Shopper, visit

INVOICE, PAYPAL = "9a33c7a5-9535-42af-a936-2fa6ece27579", "ef48f439-1c3c-42ff-807d-ef4cac237745"
CARD = {
    "code": "card",
    "provider": "SPREEDLY",
    "configuration": {
        "Spreedly/PaymentMethodType": "credit_card",
        "Spreedly/EnvironmentKey": "key",
        "Spreedly/AccessSecret": "hush",
    },
}


def pay(client: Client, order_id: str, mode_id: str, step: str = "authorize") -> Any:
    body = {"order": {"id": order_id}, "paymentModeId": mode_id}
    return client.post(f"//payment-gateway/{client.tenant}/payment/frontend/{step}", json=body)


def modes_of(client: Client, view: str) -> dict[str, Any]:
    reply = client.get(f"//payment-gateway/{client.tenant}/paymentmodes/{view}")
    assert reply.status_code == 200, reply.text
    return {mode["code"]: mode for mode in reply.get_json()}


def make_guest_order(client: Client, **fields: Any) -> tuple[Shopper, Any]:
    """Make an order as a guest, and return the guest and the reply of the checkout."""
    visitor = visit(client)
    cart_id = visitor.create()
    visitor.add(cart_id)
    reply = visitor.check_out(cart_id, **fields)
    return visitor, reply


def by_mode(mode_id: str, **attributes: Any) -> list[dict[str, Any]]:
    return [{"provider": "payment-gateway", "customAttributes": {"modeId": mode_id, **attributes}}]


def test_y1_an_employee_configures_payment_modes(client: Client) -> None:
    path = f"//payment-gateway/{client.tenant}/paymentmodes/config"
    created = client.post(path, json=CARD).get_json()
    assert created == {"id": created["id"], "active": True, **CARD}
    assert client.post(path, json=CARD).status_code == 409
    changed = client.put(f"{path}/{created['id']}", json={"active": False, "code": "other"}).get_json()
    assert changed == {**created, "active": False}
    assert client.get(f"{path}/{created['id']}").get_json() == changed
    assert set(modes_of(client, "config")) == {"invoice", "paypal", "card"}
    assert client.delete(f"{path}/{created['id']}").status_code == 200
    assert client.delete(f"{path}/{created['id']}").status_code == 404


def test_y2_storefronts_see_active_modes_without_secrets(client: Client) -> None:
    config = f"//payment-gateway/{client.tenant}/paymentmodes/config"
    card_id = client.post(config, json=CARD).get_json()["id"]
    client.put(f"{config}/{INVOICE}", json={"active": False})
    visitor = visit(client).client
    shown = modes_of(visitor, "frontend")
    assert set(shown) == {"paypal", "card"}
    assert (shown["paypal"]["integrationType"], shown["card"]["integrationType"]) == ("OFFSITE", "TOKENIZED")
    assert (shown["card"]["environmentKey"], "hush" in str(shown)) == ("key", False)
    path = f"//payment-gateway/{client.tenant}/paymentmodes/frontend"
    assert visitor.get(f"{path}/{card_id}").get_json() == shown["card"]
    assert visitor.get(f"{path}/{INVOICE}").status_code == 404


def test_y3_an_invoice_is_authorized_at_once(client: Client) -> None:
    john = client.with_token("customer-token")
    begun = pay(john, "EON1001", INVOICE, "initialize").get_json()
    outcome = pay(john, "EON1001", INVOICE).get_json()
    assert outcome == {**begun, "successful": True, "requiresExternalPayment": False}
    order = client.get(f"//order-v2/{client.tenant}/salesorders/EON1001").get_json()
    payment = order["payments"][0]
    assert (payment["status"], payment["method"], payment["authorizedAmount"]) == (
        "AUTHORIZATION_SUCCESS",
        "invoice",
        order["totalPrice"],
    )


def test_y3_a_payment_elsewhere_sends_the_buyer_back_and_is_authorized_then(client: Client) -> None:
    john = client.with_token("customer-token")
    path = f"//order-v2/{client.tenant}/salesorders/EON1001"
    outcome = pay(john, "EON1001", PAYPAL).get_json()
    assert outcome["requiresExternalPayment"] is True
    back = f"https://shop.example.com/payment?orderId=EON1001&paymentModeId={PAYPAL}"
    assert outcome["externalPaymentRedirectURL"] == back
    assert client.get(path).get_json()["payments"][0]["status"] == "PENDING"
    assert pay(john, "EON1001", PAYPAL).get_json()["requiresExternalPayment"] is False
    assert client.get(path).get_json()["payments"][0]["status"] == "AUTHORIZATION_SUCCESS"


@pytest.mark.parametrize("step", ["initialize", "authorize"])
@pytest.mark.parametrize(
    ("token", "order_id", "mode_id", "status"),
    [
        ("customer2-token", "EON1001", INVOICE, 400),
        ("customer2-token", "EON1002", INVOICE, 200),
        ("admin-token", "EON1001", INVOICE, 200),
        ("customer-token", "nothing", INVOICE, 400),
        ("customer-token", "EON1001", "nothing", 400),
    ],
)
def test_y3_only_an_order_of_the_caller_is_paid_for(
    client: Client, step: str, token: str, order_id: str, mode_id: str, status: int
) -> None:
    reply = pay(client.with_token(token), order_id, mode_id, step)
    assert (reply.status_code, set(reply.get_json()) & {"status"}) == (status, set())
    assert pay(visit(client).client, "EON1001", INVOICE, step).status_code == 400


def test_y3_a_guest_pays_for_the_order_but_not_for_a_declined_one(client: Client) -> None:
    visitor, reply = make_guest_order(client)
    order_id = reply.get_json()["orderId"]
    assert pay(visitor.client, order_id, INVOICE).status_code == 200
    path = f"//order-v2/{client.tenant}/salesorders/{order_id}/transitions"
    assert client.post(path, json={"status": "DECLINED"}).status_code == 204
    refused = pay(visitor.client, order_id, INVOICE)
    assert (refused.status_code, refused.get_json()["code"]) == (422, 422)


@pytest.mark.parametrize(
    ("payment", "goes_elsewhere"),
    [(by_mode(PAYPAL), True), (by_mode(PAYPAL, deferred=True), False), (by_mode(INVOICE), False)],
)
def test_y5_a_checkout_says_where_the_buyer_has_to_go(
    client: Client, payment: list[dict[str, Any]], *, goes_elsewhere: bool
) -> None:
    _, reply = make_guest_order(client, paymentMethods=payment)
    details = reply.get_json()["paymentDetails"]
    assert (details is not None) == goes_elsewhere
    assert details is None or details["externalPaymentRedirectURL"].startswith("https://shop.example.com/payment?")


def test_y5_a_checkout_needs_an_active_payment_mode(client: Client) -> None:
    assert make_guest_order(client, paymentMethods=by_mode("nothing"))[1].status_code == 400
    client.put(f"//payment-gateway/{client.tenant}/paymentmodes/config/{INVOICE}", json={"active": False})
    assert make_guest_order(client, paymentMethods=by_mode(INVOICE))[1].status_code == 400


def test_y5_a_world_without_payment_modes_accepts_each(simulator: Callable[..., Client], tmp_path: Path) -> None:
    client = simulator(write_default_world(tmp_path, paymentModes=[]))
    assert make_guest_order(client, paymentMethods=by_mode("nothing"))[1].status_code == 200


def test_a_world_names_each_code_once(simulator: Callable[..., Client], tmp_path: Path) -> None:
    mode = {"id": "another", "code": "invoice"}
    with pytest.raises(WorldError, match="has this code too"):
        simulator(write_default_world(tmp_path, paymentModes=[*DEFAULT["paymentModes"], mode]))
