"""What recorded calls say about the customer who logged in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jwt

from ...domain.customer_profile import PROFILE_FIELDS
from ...importing.profiles import CUSTOMER_PROFILE
from ...importing.recorded_call import RecordedCall
from ...importing.row_imports import CALLER, Change, Imports, Merges, RowImport, Shows, Stores, Tells
from .account import ANONYMOUS_PROFILE

TOKEN_NAMES = re.compile(r"(saas_?token|(subject_?)?access_?token)", re.IGNORECASE)
OWN_PROFILE = Shows(replace(CUSTOMER_PROFILE, is_caller=True))
NEW_CUSTOMER = RowImport(
    collection="customers",
    fields={
        "id": "<id",
        "email": ("signup.email", "email"),
        "companyRegistrationId": "customerDetails.b2b.companyRegistrationId",
        **{name: f"customerDetails.{name}" for name in PROFILE_FIELDS},
    },
    has_only_fields=True,
)
CHANGED_PROFILE = RowImport(
    collection="customers",
    fields={
        "id": CALLER,
        "companyRegistrationId": "b2b.companyRegistrationId",
        **{name: name for name in PROFILE_FIELDS},
    },
    has_only_fields=True,
)
OWN_ADDRESS = RowImport(
    collection="customers", fields={"id": CALLER}, additions={"addresses": "."}, has_only_fields=True
)


def read_profile(call: RecordedCall) -> Iterator[Change]:
    """Yield the calling customer; a visitor is not a customer (B7b)."""
    body = call.parse_response()
    if not (isinstance(body, dict) and body.get("id") == ANONYMOUS_PROFILE["id"]):
        yield from OWN_PROFILE.read(call)


def read_session(call: RecordedCall) -> Iterator[Change]:
    """Yield the customer who logs in or goes on: e-mail and number if they are known, and the tokens."""
    request, reply = call.parse_request(), call.parse_response()
    if not isinstance(reply, dict):
        return
    tokens = {name: value for name, value in reply.items() if TOKEN_NAMES.fullmatch(name) and isinstance(value, str)}
    saas_token = next((value for name, value in tokens.items() if name.lower().startswith("saas")), "")
    values: dict[str, Any] = {"tokens": sorted(set(tokens.values())), "id": _read_subject(saas_token)}
    if isinstance(request, dict):
        values["email"] = request.get("email")
    yield Change("log_in", "customers", values)


def _read_subject(token: str) -> str | None:
    """Return the customer's number in a saas token; None if it cannot be read. The signature does not matter."""
    try:
        subject = jwt.decode(token, options={"verify_signature": False}).get("sub")
    except jwt.InvalidTokenError:
        return None
    return subject if isinstance(subject, str) else None


SESSION = [Tells(read_session)]

IMPORTS: Imports = {
    "GET-oauth-generate-anonymous-access-token": [],
    "GET-oauth-refresh-anonymous-access-token": [],
    "POST-customer-authenticate-customer": SESSION,
    "GET-customer-refresh-authtoken": SESSION,
    "GET-customer-validate-token": [],
    "GET-customer-logout-customer": [],
    "POST-customer-exchange-authtoken": SESSION,
    "GET-customer-retrieve-customer-profile": [Tells(read_profile)],
    "POST-customer-create-customer-account": [Stores(NEW_CUSTOMER)],
    "PATCH-customer-update-customer": [Merges(CHANGED_PROFILE)],
    "PUT-customer-update-customer": [Merges(CHANGED_PROFILE)],
    "GET-customer-list-customer-addresses": [Shows(OWN_ADDRESS)],
    "GET-customer-retrieve-address-by-id": [],
    "POST-customer-add-address": [],
    "PATCH-customer-update-customer-address": [],
    "PUT-customer-update-customer-address": [],
    "DELETE-customer-remove-customer-address-by-id": [],
    "POST-customer-add-address-tags": [],
    "DELETE-customer-remove-address-tags": [],
    "POST-customer-change-account-password": [],
    "POST-customer-request-reset-password": [],
    "POST-customer-reset-password": [],
}
