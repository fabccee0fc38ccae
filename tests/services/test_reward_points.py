"""Reward points over HTTP: what customers collect, what expires, and the coupons that they get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.client import Admin, Client
from tests.support.samples import JACK, JOHN

POINTS, OWN = "//reward-points/customer", "//reward-points/public/customer"
OPTIONS = "//reward-points/acme/redeemOptions"
TEN_EUR = "5f905280df6b3b0013b6c541"
OPTION = {"type": "coupon", "name": "5 %", "points": 50, "coupon": {"name": "5 %", "discountType": "PERCENT"}}
NEWCOMER = "20000000"


@pytest.fixture
def admin(simulator: Callable[..., Client]) -> Client:
    """A client as admin of the tenant to which tokens without a tenant belong."""
    return simulator()


@pytest.fixture
def john(admin: Client) -> Client:
    return admin.with_token("customer-token")


def read_summary(caller: Client, path: str) -> dict[str, Any]:
    reply = caller.get(f"{path}/summary")
    assert reply.status_code == 200, reply.text
    summary: dict[str, Any] = reply.get_json()
    return summary


def test_r9_points_count_until_they_are_used_or_expire(admin: Client, john: Client) -> None:
    assert (john.get(OWN).get_json(), admin.get(f"{POINTS}/{JOHN}").get_json()) == (200, 200)
    assert admin.get(f"{POINTS}/nobody").get_json() == 0
    short = {"points": 30, "validUntil": "2026-01-02T00:00:00Z", "reference-id": "EON1001"}
    assert admin.post(f"{POINTS}/{JOHN}/addPoints", json=short).status_code == 201
    assert john.get(OWN).get_json() == 230
    Admin(admin).call("PUT", "/clock", {"mode": "frozen", "at": "2026-01-02T00:00:00.000Z"})
    assert john.get(OWN).get_json() == 200
    summary = read_summary(john, OWN)
    assert (summary["customerId"], summary["activePoints"]) == (JOHN, 200)
    assert [entry["points"] for entry in summary["summary"]["addedPointsList"]] == [200, 30]
    assert [row["customerId"] for row in admin.get("//reward-points/summaryBatch").get_json()] == [JACK, JOHN]
    missing = admin.get(f"{POINTS}/nobody/summary")
    assert (missing.status_code, missing.get_json()["message"]) == (404, "No reward points found for customer nobody")


def test_r9_the_own_points_are_for_customers(admin: Client) -> None:
    assert [admin.get(path).status_code for path in (OWN, f"{OWN}/summary")] == [403, 403]
    john = admin.with_token("customer-token")
    refused = john.get(f"{POINTS}/{JOHN}")
    assert (refused.status_code, refused.get_json()["message"]) == (403, "Scope validation failed")


def test_r9_the_tenant_is_that_of_the_token(admin: Client) -> None:
    scopes = ["rewardspoints.rewardpoints_manage", "rewardspoints.rewardpoints_view"]
    token = {"token": "of-another", "scopes": scopes, "tenant": "another"}
    Admin(admin).call("POST", "/tokens", token, 201)
    another = admin.with_token("of-another")
    assert another.post(f"{POINTS}/{JOHN}/addPoints", json={"points": 5}).status_code == 201
    assert another.get(f"{POINTS}/{JOHN}").get_json() == 205
    assert admin.get(f"{POINTS}/{JOHN}").get_json() == 200


def test_r10_an_account_is_created_once(admin: Client) -> None:
    path = f"{POINTS}/{NEWCOMER}"
    assert admin.post(path, json={"customerId": JOHN}).status_code == 400
    assert admin.post(f"{POINTS}/nobody", json={}).status_code == 400
    start = {"startPoints": {"id": "start", "points": 20, "usedPoints": 5, "allPointsAfterCreation": 7}}
    assert [admin.post(path, json=start).status_code for _ in range(2)] == [200, 409]
    (entry,) = read_summary(admin, path)["summary"]["addedPointsList"]
    assert (entry["id"], entry["usedPoints"], entry["allPointsAfterCreation"]) == ("start", 0, 20)
    assert entry["validUntil"][:4] == "2029"
    again = admin.post(f"{path}/addPoints", json={"id": "start", "points": 1})
    assert (again.status_code, again.get_json()["detail"]) == (400, "/id The customer has points with this id.")
    assert [admin.delete(path).status_code for _ in range(2)] == [200, 200]
    assert admin.get(path).get_json() == 0


def test_r10_points_that_expire_first_are_redeemed_first(admin: Client) -> None:
    path = f"{POINTS}/{NEWCOMER}"
    for id_, points, until in (("late", 50, "2030-01-01T00:00:00Z"), ("soon", 30, "2027-01-01T00:00:00Z")):
        body = {"id": id_, "points": points, "validUntil": until}
        assert admin.post(f"{path}/addPoints", json=body).status_code == 201
    assert admin.post(f"{path}/redeemPoints", json={"points": 40, "description": "A gift"}).status_code == 201
    summary = read_summary(admin, path)["summary"]
    assert [(entry["id"], entry["usedPoints"]) for entry in summary["addedPointsList"]] == [("late", 10), ("soon", 30)]
    (redemption,) = summary["redeemedPointsList"]
    assert (redemption["points"], redemption["allPointsAfterCreation"]) == (40, 40)
    assert summary["addedPointsList"][0]["usedWith"] == [redemption["id"]]
    refused = admin.post(f"{path}/redeemPoints", json={"points": 41})
    assert (refused.status_code, refused.get_json()["detail"]) == (400, "/points The customer has 40 points only.")


@pytest.mark.parametrize("until", ["tomorrow", "9999-99-99T00:00:00Z", ""])
def test_r10_a_validity_is_a_time(admin: Client, until: str) -> None:
    body = {"points": 1, "validUntil": until}
    assert admin.post(f"{POINTS}/{JOHN}/addPoints", json=body).status_code == 400
    assert admin.get(f"{POINTS}/{JOHN}").get_json() == 200


def test_r11_points_become_a_coupon(admin: Client, john: Client) -> None:
    reply = john.post(f"{OWN}/redeem", json={"id": TEN_EUR})
    assert reply.status_code == 200, reply.text
    assert john.get(OWN).get_json() == 110
    coupon = admin.get(f"//coupon/acme/coupons/{reply.get_json()['code']}").get_json()
    assert (coupon["discountAbsolute"], coupon["maxRedemptions"], coupon["issuedTo"]) == (
        {"amount": 10, "currency": "EUR"},
        1,
        JOHN,
    )
    jack = admin.with_token("customer2-token")
    assert jack.post(f"{OWN}/redeem", json={"id": TEN_EUR}).status_code == 400
    assert john.post(f"{OWN}/redeem", json={"id": "nothing"}).status_code == 404
    assert admin.post(f"{OWN}/redeem", json={"id": TEN_EUR}).status_code == 403
    assert john.get(OWN).get_json() == 110


def test_r11_the_coupon_has_the_discount_of_an_option_that_an_employee_added(admin: Client, john: Client) -> None:
    coupon = {"name": "Half", "discountType": "PERCENT", "discountPercentage": 50}
    admin.post(OPTIONS, json={**OPTION, "id": "half", "points": 1, "coupon": coupon})
    code = john.post(f"{OWN}/redeem", json={"id": "half"}).get_json()["code"]
    assert admin.get(f"//coupon/acme/coupons/{code}").get_json()["discountPercentage"] == 50


def test_r11_employees_manage_the_options(admin: Client, john: Client) -> None:
    assert [row["points"] for row in john.get(OPTIONS).get_json()] == [90, 150]
    assert john.post(OPTIONS, json=OPTION).status_code == 403
    assert len(admin.post(OPTIONS, json=OPTION | {"id": "five"}).get_json()) == 3
    assert admin.post(OPTIONS, json=OPTION | {"id": "five"}).status_code == 409
    path = f"{OPTIONS}/five"
    assert admin.put(path, json=OPTION | {"points": 60, "metadata": {"version": 1}}).status_code == 200
    assert admin.put(path, json=OPTION | {"metadata": {"version": 1}}).status_code == 409
    assert admin.put(f"{OPTIONS}/nothing", json=OPTION).status_code == 404
    assert john.get(OPTIONS).get_json()[-1]["metadata"]["version"] == 2
    assert [john.delete(path).status_code, admin.delete(path).status_code] == [403, 204]
    without = {"type": "gift", "name": "Gift", "points": 1, "id": "gift"}
    assert admin.post(OPTIONS, json=without).status_code == 200
    assert john.post(f"{OWN}/redeem", json={"id": "gift"}).status_code == 400


def test_r12_each_status_has_an_error_of_its_own(admin: Client, john: Client) -> None:
    bad = admin.post(f"{POINTS}/{JOHN}/addPoints", json={}).get_json()
    assert (bad["type"], bad["title"], bad["status"]) == ("about:blank", "Bad Request", 400)
    conflict = admin.post(f"{POINTS}/{JOHN}", json={}).get_json()
    assert (conflict["status"], conflict["message"]) == (409, "New Reward Point Entry not Created")
    assert john.post(f"{OWN}/redeem", json={"id": "nothing"}).get_json()["type"] == "resource_not_found"
