"""A shop in process: shoppers with their carts, and what tests of carts, coupons and orders need around them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from werkzeug.test import TestResponse

from tests.support.client import Client
from tests.support.samples import SCREWDRIVER

Body = dict[str, Any]

JOHN_EMAIL = "john.doe@email.com"


def item_of(product_id: str, quantity: float = 1, currency: str = "EUR", **fields: Any) -> dict[str, Any]:
    """Return an item as clients add it, with the price of the default world."""
    price = {"priceId": f"{product_id}-{currency}", "originalAmount": 1, "effectiveAmount": 1, "currency": currency}
    yrn = f"urn:yaas:saasag:caasproduct:product:acme;{product_id}"
    return {"itemYrn": yrn, "quantity": quantity, "price": price, **fields}


@dataclass
class Shopper:
    """A visitor, customer or employee who calls the Cart Service of a tenant."""

    client: Client
    saas_token: str | None = None

    def send(self, method: str, path: str = "", **request: Any) -> TestResponse:
        """Send a request below /cart/{tenant}/carts."""
        return self.client.send(method, f"//cart/{self.client.tenant}/carts{path}", **request)

    def call(self, method: str, path: str = "", body: Any = None, status: int | None = None, **query: Any) -> Any:
        """Send a request, check its status (any success by default), and return the body of the reply."""
        request = {} if body is None else {"json": body}
        reply = self.send(method, path, query_string=query, **request)
        expected = reply.status_code < 300 if status is None else reply.status_code == status
        assert expected, f"{method} {path}: {reply.status_code} {reply.text[:300]}"
        return reply.get_json() if reply.data else None

    def create(self, site: str = "main", currency: str = "EUR", **fields: Any) -> str:
        """Create a cart and return its id."""
        cart_id: str = self.call("POST", "", {"siteCode": site, "currency": currency, **fields})["cartId"]
        return cart_id

    def add(self, cart_id: str, product_id: str = SCREWDRIVER, quantity: float = 1, **fields: Any) -> str:
        """Add an item and return its id."""
        item_id: str = self.call("POST", f"/{cart_id}/items", item_of(product_id, quantity, **fields))["itemId"]
        return item_id

    def read(self, cart_id: str, **query: str) -> Any:
        """Return a cart."""
        return self.call("GET", f"/{cart_id}", None, 200, **query)

    def check_out(self, cart_id: str, body: Body | None = None, **fields: Any) -> TestResponse:
        """Send a checkout with these fields of its body, and with the `saas_token` of a login."""
        headers = {} if self.saas_token is None else {"saas-token": self.saas_token}
        order = {**build_checkout(cart_id), **(body or {}), **fields}
        return self.client.post(f"//checkout/{self.client.tenant}/checkouts/order", json=order, headers=headers)

    def order(self, cart_id: str, **fields: Any) -> str:
        """Make an order of a cart, and return its id."""
        reply = self.check_out(cart_id, **fields)
        assert reply.status_code == 200, reply.text
        order_id: str = reply.get_json()["orderId"]
        return order_id


def build_checkout(cart_id: str, **customer: Any) -> Body:
    """Return the body of a checkout: of a guest, unless it names a customer with an `id`."""
    named = {"firstName": "John", "lastName": "Doe", "email": JOHN_EMAIL, "guest": "id" not in customer, **customer}
    address = {
        "contactName": "John Doe",
        "street": "Platz der Republik",
        "streetNumber": "1",
        "zipCode": "11011",
        "city": "Berlin",
        "country": "DE",
    }
    return {
        "cartId": cart_id,
        "paymentMethods": [{"provider": "none", "method": "invoice"}],
        "shipping": {"methodId": "standard", "zoneId": "DE", "methodName": "Standard", "amount": 4.9},
        "addresses": [{**address, "type": "SHIPPING"}, {**address, "type": "BILLING"}],
        "customer": named,
    }


def visit(client: Client, session_id: str = "") -> Shopper:
    """Return a visitor with a session of their own, or with one that goes on."""
    query = {"tenant": client.tenant, "client_id": "storefront"}
    query |= {"session-id": session_id} if session_id else {}
    reply = client.with_token(None).get("//customerlogin/auth/anonymous/login", query_string=query)
    return Shopper(client.with_token(reply.get_json()["access_token"]), reply.get_json().get("saas_token"))


def log_in(visitor: Shopper, email: str = JOHN_EMAIL, password: str = "secret1") -> Shopper:
    """Log a visitor in, and return the customer."""
    client = visitor.client
    reply = client.post(f"//customer/{client.tenant}/login", json={"email": email, "password": password})
    return Shopper(client.with_token(reply.get_json()["access_token"]), reply.get_json().get("saas_token"))
