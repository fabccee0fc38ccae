"""Approvals over HTTP: who needs one, who can give it, what it does to the cart, and the order that follows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from mockserver.domain.customer_scopes import CUSTOMER_SCOPES
from tests.support.client import Admin, Client
from tests.support.samples import COMPANY, HAMMER, JACK, JOHN, THIRD_COMPANY, write_default_world
from tests.support.shop import Shopper, build_checkout, item_of, log_in, visit

APPROVAL, QUOTE_APPROVAL, SUBMITTED = "64e241ced632aa413a27a318", "64e241ced632aa413a27a319", "65141d687308095e25ca0672"
JOHNS_QUOTE = "5b3188dc-9a5c-4163-8756-4f228c295a59"
ADDRESS = {"contactName": "John Doe", "street": "Platz der Republik", "zipCode": "11011", "city": "Berlin"}
DETAILS = {
    "currency": "EUR",
    "paymentMethods": [{"provider": "none", "method": "invoice"}],
    "shipping": {"zoneId": "DE", "methodId": "standard", "methodName": "Standard", "amount": 4.9},
    "addresses": [{**ADDRESS, "country": "DE", "type": "SHIPPING"}],
}
PEOPLE = ("jane", "max", "eve")
PURCHASE_GROUPS = ("B2B_ADMIN", "B2B_BUYER", "B2B_REQUESTER")


@dataclass
class Company:
    """A company in the tenant of a test, of which John is a customer, and Jane, Max and Eve are colleagues."""

    client: Client

    @property
    def admin(self) -> Admin:
        return Admin(self.client)

    def give_roles(self, **roles: str) -> None:
        """Give customers a role each, by their names."""
        groups = self.admin.call("GET", "/state/groups")
        own = [{"id": code, "code": code, "b2b": {"legalEntityId": COMPANY}} for code in PURCHASE_GROUPS]
        self.admin.call("PUT", "/state/groups", [*(row for row in groups if row["id"] not in PURCHASE_GROUPS), *own])
        users = [{"groupId": role, "userId": JOHN if name == "john" else name} for name, role in roles.items()]
        self.admin.call("PUT", "/state/groupUsers", users)

    def change(self, **fields: Any) -> None:
        """Change fields of the legal entity."""
        self.admin.call("PUT", f"/state/legalEntities/{COMPANY}", {"name": "SomeCompany", **fields})

    def act_as(self, name: str) -> Customer:
        """Return a customer with the token of a world."""
        return Customer(self.client.with_token(f"customer:{JOHN if name == 'john' else name}"))


@dataclass
class Customer:
    """A customer who calls the Approval Service."""

    client: Client

    def call(self, method: str, path: str, body: Any = None, status: int = 200, **query: str) -> Any:
        request = {} if body is None else {"json": body}
        url = f"//approval/{self.client.tenant}{path}"
        reply = self.client.send(method, url, query_string=query, **request)
        assert reply.status_code == status, f"{method} {path}: {reply.status_code} {reply.text}"
        return reply.get_json() if reply.data else None

    def fill_cart(self, quantity: int = 1) -> str:
        """Create a cart for the company with hammers, which cost 12.95 each, and return its id."""
        shopper = Shopper(self.client)
        cart_id = shopper.create(legalEntityId=COMPANY)
        shopper.call("POST", f"/{cart_id}/items", item_of(HAMMER, quantity))
        return cart_id

    def check(self, resource_id: str, kind: str = "CART") -> Any:
        return self.call("POST", "/approval/permitted", ask(resource_id, kind))

    def may_order(self, resource_id: str, kind: str = "CART") -> bool:
        permitted: bool = self.check(resource_id, kind)["permitted"]
        return permitted

    def find_approvers(self, resource_id: str, kind: str = "CART") -> list[str]:
        return [user["userId"] for user in self.call("POST", "/search/users", ask(resource_id, kind))]

    def request(self, resource_id: str, approver: str = "jane", status: int = 201, **fields: Any) -> Any:
        """Request an approval of a cart, and return its id, or the error."""
        body = {**ask(resource_id, "CART"), "approver": {"userId": approver}, "details": DETAILS, **fields}
        body = {name: value for name, value in body.items() if value is not None}
        reply = self.call("POST", "/approvals", body, status)
        return reply["id"] if status == 201 else reply["errorCode"]

    def read(self, approval_id: str) -> Any:
        return self.call("GET", f"/approvals/{approval_id}")

    def patch(self, approval_id: str, *operations: Any, status: int = 204) -> Any:
        """Send operations, each a path and a value, or a whole operation; return the code of the error."""
        body = [
            each if isinstance(each, dict) else {"op": "replace", "path": each[0], "value": each[1]}
            for each in operations
        ]
        reply = self.call("PATCH", f"/approvals/{approval_id}", body, status)
        return None if reply is None else reply.get("errorCode")

    def check_out(self, cart_id: str, customer_id: str = JOHN, status: int = 200) -> Any:
        """Order a cart for a customer; return the id of the order."""
        customer = {"id": customer_id, "firstName": "Somebody"}
        caller_id = (self.client.token or "").removeprefix("customer:")
        email = "john.doe@email.com" if caller_id == JOHN else f"{caller_id}@example.com"
        saas_token = log_in(visit(self.client), email).saas_token or ""
        url = f"//checkout/{self.client.tenant}/checkouts/order"
        body = build_checkout(cart_id, **customer)
        reply = self.client.post(url, json=body, headers={"saas-token": saas_token})
        assert reply.status_code == status, reply.text
        return reply.get_json().get("orderId")


def ask(resource_id: str, kind: str = "CART") -> dict[str, Any]:
    return {"resourceType": kind, "resourceId": resource_id, "action": "CHECKOUT"}


@pytest.fixture
def company(client: Client) -> Company:
    for name in PEOPLE:
        row = {"firstName": name.capitalize(), "lastName": "Roe", "legalEntities": [COMPANY]}
        Admin(client).call("PUT", f"/state/customers/{name}", row, 201)
    company = Company(client)
    company.give_roles(john="B2B_REQUESTER", jane="B2B_ADMIN", max="B2B_BUYER")
    return company


def test_j2_requestor_and_approver_see_an_approval(client: Client) -> None:
    john, jack = (Customer(client.with_token(token)) for token in ("customer-token", "customer2-token"))
    for customer in (john, jack):
        listed = customer.call("GET", "/approvals", sort="metadata.createdAt:desc")
        assert {row["id"] for row in listed} == {APPROVAL, QUOTE_APPROVAL}
    assert john.read(APPROVAL)["requestor"] == {"userId": JOHN, "firstName": "John", "lastName": "Doe"}
    found = john.call("GET", "/approvals", q="status:(PENDING,DECLINED) resource.siteCode:main")
    assert [row["id"] for row in found] == [APPROVAL]
    other = Customer(client.with_token("customer:20000000"))
    assert other.call("GET", "/approvals") == []
    assert other.call("GET", f"/approvals/{APPROVAL}", status=404)["errorCode"] == "APPROVAL-404001"
    assert client.get(f"//approval/{client.tenant}/approvals").status_code == 403


def test_j2_a_token_for_a_company_shows_its_approvals(simulator: Callable[..., Client], tmp_path: Path) -> None:
    holder = {"customerId": JOHN, "scopes": sorted(CUSTOMER_SCOPES)}
    tokens = [{"token": id_, "legalEntityId": id_, **holder} for id_ in (COMPANY, THIRD_COMPANY)]
    client = simulator(write_default_world(tmp_path, tokens=tokens))
    first, third = (Customer(client.with_token(token)) for token in (COMPANY, THIRD_COMPANY))
    assert [row["id"] for row in first.call("GET", "/approvals")] == [APPROVAL]
    assert third.call("GET", "/approvals") == []
    third.call("DELETE", f"/approvals/{APPROVAL}", status=404)


@pytest.mark.parametrize(
    ("role", "limit", "permitted"),
    [
        ("B2B_ADMIN", {"value": 1, "currency": "EUR"}, True),
        ("B2B_BUYER", None, True),
        ("B2B_BUYER", {"value": 12.95, "currency": "EUR"}, True),
        ("B2B_BUYER", {"value": 12.94, "currency": "EUR"}, False),
        ("B2B_BUYER", {"value": 12.94}, False),
        ("B2B_BUYER", {"value": 1, "currency": "USD"}, True),
        ("B2B_REQUESTER", None, False),
        (None, {"value": 1, "currency": "EUR"}, True),
    ],
)
def test_j3_roles_and_the_limit_say_who_may_order(
    company: Company, role: str | None, limit: dict[str, Any] | None, permitted: bool
) -> None:
    company.give_roles(**({"john": role} if role else {}))
    if limit:
        company.change(accountLimit=limit)
    john = company.act_as("john")
    cart_id = john.fill_cart()
    assert john.check(cart_id) == {"action": "CHECKOUT", "permitted": permitted}
    assert not company.act_as("jane").may_order(cart_id)
    assert not john.may_order("nowhere")
    john.check_out(cart_id, status=200 if permitted else 403)


def test_j3_an_approval_permits_the_order_of_both(company: Company) -> None:
    john, jane = company.act_as("john"), company.act_as("jane")
    cart_id = john.fill_cart()
    approval_id = john.request(cart_id)
    pending = {"action": "CHECKOUT", "status": "PENDING", "permitted": False, "approvalId": approval_id}
    assert [customer.check(cart_id) for customer in (john, jane)] == [pending, pending]
    jane.patch(approval_id, ("/status", "APPROVED"))
    approved = {**pending, "status": "APPROVED", "permitted": True}
    assert [customer.check(cart_id) for customer in (john, jane)] == [approved, approved]
    assert company.act_as("max").check(cart_id) == {"action": "CHECKOUT", "permitted": False}


def test_j3_customers_without_a_company_get_no_answer(company: Company) -> None:
    company.admin.call("PUT", "/state/customers/consumer", {"firstName": "C", "lastName": "D"}, 201)
    consumer = company.act_as("consumer")
    assert consumer.call("POST", "/approval/permitted", ask("x"), 400)["errorCode"] == "APPROVAL-400011"
    assert consumer.call("POST", "/search/users", ask("x"), 400)["errorCode"] == "APPROVAL-400011"


def test_j4_only_who_needs_one_requests_an_approval(company: Company) -> None:
    john, jane = company.act_as("john"), company.act_as("jane")
    cart_id = john.fill_cart(2)
    assert jane.request(cart_id, "max", 400) == "APPROVAL-400008"
    assert jane.request(jane.fill_cart(), "max", 400) == "APPROVAL-400005"
    assert john.request("nowhere", status=404) == "APPROVAL-404002"
    assert john.request(cart_id, details=None, status=400) == "APPROVAL-400001"
    assert john.request(cart_id, resourceType="QUOTE", status=400) == "APPROVAL-400001"
    assert john.request(cart_id, resourceType="ORDER", status=400) == "APPROVAL-400001"
    approval_id = john.request(cart_id, id="my-approval", comment="Please.")
    assert approval_id == "my-approval"
    assert john.request(cart_id, status=409) == john.request(cart_id, id="my-approval", status=409) == "APPROVAL-409001"
    shown = john.read(approval_id)
    assert (shown["status"], shown["comment"], shown["legalEntity"]) == ("PENDING", "Please.", {"id": COMPANY})
    assert (shown["details"], shown["approver"]["firstName"], shown["metadata"]["version"]) == (DETAILS, "Jane", 1)
    jane.patch(approval_id, ("/status", "DECLINED"))
    assert john.request(cart_id, status=404) == "APPROVAL-404002"


def test_j4_an_empty_or_closed_cart_cannot_be_approved(company: Company) -> None:
    john = company.act_as("john")
    empty = Shopper(john.client).create(legalEntityId=COMPANY)
    assert john.request(empty, status=400) == "APPROVAL-400001"
    company.admin.call("PUT", "/state/carts/done", {"customerId": JOHN, "status": "CLOSED"}, 201)
    assert john.request("done", status=400) == "APPROVAL-400001"


def test_j4_a_token_of_a_company_that_the_customer_left_is_a_404(
    simulator: Callable[..., Client], tmp_path: Path
) -> None:
    token = {"token": "left", "customerId": JOHN, "legalEntityId": COMPANY, "scopes": sorted(CUSTOMER_SCOPES)}
    tokens = [token, {"token": "admin-token", "scopes": "all"}]
    client = simulator(write_default_world(tmp_path, tokens=tokens))
    contact = f"//customer-management/{client.tenant}/contact-assignments/01259b38670025c174560caa"
    assert client.delete(contact).status_code == 204
    john = Customer(client.with_token("left"))
    assert john.call("POST", "/search/users", ask(SUBMITTED), 404)["errorCode"] == "APPROVAL-404003"


@pytest.mark.parametrize(
    ("limit", "group", "approvers"),
    [
        (100, [], ["jane", "max"]),
        (10, [], ["jane"]),
        (10, ["eve-of-company"], ["eve"]),
        (10, ["somebody"], ["jane"]),
    ],
)
def test_j5_approvers_are_admins_buyers_or_the_approval_group(
    company: Company, limit: int, group: list[str], approvers: list[str]
) -> None:
    contact = {"legalEntityId": COMPANY, "customerId": "eve"}
    company.admin.call("PUT", "/state/contactAssignments/eve-of-company", contact, 201)
    company.change(accountLimit={"value": limit, "currency": "EUR"}, approvalGroup=[{"id": id_} for id_ in group])
    john = company.act_as("john")
    cart_id = john.fill_cart()
    assert john.find_approvers(cart_id) == approvers
    for name in ("jane", "max", "eve", JOHN, JACK):
        if name not in approvers:
            assert john.request(cart_id, name, 400) == "APPROVAL-400006"
    assert john.request(cart_id, approvers[-1])


def test_j5_a_requestor_in_the_approval_group_asks_the_others(company: Company) -> None:
    john = company.act_as("john")
    ids = {}
    for customer_id in (JOHN, "eve"):
        contact = {"legalEntityId": COMPANY, "customerId": customer_id}
        ids[customer_id] = f"contact-{customer_id}"
        company.admin.call("PUT", f"/state/contactAssignments/{ids[customer_id]}", contact, 201)
    company.change(approvalGroup=[{"id": id_} for id_ in ids.values()])
    assert john.find_approvers(john.fill_cart()) == ["eve"]


@pytest.mark.parametrize("op", ["replace", "REPLACE"])
def test_j6_the_approver_decides_and_the_requestor_withdraws(company: Company, op: str) -> None:
    john, jane = company.act_as("john"), company.act_as("jane")
    approval_id = john.request(john.fill_cart())
    decline = [{"op": op, "path": "/status", "value": "DECLINED"}]
    assert john.patch(approval_id, *decline, status=403) is None
    assert john.patch(approval_id, {"op": "add", "path": "/approverComment", "value": "x"}, status=403) is None
    comment = {"path": "/approverComment", "value": "Too much."}
    assert jane.patch(approval_id, *decline, {"op": op, **comment}, status=400) == "APPROVAL-400010"
    assert jane.read(approval_id)["status"] == "PENDING"
    jane.patch(approval_id, *decline, {"op": "ADD", **comment})
    shown = john.read(approval_id)
    assert (shown["status"], shown["approverComment"], shown["metadata"]["version"]) == ("DECLINED", "Too much.", 2)
    assert jane.patch(approval_id, ("/status", "APPROVED"), status=400) == "APPROVAL-400009"
    closed = john.request(john.fill_cart())
    john.patch(closed, ("/status", "CLOSED"))
    john.call("DELETE", f"/approvals/{closed}", status=400)


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (("/status", "DONE"), "APPROVAL-400003"),
        (("/status", 5), "APPROVAL-400003"),
        (("/status", "EXPIRED"), "APPROVAL-400002"),
        ({"op": "remove", "path": "/status"}, "APPROVAL-400003"),
        ({"op": "move", "path": "/comment", "from": "/status"}, "APPROVAL-400007"),
        (("/id", "x"), "APPROVAL-400010"),
        (("/comment/x", "x"), "APPROVAL-400010"),
        (("/resource/items", []), "APPROVAL-400010"),
        (("/details/nothing/here", 1), "APPROVAL-400010"),
        ({"op": "remove", "path": "/details"}, "APPROVAL-400010"),
        ({"op": "replace", "path": "/comment"}, "APPROVAL-400010"),
        ({"op": "add", "path": "/comment", "value": 5}, "APPROVAL-400001"),
        (("/details/shipping/amount", -1), "APPROVAL-400001"),
        (("/details/shipping", {"unknown": 1}), "APPROVAL-400001"),
    ],
)
def test_j6_a_wrong_operation_changes_nothing(client: Client, operation: Any, code: str) -> None:
    jack = Customer(client.with_token("customer2-token"))
    before = jack.read(APPROVAL)
    add = {"op": "add", "path": "/comment", "value": "first"}
    assert jack.patch(APPROVAL, add, operation, status=400) == code
    assert jack.read(APPROVAL) == before


def test_j6_details_and_delivery_window_change_while_pending(client: Client) -> None:
    john = Customer(client.with_token("customer-token"))
    window = {"id": "w", "slotId": "s", "deliveryDate": "2030-01-01T00:00:00.000Z"}
    before = john.read(APPROVAL)
    john.patch(
        APPROVAL,
        ("/details/shipping/methodId", "express"),
        {"op": "ADD", "path": "/resource/deliveryWindow", "value": window},
        {"op": "ADD", "path": "/resource/deliveryWindow/slotId", "value": "t"},
    )
    after = john.read(APPROVAL)
    assert after["details"]["shipping"]["methodId"] == "express"
    assert after["resource"] == {**before["resource"], "deliveryWindow": {**window, "slotId": "t"}}


def test_j6_a_deleted_approval_is_closed(client: Client) -> None:
    john = Customer(client.with_token("customer-token"))
    john.call("DELETE", f"/approvals/{APPROVAL}", status=204)
    assert john.read(APPROVAL)["status"] == "CLOSED"
    again = john.call("DELETE", f"/approvals/{APPROVAL}", status=400)
    assert (again["errorCode"], again["message"][:8]) == ("APPROVAL-400001", "Deleting")
    assert john.call("DELETE", "/approvals/nothing", status=404)["errorCode"] == "APPROVAL-404001"


@pytest.mark.parametrize(("days", "pending"), [(None, 30), ("3", 3), ("soon", 30)])
def test_j6_a_pending_approval_expires(company: Company, days: str | None, pending: int) -> None:
    if days is not None:
        row = {"key": "approval.default_expiryDays", "value": days}
        company.admin.call("PUT", f"/state/configurations/{row['key']}", row, 201)
    john, jane = company.act_as("john"), company.act_as("jane")
    approval_id = john.request(john.fill_cart())
    company.admin.call("POST", "/clock/advance", {"seconds": timedelta(days=pending).total_seconds() - 60})
    assert john.read(approval_id)["status"] == "PENDING"
    company.admin.call("POST", "/clock/advance", {"seconds": 60})
    assert john.read(approval_id)["status"] == "EXPIRED"
    assert jane.patch(approval_id, ("/status", "APPROVED"), status=400) == "APPROVAL-400009"


def test_j7_an_approval_takes_the_cart_away_until_the_checkout(company: Company) -> None:
    john, jane = company.act_as("john"), company.act_as("jane")
    cart_id, shopper = john.fill_cart(2), Shopper(john.client)
    approval_id = john.request(cart_id)
    shopper.call("GET", f"/{cart_id}", status=404)
    shopper.call("GET", "", status=404, siteCode="main", legalEntityId=COMPANY)
    shopper.call("POST", f"/{cart_id}/items", item_of(HAMMER), 404)
    assert cart_id not in [cart["id"] for cart in shopper.call("POST", "/search", {})]
    quote = {"cartId": cart_id, "shippingAddressId": "b05c20e034", "billingAddressId": "b05c20e034"}
    assert john.client.post(f"//quote/{john.client.tenant}/quotes", json=quote).status_code == 400
    assert john.fill_cart() != cart_id
    company.admin.call("PUT", "/world", company.admin.call("GET", "/world"))
    resource = john.read(approval_id)["resource"]
    assert (resource["id"], resource["siteCode"]) == (cart_id, "main")
    total = {"currency": "EUR", "netValue": 21.76, "grossValue": 25.9, "taxValue": 4.14}
    assert resource["totalPrice"] == resource["subTotalPrice"] == {**total, "amount": 25.9}
    assert resource["subtotalAggregate"] == total
    (item,) = resource["items"]
    assert (item["itemId"], item["quantity"], item["itemYrn"].rpartition(";")[2]) == (HAMMER, 2, HAMMER)
    assert item["itemPrice"]["calculatedPrice"]["price"]["grossValue"] == item["itemPrice"]["amount"] == 25.9
    john.check_out(cart_id, status=403)
    jane.patch(approval_id, ("/status", "APPROVED"))
    assert jane.patch(approval_id, ("/comment", "x"), status=400) == "APPROVAL-400005"
    assert "createdResource" not in john.read(approval_id)
    order_id = john.check_out(cart_id)
    assert john.read(approval_id)["createdResource"] == {"id": order_id}


def test_j7_an_approver_orders_for_the_requestor(company: Company) -> None:
    john, jane = company.act_as("john"), company.act_as("jane")
    cart_id = john.fill_cart()
    approval_id = john.request(cart_id)
    company.act_as("max").check_out(cart_id, status=403)
    jane.check_out(cart_id, "jane", 400)
    order_id = jane.check_out(cart_id)
    shown = john.read(approval_id)
    assert (shown["status"], shown["createdResource"]) == ("APPROVED", {"id": order_id})
    assert company.admin.call("GET", f"/state/orders/{order_id}")["customer"]["id"] == JOHN
    jane.check_out(cart_id, status=409)


@pytest.mark.parametrize("status", ["DECLINED", "CLOSED"])
def test_j7_a_refused_approval_permits_no_order(company: Company, status: str) -> None:
    john, jane = company.act_as("john"), company.act_as("jane")
    cart_id = john.fill_cart()
    jane.patch(john.request(cart_id), ("/status", status))
    for customer in (john, jane):
        customer.check_out(cart_id, status=403)
    Shopper(john.client).call("GET", f"/{cart_id}", status=404)


def test_j7_what_was_approved_stays_as_it_was(company: Company) -> None:
    john = company.act_as("john")
    approval_id = john.request(john.fill_cart())
    before = john.read(approval_id)["resource"]
    company.admin.call("DELETE", f"/state/prices/{HAMMER}-EUR")
    assert john.read(approval_id)["resource"] == before


def test_j7_quotes_are_approved_if_the_tenant_wants_it(company: Company) -> None:
    john, jane = company.act_as("john"), company.act_as("jane")
    wanted: dict[str, Any] = {"resourceType": "QUOTE", "details": None}
    assert john.may_order(JOHNS_QUOTE, "QUOTE")
    assert john.request(JOHNS_QUOTE, status=400, **wanted) == "APPROVAL-400004"
    row = {"key": "approval.enableQuoteApprovalProcess", "value": True}
    company.admin.call("PUT", f"/state/configurations/{row['key']}", row, 201)
    assert not john.may_order(JOHNS_QUOTE, "QUOTE")
    assert john.find_approvers(JOHNS_QUOTE, "QUOTE") == ["jane", "max"]
    declined = john.request(JOHNS_QUOTE, **wanted)
    jane.patch(declined, ("/status", "DECLINED"))
    approval_id = john.request(JOHNS_QUOTE, **wanted)
    assert jane.patch(approval_id, ("/details", DETAILS), status=400) == "APPROVAL-400010"
    jane.patch(approval_id, ("/status", "APPROVED"))
    assert john.request(JOHNS_QUOTE, status=400, **wanted) == "APPROVAL-400005"
    quote = f"//quote/{john.client.tenant}/quotes/{JOHNS_QUOTE}"
    accept = [{"op": "replace", "path": "/status", "value": {"value": "ACCEPTED"}}]
    assert john.client.send("PATCH", quote, json=accept).status_code == 204
    shown = john.read(approval_id)
    assert shown["createdResource"] == {"id": john.client.get(quote).get_json()["orderId"]}
    assert shown["resource"]["totalPrice"] == {
        "currency": "EUR",
        "netValue": 99,
        "grossValue": 117.81,
        "taxValue": 18.81,
    }
    assert shown["resource"]["items"][0]["itemPrice"]["newUnitPrice"] == 9.9


def test_j8_errors_have_their_published_codes(client: Client) -> None:
    john = Customer(client.with_token("customer-token"))
    missing = john.call("GET", "/approvals/123456789", status=404)
    assert missing == {
        "code": 404,
        "status": "Not Found",
        "message": "Approval with id '123456789' does not exist.",
        "errorCode": "APPROVAL-404001",
    }
    invalid = john.call("POST", "/approvals", {}, 400)
    assert (invalid["message"], invalid["errorCode"]) == ("Problem with validation", "APPROVAL-400001")
    assert "resourceId" in invalid["details"][0]["message"]
    john.call("GET", "/approvals", status=400, pageSize="0")
