"""Record the calls of a simulator: every kind of read, exported as a HAR file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.client import Client
from tests.support.samples import COMPANY, GOLDEN, HAMMER, JOHN, SCREWDRIVER

READS = [
    "//site/acme/sites",
    "//configuration/acme/configurations",
    "//product/acme/products?pageSize=1000",
    "//category/acme/categories?pageSize=1000&showUnpublished=true",
    "//category/acme/category-trees",
    "//customer/acme/customers?pageSize=1000",
    "//customer-management/acme/legal-entities?pageSize=1000",
    "//customer-management/acme/contact-assignments?pageSize=1000",
    "//iam/acme/groups?pageSize=1000",
    "?pageSize=1000",
    "/items?pageSize=1000",
    f"//customer/acme/customers/{JOHN}?expand=addresses,mixin:*",
    f"//product/acme/products/{HAMMER}",
    f"/{GOLDEN}",
    f"/{GOLDEN}/customers/{JOHN}/{COMPANY}",
    f"/{GOLDEN}/items/PRODUCT/{HAMMER}",
    f"//iam/acme/users/{JOHN}/groups",
    "//category/acme/categories/12468505/assignments",
    "//category/acme/categories/12468506/parents",
    f"//category/acme/assignments/references/{SCREWDRIVER}",
]
OWN_READS = ["/items/category-trees", "/me", "//customer/acme/me?expand=addresses"]  # that only customers send


def read_everything(client: Client) -> None:
    """Send every kind of read, and those of each segment and each group."""
    for path in READS:
        client.get(path)
    for path in OWN_READS:
        client.with_token("customer-token").get(path)
    for segment in client.get("?pageSize=1000").get_json():
        client.get(f"/{segment['id']}/customers?pageSize=1000")
        client.get(f"/{segment['id']}/groups?pageSize=1000")
    for group in client.get("//iam/acme/groups?pageSize=1000").get_json():
        client.get(f"//iam/acme/groups/{group['id']}/users?pageSize=1000")


def export_har(client: Client, path: Path) -> dict[str, Any]:
    """Export the journal, as a user would, and return it."""
    content = client.get("//__admin/requests/export?format=har").data
    path.write_bytes(content)
    har: dict[str, Any] = json.loads(content)
    return har
